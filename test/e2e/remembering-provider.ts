/**
 * A Responses provider that seals its reasoning with all that stands before it, keeps its answers, and refuses what the
 * real one refuses: changed history, reasoning without what followed it, calls without outputs, ids that it never gave.
 * It says what its plan says: streamed, whole, or over a WebSocket.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- requests of any shape are looked into

/** For each request the items of its answer, without ids and seals, or the status of its refusal. */
export type Plan = readonly ((body: Json) => readonly Json[] | number)[];

export interface RememberingProvider {
  readonly url: string;
  /** Bodies in order of arrival. */
  readonly requests: readonly Json[];
  /** What the model was given for each: all items, those that the provider kept too. */
  readonly seen: readonly (readonly Json[])[];
  /** What was wrong with requests, if anything. */
  readonly problems: readonly string[];
  /** Answers that it still keeps, by their ids. */
  readonly responses: ReadonlyMap<string, Json>;
  /** Forgets what came so far, and says this from now on. */
  reset(plan: Plan): void;
  close(): Promise<void>;
}

export const say = (text: string): Json => ({ type: 'message', role: 'assistant', content: [part(text)] });
export const think = (): Json => ({ type: 'reasoning', summary: [] });
export const call = (name: string, input: object): Json => ({
  type: 'function_call',
  name,
  arguments: JSON.stringify(input),
});

const part = (text: string): Json => ({ type: 'output_text', text, annotations: [], logprobs: [] });

export async function startRememberingProvider(): Promise<RememberingProvider> {
  const memory = new Memory();
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing, memory));
  const sockets = new WebSocketServer({ server, perMessageDeflate: true, maxPayload: 0 });
  sockets.on('headers', (headers) => void headers.push('x-codex-turn-state: sticky'));
  sockets.on('connection', (socket) => speak(socket, memory));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: memory.requests,
    seen: memory.seen,
    problems: memory.problems,
    responses: memory.responses,
    reset: (plan) => memory.reset(plan),
    close: () =>
      new Promise((resolve) => {
        sockets.clients.forEach((socket) => socket.terminate());
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, memory: Memory): Promise<void> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  const asked = /^\/v1\/responses\/([^/]+)(\/[a-z_]+)?$/.exec(incoming.url ?? '');
  if (asked) return recall(`${incoming.method}${asked[2] ?? ''}`, asked[1]!, outgoing, memory);
  const body = JSON.parse(text);
  const events = memory.answer(body);
  const [first] = events;
  if (first.type === 'error') {
    outgoing
      .writeHead(first.status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: first.error }));
  } else if (body.stream) {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) outgoing.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    outgoing.end();
  } else {
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(events.at(-1).response));
  }
}

/** What is kept, by its id. */
function recall(what: string, id: string, outgoing: ServerResponse, memory: Memory): void {
  const response = memory.responses.get(id);
  outgoing.writeHead(response ? 200 : 404, { 'content-type': 'application/json' });
  if (what === 'DELETE') memory.responses.delete(id);
  const said: Record<string, Json> = {
    GET: response,
    'POST/cancel': { ...response, status: 'cancelled' },
    DELETE: { id, object: 'response', deleted: true },
    'GET/input_items': { object: 'list', data: memory.inputs.get(id), has_more: false },
  };
  outgoing.end(JSON.stringify(response ? said[what] : { error: { message: `no answer ${id}` } }));
}

/** One request a frame; what is said stays with the connection. */
function speak(socket: WebSocket, memory: Memory): void {
  const connection = new Map<string, Json[]>();
  socket.on('message', (data: Buffer) => {
    const { type, stream_id: lane, ...body } = JSON.parse(data.toString());
    if (type !== 'response.create') return socket.send(JSON.stringify({ type: `${type}.accepted`, stream_id: lane }));
    for (const event of memory.answer(body, connection)) socket.send(JSON.stringify({ ...event, stream_id: lane }));
  });
}

class Memory {
  readonly requests: Json[] = [];
  readonly seen: Json[][] = [];
  readonly problems: string[] = [];
  /** Answers as they were given, and what each was asked with. */
  readonly responses = new Map<string, Json>();
  readonly inputs = new Map<string, Json[]>();
  /** By the ids of answers: all items up to their ends. */
  readonly #kept = new Map<string, Json[]>();
  readonly #items = new Map<string, Json>();
  /** What was said right after an item of reasoning, by its seal. */
  readonly #followers = new Map<string, string>();
  #plan: Plan = [];
  #ids = 0;

  reset(plan: Plan): void {
    this.#plan = plan;
    for (const list of [this.requests, this.seen, this.problems]) list.length = 0;
  }

  /** The events of the answer to a request, or of its refusal. @param connection what a connection keeps of its own. */
  answer(body: Json, connection?: Map<string, Json[]>): readonly Json[] {
    const index = this.requests.push(body) - 1;
    const { previous_response_id: previous } = body;
    const before =
      previous === undefined || previous === null ? [] : (connection?.get(previous) ?? this.#kept.get(previous));
    if (!before) return this.#refuse(`no answer ${previous}`);
    const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
    const items = [...before];
    for (const item of input) {
      const known = item.type === 'item_reference' ? this.#items.get(item.id) : item;
      if (!known) return this.#refuse(`no item ${item.id}`);
      items.push(known);
    }
    this.seen.push(items);
    const wrong = this.#problemOf(body.tools, items);
    if (wrong !== undefined) return this.#refuse(wrong);
    const step = body.generate === false ? () => [] : (this.#plan[index] ?? (() => [say('nothing more')]));
    const planned = step({ ...body, input: items });
    if (typeof planned === 'number') return refusal(planned, 'planned');
    const output = this.#sealed(planned, body.tools, items);
    const id = `resp_${++this.#ids}`;
    if (body.store !== false) this.#kept.set(id, [...items, ...output]);
    connection?.set(id, [...items, ...output]);
    const response = responseOf(id, body, output, index + 1);
    if (body.store !== false) this.responses.set(id, response);
    this.inputs.set(id, input);
    return eventsOf(response);
  }

  #refuse(message: string): readonly Json[] {
    this.problems.push(message);
    return refusal(400, message);
  }

  #sealed(planned: readonly Json[], tools: Json, before: readonly Json[]): Json[] {
    const output: Json[] = [];
    for (const item of planned) {
      const n = ++this.#ids;
      if (item.type === 'reasoning') {
        output.push({ id: `rs_${n}`, ...item, encrypted_content: sealOf(tools, [...before, ...output]) });
        continue;
      }
      const whole =
        item.type === 'message'
          ? { id: `msg_${n}`, status: 'completed', ...item }
          : { id: `fc_${n}`, call_id: `call_${n}`, status: 'completed', ...item };
      if (output.at(-1)?.type === 'reasoning') this.#followers.set(output.at(-1).encrypted_content, plain(whole));
      output.push(whole);
    }
    for (const item of output) this.#items.set(item.id, item);
    return output;
  }

  #problemOf(tools: Json, items: readonly Json[]): string | undefined {
    for (const [index, item] of items.entries()) {
      if (item.type === 'reasoning') {
        if (item.encrypted_content !== sealOf(tools, items.slice(0, index)))
          return `reasoning ${index} is not of this history`;
        const follower = this.#followers.get(item.encrypted_content);
        if (follower !== plain(items[index + 1])) return `reasoning ${index} lacks its following item`;
      }
      if (item.type === 'function_call' && !items.some((one) => isOutputOf(one, item)))
        return `no output of ${item.call_id}`;
      if (item.type === 'function_call_output' && !items.some((one) => isOutputOf(item, one)))
        return `no call ${item.call_id}`;
    }
    return undefined;
  }
}

function refusal(status: number, message: string): readonly Json[] {
  return [{ type: 'error', status, error: { type: 'invalid_request_error', code: 'refused', message, param: null } }];
}

const isOutputOf = (output: Json, one: Json): boolean =>
  output.type === 'function_call_output' && one.type === 'function_call' && output.call_id === one.call_id;

/** The item as the model has it. */
export function plain(item: Json): string {
  if (item === undefined) return '';
  const {
    type = 'message',
    role,
    content,
    call_id: id,
    name,
    arguments: given,
    output,
    encrypted_content: sealed,
  } = item;
  const texts = typeof content === 'string' ? content : content?.map(({ text }: Json) => text).join('');
  return JSON.stringify([type, role, texts, id, name, given, output, sealed]);
}

function sealOf(tools: Json, before: readonly Json[]): string {
  return createHash('sha256')
    .update(JSON.stringify([tools, before.map(plain)]))
    .digest('hex');
}

function responseOf(
  id: string,
  { model, store = true, previous_response_id: previous = null, tools = [], prompt_cache_key = null }: Json,
  output: Json[],
  n: number,
): Json {
  const usage = {
    input_tokens: 100 * n,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 100 * n + 10,
  };
  return {
    id,
    object: 'response',
    created_at: 1_767_225_600,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: previous,
    prompt_cache_key,
    store,
    temperature: 1,
    tool_choice: 'auto',
    tools,
    top_p: 1,
    usage,
  };
}

function eventsOf(response: Json): readonly Json[] {
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const events = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...response.output.flatMap((item: Json, output_index: number) => [
      { type: 'response.output_item.added', output_index, item: beginningOf(item) },
      ...deltasOf(item, { item_id: item.id, output_index }),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: 'response.completed', response },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

function beginningOf(item: Json): Json {
  if (item.type === 'function_call') return { ...item, arguments: '', status: 'in_progress' };
  return item.type === 'message' ? { ...item, content: [], status: 'in_progress' } : item;
}

function deltasOf(item: Json, place: Json): Json[] {
  const cut = (text: string): string[] => text.match(text.length < 10_000 ? /[\s\S]{1,7}/g : /[\s\S]{1,5000}/g) ?? [];
  if (item.type === 'function_call')
    return [
      ...cut(item.arguments).map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
      { type: 'response.function_call_arguments.done', ...place, name: item.name, arguments: item.arguments },
    ];
  if (item.type !== 'message') return [];
  const at = { ...place, content_index: 0 };
  const [{ text }] = item.content;
  return [
    { type: 'response.content_part.added', ...at, part: part('') },
    ...cut(text).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: part(text) },
  ];
}

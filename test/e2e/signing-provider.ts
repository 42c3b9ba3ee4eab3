/**
 * A Messages provider that signs its thinking with all that stands before it, and refuses a request in which anything
 * before a signed block has changed: as the real one does. It says what its plan says, streamed or whole.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- requests of any shape are looked into

/** One answer: its blocks, thinking without its signature. */
export type Planned = readonly Json[];

export type Plan = (body: Json, index: number) => Planned | number;

export interface SigningProvider {
  readonly url: string;
  /** Bodies in order of arrival. */
  readonly requests: readonly Json[];
  /** What was wrong with a request, if anything. */
  readonly mismatches: readonly string[];
  /** Forgets what came so far, and says this from now on. */
  reset(plan: Plan): void;
  close(): Promise<void>;
}

export async function startSigningProvider(first: Plan = () => []): Promise<SigningProvider> {
  let plan = first;
  const requests: Json[] = [];
  const mismatches: string[] = [];
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    const body = JSON.parse(text);
    const wrong = problemOf(body);
    if (wrong !== undefined) mismatches.push(wrong);
    const planned = plan(body, requests.push(body) - 1);
    if (wrong !== undefined || typeof planned === 'number') {
      const status = typeof planned === 'number' ? planned : 400;
      const error = {
        type: status === 529 ? 'overloaded_error' : 'invalid_request_error',
        message: wrong ?? 'planned',
      };
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ type: 'error', error }));
      return;
    }
    const blocks = signed(planned, body);
    const stop = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
    const id = `msg_${requests.length}`;
    if (!body.stream) {
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      outgoing.end(
        JSON.stringify({ ...headOf(id), content: blocks, stop_reason: stop, usage: usageOf(requests.length) }),
      );
      return;
    }
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of eventsOf(id, blocks, stop, requests.length)) {
      outgoing.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    outgoing.end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    mismatches,
    reset(next: Plan): void {
      plan = next;
      requests.length = 0;
      mismatches.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const headOf = (id: string): Json => ({ id, type: 'message', role: 'assistant', model: 'm', stop_sequence: null });
const usageOf = (n: number): Json => ({ input_tokens: 100 * n, output_tokens: 10, cache_read_input_tokens: n });

/** Everything before a block: tools, system, and the values of all messages up to it. */
function signatureOf({ tools, system }: Json, before: readonly Json[]): string {
  const plain = JSON.stringify([tools, system, before], (key, value) => (key === 'cache_control' ? undefined : value));
  return createHash('sha256').update(plain).digest('hex');
}

function signed(blocks: Planned, body: Json): Json[] {
  return blocks.map((block, index) =>
    block.type === 'thinking'
      ? { ...block, signature: signatureOf(body, [...flat(body.messages), ...signedBefore(blocks, index, body)]) }
      : block,
  );
}

function signedBefore(blocks: Planned, index: number, body: Json): Json[] {
  return signed(blocks.slice(0, index), body).map((block) => ['assistant', block]);
}

/** Turns of one side in a row are one: only the blocks count. */
function flat(messages: readonly Json[]): Json[] {
  return messages.flatMap(({ role, content }) =>
    (typeof content === 'string' ? [{ type: 'text', text: content }] : content).map((block: Json) => [role, block]),
  );
}

function problemOf(body: Json): string | undefined {
  const blocks = flat(body.messages ?? []);
  for (const [index, [, block]] of blocks.entries()) {
    if (block.type === 'thinking' && block.signature !== signatureOf(body, blocks.slice(0, index)))
      return `messages.0.content.${index}: Invalid \`signature\` in \`thinking\` block. The block is bound to a different conversation.`;
    if (block.type === 'tool_use' && !blocks.some(([, other]) => other.tool_use_id === block.id))
      return `call ${block.id} has no result`;
  }
  return undefined;
}

function eventsOf(id: string, blocks: readonly Json[], stop: string, n: number): Json[] {
  return [
    {
      type: 'message_start',
      message: { ...headOf(id), content: [], stop_reason: null, usage: { ...usageOf(n), output_tokens: 1 } },
    },
    { type: 'ping' },
    ...blocks.flatMap((block, index) => [
      { type: 'content_block_start', index, content_block: emptied(block) },
      ...deltasOf(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 10 } },
    { type: 'message_stop' },
  ];
}

function emptied(block: Json): Json {
  if (block.type === 'text') return { ...block, text: '' };
  if (block.type === 'thinking') return { ...block, thinking: '', signature: '' };
  return block.type === 'tool_use' ? { ...block, input: {} } : block;
}

function deltasOf(block: Json): Json[] {
  const cut = (text: string): string[] => text.match(/[\s\S]{1,7}/g) ?? [];
  if (block.type === 'text') return cut(block.text).map((text) => ({ type: 'text_delta', text }));
  if (block.type === 'tool_use')
    return cut(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json }));
  return [
    ...cut(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
    { type: 'signature_delta', signature: block.signature },
  ];
}

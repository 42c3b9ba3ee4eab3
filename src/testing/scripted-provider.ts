/**
 * A model provider on loopback that answers by a script: Anthropic Messages, OpenAI Chat Completions and Responses,
 * Gemini, streaming or not, valid for the official client libraries. It records every request byte for byte, and misbehaves on demand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '../core/json/value.ts';
import { asArray, asObject } from '../core/json/value.ts';
import { geminiChunks, geminiResponse } from './scripted-gemini.ts';
import { anthropicEvents, anthropicMessage, chatChunks, chatCompletion } from './scripted-replies.ts';
import type { Reply } from './scripted-replies.ts';
import { responsesAnswer, responsesEvents } from './scripted-responses.ts';

/** A call that the model makes. */
export interface ScriptedCall {
  /** The name of the offered tool that is called; the first that matches. */
  readonly tool: RegExp;
  readonly input: JsonObject;
}

/** How requests are answered. */
export interface Script {
  /** What the model does first, one entry a turn (a list calls several tools at once); skipped where no such tool is offered. */
  readonly call?: readonly (ScriptedCall | readonly ScriptedCall[])[];
  /** What it says when nothing is left to call. */
  readonly text?: string;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  /** Answered instead, with this status. */
  readonly error?: {
    readonly status: number;
    readonly body: JsonValue;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Silence before the first byte, headers included. */
  readonly silenceMs?: number;
  /** Pause between two pieces of the body. */
  readonly chunkDelayMs?: number;
  /** The body goes out in pieces of this size, wherever that cuts events and characters. Otherwise one piece an event. */
  readonly pieceBytes?: number;
  /** The connection is torn down once this much of the body is out. */
  readonly cutAfterBytes?: number;
}

/** A request as it came. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** True once the client has gone before it had everything. */
  isAborted: boolean;
}

/** The provider while it listens. */
export interface ScriptedProvider {
  readonly url: string;
  readonly port: number;
  /** In order of arrival. */
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** The same script for every request, or one chosen for each. */
export type ScriptSource = Script | ((request: RecordedRequest, index: number) => Script);

const CALL_ID_PREFIX = 'scripted_';

export async function startScriptedProvider(script: ScriptSource = {}): Promise<ScriptedProvider> {
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, requests, script).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  requests: RecordedRequest[],
  source: ScriptSource,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request: RecordedRequest = {
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks),
    isAborted: false,
  };
  outgoing.on('close', () => (request.isAborted = !outgoing.writableFinished));
  const index = requests.push(request) - 1;
  const script = typeof source === 'function' ? source(request, index) : source;
  if (script.silenceMs) await sleep(script.silenceMs);
  if (outgoing.destroyed) return;
  const route = ROUTES.find(({ path }) => path.test(new URL(request.url, 'http://x').pathname));
  const response = script.error
    ? json(script.error.body, script.error.status, script.error.headers)
    : (route?.respond(request, script, index + 1) ?? json(NOT_FOUND, 404));
  await deliver(response, outgoing, script);
}

interface ScriptedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly string[];
}

interface Route {
  readonly path: RegExp;
  respond(request: RecordedRequest, script: Script, number: number): ScriptedResponse;
}

const NOT_FOUND = { type: 'error', error: { type: 'not_found_error', message: 'the script knows no such path' } };
const NOT_JSON = { type: 'error', error: { type: 'invalid_request_error', message: 'the body is not JSON' } };

const ROUTES: readonly Route[] = [
  { path: /\/v1\/messages\/count_tokens$/, respond: ({ body }) => json({ input_tokens: roughTokens(body) }) },
  {
    path: /\/v1\/messages$/,
    respond: (request, script, number) => withBody(request, (body) => anthropic(body, request, script, number)),
  },
  {
    path: /\/chat\/completions$/,
    respond: (request, script, number) => withBody(request, (body) => chat(body, request, script, number)),
  },
  {
    path: /\/responses\/input_tokens$/,
    respond: ({ body }) => json({ object: 'response.input_tokens', input_tokens: roughTokens(body) }),
  },
  {
    path: /\/responses$/,
    respond: (request, script, number) => withBody(request, (body) => responses(body, request, script, number)),
  },
  { path: /:countTokens$/, respond: ({ body }) => json({ totalTokens: roughTokens(body) }) },
  {
    path: /:(?:g|streamG)enerateContent$/,
    respond: (request, script, number) => withBody(request, (body) => gemini(body, request, script, number)),
  },
  { path: /\/models$/, respond: models },
];

function withBody({ body }: RecordedRequest, respond: (body: JsonObject) => ScriptedResponse): ScriptedResponse {
  try {
    return respond(asObject(JSON.parse(body.toString()) as JsonValue));
  } catch (error) {
    if (error instanceof SyntaxError) return json(NOT_JSON, 400);
    throw error;
  }
}

function anthropic(body: JsonObject, request: RecordedRequest, script: Script, number: number): ScriptedResponse {
  const turns = asArray(body.messages).filter((message) =>
    asArray(asObject(message).content).some((block) => textAt(block, 'id').startsWith(`toolu_${CALL_ID_PREFIX}`)),
  );
  const offered = asArray(body.tools).map((tool) => textAt(tool, 'name'));
  const reply = replyFor(script, `toolu_${CALL_ID_PREFIX}${number}_`, turns.length, offered);
  const shape = { reply, model: textAt(body, 'model'), number, usage: usageOf(request, script) };
  if (body.stream !== true) return json(anthropicMessage(shape));
  return eventStream(
    anthropicEvents(shape).map((event) => `event: ${textAt(event, 'type')}\ndata: ${JSON.stringify(event)}\n\n`),
  );
}

function chat(body: JsonObject, request: RecordedRequest, script: Script, number: number): ScriptedResponse {
  const turns = asArray(body.messages).filter((message) =>
    asArray(asObject(message).tool_calls).some((call) => textAt(call, 'id').startsWith(`call_${CALL_ID_PREFIX}`)),
  );
  const offered = asArray(body.tools).map((tool) => textAt(asObject(tool).function, 'name'));
  const reply = replyFor(script, `call_${CALL_ID_PREFIX}${number}_`, turns.length, offered);
  const shape = { reply, model: textAt(body, 'model'), number, usage: usageOf(request, script) };
  if (body.stream !== true) return json(chatCompletion(shape));
  const wantsUsage = asObject(body.stream_options).include_usage === true;
  return eventStream([
    ...chatChunks(shape, wantsUsage).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`),
    'data: [DONE]\n\n',
  ]);
}

function responses(body: JsonObject, request: RecordedRequest, script: Script, number: number): ScriptedResponse {
  // Calls of one turn are items of their own, and may be known by their outputs alone.
  const pattern = new RegExp(`^call_(${CALL_ID_PREFIX}\\d+_)`);
  const turns = new Set(asArray(body.input).map((item) => pattern.exec(textAt(item, 'call_id'))?.[1]));
  turns.delete(undefined);
  const offered = asArray(body.tools).map((tool) => textAt(tool, 'name'));
  const reply = replyFor(script, `call_${CALL_ID_PREFIX}${number}_`, turns.size, offered);
  const shape = { reply, model: textAt(body, 'model'), number, usage: usageOf(request, script), asked: body };
  if (body.stream !== true) return json(responsesAnswer(shape));
  return eventStream(
    responsesEvents(shape).map((event) => `event: ${textAt(event, 'type')}\ndata: ${JSON.stringify(event)}\n\n`),
  );
}

function gemini(body: JsonObject, request: RecordedRequest, script: Script, number: number): ScriptedResponse {
  const idsOf = (content: JsonValue): readonly string[] =>
    asArray(asObject(content).parts).map((part) => textAt(asObject(part).functionCall, 'id'));
  const turns = asArray(body.contents).filter((one) => idsOf(one).some((id) => id.startsWith(`fc_${CALL_ID_PREFIX}`)));
  const declared = asArray(body.tools).flatMap((tool) => asArray(asObject(tool).functionDeclarations));
  const offered = declared.map((one) => textAt(one, 'name'));
  const reply = replyFor(script, `fc_${CALL_ID_PREFIX}${number}_`, turns.length, offered);
  const { pathname, searchParams } = new URL(request.url, 'http://x');
  const model = /([^/:]+):\w+$/.exec(pathname)?.[1] ?? '';
  const shape = { reply, model, number, usage: usageOf(request, script) };
  if (!pathname.endsWith(':streamGenerateContent')) return json(geminiResponse(shape));
  const chunks = geminiChunks(shape).map((chunk) => JSON.stringify(chunk));
  if (searchParams.get('alt') === 'sse') return eventStream(chunks.map((chunk) => `data: ${chunk}\r\n\r\n`));
  const pieces = chunks.map((chunk, index) => `${index === 0 ? '[' : ',\r\n'}${chunk}`);
  return { ...json(null), pieces: [...pieces, ']'] };
}

function textAt(value: JsonValue | undefined, key: string): string {
  const member = asObject(value)[key];
  return typeof member === 'string' ? member : '';
}

/** The next turn of the script: as many turns are behind us as the conversation holds scripted calls. */
function replyFor(script: Script, idPrefix: string, turnsBehind: number, offered: readonly string[]): Reply {
  const turn = script.call?.[turnsBehind];
  const wanted: readonly ScriptedCall[] = turn === undefined ? [] : 'tool' in turn ? [turn] : turn;
  const calls = wanted.flatMap(({ tool, input }, index) => {
    const name = offered.find((candidate) => tool.test(candidate));
    return name === undefined ? [] : [{ id: `${idPrefix}${index + 1}`, name, input }];
  });
  return { calls, text: calls.length > 0 ? '' : (script.text ?? 'All done.') };
}

function models({ rawHeaders }: RecordedRequest): ScriptedResponse {
  const isAnthropic = rawHeaders.some(
    (name, index) => index % 2 === 0 && /^(?:x-api-key|anthropic-version)$/i.test(name),
  );
  return json(
    isAnthropic
      ? {
          data: [
            { type: 'model', id: 'claude-scripted', display_name: 'Scripted', created_at: '2026-01-01T00:00:00Z' },
          ],
          has_more: false,
          first_id: 'claude-scripted',
          last_id: 'claude-scripted',
        }
      : {
          object: 'list',
          data: [{ id: 'gpt-scripted', object: 'model', created: 1_767_225_600, owned_by: 'scripted' }],
        },
  );
}

function usageOf(
  { body }: RecordedRequest,
  { cacheReadTokens = 0, cacheWriteTokens = 0 }: Script,
): {
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
} {
  return { inputTokens: roughTokens(body), cacheReadTokens, cacheWriteTokens };
}

function roughTokens(body: Buffer): number {
  return Math.ceil(body.length / 4);
}

function json(body: JsonValue, status = 200, headers: Readonly<Record<string, string>> = {}): ScriptedResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, pieces: [JSON.stringify(body)] };
}

function eventStream(pieces: readonly string[]): ScriptedResponse {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    pieces,
  };
}

async function deliver(
  { status, headers, pieces }: ScriptedResponse,
  outgoing: ServerResponse,
  script: Script,
): Promise<void> {
  outgoing.writeHead(status, { 'request-id': 'req_scripted', ...headers });
  outgoing.flushHeaders();
  outgoing.socket?.setNoDelay(true);
  let left = script.cutAfterBytes ?? Number.POSITIVE_INFINITY;
  for (const piece of cutUp(pieces, script.pieceBytes)) {
    if (outgoing.destroyed) return;
    outgoing.write(piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0) {
      // What was written is on its way before the connection goes.
      await sleep(20);
      outgoing.destroy();
      return;
    }
    await (script.chunkDelayMs ? sleep(script.chunkDelayMs) : new Promise(setImmediate));
  }
  outgoing.end();
}

function cutUp(pieces: readonly string[], pieceBytes: number | undefined): readonly Buffer[] {
  if (pieceBytes === undefined) return pieces.map((piece) => Buffer.from(piece));
  const whole = Buffer.from(pieces.join(''));
  return Array.from({ length: Math.ceil(whole.length / pieceBytes) }, (_, index) =>
    whole.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
}

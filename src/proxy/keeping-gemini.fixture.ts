/** For tests: a Gemini on loopback that keeps cached contents, as the API does, and answers with a digest of all that its model reads. */
import type { ServerResponse } from 'node:http';
import { hashOf } from '../core/hash.ts';
import { asObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import { type Received, startUpstream, type TestUpstream } from './test-rig.fixture.ts';

export interface KeepingGemini extends TestUpstream {
  /** By their names: what they hold, and for whom. */
  readonly kept: Map<string, { readonly content: JsonObject; readonly key: string }>;
  /** How the next requests to keep something are answered; undefined: it is kept. */
  refusal: { readonly status: number; readonly message: string } | undefined;
  /** What was asked, in words: `generate`, `generate named`, `keep`, `renew`, `drop`. */
  readonly asked: () => readonly string[];
}

const ENDS = ['systemInstruction', 'tools', 'toolConfig'] as const;
export const KEPT_TOKENS = 5_000;
/** A question that says this is answered with a call of the retrieval tool. */
export const ASKS_FOR_ORIGINAL = 'fetch it';

export async function startKeepingGemini(): Promise<KeepingGemini> {
  let count = 0;
  const kept: KeepingGemini['kept'] = new Map();
  const upstream = await startUpstream((client, request) => {
    const body = request.body.length === 0 ? {} : read(request.body.toString());
    if (!body) return refuse(client, 400, 'Invalid JSON payload received.');
    const name = /cachedContents\/[\w-]+/.exec(request.url)?.[0];
    const key = keyOf(request);
    if (!request.url.includes('cachedContents')) return generate(client, request, { body, kept, key });
    if (gemini.refusal) return refuse(client, gemini.refusal.status, gemini.refusal.message);
    if (name !== undefined && kept.get(name)?.key !== key) return refuse(client, 403, GONE);
    if (request.method === 'DELETE') {
      kept.delete(name!);
      return answer(client, 200, {});
    }
    const given = name ?? `cachedContents/c${++count}`;
    if (name === undefined) kept.set(given, { content: body, key });
    return answer(client, 200, { name: given, usageMetadata: { totalTokenCount: KEPT_TOKENS } });
  });
  const asked = (): readonly string[] => upstream.received.map(wordFor);
  const gemini: KeepingGemini = { ...upstream, kept, refusal: undefined, asked };
  return gemini;
}

const GONE = 'CachedContent not found (or permission denied)';

interface Generating extends Pick<KeepingGemini, 'kept'> {
  readonly body: JsonObject;
  readonly key: string;
}

function generate(client: ServerResponse, { url }: Received, { body, kept, key }: Generating): void {
  const { cachedContent, ...rest } = body;
  const found = typeof cachedContent === 'string' ? kept.get(cachedContent) : undefined;
  if (cachedContent !== undefined && found?.key !== key) return refuse(client, 403, GONE);
  if (found && ENDS.some((end) => rest[end] !== undefined))
    return refuse(client, 400, 'CachedContent can not be used with a request that sets system_instruction or tools');
  const { model: _, ttl: __, ...front } = found?.content ?? {};
  const prompt = Object.entries({ ...rest, ...front }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const part = JSON.stringify(rest).includes(ASKS_FOR_ORIGINAL)
    ? { functionCall: { name: RETRIEVAL_TOOL.name, args: { hash: '0'.repeat(24) } } }
    : { text: hashOf(JSON.stringify(prompt)) };
  const said = {
    candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: KEPT_TOKENS + 100,
      ...(found && { cachedContentTokenCount: KEPT_TOKENS }),
      candidatesTokenCount: 10,
      totalTokenCount: KEPT_TOKENS + 110,
    },
  };
  if (!url.includes('alt=sse')) return answer(client, 200, said);
  client.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify(said)}\r\n\r\n`);
}

function read(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}

function wordFor({ method, url, body }: Received): string {
  if (!url.includes('cachedContents')) return body.includes('"cachedContent"') ? 'generate named' : 'generate';
  return { POST: 'keep', PATCH: 'renew', DELETE: 'drop' }[method] ?? method;
}

function keyOf({ url, headers }: Received): string {
  return /[?&]key=([^&]*)/.exec(url)?.[1] ?? String(headers['x-goog-api-key']);
}

function refuse(client: ServerResponse, code: number, message: string): void {
  answer(client, code, { error: { code, message } });
}

function answer(client: ServerResponse, status: number, body: object): void {
  client.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
}

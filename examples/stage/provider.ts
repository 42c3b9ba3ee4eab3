/**
 * Whom an example asks. Without a key: the scripted provider, on this machine. With one: the real provider, through a
 * relay on loopback that passes everything on as it comes and adds up what the provider itself counts.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asObject, type JsonObject, type JsonValue } from '../../src/core/json/value.ts';
import { tokenizer } from '../../src/pipeline/defaults.ts';
import { type RecordedRequest, startScriptedProvider } from '../../src/testing/index.ts';
import type { Tool } from './compare.ts';
import { scriptFor } from './scripted-model.ts';

export type Api = 'anthropic' | 'openai';

export interface Spent {
  readonly requests: number;
  readonly inputTokens: number;
}

export interface Asked {
  /** Where the client's `baseURL` points. */
  readonly url: string;
  readonly apiKey: string;
  spent(): Spent;
  close(): Promise<void>;
}

interface Real {
  readonly keyName: string;
  readonly model: string;
  /** What the client's base URL has after the host. */
  readonly path: string;
  readonly upstreamName: string;
  readonly upstream: string;
}

export const REAL: Readonly<Record<Api, Real>> = {
  anthropic: {
    keyName: 'ANTHROPIC_API_KEY',
    model: 'claude-haiku-4-5',
    path: '',
    upstreamName: 'ANTHROPIC_BASE_URL',
    upstream: 'https://api.anthropic.com',
  },
  openai: {
    keyName: 'OPENAI_API_KEY',
    model: 'gpt-4o-mini',
    path: '/v1',
    upstreamName: 'OPENAI_BASE_URL',
    upstream: 'https://api.openai.com/v1',
  },
};

export async function askScripted(api: Api, tools: readonly Tool[]): Promise<Asked> {
  const provider = await startScriptedProvider((request) => scriptFor(tools, request));
  return {
    url: `${provider.url}${REAL[api].path}`,
    apiKey: 'sk-scripted',
    spent: () => ({
      requests: provider.requests.length,
      inputTokens: provider.requests.reduce((sum, request) => sum + tokensOf(request), 0),
    }),
    close: () => provider.close(),
  };
}

/** Tokens of all texts that the model reads: those of the conversation, and the definitions of its tools. */
function tokensOf({ body }: RecordedRequest): number {
  const { tools = [], ...rest } = asObject(JSON.parse(body.toString()) as JsonValue);
  const texts = ['messages', 'input', 'system', 'instructions'].flatMap((key) => textsIn(rest[key]));
  return [...texts, JSON.stringify(tools)].reduce((sum, text) => sum + tokenizer.count(text), 0);
}

function textsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value as JsonObject).flatMap(textsIn) : [];
}

/** Of these the largest in a response is the whole; OpenAI's counts have what came from the cache in them, Anthropic's do not. */
const COUNTS = ['prompt_tokens', 'input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const;
const KEPT_TO_ITSELF = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding']);
const DECODED = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection']);

export async function askReal(api: Api, apiKey: string): Promise<Asked> {
  const { path, upstream, upstreamName } = REAL[api];
  const target = (process.env[upstreamName] ?? upstream).replace(/\/$/, '');
  let [requests, inputTokens] = [0, 0];
  const server = createServer((incoming, outgoing) => {
    const pass = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const headers = Object.entries(incoming.headers).filter(([name]) => !KEPT_TO_ITSELF.has(name));
      const response = await fetch(`${target}${(incoming.url ?? '').slice(path.length)}`, {
        method: incoming.method ?? 'POST',
        headers: Object.fromEntries(headers) as Record<string, string>,
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      const text = await response.text();
      requests += 1;
      inputTokens += countedIn(text);
      outgoing.writeHead(
        response.status,
        Object.fromEntries([...response.headers].filter(([name]) => !DECODED.has(name))),
      );
      outgoing.end(text);
    };
    pass().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    apiKey,
    spent: () => ({ requests, inputTokens }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function countedIn(response: string): number {
  const largest = COUNTS.map((name) => {
    const counts = Array.from(response.matchAll(new RegExp(`"${name}":\\s*(\\d+)`, 'g')), ([, count]) => Number(count));
    return Math.max(0, ...counts);
  });
  return largest.reduce((sum, count) => sum + count, 0);
}

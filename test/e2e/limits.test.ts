/** Budgets and limits of a real proxy: what the official client libraries make of them, through kills, and in a fleet. */
import Anthropic from '@anthropic-ai/sdk';
import { ApiError, GoogleGenAI } from '@google/genai';
import OlderAnthropic from 'anthropic-sdk-0.71';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { hasRedis, startRedis, whyNot } from '../../src/stores/redis-server.fixture.ts';
import { type ProxyProcess, startKillableProxy, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';
import { send } from './wire.ts';

const MODEL = 'claude-opus-4-1';
/** $1.50 of Opus: any answer uses up the budgets below. */
const CACHE_READ = 1_000_000;
const messages = [{ role: 'user' as const, content: 'hi' }];
const BODY = JSON.stringify({ model: MODEL, max_tokens: 8, messages });

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider(() => ({ text: 'Hello.', cacheReadTokens: CACHE_READ }));
});
afterAll(() => provider.close());

const status = async (url: string, key = 'raw'): Promise<number> =>
  (await send(url, { path: '/v1/messages', headers: [['content-type', 'application/json'], ['x-api-key', key]], body: Buffer.from(BODY) })).status;

/** What an answer cost is known a moment after it. */
async function untilRefused(url: string, key?: string): Promise<number> {
  for (let round = 0; round < 100; round++) {
    const got = await status(url, key);
    if (got !== 200) return got;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 200;
}

interface Failure {
  readonly status?: number;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly message: string;
}

const CLIENTS: readonly (readonly [name: string, ask: (url: string, stream: boolean) => Promise<unknown>])[] = [
  [
    '@anthropic-ai/sdk',
    (baseURL, stream) =>
      new Anthropic({ apiKey: 'k-a', baseURL }).messages.create({ model: MODEL, max_tokens: 8, messages, stream }),
  ],
  [
    '@anthropic-ai/sdk 0.71',
    (baseURL, stream) =>
      new OlderAnthropic({ apiKey: 'k-b', baseURL }).messages.create({ model: MODEL, max_tokens: 8, messages, stream }),
  ],
  [
    'openai chat',
    (url, stream) =>
      new OpenAI({ apiKey: 'k-c', baseURL: `${url}/v1` }).chat.completions.create({ model: 'gpt-4o', messages, stream }),
  ],
  [
    'openai responses',
    (url, stream) =>
      new OpenAI({ apiKey: 'k-d', baseURL: `${url}/v1` }).responses.create({ model: 'gpt-4o', input: 'hi', stream }),
  ],
  [
    '@google/genai',
    (baseUrl, stream) => {
      const { models } = new GoogleGenAI({ apiKey: 'k-e', httpOptions: { baseUrl } });
      const request = { model: 'gemini-2.5-pro', contents: 'hi' };
      return stream ? models.generateContentStream(request) : models.generateContent(request);
    },
  ],
];

async function used(ask: () => Promise<unknown>): Promise<void> {
  const answer = await ask();
  // A stream that nobody reads never ends.
  if (answer && typeof answer === 'object' && Symbol.asyncIterator in answer)
    for await (const _ of answer as AsyncIterable<unknown>);
}

/** The failure of the request after the one that uses up a budget, once it is known what that one cost. */
async function failureOf(ask: () => Promise<unknown>, proxy: ProxyProcess): Promise<Failure> {
  await used(ask);
  await proxy.says(/"status":200/);
  return used(ask).then(
    () => expect.unreachable(),
    (error: unknown) => error as Failure,
  );
}

/** A proxy that minds how often it was asked. */
async function counted(flags: readonly string[], run: (proxy: ProxyProcess) => Promise<void>): Promise<void> {
  await using proxy = await startProxyProcess({ upstream: provider.url, flags: ['--log-level', 'info', ...flags] });
  await run(proxy);
}

const refusals = ({ said }: ProxyProcess, code: string): number => said().split(`"${code}"`).length - 1;

describe.each(CLIENTS)('%s', (name, ask) => {
  for (const stream of [false, true]) {
    verifies(
      ['limits:hold', 'limits:clients-understand'],
      `takes a budget that is used up for what it is, and does not try again (stream: ${stream})`,
      async () => {
        await counted(['--budget', '0.1/month'], async (proxy) => {
          const failure = await failureOf(() => ask(proxy.url, stream), proxy);
          expect(failure.message).toContain('budget is used up: this credential has spent');
          await proxy.says(/"OVER_BUDGET"/);
          expect(refusals(proxy, 'OVER_BUDGET')).toBe(1);
          if (name.startsWith('@anthropic')) expect(failure.status).toBe(402);
          if (name.startsWith('openai')) {
            expect(failure).toBeInstanceOf(OpenAI.RateLimitError);
            expect(failure).toMatchObject({ code: 'insufficient_quota', type: 'insufficient_quota' });
          }
          if (name.startsWith('@google')) {
            expect(failure).toBeInstanceOf(ApiError);
            expect([failure.status, failure.message]).toEqual([429, expect.stringContaining('RESOURCE_EXHAUSTED')]);
          }
        });
      },
    );
  }
});

verifies(
  ['limits:hold', 'limits:clients-understand'],
  'the libraries know a limit of a minute by their own class, and how long to wait',
  async () => {
    await counted(['--rpm', '1'], async ({ url }) => {
      const options = { baseURL: url, maxRetries: 0 };
      const asks = [
        () => new Anthropic({ apiKey: 'a', ...options }).messages.create({ model: MODEL, max_tokens: 8, messages }),
        () => new OlderAnthropic({ apiKey: 'b', ...options }).messages.create({ model: MODEL, max_tokens: 8, messages }),
        () =>
          new OpenAI({ apiKey: 'c', ...options, baseURL: `${url}/v1` }).responses.create({ model: 'gpt-4o', input: 'hi' }),
      ];
      const failures = [];
      for (const one of asks) {
        await one();
        failures.push(await one().catch((error: unknown) => error as { readonly headers: Headers }));
      }
      expect(failures[0]).toBeInstanceOf(Anthropic.RateLimitError);
      expect(failures[1]).toBeInstanceOf(OlderAnthropic.RateLimitError);
      expect(failures[2]).toBeInstanceOf(OpenAI.RateLimitError);
      for (const failure of failures) {
        expect(Number((failure as { readonly headers: Headers }).headers.get('retry-after'))).toBeGreaterThan(30);
      }
    });
  },
);

verifies(['limits:hold'], 'a budget that is used up stays so over kill -9, for that credential only', async () => {
  await using proxy = await startKillableProxy({ upstream: provider.url, flags: ['--budget', '0.1/month'] });
  expect(await untilRefused(proxy.url)).toBe(402);
  await proxy.killAndRestart();
  expect([await status(proxy.url), await status(proxy.url, 'another')]).toEqual([402, 200]);
});

verifies(
  ['limits:hold'],
  `two proxies that share a Redis let 20 clients have together what one may have${whyNot}`,
  async () => {
    await using redis = await startRedis();
    const flags = ['--store', redis.url, '--rpm', '25', '--budget', '1000/day'];
    await using one = await startProxyProcess({ upstream: provider.url, flags });
    await using two = await startProxyProcess({ upstream: provider.url, flags });
    const client = async (number: number): Promise<number[]> => {
      const { url } = number % 2 === 0 ? one : two;
      return [await status(url), await status(url)];
    };
    const got = (await Promise.all(Array.from({ length: 20 }, (_, number) => client(number)))).flat();
    expect([200, 429].map((code) => got.filter((one_) => one_ === code).length)).toEqual([25, 15]);
    expect([await status(one.url, 'another'), await status(two.url)]).toEqual([200, 429]);
  },
  { skip: !hasRedis },
);

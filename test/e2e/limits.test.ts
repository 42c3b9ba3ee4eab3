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
let proxy: ProxyProcess;
beforeAll(async () => {
  provider = await startScriptedProvider(() => ({ text: 'Hello.', cacheReadTokens: CACHE_READ }));
  proxy = await startProxyProcess({
    upstream: provider.url,
    flags: ['--budget', '0.1/month', '--log-level', 'info'],
  });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

const status = async (url: string, key = 'raw'): Promise<number> =>
  (
    await send(url, {
      path: '/v1/messages',
      headers: [
        ['content-type', 'application/json'],
        ['x-api-key', key],
      ],
      body: Buffer.from(BODY),
    })
  ).status;

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

const CLIENTS: readonly (readonly [
  name: string,
  ask: (url: string, stream: boolean, apiKey: string) => Promise<unknown>,
])[] = [
  [
    '@anthropic-ai/sdk',
    (baseURL, stream, apiKey) =>
      new Anthropic({ apiKey, baseURL }).messages.create({ model: MODEL, max_tokens: 8, messages, stream }),
  ],
  [
    '@anthropic-ai/sdk 0.71',
    (baseURL, stream, apiKey) =>
      new OlderAnthropic({ apiKey, baseURL }).messages.create({ model: MODEL, max_tokens: 8, messages, stream }),
  ],
  [
    'openai chat',
    (url, stream, apiKey) =>
      new OpenAI({ apiKey, baseURL: `${url}/v1` }).chat.completions.create({
        model: 'gpt-4o',
        messages,
        ...(stream ? { stream, stream_options: { include_usage: true } } : { stream }),
      }),
  ],
  [
    'openai responses',
    (url, stream, apiKey) =>
      new OpenAI({ apiKey, baseURL: `${url}/v1` }).responses.create({ model: 'gpt-4o', input: 'hi', stream }),
  ],
  [
    '@google/genai',
    (baseUrl, stream, apiKey) => {
      const { models } = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
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

const times = (word: string): number => proxy.said().split(word).length - 1;

/** The failure of the request after the one that uses up a budget, once it is known what that one cost. */
async function failureOf(ask: () => Promise<unknown>): Promise<Failure> {
  const settled = times('"status":200');
  await used(ask);
  await expect.poll(() => times('"status":200')).toBe(settled + 1);
  return used(ask).then(
    () => expect.unreachable(),
    (error: unknown) => error as Failure,
  );
}

describe.each(CLIENTS)('%s', (name, ask) => {
  for (const stream of [false, true]) {
    verifies(
      ['limits:hold', 'limits:clients-understand'],
      `takes a budget that is used up for what it is, and does not try again (stream: ${stream})`,
      async () => {
        const refused = times('"OVER_BUDGET"');
        const failure = await failureOf(() => ask(proxy.url, stream, `${name} ${stream}`));
        expect(failure.message).toContain('budget is used up: this credential has spent');
        await expect.poll(() => times('"OVER_BUDGET"')).toBe(refused + 1);
        if (name.startsWith('@anthropic')) expect(failure.status).toBe(402);
        if (name.startsWith('openai')) {
          expect(failure).toBeInstanceOf(OpenAI.RateLimitError);
          expect(failure).toMatchObject({ code: 'insufficient_quota', type: 'insufficient_quota' });
        }
        if (name.startsWith('@google')) {
          expect(failure).toBeInstanceOf(ApiError);
          expect([failure.status, failure.message]).toEqual([429, expect.stringContaining('RESOURCE_EXHAUSTED')]);
        }
      },
    );
  }
});

verifies(
  ['limits:hold', 'limits:clients-understand'],
  'the libraries know a limit of a minute by their own class, and how long to wait',
  async () => {
    await using limited = await startProxyProcess({ upstream: provider.url, flags: ['--rpm', '1'] });
    const { url } = limited;
    const options = { baseURL: url, maxRetries: 0 };
    const asks = [
      () => new Anthropic({ apiKey: 'a', ...options }).messages.create({ model: MODEL, max_tokens: 8, messages }),
      () => new OlderAnthropic({ apiKey: 'b', ...options }).messages.create({ model: MODEL, max_tokens: 8, messages }),
      () =>
        new OpenAI({ apiKey: 'c', ...options, baseURL: `${url}/v1` }).responses.create({
          model: 'gpt-4o',
          input: 'hi',
        }),
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
  },
);

verifies(['limits:hold'], 'a budget that is used up stays so over kill -9, for that credential only', async () => {
  await using mortal = await startKillableProxy({ upstream: provider.url, flags: ['--budget', '0.1/month'] });
  expect(await untilRefused(mortal.url)).toBe(402);
  await mortal.killAndRestart();
  expect([await status(mortal.url), await status(mortal.url, 'another')]).toEqual([402, 200]);
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

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AccountJob } from '../pipeline/account.ts';
import type { Clerk } from '../pipeline/clerk.ts';
import { ASKS_FOR_ORIGINAL, KEPT_TOKENS, type KeepingGemini, startKeepingGemini } from './keeping-gemini.fixture.ts';
import type { ProxyOptions, RunningProxy } from './server.ts';
import { call, fakeOptimizer, type Reply, startTestProxy, until } from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
let gemini: KeepingGemini;
beforeEach(async () => {
  gemini = await startKeepingGemini();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const one of closing.splice(0)) await one.close();
  await gemini.close();
});

const RULES = 'Never refund twice. “Voilà” 😀 '.repeat(700);
const TOOLS = '[ {"functionDeclarations":[{"name":"run","description":"r\\u0075ns"}]} ]';
const CONFIG = '{"functionCallingConfig": {"mode":"AUTO"}}';
const body = (question: string, rules = RULES): string =>
  `{ "systemInstruction": {"parts":[{"text":"${rules}"}]},\n "contents":[{"role":"user","parts":[{"text":"${question}"}]}],"tools":${TOOLS} , "generationConfig":{"temperature":1.0},"toolConfig":${CONFIG}}`;

const MINUTE_MS = 60_000;
const MODEL = 'gemini-2.5-pro';
const PATH = `/v1beta/models/${MODEL}:generateContent`;

interface Rig {
  readonly proxy: RunningProxy;
  readonly jobs: AccountJob[];
  readonly ask: (text: string, more?: { path?: string; headers?: readonly string[] }) => Promise<Reply>;
  /** Asks, and waits for what was asked beside it. */
  readonly settled: () => Promise<void>;
}

async function rig(options: Partial<ProxyOptions> = {}, optimizer = fakeOptimizer()): Promise<Rig> {
  const jobs: AccountJob[] = [];
  const clerk: Clerk = {
    record: (job) => (jobs.push(job), Promise.resolve(undefined)),
    learn: () => undefined,
    savings: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  const proxy = await startTestProxy(
    gemini.url,
    { keepMinutes: 60, ...options },
    {
      openClerk: () => clerk,
      openOptimizer: () => optimizer,
    },
  );
  closing.push(proxy);
  let count = 0;
  return {
    proxy,
    jobs,
    ask: (text, { path = PATH, headers = ['x-goog-api-key', 'mine'] } = {}) => {
      count++;
      return call(proxy.port, { path, headers, body: text });
    },
    settled: () => until(() => jobs.length === count),
  };
}

async function inTurn({ ask, settled }: Rig, ...texts: readonly string[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const text of texts) {
    replies.push(await ask(text));
    await settled();
  }
  return replies;
}

describe('a prefix that comes again', () => {
  it('is kept beside the second request, and named from the third on: the model reads the same', async () => {
    const all = await rig();
    const replies = await inTurn(all, body('a'), body('a'), body('a'), body('b'));
    expect(gemini.asked().toSorted()).toEqual(['generate', 'generate', 'generate named', 'generate named', 'keep']);
    const answers = replies.map((reply) => JSON.parse(reply.body.toString()).candidates[0].content.parts[0].text);
    expect(answers[2]).toBe(answers[0]);
    expect(answers[3]).not.toBe(answers[0]);
    const [first, second] = gemini.received.filter(({ url }) => url === PATH).map((one) => one.body.toString());
    expect([first, second]).toEqual([body('a'), body('a')]);
  });

  it('goes out as nothing but its name: every other byte is the client’s', async () => {
    await inTurn(await rig(), body('a'), body('a'), body('b'));
    expect(gemini.received.at(-1)!.body.toString()).toBe(
      '{ "contents":[{"role":"user","parts":[{"text":"b"}]}] , "generationConfig":{"temperature":1.0},"cachedContent":"cachedContents/c1"}',
    );
    const keep = gemini.received.find(({ url }) => url.endsWith('/cachedContents'))!;
    expect(keep.body.toString()).toBe(
      `{"model":"models/${MODEL}","systemInstruction":{"parts":[{"text":"${RULES}"}]},"tools":${TOOLS},"toolConfig":${CONFIG},"ttl":"3600s"}`,
    );
    expect([keep.headers['x-goog-api-key'], keep.headers['content-type']]).toEqual(['mine', 'application/json']);
  });

  it('is streamed by its name too, with the key in the query', async () => {
    const all = await rig();
    const path = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse&key=other`;
    for (let at = 0; at < 3; at++) {
      const reply = await all.ask(body('a'), { path, headers: [] });
      expect(reply.headers['content-type']).toBe('text/event-stream');
      await all.settled();
    }
    expect(gemini.asked().at(-1)).toBe('generate named');
    expect(gemini.received.map(({ url }) => url)).toContain('/v1beta/cachedContents?key=other');
  });

  it('is named in every hop of an exchange with hidden calls, as it goes out after our own edits', async () => {
    const [asks, goesOn] = [ASKS_FOR_ORIGINAL, 'go on'].map((text) => Buffer.from(body(text)));
    const optimizer = fakeOptimizer(() => ({ body: asks, isOffered: true }));
    optimizer.advance = ({ end }) =>
      Promise.resolve({ body: end.hidden.length > 0 ? goesOn : undefined, hops: [], problem: undefined });
    const all = await rig({}, optimizer);
    const replies = await inTurn(all, body('a'), body('a'), body('a'));
    expect(gemini.asked().filter((word) => word.startsWith('generate'))).toEqual([
      'generate',
      'generate',
      'generate named',
      'generate named',
      'generate named',
      'generate named',
    ]);
    expect(replies[2]!.body.toString()).toBe(replies[1]!.body.toString());
    expect(replies[2]!.body.toString()).not.toContain('functionCall');
    expect(all.jobs.map(({ usages }) => usages.length)).toEqual([2, 2, 2]);
  });

  it('is kept for each credential and each model by itself', async () => {
    const all = await rig();
    for (const key of ['a', 'b', 'a', 'b', 'a', 'b']) {
      await all.ask(body('q'), { headers: ['x-goog-api-key', key] });
      await all.settled();
    }
    await all.ask(body('q'), {
      headers: ['x-goog-api-key', 'a'],
      path: '/v1beta/models/gemini-2.5-flash:generateContent',
    });
    expect(gemini.asked().filter((word) => word === 'keep').length).toBe(2);
    expect(Array.from(gemini.kept.values(), ({ key }) => key).toSorted()).toEqual(['a', 'b']);
    expect(gemini.asked().at(-1)).toBe('generate');
  });

  it('never holds a request back: one that comes while it is being kept goes out plain', async () => {
    const all = await rig();
    await all.ask(body('a'));
    await Promise.all([all.ask(body('a')), all.ask(body('a')), all.ask(body('a'))]);
    await all.settled();
    expect(gemini.asked().filter((word) => word === 'keep').length).toBe(1);
    expect((await all.ask(body('a'))).status).toBe(200);
    expect(gemini.asked().at(-1)).toBe('generate named');
  });

  it.each([
    ['it is short', body('a', 'Be brief.'), {}],
    ['the client names one itself', `{"cachedContent":"cachedContents/x",${body('a').slice(1)}`, {}],
    ['nobody knows what that costs', body('a'), { path: '/v1beta/models/gemini-9-new:generateContent' }],
    ['the provider keeps nothing for the model', body('a'), { path: '/v1beta/models/gemini-1.5-pro:generateContent' }],
    ['it is only counted', body('a'), { path: `/v1beta/models/${MODEL}:countTokens` }],
    [
      'it goes to Vertex AI',
      body('a'),
      { path: `/v1/projects/p/locations/l/publishers/google/models/${MODEL}:generateContent` },
    ],
    ['Headroom is to do nothing', body('a'), { headers: ['x-goog-api-key', 'mine', 'x-headroom-bypass', 'true'] }],
    ['it says a key twice', body('a').replace('{', '{"tools":[],'), {}],
    ['it is no JSON', `${body('a')}}`, {}],
  ])('is left alone where %s', async (_why, text, more) => {
    const all = await rig();
    for (let at = 0; at < 3; at++) await all.ask(text, more);
    expect(gemini.received.filter((one) => one.body.toString() === text).length).toBe(3);
    expect(gemini.received.length).toBe(3);
  });

  it('is left alone unless that was asked for', async () => {
    await inTurn(await rig({ keepMinutes: undefined }), body('a'), body('a'), body('a'));
    expect(gemini.asked()).toEqual(['generate', 'generate', 'generate']);
  });
});

describe('a name that is refused', () => {
  it('is unseen by the client: the same request goes out plain, and no name for a while', async () => {
    const all = await rig();
    await inTurn(all, body('a'), body('a'));
    gemini.kept.clear();
    const [third, fourth, fifth] = await inTurn(all, body('a'), body('a'), body('a'));
    expect([third!.status, fourth!.status, fifth!.status]).toEqual([200, 200, 200]);
    expect(gemini.asked().slice(3)).toEqual(['generate named', 'generate', 'generate', 'generate']);
    expect(all.jobs[2]!.usages[0]).toMatchObject({ inputTokens: KEPT_TOKENS + 100, cacheReadTokens: 0 });
  });

  it('is tried again after a while', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const all = await rig();
    await inTurn(all, body('a'), body('a'));
    gemini.kept.clear();
    await inTurn(all, body('a'));
    vi.setSystemTime(Date.now() + 11 * MINUTE_MS);
    await inTurn(all, body('a'), body('a'), body('a'));
    expect(gemini.asked().at(-1)).toBe('generate named');
    expect(gemini.asked().filter((word) => word === 'keep').length).toBe(2);
  });

  it('is none where the provider would not keep it: nobody asks again for a while', async () => {
    gemini.refusal = { status: 400, message: 'Cached content is too small' };
    const all = await rig();
    const replies = await inTurn(all, body('a'), body('a'), body('a'), body('a'));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(gemini.asked().filter((word) => word === 'keep').length).toBe(1);
    expect(gemini.asked().includes('generate named')).toBe(false);
    expect(all.jobs.every(({ storing }) => storing === undefined)).toBe(true);
  });
});

describe('the life of what is kept', () => {
  it('is paid for by the request that asked for it, once, up to its expiry', async () => {
    const all = await rig();
    await inTurn(all, body('a'), body('a'), body('a'));
    expect(all.jobs.map(({ storing }) => storing)).toEqual([
      undefined,
      { writtenTokens: KEPT_TOKENS, tokenHours: KEPT_TOKENS },
      undefined,
    ]);
    expect(all.jobs[2]!.usages[0]).toMatchObject({ inputTokens: 100, cacheReadTokens: KEPT_TOKENS });
  });

  it('is renewed by a use in its second half, which pays for the time that it adds', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const all = await rig();
    await inTurn(all, body('a'), body('a'));
    vi.setSystemTime(Date.now() + 20 * MINUTE_MS);
    await inTurn(all, body('a'));
    vi.setSystemTime(Date.now() + 25 * MINUTE_MS);
    await inTurn(all, body('a'));
    vi.setSystemTime(Date.now() + 48 * MINUTE_MS);
    await inTurn(all, body('a'));
    expect(gemini.asked().slice(3).toSorted()).toEqual([
      'generate named',
      'generate named',
      'generate named',
      'renew',
      'renew',
    ]);
    expect(all.jobs.slice(2).map(({ storing }) => storing)).toEqual([
      undefined,
      { writtenTokens: 0, tokenHours: (KEPT_TOKENS * 45) / 60 },
      { writtenTokens: 0, tokenHours: (KEPT_TOKENS * 48) / 60 },
    ]);
  });

  it('ends by itself when nobody uses it, and begins again with the second sight', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const all = await rig();
    await inTurn(all, body('a'), body('a'));
    vi.setSystemTime(Date.now() + 60 * MINUTE_MS - 1_000);
    await inTurn(all, body('a'), body('a'));
    expect(gemini.asked().filter((word) => word !== 'keep')).toEqual(Array.from({ length: 4 }, () => 'generate'));
    expect(gemini.asked().filter((word) => word === 'keep').length).toBe(2);
  });

  it('ends with the proxy', async () => {
    const all = await rig();
    await inTurn(all, body('a'), body('a'));
    expect(gemini.kept.size).toBe(1);
    await closing.pop()!.close();
    expect(gemini.asked().at(-1)).toBe('drop');
    expect(gemini.kept.size).toBe(0);
  });
});

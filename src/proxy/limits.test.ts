/** R-60: budgets and limits at the door, on every format and in every way of sending. */
import type http from 'node:http';
import { Writable } from 'node:stream';
import zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Limits } from '../core/limits.ts';
import type { Clerk } from '../pipeline/clerk.ts';
import { openAdmissions } from '../pipeline/admission.ts';
import type { openLimiter } from '../pipeline/limiter.ts';
import { openModels } from '../pipeline/models.ts';
import { openStores } from '../stores/index.ts';
import { startScriptedProvider } from '../testing/scripted-provider.ts';
import type { ProxyOptions, RunningProxy } from './server.ts';
import {
  call,
  type Call,
  fakeOptimizer,
  type Reply,
  serve,
  startTestProxy,
  startUpstream,
  until,
} from './test-rig.fixture.ts';

const models = openModels();

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});

const NOON = Date.parse('2026-11-21T12:00:00Z');
/** $15 a million to read, $75 to write. */
const MODEL = 'claude-opus-4-1';
const CACHE_READ = 100_000;
const NONE: Limits = { budgets: [], requestsAMinute: undefined, tokensAMinute: undefined };
/** Any answer uses it up. */
const CENT_SHARE: Limits = { ...NONE, budgets: [{ holder: 'credential', dollars: 0.0001, period: 'day' }] };

/** In this thread: nothing but the way there is another one. */
const limiterHere: typeof openLimiter = ({ limits }, { warn, now = Date.now }) => {
  const stores = openStores({ path: undefined, warn });
  const admissions = openAdmissions({ limits, meters: () => stores.meters(), models, warn });
  return {
    admit: (asked) => Promise.resolve({ ...admissions.admit({ ...asked, at: now() }), at: now() }),
    settle: (over) => admissions.settle({ ...over, at: now() }),
    correct: (corrected) => admissions.correct({ ...corrected, at: now() }),
    close: () => Promise.resolve(),
  };
};

interface Rig {
  readonly proxy: RunningProxy;
  readonly warnings: readonly string[];
  readonly requests: () => number;
  /** Resolves once the exchange is settled too. */
  readonly send: (call: Call) => Promise<Reply>;
  clock: number;
}

async function rig(limits: Limits, options: Partial<ProxyOptions> = {}, upstream?: string): Promise<Rig> {
  const provider = await startScriptedProvider(() => ({ text: 'Hello.', cacheReadTokens: CACHE_READ }));
  const warnings: string[] = [];
  let lines = 0;
  const logTo = new Writable({ write: (_chunk, _encoding, done) => (lines++, done()) });
  const made: Partial<Rig> & { clock: number } = { clock: NOON };
  const proxy = await startTestProxy(
    upstream ?? provider.url,
    { logLevel: 'info', limits, warn: (message) => warnings.push(message), ...options },
    {
      openOptimizer: () => fakeOptimizer((job) => ({ model: job.model || MODEL })),
      openLimiter: limiterHere,
      logTo,
      now: () => made.clock,
    },
  );
  closing.push(provider, proxy);
  return Object.assign(made, {
    proxy,
    warnings,
    requests: () => provider.requests.length,
    async send(one: Call) {
      const before = lines;
      const reply = await call(proxy.port, one);
      await until(() => lines > before);
      return reply;
    },
  });
}

const message = { role: 'user', content: 'hi' };
const CALLS: readonly (readonly [name: string, call: Call, budget: object, limit: object])[] = [
  ...[false, true].map(
    (stream) =>
      [
        `Messages (stream: ${stream})`,
        { path: '/v1/messages', body: JSON.stringify({ model: MODEL, max_tokens: 8, messages: [message], stream }) },
        { status: 402, type: 'error', error: { type: 'billing_error' } },
        { status: 429, type: 'error', error: { type: 'rate_limit_error' } },
      ] as const,
  ),
  ...[false, true].map(
    (stream) =>
      [
        `Chat Completions (stream: ${stream})`,
        { path: '/v1/chat/completions', body: JSON.stringify({ model: MODEL, messages: [message], stream }) },
        { status: 429, error: { type: 'insufficient_quota', code: 'insufficient_quota', param: null } },
        { status: 429, error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null } },
      ] as const,
  ),
  ...[false, true].map(
    (stream) =>
      [
        `Responses (stream: ${stream})`,
        { path: '/v1/responses', body: JSON.stringify({ model: MODEL, input: 'hi', stream }) },
        { status: 429, error: { type: 'insufficient_quota', code: 'insufficient_quota', param: null } },
        { status: 429, error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null } },
      ] as const,
  ),
  ...['generateContent', 'streamGenerateContent?alt=sse'].map(
    (action) =>
      [
        `Gemini ${action}`,
        {
          path: `/v1beta/models/gemini-2.5-pro:${action}`,
          body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }),
        },
        { status: 429, error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '43200s' }] } },
        { status: 429, error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '61s' }] } },
      ] as const,
  ),
];

function said({ status, body }: Reply): object {
  return { status, ...(JSON.parse(body.toString()) as object) };
}

describe.each(CALLS)('%s', (_name, one, overBudget, tooMany) => {
  it.each(['balanced', 'off'] as const)('has a budget (profile %s)', async (profile) => {
    const { send, requests } = await rig(CENT_SHARE, { profile });
    expect((await send(one)).status).toBe(200);
    const reply = await send(one);
    expect(said(reply)).toMatchObject(overBudget);
    expect(reply.body.toString()).toMatch(
      /Headroom's budget is used up: this credential has spent 0\.\d{4} of 0\.0001/,
    );
    expect(reply.headers).toMatchObject({ 'retry-after': '43200', 'x-should-retry': 'false' });
    expect(requests()).toBe(1);
    // Another credential has its own.
    expect((await send({ ...one, headers: ['x-api-key', 'other'] })).status).toBe(200);
  });

  it('has limits of a minute', async () => {
    const made = await rig({ ...NONE, requestsAMinute: 2 });
    expect([(await made.send(one)).status, (await made.send(one)).status]).toEqual([200, 200]);
    const reply = await made.send(one);
    expect(said(reply)).toMatchObject(tooMany);
    expect(reply.headers).toMatchObject({ 'retry-after': '61', 'x-should-retry': 'true' });
    made.clock += 61_000;
    expect((await made.send(one)).status).toBe(200);
    expect(made.requests()).toBe(3);
  });

  it('says when a budget is nearly used up', async () => {
    const { send } = await rig({ ...NONE, budgets: [{ holder: 'project', dollars: 1, period: 'day' }] });
    expect((await send(one)).headers).not.toHaveProperty('x-headroom-budget-warning');
    // Nearly all of it is what the scripted provider has read from its cache.
    const price = models.find(one.path!.includes('gemini') ? 'gemini-2.5-pro' : MODEL)!.prices!.cacheRead!;
    const dollars = Number(((price * CACHE_READ) / 1_000_000 / 0.9).toFixed(4));
    const nearly = await rig({ ...NONE, budgets: [{ holder: 'project', dollars, period: 'day' }] });
    const headers = ['X-Headroom-Project', 'Grüße'];
    await nearly.send({ ...one, headers });
    expect((await nearly.send(one)).headers).not.toHaveProperty('x-headroom-budget-warning');
    expect((await nearly.send({ ...one, headers })).headers['x-headroom-budget-warning']).toMatch(
      /^9\d% used: the project "Gr.*e" has spent 0\.\d{4} of [\d.]+ dollars for this day, until 2026-11-22T00:00:00Z$/,
    );
  });
});

describe('what is not held', () => {
  it('are counts of tokens, by a budget or by tokens', async () => {
    const { send } = await rig({ ...CENT_SHARE, tokensAMinute: 1, requestsAMinute: 3 });
    const body = JSON.stringify({ model: MODEL, max_tokens: 8, messages: [message] });
    expect((await send({ body })).status).toBe(200);
    const count = { path: '/v1/messages/count_tokens', body };
    expect([(await send(count)).status, (await send(count)).status]).toEqual([200, 200]);
    expect((await send(count)).status).toBe(429);
  });

  it('are paths of no format, and our own pages', async () => {
    const { send, proxy } = await rig({ ...NONE, requestsAMinute: 1 });
    const models = { method: 'GET', path: '/v1/models' };
    for (let round = 0; round < 3; round++) expect((await send(models)).status).not.toBe(429);
    expect((await call(proxy.port, { method: 'GET', path: '/health' })).status).toBe(200);
  });
});

describe('what a request is thought to need', () => {
  /** It counts nothing: what was expected stands. */
  async function plainUpstream(): Promise<{ readonly url: string }> {
    const upstream = await startUpstream();
    closing.push(upstream);
    return upstream;
  }
  const size = (content: unknown): string => JSON.stringify({ model: MODEL, messages: [{ role: 'user', content }] });

  it('goes by its text, and images by their number', async () => {
    const { send } = await rig({ ...NONE, tokensAMinute: 10_000 }, {}, (await plainUpstream()).url);
    await send({ body: size('hi') });
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(400_000) } };
    expect((await send({ body: size([image]) })).status).toBe(200);
    expect((await send({ body: size('x '.repeat(20_000)) })).status).toBe(429);
  });

  it.each(['balanced', 'off'] as const)(
    'is known of bodies that come encoded, or in chunks (profile %s)',
    async (profile) => {
      const { send } = await rig({ ...NONE, tokensAMinute: 10_000 }, { profile }, (await plainUpstream()).url);
      await send({ body: size('hi') });
      const body = zlib.gzipSync(size('x '.repeat(20_000)));
      expect((await send({ body, headers: ['content-encoding', 'gzip'] })).status).toBe(429);
      expect((await send({ body: size('x '.repeat(200_000)) })).status).toBe(429);
    },
  );

  it('is known of what is longer than is kept of a body that passes, and all of it arrives', async () => {
    const upstream = await startUpstream();
    closing.push(upstream);
    const { send } = await rig({ ...NONE, tokensAMinute: 10_000 }, { profile: 'off' }, upstream.url);
    const body = size('x '.repeat(9_000_000));
    expect([(await send({ body })).status, (await send({ body })).status]).toEqual([200, 429]);
    expect(upstream.received.map((one) => one.body.length)).toEqual([body.length]);
  });

  it('keeps 20 requests at once from spending more than is left and what they cost beyond that', async () => {
    const usage = { input_tokens: 20_000, output_tokens: 2_000 };
    const held: http.ServerResponse[] = [];
    const upstream = await startUpstream((client) => void held.push(client));
    closing.push(upstream);
    // Each is thought to cost 0.15 + 0.15, and costs 0.45.
    const budgets = [{ holder: 'credential', dollars: 1, period: 'day' }] as const;
    const { proxy } = await rig({ ...NONE, budgets }, {}, upstream.url);
    const body = size('x '.repeat(20_000));
    const replies: Reply[] = [];
    const calls = Array.from({ length: 20 }, async () => void replies.push(await call(proxy.port, { body })));
    await until(() => replies.length === 17);
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 17 }, () => 429));
    const answer = JSON.stringify({ type: 'message', stop_reason: 'end_turn', usage });
    for (const client of held) client.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    await Promise.all(calls);
    expect(replies.slice(17).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(replies.find(({ status }) => status === 429)!.headers['retry-after']).toBe('5');
    expect(upstream.received.length).toBe(3);
  });
});

it('R-60: what an answer cost is known before the next request is asked about, however slow the accounts are', async () => {
  const provider = await startScriptedProvider(() => ({ text: 'Hello.', cacheReadTokens: CACHE_READ }));
  const clerk: Clerk = {
    record: () => new Promise((resolve) => setTimeout(() => resolve(undefined), 1_000)),
    learn: () => undefined,
    savings: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  const parts = {
    openOptimizer: () => fakeOptimizer(() => ({ model: MODEL })),
    openLimiter: limiterHere,
    openClerk: () => clerk,
    now: () => NOON,
  };
  const proxy = await startTestProxy(provider.url, { limits: CENT_SHARE }, parts);
  closing.push(provider, proxy);
  const body = JSON.stringify({ model: MODEL, max_tokens: 8, stream: true, messages: [message] });
  for (const encoding of [[], ['accept-encoding', 'gzip']]) {
    const headers = ['x-api-key', `key ${encoding.length}`, ...encoding];
    const statuses = [];
    for (let round = 0; round < 4; round++) statuses.push((await call(proxy.port, { body, headers })).status);
    expect(statuses).toEqual([200, 402, 402, 402]);
  }
});

it('books nothing for what the provider refuses, and gives its room back', async () => {
  const upstream = await startUpstream((client) => client.writeHead(529).end('{}'));
  closing.push(upstream);
  const { send } = await rig({ ...CENT_SHARE, tokensAMinute: 200 }, {}, upstream.url);
  const body = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'x '.repeat(300) }] });
  for (let round = 0; round < 4; round++) expect((await send({ body })).status).toBe(529);
});

it('says once that a model has no price', async () => {
  const provider = await startScriptedProvider(() => ({ text: 'Hello.' }));
  const warnings: string[] = [];
  const proxy = await startTestProxy(
    provider.url,
    { limits: CENT_SHARE, warn: (message) => void warnings.push(message) },
    {
      openOptimizer: () => fakeOptimizer(() => ({ model: 'nobody-knows' })),
      openLimiter: limiterHere,
      now: () => NOON,
    },
  );
  closing.push(provider, proxy);
  const body = JSON.stringify({ model: 'nobody-knows', max_tokens: 8, messages: [message] });
  for (let round = 0; round < 3; round++) expect((await call(proxy.port, { body })).status).toBe(200);
  await until(() => warnings.length > 0);
  expect(warnings).toEqual([expect.stringContaining('no price is known for the model "nobody-knows"')]);
});

describe('frames', () => {
  interface Frames {
    readonly client: WebSocket;
    readonly got: { readonly client: string[]; readonly upstream: string[] };
    readonly upstream: () => WebSocket;
  }

  async function frames(limits: Limits, headers = {}, options: Partial<ProxyOptions> = {}): Promise<Frames> {
    const { server, url, close } = await serve((_incoming, client) => void client.end());
    const sockets = new WebSocketServer({ server });
    const got: Frames['got'] = { client: [], upstream: [] };
    let upstream: WebSocket | undefined;
    sockets.on('connection', (socket) => {
      upstream = socket;
      socket.on('message', (data: Buffer) => got.upstream.push(data.toString()));
    });
    const { proxy } = await rig(limits, options, url);
    const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/v1/responses`, { headers });
    client.on('message', (data: Buffer) => got.client.push(data.toString()));
    closing.push({ close }, { close: () => sockets.close() }, { close: () => client.terminate() });
    await new Promise((resolve) => client.once('open', resolve));
    return { client, got, upstream: () => upstream! };
  }

  const create = (more: object = {}): string =>
    JSON.stringify({ type: 'response.create', model: MODEL, input: [], ...more });
  const usage = { input_tokens: 7_000, output_tokens: 100 };
  const completed = (more: object = {}): string =>
    JSON.stringify({ type: 'response.completed', response: { status: 'completed', usage }, ...more });

  it.each([
    ['', {}, {}],
    [' of a client that wants nothing changed', { 'x-headroom-bypass': 'true' }, {}],
    [' where nothing is shortened', {}, { profile: 'off' }],
  ] as const)('each have the limits of a minute%s, and the connection goes on', async (_name, headers, options) => {
    const { client, got, upstream } = await frames({ ...NONE, requestsAMinute: 1 }, headers, options);
    client.send(create({ input: 'first' }));
    client.send(create({ input: 'second' }));
    client.send('{"type":"response.steer"}');
    await until(() => got.upstream.length === 2);
    // An error in the midst of another answer would end that one.
    expect(got.client).toEqual([]);
    upstream().send('{"type":"response.created"}');
    upstream().send(completed());
    await until(() => got.client.length === 3);
    expect(got.client.slice(0, 2)).toEqual(['{"type":"response.created"}', completed()]);
    expect(JSON.parse(got.client[2]!)).toMatchObject({
      type: 'error',
      status: 429,
      error: { code: 'rate_limit_exceeded', message: expect.stringContaining('1 requests a minute') },
      headers: { 'retry-after': '61' },
    });
    expect(got.upstream.toSorted()).toEqual([create({ input: 'first' }), '{"type":"response.steer"}']);
  });

  it('each have the budget, lane by lane', async () => {
    const { client, got, upstream } = await frames(CENT_SHARE);
    client.send(create({ stream_id: 'a' }));
    await until(() => got.upstream.length === 1);
    upstream().send(completed({ stream_id: 'a' }));
    await until(() => got.client.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    client.send(create({ stream_id: 'b' }));
    await until(() => got.client.length === 2);
    expect(JSON.parse(got.client[1]!)).toMatchObject({
      type: 'error',
      stream_id: 'b',
      status: 429,
      error: { type: 'insufficient_quota', message: expect.stringContaining('spent 0.1125 of 0.0001') },
    });
    expect(got.upstream.length).toBe(1);
  });

  it('that cannot be read are not passed on', async () => {
    const { proxy } = await rig(CENT_SHARE);
    const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/v1/responses`, ['own']);
    const status = await new Promise((resolve) => {
      client.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      client.once('error', () => undefined);
    });
    expect(status).toBe(400);
  });
});

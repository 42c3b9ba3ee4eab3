/** Batches on their way through: which of them are read, what the optimizer, the accounts and the limits are told. */
import { Writable } from 'node:stream';
import zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clerk } from '../pipeline/clerk.ts';
import type { Job, Verdict } from '../pipeline/engine.ts';
import type { ProxyOptions, RunningProxy } from './server.ts';
import {
  call,
  fakeOptimizer,
  type FakeOptimizer,
  shout,
  startTestProxy,
  startUpstream,
  type TestUpstream,
  until,
} from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

const ANTHROPIC = '/v1/messages/batches';
const GEMINI = '/v1beta/models/gemini-3-flash:batchGenerateContent';
const MB = 1_048_576;
const SAVED: Partial<Verdict> = {
  model: 'claude-x',
  notes: [{ part: 0, outcome: 'rewritten', by: 'log', reason: '', tokensBefore: 900, tokensAfter: 300 }],
};

interface Rig {
  readonly upstream: TestUpstream;
  readonly proxy: RunningProxy;
  readonly optimizer: FakeOptimizer;
  readonly lines: readonly Record<string, unknown>[];
  /** What the accounts and the limits were asked. */
  readonly asked: readonly string[];
}

async function rig(
  decide?: (job: Job) => Partial<Verdict> | undefined,
  options: Partial<ProxyOptions> = {},
): Promise<Rig> {
  const upstream = await startUpstream();
  const optimizer = fakeOptimizer(decide);
  const asked: string[] = [];
  const clerk: Clerk = {
    record: () => (asked.push('account'), Promise.resolve(undefined)),
    learn: () => undefined,
    savings: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  const lines: Record<string, unknown>[] = [];
  const logTo = new Writable({
    write: (chunk: Buffer, _encoding, done) => (lines.push(JSON.parse(chunk.toString()) as never), done()),
  });
  const proxy = await startTestProxy(
    upstream.url,
    { logLevel: 'info', limits: { budgets: [], requestsAMinute: 1, tokensAMinute: undefined }, ...options },
    {
      openOptimizer: () => optimizer,
      openClerk: () => clerk,
      openLimiter: () => ({
        admit: () => (asked.push('limit'), Promise.resolve({ at: 0 })),
        settle: () => undefined,
        correct: () => undefined,
        close: () => Promise.resolve(),
      }),
      logTo,
    },
  );
  closing.push(proxy, upstream);
  return { upstream, proxy, optimizer, lines, asked };
}

describe('a batch', () => {
  it.each([
    [`${ANTHROPIC}?beta=true`, 'anthropic-messages', ''],
    [GEMINI, 'gemini', 'gemini-3-flash'],
  ])('to %s is the optimizer’s, as a batch of its tenant, and goes out as it says', async (path, format, model) => {
    const { upstream, proxy, optimizer } = await rig(shout);
    await call(proxy.port, { path, headers: ['x-api-key', 'one'], body: '{"requests":[]}' });
    await call(proxy.port, { path, headers: ['x-api-key', 'two'], body: '{"requests":[]}' });
    expect(optimizer.jobs.map((job) => [job.format, job.model, job.intent, job.isBatch])).toEqual([
      [format, model, 'send', true],
      [format, model, 'send', true],
    ]);
    expect(optimizer.jobs[0]!.tenant).not.toBe(optimizer.jobs[1]!.tenant);
    expect(upstream.received.map(({ url, body }) => [url, body.toString()])).toEqual([
      [path, '{"REQUESTS":[]}'],
      [path, '{"REQUESTS":[]}'],
    ]);
  });

  it('is in the log with what was saved, in no account, and held by no limit', async () => {
    const { proxy, lines, asked } = await rig(() => SAVED);
    await call(proxy.port, { path: ANTHROPIC, body: '{}' });
    await until(() => lines.length > 0);
    expect(lines[0]).toMatchObject({
      path: ANTHROPIC,
      format: 'anthropic-messages',
      model: 'claude-x',
      tokens_before: 900,
      tokens_after: 300,
    });
    const stats = (await call(proxy.port, { method: 'GET', path: '/stats' })).body.toString();
    expect(JSON.parse(stats)).toMatchObject({ tokens: { saved: 600, saved_first_time: 600 } });
    expect(asked).toEqual([]);
    await call(proxy.port, { body: '{}' });
    await until(() => lines.length > 1);
    expect(asked).toEqual(['limit', 'account']);
  });

  it('that is encoded is read, and leaves plain when it changed', async () => {
    const { upstream, proxy, optimizer } = await rig(shout);
    const body = zlib.gzipSync('{"requests":[]}');
    await call(proxy.port, { path: ANTHROPIC, headers: ['content-encoding', 'gzip'], body });
    expect(Buffer.from(optimizer.jobs[0]!.body).toString()).toBe('{"requests":[]}');
    const [sent] = upstream.received;
    expect([sent!.body.toString(), sent!.headers['content-encoding']]).toEqual(['{"REQUESTS":[]}', undefined]);
  });

  it('that is larger than the proxy reads, or does not say how large it is, streams through as it came', async () => {
    const { upstream, proxy, optimizer, lines } = await rig(shout, { maxBodyBytes: MB });
    const large = Buffer.alloc(3 * MB, 'x');
    const reply = await call(proxy.port, { path: ANTHROPIC, body: large });
    const stream = new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 40; piece++) controller.enqueue(Buffer.alloc(65_536, 'y'));
        controller.close();
      },
    });
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    const other = await fetch(`${proxy.url}${GEMINI}`, init);
    const bomb = zlib.gzipSync(Buffer.alloc(5 * MB));
    await call(proxy.port, { path: GEMINI, headers: ['content-encoding', 'gzip'], body: bomb });
    await until(() => lines.length > 2);
    expect([reply.status, other.status]).toEqual([200, 200]);
    expect(upstream.received.map(({ body }) => body.length)).toEqual([3 * MB, 40 * 65_536, bomb.length]);
    expect(upstream.received[0]!.body.equals(large)).toBe(true);
    expect(optimizer.jobs).toEqual([]);
  });

  it('passes as it came with the bypass header and where Headroom is off, and nothing of it is pinned', async () => {
    const { upstream, proxy, optimizer } = await rig(shout);
    const off = await startTestProxy(upstream.url, { profile: 'off' }, { openOptimizer: () => optimizer });
    await call(proxy.port, { path: ANTHROPIC, headers: ['x-headroom-bypass', 'true'], body: 'a' });
    await call(proxy.port, { path: GEMINI, headers: ['x-headroom-bypass', 'true'], body: Buffer.alloc(MB, 'b') });
    await call(off.port, { path: ANTHROPIC, body: 'c' });
    await Promise.all([off.close(), proxy.close()]);
    expect(optimizer.jobs).toEqual([]);
    expect(upstream.received.map(({ body }) => body.toString('utf8', 0, 1))).toEqual(['a', 'b', 'c']);
    expect(upstream.received.flatMap(({ raw }) => raw).filter((name) => name.startsWith('x-headroom'))).toEqual([]);
  });

  it('is only what is posted: lists, results and what is done with batches pass', async () => {
    const { upstream, proxy, optimizer } = await rig(shout);
    const paths = [ANTHROPIC, `${ANTHROPIC}/b1`, `${ANTHROPIC}/b1/results`, '/v1beta/batches/b1'];
    for (const path of paths) await call(proxy.port, { method: 'GET', path });
    await call(proxy.port, { path: `${ANTHROPIC}/b1/cancel`, body: 'x' });
    await call(proxy.port, { path: '/v1beta/batches/b1:cancel', body: 'x' });
    await call(proxy.port, { path: '/v1/batches', body: 'x' });
    expect(optimizer.jobs).toEqual([]);
    expect(upstream.received.map(({ url }) => url).slice(0, 4)).toEqual(paths);
  });

  it('whose upstream is not there is refused in the shape of its API', async () => {
    const proxy = await startTestProxy('http://127.0.0.1:9');
    closing.push(proxy);
    const reply = await call(proxy.port, { path: ANTHROPIC, body: '{}' });
    expect([reply.status, JSON.parse(reply.body.toString())]).toMatchObject([
      502,
      { type: 'error', error: { type: 'api_error' } },
    ]);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import zlib from 'node:zlib';
import type { AccountJob, Receipt } from '../pipeline/account.ts';
import type { Clerk } from '../pipeline/clerk.ts';
import { openOptimizer } from '../pipeline/pool.ts';
import { projectOf } from './bookkeeping.ts';
import type { ProxyOptions, RunningProxy } from './server.ts';
import { call, fakeOptimizer, startTestProxy, startUpstream, type TestUpstream } from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

const MESSAGE = JSON.stringify({
  type: 'message',
  stop_reason: 'end_turn',
  usage: { input_tokens: 9, output_tokens: 1 },
});
const LOG = Array.from(
  { length: 200 },
  (_, at) => `2026-11-21T10:00:00Z INFO worker-${at % 7} job ${at} status=ok`,
).join('\n');

interface Rig {
  readonly jobs: AccountJob[];
  readonly proxy: RunningProxy;
  readonly upstream: TestUpstream;
  /** Resolves once all that was answered is accounted for. */
  readonly settled: () => Promise<unknown>;
}

async function rig(
  options: Partial<ProxyOptions> = {},
  answer: (job: AccountJob) => Promise<Receipt | undefined> = () => Promise.resolve(undefined),
  isReal = false,
): Promise<Rig> {
  const upstream = await startUpstream((client) =>
    client.writeHead(200, { 'content-type': 'application/json' }).end(MESSAGE),
  );
  const jobs: AccountJob[] = [];
  const clerk: Clerk = {
    record: (job) => (jobs.push(job), answer(job)),
    learn: () => undefined,
    savings: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  const proxy = await startTestProxy(
    upstream.url,
    { deadlineMs: 20_000, ...options },
    {
      openOptimizer: isReal ? openOptimizer : () => fakeOptimizer(),
      openClerk: () => clerk,
    },
  );
  closing.push(proxy, upstream);
  return { jobs, proxy, upstream, settled: () => call(proxy.port, { method: 'GET', path: '/stats' }) };
}

const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });

describe('an account', () => {
  it('is told what came, what went, and what it cost', async () => {
    const { jobs, proxy, settled } = await rig();
    const before = Date.now();
    await call(proxy.port, { headers: ['x-headroom-project', ' my\u00a0app '], body: BODY });
    await settled();
    const [{ received, at, endedAt, ...job }] = jobs as [AccountJob];
    expect([endedAt! >= at, endedAt! - at < 60_000]).toEqual([true, true]);
    expect(Buffer.from(received!).toString()).toBe(BODY);
    expect(Math.abs(at - before)).toBeLessThan(60_000);
    expect(job).toMatchObject({ format: 'anthropic-messages', road: 'shortened', complete: true, notes: [] });
    expect(job.sent).toBe(undefined);
    expect(job.usages).toMatchObject([{ inputTokens: 9, outputTokens: 1 }]);
  });

  it('is told a compressed body as it reads', async () => {
    for (const headers of [[], ['x-headroom-bypass', 'true']]) {
      const { jobs, proxy, settled } = await rig();
      await call(proxy.port, { headers: ['content-encoding', 'gzip', ...headers], body: zlib.gzipSync(BODY) });
      await settled();
      expect(Buffer.from(jobs[0]!.received!).toString()).toBe(BODY);
      expect(jobs[0]!.road).toBe(headers.length > 0 ? 'passed' : 'shortened');
    }
  });

  it('is none of what only counts, lists or is refused', async () => {
    const { jobs, proxy, settled } = await rig();
    await call(proxy.port, { path: '/v1/messages/count_tokens', body: BODY });
    await call(proxy.port, { method: 'GET', path: '/v1/models' });
    await settled();
    expect(jobs).toEqual([]);
  });

  it('holds nobody up: the client has its answer before the account is begun', async () => {
    const { proxy, jobs } = await rig({}, () => new Promise((resolve) => setTimeout(() => resolve(undefined), 3_000)));
    const startedAt = performance.now();
    for (let at = 0; at < 3; at++) expect((await call(proxy.port, { body: BODY })).body.toString()).toBe(MESSAGE);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect(jobs.length).toBeLessThanOrEqual(3);
  });

  it('that fails costs nothing', async () => {
    const { proxy, settled, jobs } = await rig({}, () => Promise.reject(new Error('broken')));
    expect((await call(proxy.port, { body: BODY })).status).toBe(200);
    await settled();
    expect(jobs.length).toBe(1);
  });

  it('R-7: by which a conversation loses freezes it, in memory too', async () => {
    const receipts: Receipt[] = [];
    const { conversationKeyOf } = await import('../core/conversation-key.ts');
    const { formats } = await import('../formats/index.ts');
    const { JsonDocument } = await import('../core/json/document.ts');
    const { jobs, proxy, settled } = await rig(
      {},
      (job) => {
        const format = formats.find(({ name }) => name === job.format)!;
        const conversation = conversationKeyOf(
          format.read(JsonDocument.parse(Buffer.from(job.received!))),
          format.volatileKeys,
        );
        receipts.push({
          tenant: job.tenant,
          conversation,
          bust: undefined,
          froze: jobs.length === 1,
          model: '',
          bill: undefined,
        });
        return Promise.resolve(receipts.at(-1));
      },
      true,
    );
    const messages: object[] = [{ role: 'user', content: 'look' }];
    for (let turn = 0; turn < 2; turn++) {
      messages.push(
        { role: 'assistant', content: [{ type: 'tool_use', id: `t${turn}`, name: 'Bash', input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: `t${turn}`, content: LOG.replaceAll('worker', `w${turn}`) }],
        },
      );
      await call(proxy.port, { body: JSON.stringify({ model: 'm', tools: [{ name: 'Bash' }], messages }) });
      await settled();
    }
    expect(jobs.map(({ road }) => road)).toEqual(['shortened', 'frozen']);
    const [first, second] = jobs.map(({ sent }) => JSON.parse(Buffer.from(sent!).toString()) as { messages: object[] });
    expect(second!.messages.slice(0, 3)).toEqual(first!.messages);
    expect(second!.messages.slice(3)).toEqual(messages.slice(3));
  });
});

it('a project is a short line, or none', () => {
  expect(projectOf([['X-Headroom-Project', ' a\tb\u0007 ']])).toBe('a b');
  expect(projectOf([['x-headroom-project', ' ']])).toBe(undefined);
  expect(projectOf([['x-headroom-project', 'x'.repeat(500)]])?.length).toBe(100);
  expect(projectOf([])).toBe(undefined);
});

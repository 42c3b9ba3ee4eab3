import { Writable } from 'node:stream';
import zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProxyOptions, RunningProxy } from './server.ts';
import { call, fakeOptimizer, startTestProxy, startUpstream, until } from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

const USAGE = { input_tokens: 100, output_tokens: 7, cache_read_input_tokens: 50, cache_creation_input_tokens: 30 };
const MESSAGE = JSON.stringify({ type: 'message', stop_reason: 'end_turn', usage: USAGE });
const EVENTS = [
  ['message_start', { type: 'message_start', message: { usage: { ...USAGE, output_tokens: 1 } } }],
  ['message_delta', { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }],
  ['message_stop', { type: 'message_stop' }],
]
  .map(([name, data]) => `event: ${name as string}\ndata: ${JSON.stringify(data)}\n\n`)
  .join('');

interface Rig {
  readonly proxy: RunningProxy;
  readonly lines: Record<string, unknown>[];
  readonly text: () => string;
  readonly stats: () => Promise<{
    requests: Record<string, unknown>;
    tokens: Record<string, unknown>;
    problems: Record<string, number>;
  }>;
}

async function rig(
  reply: Parameters<typeof startUpstream>[0],
  options: Partial<ProxyOptions> = {},
  notes = SAVED,
): Promise<Rig> {
  const upstream = await startUpstream(reply);
  let text = '';
  const lines: Record<string, unknown>[] = [];
  const logTo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const optimizer = fakeOptimizer(() => ({ notes, model: 'claude-x' }));
  const proxy = await startTestProxy(
    upstream.url,
    { logLevel: 'info', ...options },
    { openOptimizer: () => optimizer, logTo },
  );
  closing.push(proxy, upstream);
  return {
    proxy,
    lines,
    text: () => text,
    stats: async () => JSON.parse((await call(proxy.port, { method: 'GET', path: '/stats' })).body.toString()) as never,
  };
}

const note = { by: 'log', reason: '' };
const SAVED = [
  { ...note, part: 1, outcome: 'rewritten' as const, tokensBefore: 900, tokensAfter: 500 },
  { ...note, part: 1, outcome: 'rewritten' as const, tokensBefore: 900, tokensAfter: 300 },
  { ...note, part: 2, outcome: 'replayed' as const, tokensBefore: 100, tokensAfter: 40 },
  { ...note, part: 3, outcome: 'left alone' as const, tokensBefore: 0, tokensAfter: 0 },
];

describe.each([
  ['JSON', 'application/json', MESSAGE],
  ['an event stream', 'text/event-stream; charset=utf-8', EVENTS],
])('a response that is %s', (_name, type, body) => {
  it.each([
    ['identity', Buffer.from(body)],
    ['gzip', zlib.gzipSync(body)],
    ['br', zlib.brotliCompressSync(body)],
    ['zstd', zlib.zstdCompressSync(body)],
  ])('is counted, encoded as %s', async (encoding, bytes) => {
    const { proxy, stats, lines } = await rig((client) => {
      client.writeHead(200, { 'content-type': type, 'content-encoding': encoding });
      for (let at = 0; at < bytes.length; at += 37) client.write(bytes.subarray(at, at + 37));
      client.end();
    });
    const reply = await call(proxy.port, { body: '{}' });
    expect(reply.body).toEqual(bytes);
    const { requests, tokens, problems } = await stats();
    expect(requests).toMatchObject({ total: 1, failed: 0, by_provider: { anthropic: 1 }, by_model: { 'claude-x': 1 } });
    expect(tokens).toMatchObject({ input: 180, uncached_input: 100, cache_read: 50, cache_write: 30, output: 7 });
    expect(tokens).toMatchObject({
      saved: 660,
      saved_first_time: 600,
      total_before_compression: 840,
      savings_percent: 78.57,
    });
    expect(problems).toEqual({});
    expect(lines).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/v1/messages',
        status: 200,
        tokens_before: 1000,
        tokens_after: 340,
        cache_read: 50,
        cache_write: 30,
        format: 'anthropic-messages',
      }),
    ]);
  });
});

describe('the account', () => {
  it('is not disturbed by responses that are not what they say', async () => {
    const { proxy, stats } = await rig((client) =>
      client.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('no gzip'),
    );
    expect((await call(proxy.port, { body: '{}' })).body.toString()).toBe('no gzip');
    expect((await stats()).tokens).toMatchObject({ input: 0 });
  });

  it('counts tokens neither for counts nor for errors', async () => {
    const { proxy, stats } = await rig((client, { url }) =>
      client.writeHead(url.includes('count') ? 200 : 500, { 'content-type': 'application/json' }).end(MESSAGE),
    );
    await call(proxy.port, { path: '/v1/messages/count_tokens', body: '{}' });
    await call(proxy.port, { body: '{}' });
    const { requests, tokens } = await stats();
    expect([requests['total'], requests['failed'], tokens['input'], tokens['saved']]).toEqual([2, 1, 0, 660]);
  });

  it('says when a response was cut short or an upstream was not there', async () => {
    const { proxy, stats, lines } = await rig((client) =>
      client.writeHead(200, { 'content-type': 'text/event-stream' }).end(EVENTS.slice(0, 300)),
    );
    await call(proxy.port, { body: '{}' });
    const { problems } = await stats();
    expect([problems, lines.map(({ level }) => level)]).toEqual([{ 'response cut short': 1 }, [50]]);
  });

  it('R-55: never shows a credential, a query, a header or a body', async () => {
    const canary = 'canary-secret';
    const { proxy, stats, text } = await rig((client) => client.writeHead(500, { 'x-echo': canary }).end(canary), {}, [
      {
        ...note,
        part: 1,
        outcome: 'failed' as never,
        reason: `unexpected token in ${canary}`,
        tokensBefore: 0,
        tokensAfter: 0,
      },
    ]);
    const headers = ['Authorization', `Bearer ${canary}`, 'x-api-key', canary, 'Cookie', canary, 'user-agent', canary];
    await call(proxy.port, { path: `/v1/messages?key=${canary}`, headers, body: `{"a":"${canary}"}` });
    await call(proxy.port, { path: `/v1/models?key=${canary}`, headers, method: 'GET' });
    const shown = JSON.stringify(await stats());
    await until(() => text().split('\n').length > 2);
    expect(text()).toContain('"path":"/v1/messages"');
    expect(text() + shown).not.toContain(canary);
  });
});

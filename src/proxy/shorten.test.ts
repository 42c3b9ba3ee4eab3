import zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { hashOf } from '../core/hash.ts';
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
  valuesOf,
} from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

interface Rig {
  readonly upstream: TestUpstream;
  readonly proxy: RunningProxy;
  readonly optimizer: FakeOptimizer;
}

async function rig(
  decide?: (job: Job) => Partial<Verdict> | undefined,
  options: Partial<ProxyOptions> = {},
): Promise<Rig> {
  const upstream = await startUpstream();
  const optimizer = fakeOptimizer(decide);
  const proxy = await startTestProxy(upstream.url, options, { openOptimizer: () => optimizer });
  closing.push(proxy, upstream);
  return { upstream, proxy, optimizer };
}

const ENCODERS: readonly (readonly [name: string, encode: (text: Buffer) => Buffer])[] = [
  ['identity', (text) => text],
  ['gzip', (text) => zlib.gzipSync(text)],
  ['deflate', (text) => zlib.deflateSync(text)],
  ['br', (text) => zlib.brotliCompressSync(text)],
  ['zstd', (text) => zlib.zstdCompressSync(text)],
];

describe('bodies of known formats', () => {
  it('goes out as the optimizer says, with its true length', async () => {
    const { upstream, proxy } = await rig(() => ({ body: Buffer.from('{"shorter":1}') }));
    await call(proxy.port, { body: '{"much longer than that": 1.0}' });
    const [sent] = upstream.received;
    expect(sent!.body.toString()).toBe('{"shorter":1}');
    expect(valuesOf(sent!.raw, 'content-length')).toEqual(['13']);
  });

  it('goes out as it came when the optimizer leaves it, or fails', async () => {
    const { upstream, proxy } = await rig();
    const broken = await startTestProxy(
      upstream.url,
      {},
      { openOptimizer: () => ({ ...fakeOptimizer(), run: () => Promise.reject(new Error('broken')) }) },
    );
    closing.unshift(broken);
    const body = '{"a": 1.0, "n": 12345678901234567890}';
    await call(proxy.port, { body });
    await call(broken.port, { body });
    expect(upstream.received.map((one) => one.body.toString())).toEqual([body, body]);
  });

  it('tells the optimizer format, tenant and intent', async () => {
    const { proxy, optimizer } = await rig();
    await call(proxy.port, { headers: ['x-api-key', 'one'], body: '{}' });
    await call(proxy.port, { path: '/v1/messages/count_tokens', headers: ['x-api-key', 'one'], body: '{}' });
    await call(proxy.port, { path: '/v1/chat/completions', body: '{}' });
    expect(optimizer.jobs.map(({ format, intent }) => [format, intent])).toEqual([
      ['anthropic-messages', 'send'],
      ['anthropic-messages', 'ask'],
      ['openai-chat', 'send'],
    ]);
    expect(optimizer.jobs[0]!.tenant).toBe(optimizer.jobs[1]!.tenant);
    expect(optimizer.jobs[2]!.tenant).toBe(hashOf('anonymous'));
  });

  it('is left to the upstream when it is empty or cannot be decoded', async () => {
    const { upstream, proxy, optimizer } = await rig(shout);
    await call(proxy.port, { body: '' });
    await call(proxy.port, { headers: ['content-encoding', 'gzip'], body: 'no gzip' });
    await call(proxy.port, { headers: ['content-encoding', 'gzip, br'], body: 'two' });
    await call(proxy.port, { headers: ['content-encoding', 'constructor'], body: 'odd' });
    expect(optimizer.jobs).toEqual([]);
    expect(upstream.received.map((one) => one.body.toString())).toEqual(['', 'no gzip', 'two', 'odd']);
    expect(upstream.received[2]!.headers['content-encoding']).toBe('gzip, br');
  });

  describe.each(ENCODERS)('R-32: encoded as %s', (encoding, encode) => {
    const text = Buffer.from('{"text":"some text"}');

    it('leaves with the very bytes and header that came when nothing changes', async () => {
      const { upstream, proxy, optimizer } = await rig();
      await call(proxy.port, { headers: ['Content-Encoding', encoding], body: encode(text) });
      expect(Buffer.from(optimizer.jobs[0]!.body)).toEqual(text);
      expect([upstream.received[0]!.body, upstream.received[0]!.headers['content-encoding']]).toEqual([
        encode(text),
        encoding,
      ]);
    });

    it('leaves plain and says so when it changed', async () => {
      const { upstream, proxy } = await rig(shout);
      await call(proxy.port, { headers: ['Content-Encoding', encoding], body: encode(text) });
      const { body, headers } = upstream.received[0]!;
      expect([body.toString(), headers['content-encoding'], headers['content-length']]).toEqual([
        '{"TEXT":"SOME TEXT"}',
        undefined,
        '20',
      ]);
    });
  });

  it('does not unpack a body beyond the limit', async () => {
    const { upstream, proxy, optimizer } = await rig(shout, { maxBodyBytes: 1_048_576 });
    const bomb = zlib.gzipSync(Buffer.alloc(50_000_000));
    await call(proxy.port, { headers: ['content-encoding', 'gzip'], body: bomb });
    expect(optimizer.jobs).toEqual([]);
    expect(upstream.received[0]!.body).toEqual(bomb);
  });

  it.each([
    ['/v1/messages', (error: { type: string }) => error.type],
    ['/v1/chat/completions', (error: { type: string }) => error.type],
  ])('refuses a larger one at %s with 413 in the shape of the API', async (path, typeOf) => {
    const { upstream, proxy } = await rig(undefined, { maxBodyBytes: 1_048_576 });
    const reply = await call(proxy.port, { path, body: Buffer.alloc(2_000_000, 'x') });
    const { error } = JSON.parse(reply.body.toString()) as { error: { type: string; message: string } };
    expect(reply.status).toBe(413);
    expect(typeOf(error)).toMatch(/request_too_large|invalid_request_error/);
    expect(error.message).toContain('--max-body-mb');
    expect(upstream.received).toEqual([]);
  });

  it('refuses a larger one that did not say its length', async () => {
    const { upstream, proxy } = await rig(undefined, { maxBodyBytes: 1_048_576 });
    const body = new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 30; piece++) controller.enqueue(Buffer.alloc(65_536, 'x'));
        controller.close();
      },
    });
    const reply = await fetch(`${proxy.url}/v1/messages`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(reply.status).toBe(413);
    expect(upstream.received).toEqual([]);
  });

  it('takes 30 MB, and more on paths that are not read', async () => {
    const { upstream, proxy } = await rig(undefined, { maxBodyBytes: 33_554_432 });
    const large = Buffer.alloc(31_000_000, 'x');
    await call(proxy.port, { body: large });
    await call(proxy.port, { path: '/v1/files', body: Buffer.concat([large, large]) });
    expect(upstream.received.map((one) => one.body.length)).toEqual([31_000_000, 62_000_000]);
  });
});

describe('bodies that are left alone', () => {
  it('leaves a bypassed body untouched and pins it afterwards as it was', async () => {
    const { upstream, proxy, optimizer } = await rig(shout);
    const packed = zlib.gzipSync('{"a":1}');
    await call(proxy.port, {
      headers: ['X-Headroom-Bypass', 'TRUE', 'content-encoding', 'gzip', 'x-api-key', 'k'],
      body: packed,
    });
    expect(upstream.received[0]!.body).toEqual(packed);
    await until(() => optimizer.jobs.length > 0);
    expect(optimizer.jobs.map(({ intent, body }) => [intent, Buffer.from(body).toString()])).toEqual([
      ['as-is', '{"a":1}'],
    ]);
  });

  it('pins what went by before it ends', async () => {
    const { proxy, optimizer } = await rig();
    await call(proxy.port, { headers: ['x-headroom-bypass', 'true'], body: '{}' });
    await proxy.close();
    expect(optimizer.jobs.map(({ intent }) => intent)).toEqual(['as-is']);
  });

  it('asks the optimizer nothing for a bypassed count, other methods, unknown paths, or when it is off', async () => {
    const { upstream, proxy, optimizer } = await rig(shout);
    const off = await startTestProxy(upstream.url, { profile: 'off' }, { openOptimizer: () => optimizer });
    closing.unshift(off);
    await call(proxy.port, { path: '/v1/messages/count_tokens', headers: ['x-headroom-bypass', 'true'], body: 'a' });
    await call(proxy.port, { method: 'PUT', body: 'b' });
    await call(proxy.port, { path: '/v1/messages/batches/b1/cancel', body: 'c' });
    await call(off.port, { body: 'd' });
    await call(off.port, { headers: ['x-headroom-bypass', 'true'], body: 'e' });
    await Promise.all([proxy.close(), off.close()]);
    expect(optimizer.jobs).toEqual([]);
    expect(upstream.received.map((one) => one.body.toString())).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProxyOptions, RunningProxy } from './server.ts';
import { call, fakeOptimizer, serve, startTestProxy, startUpstream, until } from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

async function behind(
  listener: http.RequestListener,
  options: Partial<ProxyOptions> = {},
): Promise<RunningProxy & { upstream: http.Server }> {
  const upstream = await serve(listener);
  const proxy = await startTestProxy(upstream.url, options);
  closing.push(proxy, upstream);
  return { ...proxy, upstream: upstream.server };
}

async function freePort(): Promise<number> {
  const taken = await serve(() => undefined);
  await taken.close();
  return taken.port;
}

const BYPASS = ['x-headroom-bypass', 'true'];

describe('an upstream in trouble', () => {
  it.each(['/v1/messages', '/v1/chat/completions', '/unknown'])(
    'is named with what to check when it cannot be reached (%s)',
    async (path) => {
      const port = await freePort();
      const proxy = await startTestProxy(`http://127.0.0.1:${port}`);
      closing.push(proxy);
      const reply = await call(proxy.port, { path, body: '{}' });
      const { error } = JSON.parse(reply.body.toString()) as { error: { message: string } };
      expect([reply.status, reply.headers['content-type']]).toEqual([502, 'application/json']);
      expect(error.message).toContain(`127.0.0.1:${port}`);
      expect(error.message).toMatch(/--(anthropic|openai)-url/);
    },
  );

  it('still gives an answer when the body was on its way', async () => {
    const proxy = await startTestProxy(`http://127.0.0.1:${await freePort()}`);
    closing.push(proxy);
    expect((await call(proxy.port, { path: '/v1/files', body: Buffer.alloc(5_000_000) })).status).toBe(502);
  });

  it('is a 504 when it takes the request and says nothing', async () => {
    const proxy = await behind(() => undefined, { responseTimeoutMs: 300 });
    const reply = await call(proxy.port, { body: '{}' });
    expect(reply.status).toBe(504);
    expect(reply.body.toString()).toContain('--response-timeout-ms');
  });

  it('R-23: never lets a broken answer end cleanly', async () => {
    const proxy = await behind((_incoming, client) => {
      client.writeHead(200, { 'content-type': 'text/event-stream' });
      client.write('data: 1\n\n', () => client.destroy());
    });
    await expect(call(proxy.port, { body: '{}' })).rejects.toThrow();
  });

  it('breaks off an answer that stalls for too long', async () => {
    const proxy = await behind(
      (_incoming, client) => {
        client.writeHead(200).write('x');
      },
      { responseTimeoutMs: 300 },
    );
    await expect(call(proxy.port, { body: '{}' })).rejects.toThrow();
  });

  it('keeps its errors: status, headers and body', async () => {
    const body = '{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}';
    const proxy = await behind((incoming, client) => {
      incoming.resume();
      client.writeHead(429, { 'retry-after': '7', 'x-should-retry': 'true' }).end(body);
    });
    const reply = await call(proxy.port, { body: '{}' });
    expect([reply.status, reply.body.toString()]).toEqual([429, body]);
    expect(reply.headers).toMatchObject({ 'retry-after': '7', 'x-should-retry': 'true' });
  });

  it('may answer before it has read the whole body', async () => {
    const proxy = await behind((_incoming, client) => {
      client.writeHead(413).end('too much');
    });
    const reply = await call(proxy.port, { path: '/v1/files', body: Buffer.alloc(300_000) });
    expect([reply.status, reply.body.toString()]).toEqual([413, 'too much']);
  });

  it.each([[[]], [BYPASS]])('is asked once more when a kept connection turns out dead (%j)', async (headers) => {
    let requests = 0;
    const proxy = await behind((incoming, client) => {
      requests++;
      incoming.resume();
      // The second request arrives on a connection that is closed under it.
      if (requests === 2) incoming.socket.resetAndDestroy();
      else incoming.on('end', () => client.end('fine'));
    });
    expect((await call(proxy.port, { headers, body: '{}' })).status).toBe(200);
    const second = await call(proxy.port, { headers, body: '{"second":1}' });
    expect([second.status, second.body.toString(), requests]).toEqual([200, 'fine', 3]);
  });

  it('is not asked twice when a fresh connection breaks', async () => {
    let requests = 0;
    const proxy = await behind((incoming) => {
      requests++;
      incoming.socket.resetAndDestroy();
    });
    expect((await call(proxy.port, { body: '{}' })).status).toBe(502);
    expect(requests).toBe(1);
  });
});

describe('a client that leaves', () => {
  it.each([
    ['before the answer', false, []],
    ['while the answer comes', true, []],
    ['before the answer, bypassed', false, BYPASS],
  ])('ends the request upstream at once: %s', async (_name, isStarted, headers) => {
    let opened = 0;
    let closed = 0;
    const proxy = await behind((incoming, client) => {
      incoming.resume();
      incoming.on('end', () => opened++);
      client.on('close', () => closed++);
      if (isStarted) client.writeHead(200).write('x');
    });
    const request = http.request({
      port: proxy.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/messages',
      headers: ['host', 'x', ...headers],
      agent: false,
    });
    request.on('error', () => undefined);
    const started = new Promise((resolve) => request.on('response', resolve));
    request.end('{}');
    await until(() => opened === 1);
    if (isStarted) await started;
    request.destroy();
    await until(() => closed === 1);
  });

  it('in the middle of its upload ends the request upstream', async () => {
    let closed = 0;
    const proxy = await behind((incoming) => {
      incoming.on('data', () => undefined).on('close', () => closed++);
    });
    const request = http.request({
      port: proxy.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/files',
      agent: false,
    });
    request.on('error', () => undefined);
    request.write('first');
    await until(() => proxy.upstream.listening);
    setTimeout(() => request.destroy(), 100);
    await until(() => closed === 1);
  });

  it('R-33: sends nothing upstream when it left while its body was looked at', async () => {
    const upstream = await startUpstream();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const jobs: unknown[] = [];
    const optimizer = {
      ...fakeOptimizer(),
      run: async (job: Parameters<ReturnType<typeof fakeOptimizer>['run']>[0]) => {
        jobs.push(job);
        await held;
        return fakeOptimizer().run(job);
      },
    };
    const proxy = await startTestProxy(upstream.url, {}, { openOptimizer: () => optimizer });
    closing.push(proxy, upstream);
    const request = http.request({
      port: proxy.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/messages',
      agent: false,
    });
    request.on('error', () => undefined);
    request.end('{}');
    await until(() => jobs.length === 1);
    request.destroy();
    await new Promise((resolve) => request.on('close', resolve));
    await call(proxy.port, { path: '/unknown' });
    release();
    await proxy.close();
    expect(upstream.received.map(({ url }) => url)).toEqual(['/unknown']);
  });

  it('does not fill the memory when it only stalls', async () => {
    const total = 200 * 1024 * 1024;
    let written = 0;
    const proxy = await behind((_incoming, client) => {
      client.writeHead(200);
      const piece = Buffer.alloc(65_536);
      const pour = (): void => {
        while (written < total) {
          written += piece.length;
          if (!client.write(piece)) return void client.once('drain', pour);
        }
        client.end();
      };
      pour();
    });
    const socket = net.connect(proxy.port, '127.0.0.1', () =>
      socket.write('POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'),
    );
    socket.pause();
    // Until nothing moves any more.
    let last = -1;
    while (last !== written) {
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    // What the kernel's socket buffers take on both hops, and little more.
    expect(written).toBeLessThan(total / 4);
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length)).resume();
    await until(() => received >= total);
    socket.destroy();
  });

  it('is held back when it uploads faster than the upstream reads', async () => {
    let read!: () => void;
    const proxy = await behind((incoming, client) => {
      incoming.pause();
      read = () => incoming.on('end', () => client.end('done')).resume();
    });
    const total = 200 * 1024 * 1024;
    let sent = 0;
    const request = http.request({
      port: proxy.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/files',
      headers: { 'content-length': total },
      agent: false,
    });
    const piece = Buffer.alloc(65_536);
    const pour = (): void => {
      while (sent < total) {
        sent += piece.length;
        if (!request.write(piece)) return void request.once('drain', pour);
      }
      request.end();
    };
    const answered = new Promise<http.IncomingMessage>((resolve) => request.on('response', resolve));
    pour();
    let last = -1;
    while (last !== sent || !read) {
      last = sent;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(sent).toBeLessThan(total / 4);
    read();
    expect((await answered).statusCode).toBe(200);
    (await answered).resume();
  });

  it('may upload slowly', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream.url);
    closing.push(proxy, upstream);
    const request = http.request({
      port: proxy.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/messages',
      agent: false,
    });
    const answered = new Promise<http.IncomingMessage>((resolve) => request.on('response', resolve));
    for (const piece of ['{"a"', ':', '1}']) {
      request.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    request.end();
    (await answered).resume();
    expect(upstream.received[0]!.body.toString()).toBe('{"a":1}');
  });
});

describe('a proxy that ends', () => {
  it('lets running requests finish and takes no more', async () => {
    let finish!: () => void;
    const proxy = await behind((incoming, client) => {
      incoming.resume();
      finish = () => client.end('the end');
    });
    const running = call(proxy.port, { body: '{}' });
    await until(() => finish !== undefined);
    const closed = proxy.close();
    await expect(call(proxy.port, { path: '/livez', method: 'GET' })).rejects.toThrow();
    finish();
    expect((await running).body.toString()).toBe('the end');
    await closed;
  });

  it('says that a port is taken', async () => {
    const first = await startTestProxy('http://127.0.0.1:1');
    closing.push(first);
    await expect(startTestProxy('http://127.0.0.1:1', { port: first.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    });
  });

  it('does not start with an address that is none, or open to others without a token', async () => {
    await expect(startTestProxy('ftp://x')).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(startTestProxy('http://127.0.0.1:1', { host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
  });
});

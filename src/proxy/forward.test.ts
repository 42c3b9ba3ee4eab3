import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningProxy } from './server.ts';
import { call, serve, startTestProxy, startUpstream, type TestUpstream, valuesOf } from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});
function keep<Kept extends { close(): Promise<void> }>(one: Kept): Kept {
  closing.unshift(one);
  return one;
}
async function pair(
  reply?: Parameters<typeof startUpstream>[0],
): Promise<{ upstream: TestUpstream; proxy: RunningProxy }> {
  const upstream = keep(await startUpstream(reply));
  return { upstream, proxy: keep(await startTestProxy(upstream.url)) };
}

describe('what goes upstream', () => {
  it('keeps order, case and repeats of headers', async () => {
    const { upstream, proxy } = await pair();
    const headers = [
      'X-Api-Key',
      'k',
      'anthropic-BETA',
      'a',
      'X-Many',
      '1',
      'Anthropic-Beta',
      'b',
      'X-Many',
      '2',
      'x-odd',
      'caf\u00e9',
    ];
    await call(proxy.port, { headers, body: Buffer.from('{}') });
    const raw = upstream.received[0]!.raw;
    const start = raw.indexOf('X-Api-Key');
    expect(raw.slice(start, start + headers.length)).toEqual(headers);
    expect(valuesOf(raw, 'host')).toEqual([`127.0.0.1:${upstream.port}`]);
    expect(valuesOf(raw, 'content-length')).toEqual(['2']);
  });

  it('leaves out what belongs to one connection, what Connection names, and everything of ours', async () => {
    const { upstream, proxy } = await pair();
    const headers = [
      'Connection',
      'close, X-Hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      'timeout=5',
      'TE',
      'trailers',
      'Proxy-Authorization',
      'secret',
    ];
    const ours = [
      'X-Headroom-Bypass',
      'false',
      'x-headroom-base-url',
      'http://example.invalid',
      'X-HEADROOM-Token',
      't',
    ];
    await call(proxy.port, { headers: [...headers, ...ours, 'X-Kept', 'yes'], body: '{}' });
    const { raw } = upstream.received[0]!;
    for (const name of ['x-hop', 'keep-alive', 'te', 'proxy-authorization']) expect(valuesOf(raw, name)).toEqual([]);
    expect(raw.filter((name) => name.toLowerCase().startsWith('x-headroom'))).toEqual([]);
    expect(valuesOf(raw, 'x-kept')).toEqual(['yes']);
  });

  it.each([
    ['/v1/messages?beta=true', '/v1/messages?beta=true'],
    ['/messages', '/v1/messages'],
    ['/v1/v1/messages', '/v1/messages'],
    ['/v1/models?limit=1000&a=%2F', '/v1/models?limit=1000&a=%2F'],
    ['/anything/%7Euser//x?', '/anything/%7Euser//x?'],
    ['//example.invalid/v1/models', '//example.invalid/v1/models'],
  ])('asks for %s as %s', async (asked, sent) => {
    const { upstream, proxy } = await pair();
    await call(proxy.port, { path: asked, body: '{}' });
    expect(upstream.received[0]!.url).toBe(sent);
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'])('passes %s on', async (method) => {
    const { upstream, proxy } = await pair();
    const { status } = await call(proxy.port, { method, path: '/v1/files/f1' });
    expect(status).toBe(200);
    expect(upstream.received[0]!.method).toBe(method);
  });

  it('passes the body of a GET on, and a body that does not say its length', async () => {
    const { upstream, proxy } = await pair();
    await call(proxy.port, { method: 'GET', path: '/v1/models', body: 'text' });
    await new Promise<void>((resolve, reject) => {
      const socket = net.connect(proxy.port, '127.0.0.1', () =>
        socket.write(
          'POST /v1/files HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
        ),
      );
      socket
        .on('error', reject)
        .on('close', () => resolve())
        .resume();
    });
    expect(upstream.received.map(({ body }) => body.toString())).toEqual(['text', 'abc']);
  });

  it('puts the path of the upstream address before the path, and its version once', async () => {
    const upstream = keep(await startUpstream());
    const proxy = keep(await startTestProxy(`${upstream.url}/gateway/v1/`));
    await call(proxy.port, { path: '/v1/messages', body: '{}' });
    await call(proxy.port, { path: '/v1/models' });
    await call(proxy.port, { path: '/other' });
    expect(upstream.received.map(({ url }) => url)).toEqual([
      '/gateway/v1/messages',
      '/gateway/v1/models',
      '/gateway/v1/other',
    ]);
  });

  it('sends each request to the vendor that its path or its credential names', async () => {
    const [anthropic, openai, gemini] = [
      keep(await startUpstream()),
      keep(await startUpstream()),
      keep(await startUpstream()),
    ];
    const proxy = keep(
      await startTestProxy('', { upstreams: { anthropic: anthropic.url, openai: openai.url, gemini: gemini.url } }),
    );
    const send = (path: string, ...headers: string[]): Promise<unknown> =>
      call(proxy.port, { method: 'GET', path, headers });
    await send('/v1/models', 'x-api-key', 'k');
    await send('/v1/models?a', 'Authorization', 'Bearer sk-ant-api03-x');
    await send('/v1/messages/batches');
    await send('/v1/models', 'Authorization', 'Bearer sk-proj-x');
    await send('/v1/embeddings', 'anthropic-version', '2023-06-01');
    await send('/unknown');
    await send('/v1/models', 'x-goog-api-key', 'k');
    await send('/v1/models?key=k');
    await send('/v1beta/models/g:generateContent');
    await send('/v1beta/openai/chat/completions', 'Authorization', 'Bearer k');
    await send('/models/g:countTokens?key=k');
    expect(anthropic.received.map(({ url }) => url)).toEqual(['/v1/models', '/v1/models?a', '/v1/messages/batches']);
    expect(openai.received.map(({ url }) => url)).toEqual(['/v1/models', '/v1/embeddings', '/unknown']);
    expect(gemini.received.map(({ url }) => url)).toEqual([
      '/v1/models',
      '/v1/models?key=k',
      '/v1beta/models/g:generateContent',
      '/v1beta/openai/chat/completions',
      '/v1beta/models/g:countTokens?key=k',
    ]);
  });

  it('R-52: no header, query or path of a client changes the host', async () => {
    const canary = keep(await startUpstream());
    const { upstream, proxy } = await pair();
    const host = `127.0.0.1:${canary.port}`;
    const paths = [
      '/v1/messages',
      `http://${host}/v1/messages`,
      `http://${host}/x`,
      `//${host}/v1/messages`,
      `/v1/messages?url=${canary.url}`,
    ];
    const names = [
      'Host',
      'X-Forwarded-Host',
      'Forwarded',
      'X-Headroom-Base-Url',
      'X-Original-URL',
      'X-Target',
      'Location',
      'Origin',
    ];
    for (const path of paths) {
      for (const name of names) {
        for (const value of [host, canary.url])
          await call(proxy.port, { path, headers: [name, value, 'x-api-key', 'k'], body: '{}' });
      }
    }
    expect(upstream.received).toHaveLength(paths.length * names.length * 2);
    expect(new Set(upstream.received.map(({ headers }) => headers.host))).toEqual(
      new Set([`127.0.0.1:${upstream.port}`]),
    );
    expect(canary.received).toEqual([]);
    await new Promise<void>((resolve) => {
      const socket = net.connect(proxy.port, '127.0.0.1', () =>
        socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
      );
      socket.on('close', () => resolve()).resume();
    });
    expect(canary.received).toEqual([]);
  });

  it('says what is wrong with a target that cannot be passed on', async () => {
    const { upstream, proxy } = await pair();
    expect((await call(proxy.port, { method: 'OPTIONS', path: '*' })).status).toBe(400);
    expect(upstream.received).toEqual([]);
  });
});

describe('what comes back', () => {
  it('keeps status, reason, order, case and repeats of headers, and the body', async () => {
    const headers = [
      'Request-Id',
      'r',
      'Set-Cookie',
      'a=1',
      'X-B',
      'caf\u00e9',
      'set-cookie',
      'b=2',
      'Content-Length',
      '5',
      'Date',
      'now',
    ];
    const { proxy } = await pair((client) =>
      client.writeHead(529, 'Overloaded here', headers).end(Buffer.from('whole')),
    );
    const reply = await call(proxy.port, { body: '{}' });
    expect([reply.status, reply.reason, reply.body.toString()]).toEqual([529, 'Overloaded here', 'whole']);
    expect(reply.raw.slice(0, headers.length)).toEqual(headers);
  });

  it('leaves out what belongs to one connection', async () => {
    const { proxy } = await pair((client) =>
      client
        .writeHead(200, ['Connection', 'X-Hop', 'X-Hop', '1', 'Proxy-Authenticate', 'Basic', 'X-Kept', '1'])
        .end('x'),
    );
    const { raw } = await call(proxy.port, { body: '{}' });
    expect([valuesOf(raw, 'x-hop'), valuesOf(raw, 'proxy-authenticate'), valuesOf(raw, 'x-kept')]).toEqual([
      [],
      [],
      ['1'],
    ]);
  });

  it.each([
    ['HEAD', 200, { 'content-length': '42' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"x"' }],
    ['GET', 302, { location: 'http://127.0.0.1:1/elsewhere' }],
  ])('%s %i comes without a body and follows nothing', async (method, status, headers) => {
    const { proxy } = await pair((client) => client.writeHead(status, headers).end());
    const reply = await call(proxy.port, { method, path: '/v1/models' });
    expect([reply.status, reply.body.length]).toEqual([status, 0]);
    expect(reply.headers).toMatchObject(headers);
  });

  it('passes the head on before the body, and each piece as it comes', async () => {
    let answer!: Parameters<NonNullable<Parameters<typeof startUpstream>[0]>>[0];
    const { proxy } = await pair((client) => {
      answer = client;
      client.writeHead(200, { 'content-type': 'text/event-stream', 'x-odd': 'caf\u00e9' }).write(Buffer.alloc(0));
    });
    const response = await fetch(`${proxy.url}/v1/messages`, { method: 'POST', body: '{}' });
    expect(response.headers.get('x-odd')).toBe('caf\u00e9');
    const reader = response.body!.getReader();
    for (const piece of ['event: a\n', 'data: 1\n\n']) {
      answer.write(piece);
      expect(Buffer.from((await reader.read()).value!).toString()).toBe(piece);
    }
    answer.end();
    expect((await reader.read()).done).toBe(true);
  });

  it('passes encoded responses on as they are', async () => {
    const bytes = Buffer.from([31, 139, 8, 0, 1, 2, 3]);
    const { proxy } = await pair((client) =>
      client.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }).end(bytes),
    );
    const reply = await call(proxy.port, { body: '{}' });
    expect([reply.headers['content-encoding'], reply.body]).toEqual(['gzip', bytes]);
  });

  it('does not take an early hint for the answer', async () => {
    const upstream = keep(
      await serve((_incoming, client) => {
        client.writeEarlyHints({ link: '</x>; rel=preload' });
        client.writeHead(201).end('done');
      }),
    );
    const proxy = keep(await startTestProxy(upstream.url));
    expect((await call(proxy.port, { path: '/v1/files', body: 'x' })).status).toBe(201);
  });

  it('waits for 100-continue at most here', async () => {
    const { upstream, proxy } = await pair();
    expect((await call(proxy.port, { headers: ['Expect', '100-continue'], body: '{}' })).status).toBe(200);
    expect(upstream.received[0]!.headers.expect).toBeUndefined();
  });

  it('takes header blocks larger than most servers do', async () => {
    const { upstream, proxy } = await pair();
    await call(proxy.port, { headers: ['x-large', 'v'.repeat(15_000)], body: '{}' });
    expect(upstream.received[0]!.headers['x-large']).toHaveLength(15_000);
  });
});

import { createHash } from 'node:crypto';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { DRAIN_TIMES } from './drain.ts';
import type { ProxyOptions, RunningProxy } from './server.ts';
import { serve, startTestProxy, until, valuesOf } from './test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

interface Rig {
  readonly proxy: RunningProxy;
  readonly handshakes: http.IncomingMessage[];
  readonly sockets: Duplex[];
}

/** An upstream that accepts every upgrade, greets, and sends back what it gets. */
async function rig(options: Partial<ProxyOptions> = {}, isWilling = true): Promise<Rig> {
  const handshakes: http.IncomingMessage[] = [];
  const sockets: Duplex[] = [];
  const upstream = await serve((_incoming, client) => {
    client.writeHead(426, { 'x-why': 'no' }).end('not here');
  });
  if (isWilling) {
    upstream.server.on('upgrade', (incoming, socket) => {
      handshakes.push(incoming);
      sockets.push(socket);
      const accept = createHash('sha1').update(`${incoming.headers['sec-websocket-key']}258EAFA5`).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello`,
      );
      socket
        .on('data', (chunk) => socket.write(chunk))
        .on('end', () => socket.end())
        .on('error', () => undefined);
    });
  }
  const drainTimes = { ...DRAIN_TIMES, quietMs: 50 };
  const proxy = await startTestProxy(upstream.url, options, { drainTimes });
  closing.push(proxy, { close: () => Promise.resolve(sockets.forEach((socket) => socket.destroy())) }, upstream);
  return { proxy, handshakes, sockets };
}

type Opened = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly socket: Duplex | undefined;
  readonly text: () => string;
};

function open(port: number, path: string, headers: Record<string, string> = {}): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      port,
      host: '127.0.0.1',
      path,
      headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'k', ...headers },
    });
    let text = '';
    request.on('error', reject);
    request.on('upgrade', ({ statusCode: status = 0, headers: fields }, socket, head) => {
      text += head.toString();
      socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
      resolve({ status, headers: fields, socket, text: () => text });
    });
    request.on('response', (response) => {
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, socket: undefined, text: () => text }),
      );
    });
    request.end();
  });
}

describe('WebSockets', () => {
  it('passes the handshake on as it came, but for the host and what is ours, and then every byte', async () => {
    const { proxy, handshakes } = await rig();
    const opened = await open(proxy.port, '/v1/realtime?model=m', {
      Authorization: 'Bearer k',
      'X-Headroom-Bypass': 'true',
    });
    expect([opened.status, opened.headers['sec-websocket-accept']]).toEqual([101, expect.stringMatching(/=$/)]);
    const [handshake] = handshakes;
    expect([handshake!.url, handshake!.headers.authorization]).toEqual(['/v1/realtime?model=m', 'Bearer k']);
    expect(valuesOf(handshake!.rawHeaders, 'host')).toEqual([handshake!.headers.host]);
    expect(handshake!.headers.host).not.toBe(`127.0.0.1:${proxy.port}`);
    expect(handshake!.rawHeaders.join().toLowerCase()).not.toContain('x-headroom');
    opened.socket!.write('ping');
    await until(() => opened.text() === 'helloping');
    opened.socket!.destroy();
  });

  it('ends both sides when one goes', async () => {
    const { proxy, sockets } = await rig();
    const left = await open(proxy.port, '/v1/responses');
    left.socket!.destroy();
    await until(() => sockets[0]!.destroyed);
    const right = await open(proxy.port, '/v1/responses');
    sockets[1]!.destroy();
    await until(() => right.socket!.destroyed);
  });

  it('passes a refusal on', async () => {
    const { proxy } = await rig({}, false);
    const refused = await open(proxy.port, '/v1/realtime');
    expect([refused.status, refused.headers['x-why'], refused.text()]).toEqual([426, 'no', 'not here']);
  });

  it('says when the upstream is not there', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const proxy = await startTestProxy(gone.url);
    closing.push(proxy);
    const refused = await open(proxy.port, '/v1/realtime');
    expect([refused.status, refused.text()]).toEqual([502, expect.stringContaining('--openai-url')]);
  });

  it('needs the token on a proxy that is open to other machines, and has no own pages', async () => {
    const { proxy, handshakes } = await rig({ host: '0.0.0.0', token: 'secret-token' });
    expect((await open(proxy.port, '/v1/realtime')).status).toBe(401);
    expect((await open(proxy.port, '/health', { 'x-headroom-token': 'secret-token' })).status).toBe(404);
    expect(handshakes).toEqual([]);
    const opened = await open(proxy.port, '/v1/realtime', { 'x-headroom-token': 'secret-token' });
    expect(opened.status).toBe(101);
    expect(handshakes[0]!.headers['x-headroom-token']).toBeUndefined();
    opened.socket!.destroy();
  });

  it('does not keep a proxy from ending', async () => {
    const { proxy } = await rig();
    const opened = await open(proxy.port, '/v1/realtime');
    await proxy.close();
    await until(() => opened.socket!.destroyed);
  });

  it('leaves an offer of HTTP/2 aside', async () => {
    const upstream = await serve((incoming, client) => {
      incoming.resume();
      client.end(incoming.headers.upgrade ?? 'plain');
    });
    const proxy = await startTestProxy(upstream.url);
    closing.push(proxy, upstream);
    const answered = await open(proxy.port, '/v1/models', {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'x',
    });
    expect([answered.status, answered.text()]).toEqual([200, 'plain']);
  });
});

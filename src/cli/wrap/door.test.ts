import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { loadConfig } from '../../config/load.ts';
import { type Door, openDoor, proxyAt } from './door.ts';
import { providers } from './providers.ts';

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** A server that remembers what it was sent. */
class Place {
  readonly seen: { readonly url: string; readonly rawHeaders: readonly string[]; body: string }[] = [];
  readonly server: Server;
  answer: Answer = (incoming, outgoing) => void incoming.on('end', () => outgoing.end('fine'));

  constructor() {
    this.server = http.createServer((incoming, outgoing) => {
      const one = { url: incoming.url!, rawHeaders: incoming.rawHeaders, body: '' };
      this.seen.push(one);
      incoming.setEncoding('utf8').on('data', (chunk: string) => (one.body += chunk));
      this.answer(incoming, outgoing);
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  kill(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let proxy: Place;
let provider: Place;
let door: Door;
let notices: number;
let isAlive: boolean;
beforeEach(async () => {
  [proxy, provider] = await Promise.all([new Place().open(), new Place().open()]);
  [notices, isAlive] = [0, true];
  const told = {
    ANTHROPIC_TARGET_API_URL: `${provider.url}/base`,
    OPENAI_TARGET_API_URL: provider.url,
    HEADROOM_PORT: '0',
  };
  const config = await loadConfig({ flags: {}, environment: told });
  door = await openDoor(0, {
    proxy: proxyAt(proxy.url),
    isProxyAlive: () => Promise.resolve(isAlive),
    direct: () => Promise.resolve(providers(config)),
    gone: () => notices++,
  });
});
afterEach(() => {
  door.close();
  proxy.kill();
  provider.kill();
});

interface Said {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

function post(path: string, body: string | Buffer, headers: readonly string[] = []): Promise<Said> {
  return new Promise((resolve, reject) => {
    const given = ['Host', new URL(door.url).host, 'Content-Length', String(Buffer.byteLength(body)), ...headers];
    const request = http.request(`${door.url}${path}`, { method: 'POST', headers: given, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, rawHeaders: response.rawHeaders, body: text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

test('headers pass as they are, in both directions: case, order and repeats', async () => {
  proxy.answer = (_incoming, outgoing) => {
    outgoing.sendDate = false;
    outgoing.writeHead(429, 'Slow down', ['Retry-After', '3', 'x-A', '1', 'X-a', '2', 'content-length', '2']);
    outgoing.end('no');
  };
  const said = await post('/v1/messages?beta=true', '{"a":1.0}', [
    'x-API-Key',
    'k',
    'ANTHROPIC-beta',
    'b',
    'anthropic-BETA',
    'c',
  ]);
  expect(said).toMatchObject({ status: 429, body: 'no' });
  expect(said.rawHeaders.slice(0, 8)).toEqual(['Retry-After', '3', 'x-A', '1', 'X-a', '2', 'content-length', '2']);
  expect(proxy.seen[0]).toMatchObject({ url: '/v1/messages?beta=true', body: '{"a":1.0}' });
  expect(proxy.seen[0]!.rawHeaders.join('|')).toContain('|x-API-Key|k|ANTHROPIC-beta|b|anthropic-BETA|c');
});

test('an answer is passed on as it comes, not when it is whole (R-22)', async () => {
  let finish: () => void = () => undefined;
  proxy.answer = (_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write('first');
    finish = () => outgoing.end('last');
  };
  const response = await fetch(`${door.url}/v1/messages`, { method: 'POST', body: 'x' });
  const reader = response.body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe('first');
  finish();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe('last');
});

test('a client that leaves ends its request at the other side', async () => {
  const left = new Promise<void>((resolve) => {
    proxy.answer = (incoming) => void incoming.on('close', () => resolve());
  });
  const abort = new AbortController();
  const asked = fetch(`${door.url}/v1/messages`, { method: 'POST', body: 'x', signal: abort.signal });
  while (proxy.seen.length === 0) await sleep(5);
  abort.abort();
  await expect(asked).rejects.toThrow();
  await left;
  await sleep(50);
  expect([notices, proxy.seen.length]).toEqual([0, 1]);
});

test('when the proxy is gone, requests go to the provider that each is for, with their own credentials (R-34, R-50)', async () => {
  proxy.kill();
  isAlive = false;
  expect(await post('/v1/messages', '{"x":1}', ['X-Api-Key', 'k', 'x-headroom-bypass', 'true'])).toMatchObject({
    status: 200,
    body: 'fine',
  });
  expect(await post('/v1/chat/completions', '{"y":2}', ['Authorization', 'Bearer b'])).toMatchObject({ status: 200 });
  expect(provider.seen).toMatchObject([
    { url: '/base/v1/messages', body: '{"x":1}' },
    { url: '/v1/chat/completions', body: '{"y":2}' },
  ]);
  const [first] = provider.seen;
  expect(first!.rawHeaders.slice(0, 2)).toEqual(['Host', new URL(provider.url).host]);
  expect(first!.rawHeaders.join('|')).toContain('|X-Api-Key|k');
  expect(first!.rawHeaders.join('|')).not.toContain('headroom');
  expect(notices).toBe(1);
});

test('a request that waits is sent again when the line breaks, whole, also one whose body is still coming', async () => {
  proxy.answer = () => undefined;
  const big = Buffer.alloc(3_000_000, 'ab');
  const waiting = post('/v1/messages', big);
  while (proxy.seen.length === 0) await sleep(5);
  isAlive = false;
  door.rescue();
  expect(await waiting).toMatchObject({ status: 200 });
  expect(provider.seen[0]!.body).toBe(big.toString());
  expect(notices).toBe(1);
});

test('a proxy that ends in order answers what it has; what is new goes directly', async () => {
  let finish: () => void = () => undefined;
  proxy.answer = (_incoming, outgoing) => (finish = () => outgoing.end('from the proxy'));
  const waiting = post('/v1/messages', 'x');
  while (proxy.seen.length === 0) await sleep(5);
  door.goDirect();
  expect(await post('/v1/messages', 'y')).toMatchObject({ body: 'fine' });
  finish();
  expect(await waiting).toMatchObject({ body: 'from the proxy' });
});

test('an answer that has begun is not begun again: it breaks off (R-23)', async () => {
  proxy.answer = (_incoming, outgoing) => {
    outgoing.writeHead(200);
    outgoing.write('half');
    setTimeout(() => outgoing.destroy(), 50);
  };
  await expect(post('/v1/messages', 'x')).rejects.toThrow();
  expect(provider.seen).toEqual([]);
});

test('a kept connection that the living proxy has closed is no reason to leave it', async () => {
  let isFirst = true;
  proxy.answer = (incoming, outgoing) => {
    if (isFirst) incoming.socket.destroy();
    else outgoing.end('again');
    isFirst = false;
  };
  expect(await post('/v1/messages', 'x')).toMatchObject({ body: 'again' });
  expect([notices, provider.seen]).toEqual([0, []]);
});

test('where nobody can be reached, the answer says so', async () => {
  proxy.kill();
  provider.kill();
  isAlive = false;
  const { status, body } = await post('/v1/messages', 'x');
  expect([status, body]).toEqual([502, expect.stringContaining('headroom doctor')]);
});

test('a WebSocket passes, and a new one goes directly when the proxy is gone', async () => {
  const greet = (place: Place, word: string): void => {
    new WebSocketServer({ server: place.server }).on('connection', (socket) => socket.send(word));
  };
  greet(proxy, 'proxy');
  greet(provider, 'provider');
  const hear = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${door.url.replace('http', 'ws')}/v1/responses`, {
        headers: { authorization: 'Bearer b' },
      });
      socket.on('error', reject).on('message', (said) => {
        resolve(String(said as Buffer));
        socket.terminate();
      });
    });
  expect(await hear()).toBe('proxy');
  proxy.kill();
  isAlive = false;
  expect(await hear()).toBe('provider');
});

test('it listens on loopback alone', async () => {
  const { port } = new URL(door.url);
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  expect(socket.remoteAddress).toBe('127.0.0.1');
  socket.destroy();
});

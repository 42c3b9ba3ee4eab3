/** Upstreams that refuse, die or talk nonsense, and clients that do: who is concerned gets told, everybody else goes on. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { chatBody, ORDERS } from '../e2e/conversations.ts';
import { type ProxyProcess, startProxyProcess } from '../e2e/proxy-process.ts';
import { verifies } from '../e2e/requirements.ts';
import { JSON_HEADERS, type RawAnswer, send } from '../e2e/wire.ts';

type Act = (socket: Socket) => void;

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const WELL: Act = (socket) => socket.end(`${HEAD}content-length: 2\r\nconnection: close\r\n\r\n{}`);

let act: Act = WELL;
let connections = 0;
let server: Server;
let proxy: ProxyProcess;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    // Once the request is there, however many pieces it comes in.
    socket.once('data', () => act(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  proxy = await startProxyProcess({ upstream: `http://127.0.0.1:${port}`, flags: ['--response-timeout-ms', '5000'] });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  server.close();
});

const BODY = JSON.stringify(chatBody([{ role: 'user', content: 'hi' }]));
const PATHS = ['/v1/messages', '/v1/chat/completions', '/v1/unknown'];
const ask = (path: string): Promise<RawAnswer> => send(proxy.url, { path, body: BODY });

/** An answer of ours: an error status, and a body in words. */
function expectRefusal({ status, body, isComplete }: RawAnswer, place: string): void {
  expect([place, isComplete], place).toEqual([place, true]);
  expect([502, 504], place).toContain(status);
  const { error } = JSON.parse(body.toString()) as { error: { message: string } };
  expect(error.message.length, place).toBeGreaterThan(20);
  expect(error.message).not.toMatch(/sk-test/);
}

const DEATHS: readonly (readonly [name: string, act: Act])[] = [
  ['closes without a word', (socket) => socket.end()],
  ['resets the connection', (socket) => socket.resetAndDestroy()],
  ['dies in mid-headers', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-ty')],
  ['talks something that is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
  ['says nonsense in its head', (socket) => socket.end('HTTP/1.1 200 OK\r\n: \x00\r\n\r\n')],
];

for (const [name, death] of DEATHS) {
  verifies(
    'fail-open:upstream',
    `an upstream that ${name} gives an error that says so, and the next request works`,
    async () => {
      for (const path of PATHS) {
        act = death;
        expectRefusal(await ask(path), `${name} ${path}`);
        act = WELL;
        expect((await ask(path)).status).toBe(200);
      }
    },
  );
}

const CUTS: readonly (readonly [name: string, head: string, body: string])[] = [
  ['a body with a length', 'content-length: 100\r\n', '{"half":'],
  ['a chunked body', 'transfer-encoding: chunked\r\n', '8\r\n{"half":\r\n'],
  ['a chunk', 'transfer-encoding: chunked\r\n', 'ff\r\n{"half":'],
];

for (const [name, head, body] of CUTS) {
  verifies(
    ['fail-open:upstream', 'stream:cut-is-seen'],
    `an upstream that dies in the middle of ${name} is cut at the client too`,
    async () => {
      for (const path of PATHS) {
        act = (socket) => {
          socket.write(`${HEAD}${head}\r\n${body}`);
          setTimeout(() => socket.destroy(), 20);
        };
        const got = await ask(path);
        expect([got.status, got.isComplete, got.body.toString()]).toEqual([200, false, '{"half":']);
      }
      act = WELL;
      expect((await ask('/v1/messages')).status).toBe(200);
    },
  );
}

verifies('fail-open:upstream', 'an upstream that answers before it has the whole request is heard', async () => {
  act = (socket) =>
    socket.end(
      'HTTP/1.1 413 Too Large\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}',
    );
  const got = await send(proxy.url, { path: '/v1/files', body: Buffer.alloc(3_000_000, 0x61) });
  expect([got.status, got.body.toString()]).toEqual([413, '{}']);
  act = WELL;
});

verifies('fail-open:upstream', 'an upstream that refuses connections gives an error that names it', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await using lonely = await startProxyProcess({ upstream: `http://127.0.0.1:${port}` });
  for (const path of PATHS) {
    const got = await send(lonely.url, { path, body: BODY });
    expectRefusal(got, path);
    expect(got.body.toString()).toContain(`127.0.0.1:${port}`);
  }
});

/** Says this to the proxy and hangs up. */
async function hangUpAfter(text: string): Promise<void> {
  const { hostname, port } = new URL(proxy.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
}

verifies(
  'fail-open:client',
  'a client that hangs up in mid-request reaches no upstream whose path we read',
  async () => {
    act = WELL;
    await ask('/v1/messages');
    const before = connections;
    await hangUpAfter('POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"half":');
    await hangUpAfter('POST /v1/mess');
    await hangUpAfter('POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"hal');
    expect((await ask('/v1/messages')).status).toBe(200);
    expect(connections).toBeLessThanOrEqual(before + 1);
  },
);

verifies('fail-open:client', 'nonsense on a connection costs only that connection', async () => {
  act = WELL;
  await hangUpAfter('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
  await hangUpAfter('GET / HTTP/9.9\r\n\r\n');
  await hangUpAfter(`POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello`);
  expect((await ask('/v1/messages')).status).toBe(200);
});

verifies('fail-open:client', 'many at once, some of whom hang up, all get their own answers', async () => {
  act = (socket) => setTimeout(() => WELL(socket), 30);
  const result = { role: 'tool', tool_call_id: 'call_1', content: ORDERS };
  const body = JSON.stringify(chatBody([{ role: 'user', content: 'hi' }, result]));
  const calls = Array.from({ length: 40 }, async (_, index) => {
    if (index % 4 === 3)
      return hangUpAfter(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    const got = await send(proxy.url, { path: '/v1/chat/completions', headers: JSON_HEADERS, body });
    expect([got.status, got.body.toString()]).toEqual([200, '{}']);
  });
  await Promise.all(calls);
});

/** How a proxy ends while something is running. */
import http from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { DRAIN_TIMES, type DrainTimes } from './drain.ts';
import type { RunningProxy } from './server.ts';
import { serve, startTestProxy, until } from './test-rig.fixture.ts';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});

interface Rig {
  readonly proxy: RunningProxy;
  readonly log: { readonly problem?: string; readonly status: number }[];
  /** Of the upstream, the newest. */
  readonly socket: () => WebSocket;
  readonly answers: http.ServerResponse[];
}

async function rig(drainTimes: DrainTimes = DRAIN_TIMES, options: object = {}): Promise<Rig> {
  const answers: http.ServerResponse[] = [];
  const { server, url, close } = await serve((incoming, client) => {
    incoming.resume();
    client.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: ping\ndata: {}\n\n');
    answers.push(client);
  });
  const sockets: WebSocket[] = [];
  new WebSocketServer({ server }).on('connection', (socket) => sockets.push(socket.on('error', () => undefined)));
  const log: { status: number }[] = [];
  const logTo = { write: (line: string) => void log.push(JSON.parse(line) as { status: number }) };
  const proxy = await startTestProxy(url, { logLevel: 'info', ...options }, { logTo, drainTimes });
  closing.push({ close }, { close: () => (proxy.cut(), proxy.close()) });
  return { proxy, log, socket: () => sockets.at(-1)!, answers };
}

/** An answer that has begun, on a connection that would be kept. */
async function ask(port: number, agent: http.Agent): Promise<http.IncomingMessage> {
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/messages', agent });
  request.end('{}');
  return new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
}

function endOf(answer: http.IncomingMessage): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
    answer.once('end', () => resolve(text)).once('error', () => resolve(`${text}cut`));
  });
}

async function connect(port: number, headers: Record<string, string> = {}): Promise<[WebSocket, Promise<number>]> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/v1/responses`, { headers });
  client.on('error', () => undefined);
  closing.push({ close: () => client.terminate() });
  await new Promise((resolve) => client.once('open', resolve));
  return [client, new Promise((resolve) => client.once('close', resolve))];
}

const CREATE = JSON.stringify({ type: 'response.create', model: 'm', input: [] });
const COMPLETED = JSON.stringify({
  type: 'response.completed',
  response: { id: 'r', status: 'completed', output: [] },
});

describe('exchanges that run when a proxy ends', () => {
  it('have minutes', () => {
    expect(DRAIN_TIMES.exchangesMs).toBe(5 * 60_000);
  });

  it('are cut after that, and the log says that it was the proxy', async () => {
    const { proxy, log } = await rig({ ...DRAIN_TIMES, exchangesMs: 300 });
    const text = endOf(await ask(proxy.port, new http.Agent()));
    await proxy.close();
    expect([await text, log]).toMatchObject([
      expect.stringMatching(/^event: ping[^]*cut$/),
      [{ status: 200, problem: 'the proxy was stopped' }],
    ]);
  });

  it('are cut at once where that is asked for, and close waits for their end', async () => {
    const { proxy, log, answers } = await rig();
    const text = endOf(await ask(proxy.port, new http.Agent()));
    const closed = proxy.close();
    expect(proxy.close()).toBe(closed);
    proxy.cut();
    await closed;
    expect([await text, log]).toMatchObject([expect.stringMatching(/cut$/), [{ problem: 'the proxy was stopped' }]]);
    await until(() => answers[0]!.destroyed);
  });

  it('that a client leaves meanwhile are its own affair', async () => {
    const { proxy, log } = await rig();
    const answer = await ask(proxy.port, new http.Agent());
    const closed = proxy.close();
    answer.on('error', () => undefined).destroy();
    await closed;
    expect(log).toMatchObject([{ problem: 'ClientGone' }]);
  });

  it('are the last ones, also on a connection that is kept', async () => {
    const { proxy, answers } = await rig();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const first = endOf(await ask(proxy.port, agent));
    const second = ask(proxy.port, agent).then(
      (answer) => answer.headers.connection,
      () => 'refused',
    );
    const closed = proxy.close();
    answers[0]!.end('the end');
    expect(await first).toMatch(/the end$/);
    // Whoever is faster than the end of the connection is answered, and told that it ends.
    expect(['refused', 'close']).toContain(await second);
    answers[1]?.end();
    await closed;
  });
});

describe('WebSockets of a proxy that ends', () => {
  it('close with 1001 when nothing is asked on them, at both sides', async () => {
    const { proxy, socket, log } = await rig();
    const [, code] = await connect(proxy.port);
    const [other, code2] = await connect(proxy.port);
    other.send(CREATE);
    await until(() => log.length === 0);
    await new Promise((resolve) => socket().once('message', resolve));
    socket().send(COMPLETED);
    await new Promise((resolve) => other.once('message', resolve));
    const upstream = new Promise((resolve) => socket().once('close', resolve));
    await proxy.close();
    expect([await code, await code2, await upstream]).toEqual([1001, 1001, 1001]);
    expect(log).toMatchObject([{ status: 200 }]);
  });

  it('stay until the turn in progress is over', async () => {
    const { proxy, socket, log } = await rig();
    const [client, code] = await connect(proxy.port);
    client.send(CREATE);
    await new Promise((resolve) => socket().once('message', resolve));
    const closed = proxy.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const said = new Promise((resolve) => client.once('message', (data: Buffer) => resolve(data.toString())));
    expect(client.readyState).toBe(WebSocket.OPEN);
    socket().send(COMPLETED);
    expect([await said, await code]).toEqual([COMPLETED, 1001]);
    await closed;
    expect(log).toMatchObject([{ status: 200 }]);
    expect(log[0]!.problem).toBeUndefined();
  });

  it('are cut with 1001 too, and the log says that it was the proxy', async () => {
    const { proxy, socket, log } = await rig({ ...DRAIN_TIMES, exchangesMs: 200 });
    const [client, code] = await connect(proxy.port);
    client.send(CREATE);
    await new Promise((resolve) => socket().once('message', resolve));
    await proxy.close();
    expect([await code, log]).toMatchObject([1001, [{ status: 0, problem: 'the proxy was stopped' }]]);
  });

  it('whose frames nobody reads close with 1001 once nothing passes any more', async () => {
    const { proxy, socket } = await rig({ ...DRAIN_TIMES, quietMs: 400 });
    const [client, code] = await connect(proxy.port, { 'x-headroom-bypass': 'true' });
    const heard: string[] = [];
    client.on('message', (data: Buffer) => heard.push(data.toString()));
    const upstream = new Promise((resolve) => socket().once('close', resolve));
    const closed = proxy.close();
    for (const word of ['a', 'b', 'c']) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      socket().send(word);
    }
    expect([await code, await upstream, heard]).toEqual([1001, 1001, ['a', 'b', 'c']]);
    await closed;
  });
});

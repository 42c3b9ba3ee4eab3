/** Frames between a client and an upstream, with an optimizer that does what the test says. */
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Advance, HopStep } from '../../pipeline/advance.ts';
import type { Verdict } from '../../pipeline/engine.ts';
import type { Job } from '../../pipeline/engine.ts';
import { fakeOptimizer, serve, startTestProxy, until } from '../test-rig.fixture.ts';
import { Serial } from './serial.ts';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});

interface Rig {
  readonly client: WebSocket;
  readonly upstream: WebSocket;
  /** Text frames that each side got. */
  readonly got: { readonly client: string[]; readonly upstream: string[] };
  readonly log: string[];
  readonly handshakes: (string | string[] | undefined)[];
}

interface Setting {
  readonly decide?: (job: Job) => Partial<Verdict> | undefined | Promise<Partial<Verdict> | undefined>;
  readonly advance?: (step: HopStep) => Advance | undefined;
  readonly options?: object;
  readonly headers?: Record<string, string>;
}

async function rig({ decide = () => undefined, advance, options = {}, headers = {} }: Setting = {}): Promise<Rig> {
  const { server, url, close } = await serve((_incoming, client) => void client.end());
  const sockets = new WebSocketServer({ server, autoPong: false });
  const handshakes: Rig['handshakes'] = [];
  const got: Rig['got'] = { client: [], upstream: [] };
  const accepted = new Promise<WebSocket>((resolve) =>
    sockets.on('connection', (socket, request) => {
      handshakes.push(request.headers['sec-websocket-extensions']);
      socket.on('message', (data: Buffer, isBinary) =>
        got.upstream.push(`${isBinary ? 'binary ' : ''}${data.toString()}`),
      );
      resolve(socket);
    }),
  );
  const log: string[] = [];
  const fake = fakeOptimizer();
  const optimizer = {
    ...fake,
    async run(job: Job): Promise<Verdict> {
      const verdict = await fake.run(job);
      return { ...verdict, ...(await decide(job)) };
    },
    advance: (step: HopStep) => Promise.resolve(advance?.(step)),
    mend: () => Promise.resolve(undefined),
    kept: () => Promise.resolve(undefined),
  };
  const parts = { openOptimizer: () => optimizer, logTo: { write: (line: string) => void log.push(line) } };
  const proxy = await startTestProxy(url, { logLevel: 'info', ...options }, parts);
  const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/v1/responses`, { headers });
  client.on('message', (data: Buffer, isBinary) => got.client.push(`${isBinary ? 'binary ' : ''}${data.toString()}`));
  client.on('error', () => undefined);
  closing.push({ close }, { close: () => sockets.close() }, proxy, { close: () => client.terminate() });
  await new Promise((resolve) => client.once('open', resolve));
  return { client, upstream: await accepted, got, log, handshakes };
}

const create = (more: object = {}): string =>
  JSON.stringify({ type: 'response.create', model: 'm', input: [], ...more });
const completed = (id: string, more: object = {}): string =>
  JSON.stringify({ type: 'response.completed', response: { id, status: 'completed', output: [] }, ...more });
const created = (id: string): string => JSON.stringify({ type: 'response.created', response: { id } });

describe('frames of a client', () => {
  it('go out shorter when they ask for an answer, and as they came in all else', async () => {
    const { client, got } = await rig({ decide: () => ({ body: Buffer.from('{"shorter":1}') }) });
    client.send(create());
    client.send('{"type":"response.steer", "input":"response.create"}');
    client.send('no json: response.create');
    client.send(Buffer.from([1, 2, 3]));
    await until(() => got.upstream.length === 4);
    expect(got.upstream.toSorted()).toEqual(
      [
        '{"shorter":1}',
        '{"type":"response.steer", "input":"response.create"}',
        'no json: response.create',
        'binary \u0001\u0002\u0003',
      ].toSorted(),
    );
  });

  it('keep their order within a lane, and do not wait for another', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const decide = (job: Job) => (Buffer.from(job.body).includes('slow') ? held.then(() => undefined) : undefined);
    const { client, got } = await rig({ decide });
    for (const input of ['slow', 'second']) client.send(create({ input, stream_id: 'a' }));
    client.send(create({ input: 'other', stream_id: 'b' }));
    await until(() => got.upstream.length === 1);
    release();
    await until(() => got.upstream.length === 3);
    expect(got.upstream.map((frame) => JSON.parse(frame).input)).toEqual(['other', 'slow', 'second']);
  });

  it('go out as they came when shortening fails, or they are longer than what is read', async () => {
    const { client, got } = await rig({
      decide: () => Promise.reject(new Error('no')),
      options: { maxBodyBytes: 1000 },
    });
    const frames = [create(), create({ input: 'x'.repeat(2000) })];
    for (const frame of frames) client.send(frame);
    await until(() => got.upstream.length === 2);
    expect(got.upstream).toEqual(frames);
  });

  it('pass unread when the client says so', async () => {
    const { client, got } = await rig({
      decide: () => ({ body: Buffer.from('shorter') }),
      headers: { 'x-headroom-bypass': 'true' },
    });
    client.send(create());
    await until(() => got.upstream.length === 1);
    expect(got.upstream).toEqual([create()]);
  });
});

describe('frames of an upstream', () => {
  it('come as they are, and each answer is one line in the log', async () => {
    const { client, upstream, got, log } = await rig();
    client.send(create());
    await until(() => got.upstream.length === 1);
    const usage = { input_tokens: 7, output_tokens: 3 };
    const end = `{"type":"response.completed" ,"response":{"status":"completed","usage":${JSON.stringify(usage)}}}`;
    const frames = ['{"type":"response.created"}', '{"type": "response.output_text.delta","delta":"\\u00e9"}', end];
    for (const frame of frames) upstream.send(frame);
    upstream.send('{"type":"error","status":429,"error":{}}');
    await until(() => got.client.length === 4 && log.length === 1);
    expect(got.client.slice(0, 3)).toEqual(frames);
    const line = JSON.parse(log[0]!);
    expect(line).toMatchObject({ method: 'WS', path: '/v1/responses', status: 200, input: 7, output: 3, model: 'm' });
    client.send(create());
    await until(() => got.upstream.length === 2);
    upstream.send('{"type":"error","status":429,"error":{}}');
    await until(() => log.length === 2);
    expect(JSON.parse(log[1]!).status).toBe(429);
  });

  it('of calls of ours are left out, and what follows comes as one answer', async () => {
    const steps: HopStep[] = [];
    const advance = (step: HopStep): Advance => {
      steps.push(step);
      const hop = { ...step.end, results: [] };
      const body = step.hops.length === 0 ? Buffer.from('next') : undefined;
      return { hops: [...step.hops, hop], body, problem: undefined };
    };
    const { client, upstream, got, log } = await rig({ decide: () => ({ isOffered: true }), advance });
    client.send(create());
    await until(() => got.upstream.length === 1);
    const item = { type: 'function_call', name: 'headroom_retrieve', call_id: 'c', arguments: '{}' };
    upstream.send(created('r1'));
    upstream.send(JSON.stringify({ type: 'response.output_item.added', output_index: 0, item }));
    upstream.send(JSON.stringify({ type: 'response.output_item.done', output_index: 0, item }));
    upstream.send(completed('r1'));
    await until(() => got.upstream.length === 2);
    expect([got.upstream[1], got.client]).toEqual(['next', [created('r1')]]);
    upstream.send(created('r2'));
    upstream.send(completed('r2'));
    await until(() => got.client.length === 2 && log.length === 1);
    expect(JSON.parse(got.client[1]!).response.id).toBe('r1');
    expect(steps.map(({ end, isFrame }) => [end.id, isFrame])).toEqual([
      ['r1', true],
      ['r2', true],
    ]);
  });

  it('of an answer that follows another unasked are read as that was', async () => {
    const ids: (string | undefined)[] = [];
    const advance = (step: HopStep): undefined => void ids.push(step.end.id);
    const { client, upstream, got } = await rig({ decide: () => ({ isOffered: true }), advance });
    client.send(create());
    await until(() => got.upstream.length === 1);
    for (const id of ['r1', 'r2']) {
      upstream.send(created(id));
      upstream.send(completed(id));
    }
    await until(() => got.client.length === 4);
    expect(ids).toEqual(['r1', 'r2']);
    expect(got.client).toEqual([created('r1'), completed('r1'), created('r2'), completed('r2')]);
  });
});

describe('the connection itself', () => {
  it('is compressed on the long way when the client could do it', async () => {
    expect((await rig()).handshakes).toEqual([expect.stringContaining('permessage-deflate')]);
  });

  it('passes pings, pongs, codes and ends on, and tells what was never answered', async () => {
    const { client, upstream, got, log } = await rig();
    const heard = (socket: WebSocket, event: string): Promise<string> =>
      new Promise((resolve) => socket.once(event, (...words: unknown[]) => resolve(words.map(String).join(' '))));
    const ping = heard(upstream, 'ping');
    client.ping('a');
    expect(await ping).toBe('a');
    const pong = heard(client, 'pong');
    upstream.pong('b');
    expect(await pong).toBe('b');
    client.send(create());
    await until(() => got.upstream.length === 1);
    const closed = heard(client, 'close');
    upstream.close(1012, 'again later');
    expect(await closed).toBe('1012 again later');
    await until(() => log.length === 1);
    expect(JSON.parse(log[0]!)).toMatchObject({ status: 0, problem: 'Error' });
  });

  it('breaks off where the other side does', async () => {
    const { client, upstream } = await rig();
    const closed = new Promise((resolve) => client.once('close', resolve));
    upstream.terminate();
    expect(await closed).toBe(1006);
  });

  it('goes at the pace of the slower side', async () => {
    const { client, upstream, got } = await rig();
    client.pause();
    const frame = 'x'.repeat(1024 * 1024);
    let sent = 0;
    const timer = setInterval(() => {
      if (upstream.bufferedAmount === 0 && sent < 200) {
        sent++;
        upstream.send(frame);
      }
    }, 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent).toBeLessThan(100);
    client.resume();
    await until(() => sent === 200 && got.client.length === 200);
    clearInterval(timer);
  });
});

it('tasks run one after the other, at once while none waits', async () => {
  const serial = new Serial();
  const done: number[] = [];
  serial.do(() => void done.push(1));
  expect(done).toEqual([1]);
  serial.do(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    done.push(2);
  });
  for (const n of [3, 4]) serial.do(() => void done.push(n));
  await until(() => done.length === 4);
  expect(done).toEqual([1, 2, 3, 4]);
});

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Mending, relayMending } from './mending.ts';
import type { Outgoing } from './relay.ts';
import { openUpstream, type Upstream } from './upstream.ts';

const REFUSAL = JSON.stringify({ error: 'bound to a different conversation' });

let answers: [status: number, body: string, headers?: http.OutgoingHttpHeaders][];
let bodies: string[];
let provider: http.Server;
let front: http.Server;
let upstream: Upstream;
let url: string;
let mended: Mending['mended'];

beforeEach(async () => {
  [answers, bodies] = [[], []];
  const request = (body: string): Outgoing => ({
    method: 'POST',
    path: '/v1/messages',
    headers: [],
    body: () => Buffer.from(body),
    forget: undefined,
  });
  mended = () => Promise.resolve(request('mended'));
  provider = http.createServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    bodies.push(text);
    const [status, body, headers = {}] = answers.shift()!;
    outgoing.writeHead(status, headers).end(headers['content-encoding'] ? zlib.gzipSync(body) : body);
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const address = new URL(`http://127.0.0.1:${(provider.address() as AddressInfo).port}`);
  upstream = openUpstream('a', address, { connectTimeoutMs: 5_000, responseTimeoutMs: 5_000 }, {});
  front = http.createServer((_incoming, client) => {
    const mending: Mending = { isMismatch: (_status, body) => body === REFUSAL, mended: () => mended() };
    void relayMending(upstream, request('first'), { client, watch: undefined }, mending);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await upstream.pool.destroy();
  provider.close();
  front.close();
});

async function ask(): Promise<[number, string, number]> {
  const answer = await fetch(url, { headers: { connection: 'close' } });
  return [answer.status, await answer.text(), bodies.length];
}

test.each([
  ['plain', {}],
  ['encoded', { 'content-encoding': 'gzip' }],
])('a mismatch is sent once more, without what was refused: %s', async (_name, headers) => {
  answers = [
    [400, REFUSAL, headers],
    [200, 'fine'],
  ];
  expect(await ask()).toEqual([200, 'fine', 2]);
  expect(bodies).toEqual(['first', 'mended']);
});

test('what is refused then too is the answer', async () => {
  answers = [
    [400, REFUSAL],
    [400, REFUSAL],
  ];
  expect(await ask()).toEqual([400, REFUSAL, 2]);
});

test.each([
  ['another refusal', 400, 'max_tokens is missing'],
  ['a longer one than is read', 400, 'x'.repeat(300_000)],
  ['another status', 401, REFUSAL],
  ['an answer', 200, 'fine'],
])('%s passes as it came', async (_name, status, body) => {
  answers = [[status, body]];
  expect(await ask()).toEqual([status, body, 1]);
});

test('with nothing to send instead, and when that fails, the refusal passes', async () => {
  for (const nothing of [() => Promise.resolve(undefined), () => Promise.reject(new Error('broken'))]) {
    mended = nothing;
    answers = [[400, REFUSAL]];
    expect((await ask()).slice(0, 2)).toEqual([400, REFUSAL]);
  }
});

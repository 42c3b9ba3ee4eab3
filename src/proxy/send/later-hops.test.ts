/** A later hop that fails: what the client gets, over sockets, and what the log says of it. */
import type http from 'node:http';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccountJob } from '../../pipeline/account.ts';
import type { HopStep } from '../../pipeline/advance.ts';
import type { Clerk } from '../../pipeline/clerk.ts';
import type { Optimizer } from '../../pipeline/pool.ts';
import { type Way, WAYS } from '../../testing/scripted-hops.ts';
import { call, fakeOptimizer, type Reply, startTestProxy, startUpstream, until } from '../test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

/** Offers the tool in every request, and answers every call of it. */
function retrievingOptimizer(): Optimizer {
  const offering = fakeOptimizer(({ body }) => ({ body, isOffered: true }));
  const advance = ({ hops, end, sent }: HopStep): ReturnType<Optimizer['advance']> => {
    const body = end.calls.length > 0 ? sent : undefined;
    return Promise.resolve({ hops: [...hops, { ...end, results: [] }], body, problem: undefined });
  };
  return { ...offering, advance };
}

type Answer = (client: http.ServerResponse, way: Way) => void;

interface Rig {
  readonly reply: Reply;
  readonly logged: Record<string, unknown>;
  readonly requests: number;
  readonly accounts: readonly AccountJob[];
  /** Of the upstream. */
  readonly host: string;
}

/** The model fetches an original, and the provider answers that with these, one hop each, the last one again and again. */
async function rig(way: Way, ...later: readonly [Answer, ...Answer[]]): Promise<Rig> {
  let asked = 0;
  const upstream = await startUpstream((client) => {
    const hop = asked++;
    if (hop > 0) return (later[hop - 1] ?? later.at(-1))!(client, way);
    client.writeHead(200, { 'content-type': way.type, date: 'Sun, 01 Jan 2034 00:00:00 GMT' }).end(way.fetching);
  });
  const lines: Record<string, unknown>[] = [];
  const logTo = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const accounts: AccountJob[] = [];
  const clerk: Clerk = {
    record: (job) => (accounts.push(job), Promise.resolve(undefined)),
    learn: () => undefined,
    savings: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  const parts = { openOptimizer: retrievingOptimizer, openClerk: () => clerk, logTo };
  const proxy = await startTestProxy(upstream.url, { logLevel: 'info' }, parts);
  closing.push(proxy, upstream);
  const reply = await call(proxy.port, { path: way.path, body: way.request, headers: ['x-api-key', 'k'] });
  await until(() => lines.some(({ status }) => status !== undefined));
  const logged = lines.find(({ status }) => status !== undefined)!;
  return { reply, logged, accounts, requests: asked, host: `127.0.0.1:${upstream.port}` };
}

const firstHalf = (text: string): string => text.slice(0, text.length / 2);
const half: Answer = (client, way) => {
  const said = way.saying('found');
  const bytes = Buffer.byteLength(said) + 500;
  client.writeHead(200, { 'content-type': way.type, ...(!way.isStreaming && { 'content-length': bytes }) });
  client.write(firstHalf(said), () => setTimeout(() => client.destroy(), 20));
};
const gone: Answer = (client) => void client.destroy();
const page: Answer = (client) =>
  client.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>log in</html>');
const nothing: Answer = (client, { type }) => client.writeHead(200, { 'content-type': type }).end();
const truncated: Answer = (client, way) =>
  client.writeHead(200, { 'content-type': way.type }).end(firstHalf(way.saying('found')));
const other: Answer = (client, { type, isStreaming }) =>
  client.writeHead(200, { 'content-type': type }).end(isStreaming ? 'data: {"ok":true}\n\n' : '{"ok":true}');
const encoded: Answer = (client, way) =>
  client.writeHead(200, { 'content-type': way.type, 'content-encoding': 'br' }).end('xyz');
const redirect: Answer = (client) => client.writeHead(302, { location: 'http://elsewhere.test/' }).end();
const halfRefusal: Answer = (client) => {
  client.writeHead(400, { 'content-type': 'application/json', 'content-length': 500 });
  client.write('{"error":', () => setTimeout(() => client.destroy(), 20));
};
const refusal: Answer = (client) =>
  client.writeHead(400, { 'content-type': 'application/json', 'x-theirs': 'yes' }).end(REFUSAL);
const REFUSAL =
  '{ "type":"error","error":{"type":"invalid_request_error","message":"planned","param":null,"code":400,"status":"X"}}';
const well: Answer = (client, way) => client.writeHead(200, { 'content-type': way.type }).end(way.saying('found'));

const FAILURES: readonly (readonly [name: string, answer: Answer, words: RegExp])[] = [
  ['breaks off', half, /broke off/],
  ['is refused, and the refusal breaks off', halfRefusal, /broke off/],
  ['is a page', page, /answered with a page \(text\/html\) instead/],
  ['has no body', nothing, /answered with nothing/],
  ['ends before its end', truncated, /ended its answer before|no answer of its API/],
  ['is of another API', other, /ended its answer before|no answer of its API/],
  ['comes in an encoding', encoded, /encoding that was not asked for \(br\)/],
  ['is a redirect', redirect, /status 302/],
];

describe.each(WAYS)('R-23 $name: a later hop that', (way) => {
  it.each(FAILURES)('%s is an error of this API, in words, and logged as such', async (_name, answer, words) => {
    const { reply, logged, accounts, host, requests } = await rig(way, answer);
    const body = reply.body.toString();
    expect(way.errorIn(body)).toMatch(words);
    expect(way.errorIn(body)).toContain(host);
    expect(body).not.toMatch(/<html|headroom_retrieve|status (?:0|200)\b/);
    expect(reply.status).toBe(way.isStreaming ? 200 : 502);
    if (!way.isStreaming) {
      expect(reply.headers).toMatchObject({
        'content-type': 'application/json',
        'content-length': String(body.length),
      });
      expect(reply.headers.date).not.toMatch(/2034/);
    }
    expect(logged).toMatchObject({ status: reply.status, problem: 'UPSTREAM_UNREACHABLE' });
    expect(requests).toBe(2);
    // The hop before it was answered, and is to be paid for.
    expect(accounts).toMatchObject([{ complete: false }]);
    expect(accounts[0]!.usages[0]).toMatchObject({ inputTokens: 5, outputTokens: 5 });
  });

  it('finds nobody says so as a first hop does', async () => {
    const { reply, logged } = await rig(way, gone);
    expect(way.errorIn(reply.body.toString())).toMatch(/Cannot reach 127\.0\.0\.1:\d+ \(/);
    expect(reply.status).toBe(way.isStreaming ? 200 : 502);
    expect(logged).toMatchObject({ status: reply.status, problem: 'UPSTREAM_UNREACHABLE' });
  });

  it('is refused passes the refusal on, and its status is the one in the log', async () => {
    const { reply, logged } = await rig(way, refusal);
    expect(way.errorIn(reply.body.toString())).toBe('planned');
    expect(logged).toMatchObject({ status: way.isStreaming ? 200 : 400, problem: 'later hop refused with 400' });
    if (way.isStreaming) return;
    expect([reply.status, reply.headers['x-theirs'], reply.body.toString()]).toEqual([400, 'yes', REFUSAL]);
  });

  it('is answered goes on in the same answer', async () => {
    const { reply, logged } = await rig(way, well);
    expect([reply.status, logged['status'], logged['problem']]).toEqual([200, 200, undefined]);
    expect(reply.body.toString()).toContain('found');
    expect(reply.body.toString()).not.toMatch(/headroom_retrieve|"error":\{/);
  });
});

it.each(WAYS.filter(({ isStreaming }) => isStreaming))(
  'R-23 $name: an error that the provider says in a later stream is said once',
  async (way) => {
    const said = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded', code: 529 } };
    const { reply } = await rig(way, (client) =>
      client.writeHead(200, { 'content-type': way.type }).end(`event: error\ndata: ${JSON.stringify(said)}\n\n`),
    );
    const body = reply.body.toString();
    expect(body.match(/Overloaded/g)).toHaveLength(1);
    expect(body).not.toMatch(/ended its answer/);
  },
);

it('R-23 Gemini, streaming an array: a later hop that fails ends the array with its error', async () => {
  const [gemini] = WAYS.filter(({ name }) => name === 'Gemini');
  const path = gemini!.path.replace('generateContent', 'streamGenerateContent');
  const opening = gemini!.saying('so far').replace('"finishReason":"STOP",', '');
  const way: Way = { ...gemini!, path, fetching: `[${opening},\r\n${gemini!.fetching}]` };
  for (const answer of [half, page, nothing]) {
    const { reply, logged } = await rig(way, answer);
    const chunks = JSON.parse(reply.body.toString()) as unknown[];
    expect(JSON.stringify(chunks[0])).toContain('so far');
    expect(way.errorIn(JSON.stringify(chunks.at(-1)))).toMatch(/broke off|a page|nothing/);
    expect(logged).toMatchObject({ status: 200, problem: 'UPSTREAM_UNREACHABLE' });
  }
});

/** What fails, and what must not be lost: signed histories, a proxy that is not there, dies, or answers nonsense. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { type ProxyProcess, startProxyProcess } from '../e2e/proxy-process.ts';
import { HITS, planOf, say, think } from '../e2e/retrieving-agent.ts';
import { type SigningProvider, startSigningProvider } from '../e2e/signing-provider.ts';
import { type Asked, type Programs, startPrograms } from './agno-programs.ts';
import { preparePython } from './environment.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- bodies of several APIs

const environment = await preparePython();
const isThere = typeof environment !== 'string';
if (!isThere) test.skip(`Agno: ${environment}`);

// Python loads for a long time where other tests run beside it.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const BIN = join(import.meta.dirname, '../../bin/headroom.js');
const RESULT = HITS.join('\n');
/** Decisions may take as long as a busy machine needs. */
const PATIENT = ['--deadline-ms', '20000'];
const NOBODY = 'http://127.0.0.1:9';
const MARKED = /headroom_retrieve hash=([0-9a-f]{24})/;

let signing: SigningProvider;
let proxy: ProxyProcess;
let programs: Programs;
beforeAll(async () => {
  if (!isThere) return;
  signing = await startSigningProvider();
  proxy = await startProxyProcess({ upstream: signing.url, flags: PATIENT });
  programs = startPrograms(environment);
  await programs.ask('ready');
});
afterAll(async () => {
  await programs?.close();
  await proxy?.[Symbol.asyncDispose]();
  await signing?.close();
  if (isThere) environment.remove();
});

const hashIn = (body: Json): string => MARKED.exec(JSON.stringify(body))?.[1] ?? 'none';

describe.skipIf(!isThere).each(['sync', 'stream', 'async', 'astream'] as const)(
  'signed thinking of Claude, %s',
  (way) => {
    test('stays valid over hidden calls, also mixed with those of the program', async () => {
      let ids = 0;
      const use = (name: string, input: object): Json => ({
        type: 'tool_use',
        id: `toolu_${way}_${++ids}`,
        name,
        input,
      });
      const rows = (): Json => use('list_rows', { table: 'users' });
      const fetch = (body: Json, more: object = {}): Json => use('headroom_retrieve', { hash: hashIn(body), ...more });
      signing.reset(
        planOf([
          () => [think('a'), rows()],
          (body) => [think('b'), fetch(body)],
          (body) => [think('c'), say('let me look'), fetch(body, { lines: '7' }), rows()],
          (body) => [think('d'), say('nearly'), fetch(body, { query: 'value9' })],
          () => [think('e'), say('found')],
          () => [think('z'), say('and the second answer')],
        ]),
      );
      const { runs, warned } = await programs.converse({
        vendor: 'claude',
        way,
        provider: signing.url,
        headroom: proxy.url,
        how: 'wrapped',
        result: RESULT,
        prompts: ['search', 'and now?'],
        options: { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4096 },
      });
      expect([signing.mismatches, warned, signing.requests.length]).toEqual([[], [], 6]);
      const said = runs.map(({ memory }) => memory.filter(([role]) => role === 'assistant').map(([, text]) => text));
      expect(said[0]).toEqual([null, 'let me look', 'nearlyfound']);
      expect(said[1]!.at(-1)).toBe('and the second answer');
      expect(runs[0]!.tools).toHaveLength(2);
      expect(JSON.stringify(runs)).not.toContain('headroom_retrieve');
      // The second fetch asked for a line, and got it.
      expect(JSON.stringify(signing.requests[3].messages)).toContain('[lines 7-7 of 600]');
    });

    test('a model that fetches for ever is told to go on without, and its turn ends where it does not', async () => {
      let ids = 0;
      const use = (name: string, input: object): Json => ({ type: 'tool_use', id: `t_${way}_${++ids}`, name, input });
      const rows = (): Json[] => [use('list_rows', { table: 'users' })];
      const fetch = (body: Json): Json[] => [say(`${ids},`), use('headroom_retrieve', { hash: hashIn(body) })];
      const fetching = (count: number): (typeof fetch)[] => Array.from({ length: count }, () => fetch);
      signing.reset(planOf([rows, ...fetching(6), () => [say('enough')], rows, ...fetching(7)]));
      const { runs } = await programs.converse({
        vendor: 'claude',
        way,
        provider: signing.url,
        headroom: proxy.url,
        how: 'wrapped',
        result: RESULT,
        prompts: ['search', 'again'],
        options: { max_tokens: 4096 },
      });
      expect(runs.map(({ content }) => content)).toEqual(['1,2,3,4,5,6,enough', '8,9,10,11,12,13,14,']);
      const limits = signing.requests.map(({ messages }) => JSON.stringify(messages.at(-1)).includes('the limit of'));
      expect(limits.flatMap((isTold, index) => (isTold ? [index] : []))).toEqual([7, 15]);
    });
  },
);

describe.skipIf(!isThere)('trouble', () => {
  let provider: ScriptedProvider;
  let isRefusing = false;
  beforeAll(async () => {
    provider = await startScriptedProvider(({ body }, index) => {
      const hash = MARKED.exec(body.toString())?.[1];
      const error = { status: 429, body: { error: { message: 'slow down', type: 'rate_limit', code: `n${index}` } } };
      if (isRefusing) return { error };
      const calls = [{ tool: /list_rows/, input: { table: 'users' } }];
      return { call: hash === undefined ? calls : [...calls, { tool: /retrieve/, input: { hash } }], text: 'fine' };
    });
  });
  afterAll(() => provider.close());

  const asked = (more: Partial<Asked>): Asked => ({
    vendor: 'openai',
    way: 'sync',
    provider: provider.url,
    result: RESULT,
    prompts: ['how many?'],
    ...more,
  });
  async function bodiesOf(
    more: Partial<Asked>,
  ): Promise<{ bodies: string[]; warned: readonly string[]; text: string }> {
    const before = provider.requests.length;
    const { runs, warned } = await programs.converse(asked(more));
    const bodies = provider.requests.slice(before).map(({ body }) => body.toString().replaceAll(/scripted_\d+/g, 'x'));
    return { bodies, warned, text: runs.map(({ content }) => content).join() };
  }

  test('without a proxy every request goes out byte for byte as without Headroom, and that is said once', async () => {
    const prompts = ['one', 'two'];
    const plain = await bodiesOf({ prompts });
    const wrapped = await bodiesOf({ prompts, how: 'wrapped', headroom: NOBODY });
    expect(wrapped.bodies).toEqual(plain.bodies);
    expect(wrapped.warned).toEqual([`headroom: ${NOBODY} does not answer: model calls go on without it, as they are`]);
    expect((await bodiesOf({ prompts, how: 'wrapped', headroom: NOBODY })).warned).toEqual([]);
  });

  test('a proxy that answers nonsense changes nothing', async () => {
    const server = createServer(({ url }, outgoing) => {
      const health = { status: 'healthy', config: { profile: 'lossless' } };
      outgoing.end(url === '/health' ? JSON.stringify(health) : '{"messages":[{"content":');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const headroom = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [plain, wrapped] = [await bodiesOf({}), await bodiesOf({ how: 'wrapped', headroom })];
    await new Promise((resolve) => server.close(resolve));
    expect(wrapped.bodies).toEqual(plain.bodies);
    expect(wrapped.warned).toHaveLength(1);
    expect(wrapped.warned.join()).not.toContain('secret');
  });

  test.each(['stream', 'astream'] as const)('%s: words pass while the provider still speaks', async (way) => {
    const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o' };
    const server = createServer((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      const choices = [{ index: 0, delta: { role: 'assistant', content: 'first words' }, finish_reason: null }];
      outgoing.write(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const more = { provider: url, way, how: 'wrapped', headroom: proxy.url } as const;
    expect(await programs.ask('peek', asked(more))).toEqual({ content: 'first words' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('where it only measures every request goes out as without, and the figures say what it would save', async () => {
    const plain = await bodiesOf({});
    const before = provider.requests.length;
    const told = await programs.converse(asked({ how: 'wrapped', headroom: proxy.url, mode: 'simulate' }));
    const bodies = provider.requests.slice(before).map(({ body }) => body.toString().replaceAll(/scripted_\d+/g, 'x'));
    expect(bodies).toEqual(plain.bodies);
    expect(told.savings!.total_tokens_saved).toBeGreaterThan(0);
  });

  test('a proxy that leaves nothing out gets no tool offered', async () => {
    await using lossless = await startProxyProcess({
      upstream: provider.url,
      flags: [...PATIENT, '--profile', 'lossless'],
    });
    const result = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, state: 'active', admin: false })));
    const plain = await bodiesOf({ result });
    const wrapped = await bodiesOf({ result, how: 'wrapped', headroom: lossless.url });
    expect(wrapped.bodies.join().length).toBeLessThan(plain.bodies.join().length);
    expect(wrapped.bodies.join()).not.toContain('headroom_retrieve');
  });

  test('a proxy that dies ends nothing: what was shorter stays so, what is new goes out whole', async () => {
    const dying = await startProxyProcess({ upstream: provider.url, flags: PATIENT });
    const going = { how: 'wrapped', headroom: dying.url, keep: 'dying' } as const;
    const first = await bodiesOf(going);
    await dying[Symbol.asyncDispose]();
    const then = await bodiesOf({ ...going, prompts: ['and now?', 'thanks'] });
    const historyOf = (body: string): Json[] => JSON.parse(body).messages;
    const sent = historyOf(first.bodies.at(-1)!);
    expect(JSON.stringify(sent)).toMatch(MARKED);
    expect(historyOf(then.bodies[0]!).slice(0, sent.length)).toEqual(sent);
    expect(JSON.parse(then.bodies[0]!).tools).toEqual(JSON.parse(first.bodies[0]!).tools);
    expect([then.text, then.warned.length]).toEqual(['fine,fine', 1]);
  });

  test("the provider's refusals are the program's, as without", async () => {
    isRefusing = true;
    const outcomes = [];
    for (const how of [{}, { how: 'wrapped', headroom: proxy.url }] as const) {
      const { runs } = await programs.converse(asked(how));
      outcomes.push([runs[0]!.status, runs[0]!.content]);
    }
    isRefusing = false;
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[0]).toEqual(['ERROR', 'slow down']);
  });

  test('calls that fail together make nobody wait longer than one that fails', async () => {
    expect(await programs.ask('together', { headroom: proxy.url, nobody: NOBODY })).toEqual({ profile: 'balanced' });
  });

  test('what is fetched in a conversation that goes on is kept, however many others begin', async () => {
    expect(await programs.ask('outlast')).toEqual({ lost: null });
  });

  test.each(['[]', '{}', '{"proof":1}', '{"proof":"x","url":7}'])('who answers %s is no proxy', async (says) => {
    expect(await programs.ask('stranger', { says })).toEqual({ line: false });
  });

  test('a proxy is started where none runs, and ends with the last program that uses it', async () => {
    const port = await freePort();
    const headroom = `http://127.0.0.1:${port}`;
    const command = `"${process.execPath}" "${BIN}"`;
    const own = startPrograms(environment as Exclude<typeof environment, string>, {
      HEADROOM_COMMAND: command,
      HEADROOM_DEADLINE_MS: '20000',
    });
    const { savings, warned } = await own.converse(asked({ how: 'wrapped', headroom, starts: true }));
    expect(warned).toEqual([]);
    expect(savings!.total_tokens_saved).toBeGreaterThan(1000);
    expect((await fetch(`${headroom}/livez`)).status).toBe(200);
    await own.close();
    await expect
      .poll(() =>
        fetch(`${headroom}/livez`).then(
          () => 'there',
          () => 'gone',
        ),
      )
      .toBe('gone');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

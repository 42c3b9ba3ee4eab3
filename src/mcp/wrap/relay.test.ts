import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Job, Verdict } from '../../pipeline/engine.ts';
import { openEngine } from '../../pipeline/defaults.ts';
import { hashOf } from '../../core/hash.ts';
import type { ToolHost } from '../tool-host.ts';
import { Relay } from './relay.ts';
import { FAILURE, ROWS } from './scripted-server.fixture.ts';

let kept: string[];
let jobs: Job[];
let host: ToolHost;
let relay: Relay;

beforeEach(() => {
  kept = [];
  jobs = [];
  const engine = openEngine(
    { level: 'balanced', offersTool: true, storePath: undefined, deadlineMs: 10_000 },
    () => undefined,
  );
  host = {
    tenant: 't',
    intent: 'ask',
    optimizer: {
      run: (job: Job): Promise<Verdict> => {
        jobs.push(job);
        return Promise.resolve(engine.run(job));
      },
    },
    keep: (text) => void kept.push(text),
    find: (hash) => Promise.resolve(kept.find((text) => hashOf(text) === hash)),
    stats: () => Promise.resolve({}),
  };
  relay = new Relay(host, true);
});

const line = (message: unknown): Buffer => Buffer.from(`${JSON.stringify(message)}\n`);
const ask = async (id: unknown, method: string, params?: object): Promise<unknown> => {
  const asked = line({ jsonrpc: '2.0', id, method, params });
  const { forward, reply } = await relay.fromClient(asked);
  if (forward) expect(forward).toBe(asked);
  return reply && JSON.parse(reply.toString());
};
const reply = async (id: unknown, result: unknown): Promise<Result> =>
  (JSON.parse((await relay.fromServer(line({ jsonrpc: '2.0', id, result }))).toString()) as { result: Result }).result;
interface Result {
  readonly tools: readonly { name: string }[];
  readonly content: readonly { text: string }[];
}
const named = (...names: string[]): object => ({ tools: names.map((name) => ({ name })) });
const call = async (name: string, result: object, input: object = {}): Promise<Result> => {
  await ask(7, 'tools/call', { name, arguments: input });
  return reply(7, result);
};
const list = async (...names: string[]): Promise<readonly string[]> => {
  await ask(1, 'tools/list');
  return (await reply(1, named(...names))).tools.map((tool) => tool.name);
};
const texts = (...said: string[]): object => ({ content: said.map((text) => ({ type: 'text', text })) });

describe('what is not a tool result or a tool list passes byte for byte', () => {
  test.each([
    ['no JSON', 'hello'],
    ['an answer nobody asked for', '{"jsonrpc":"2.0","id":99,"result":{"content":[{"type":"text","text":"x"}]}}'],
    ['a notification', '{ "jsonrpc":"2.0", "method":"notifications/tools/list_changed" }'],
    [
      'a request of the server',
      '{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"maxTokens":1.0e2}}',
    ],
    ['an error', '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no \\u00e9"}}'],
    ['several in one list', `[{"jsonrpc":"2.0","id":1,"result":{"content":[]}}]`],
    ['a number', '1'],
    ['broken UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('%s', async (_name, text) => {
    await list('rows');
    await ask(1, 'tools/call', { name: 'rows' });
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from('\r\n')]);
    expect(await relay.fromServer(bytes)).toEqual(bytes);
    const { forward, reply: said } = await relay.fromClient(bytes);
    expect([forward, said]).toEqual([bytes, undefined]);
  });

  test('whatever a server says, and whatever was asked', async () => {
    const answers = fc.record({
      id: fc.constantFrom(1, '1', 2, null),
      result: fc.oneof(fc.jsonValue(), fc.record({ content: fc.jsonValue(), tools: fc.jsonValue() })),
    });
    const questions = fc.record({
      id: fc.constantFrom(1, '1', 2),
      method: fc.constantFrom('tools/call', 'resources/read', 'prompts/get', 'tasks/result', 'ping'),
      params: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(questions, { maxLength: 3 }), answers, async (asked, answered) => {
        const fresh = new Relay(host, true);
        for (const question of asked) {
          const bytes = line(question);
          const { forward } = await fresh.fromClient(bytes);
          expect(forward).toBe(bytes);
        }
        const bytes = line(answered);
        expect((await fresh.fromServer(bytes)).equals(bytes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('results of tools', () => {
  test('around a shorter text every byte is the server’s own', async () => {
    await list('rows');
    await relay.fromClient(line({ id: 5, method: 'tools/call', params: { name: 'rows' } }));
    const [before, after] = [
      '{"id" : 5, "result":{"x":1.0,"content":[{"type":"text","text":',
      ',"k":"\\u00e9"}]}}\r\n',
    ];
    const said = (await relay.fromServer(Buffer.from(before + JSON.stringify(ROWS) + after))).toString();
    expect([said.slice(0, before.length), said.slice(-after.length)]).toEqual([before, after]);
    const text = JSON.parse(said.slice(before.length, -after.length)) as string;
    expect(text.length).toBeLessThan(ROWS.length / 4);
    expect(text).toContain(`hash=${hashOf(ROWS)}`);
    expect(kept).toEqual([ROWS]);
  });

  test('an error loses nothing, and so does every result before the tool was listed (R-21)', async () => {
    const [unlisted] = (await call('rows', texts(ROWS))).content;
    await list('rows');
    const [failed] = (await call('rows', { ...texts(FAILURE), isError: true })).content;
    expect(kept).toEqual([]);
    for (const { text } of [unlisted!, failed!]) expect(text).not.toContain('hash=');
    expect(failed!.text).toContain('Error: the queue is gone');
    // Nobody is even asked for a view.
    for (const { body } of jobs) expect(Buffer.from(body).toString()).not.toContain('headroom_retrieve');
  });

  test('what is kept nowhere goes out without a loss', async () => {
    await list('rows');
    host.keep = () => {
      throw new Error('disk full');
    };
    const [{ text }] = (await call('rows', texts(ROWS))).content as [{ text: string }];
    expect(text).not.toContain('hash=');
  });

  test('what was fetched back is never shortened again, nor is a view (R-25)', async () => {
    await list('rows');
    const [view] = (await call('rows', texts(ROWS))).content;
    const before = jobs.length;
    expect((await call('rows', texts(view!.text))).content).toEqual([{ type: 'text', ...view }]);
    // A server in which Headroom is wrapped already has the tool itself.
    expect(await list('rows', 'headroom_retrieve')).toEqual(['rows', 'headroom_retrieve']);
    expect((await call('headroom_retrieve', texts(ROWS))).content[0]!.text).toBe(ROWS);
    expect(jobs.length).toBe(before);
    expect((await call('rows', texts(ROWS))).content[0]!.text).not.toContain('hash=');
  });

  test('the input of the call is known: a file that is shown keeps its lines', async () => {
    await list('read');
    const { content } = await call('read', texts(ROWS), { path: '/work/rows.json' });
    expect(content[0]!.text).not.toContain('hash=');
  });

  test('a task is shortened when its result comes', async () => {
    await list('rows');
    expect(await call('rows', { task: { taskId: 'T1', status: 'working' } })).toEqual({
      task: { taskId: 'T1', status: 'working' },
    });
    await ask(9, 'tasks/result', { taskId: 'T1' });
    expect((await reply(9, texts(ROWS))).content[0]!.text).toContain('hash=');
  });

  test('ids of one kind are not those of the other', async () => {
    await list('rows');
    await ask('7', 'tools/call', { name: 'rows' });
    expect((await reply(7, texts(ROWS))).content[0]!.text).toBe(ROWS);
    expect((await reply('7', texts(ROWS))).content[0]!.text).not.toBe(ROWS);
  });

  test('a request of the server under the same id is not the answer', async () => {
    await list('rows');
    await ask(7, 'tools/call', { name: 'rows' });
    await relay.fromServer(line({ id: 7, method: 'sampling/createMessage', params: {} }));
    expect((await reply(7, texts(ROWS))).content[0]!.text).not.toBe(ROWS);
  });

  test('what is for the person alone stays as it is', async () => {
    await list('rows');
    const block = { type: 'text', text: ROWS };
    const content = [
      { ...block, annotations: { audience: ['user'] } },
      { ...block, annotations: { audience: ['user', 'assistant'] } },
    ];
    const said = (await call('rows', { content })).content.map(({ text }) => text === ROWS);
    expect(said).toEqual([true, false]);
  });

  test('an answer to a call that was cancelled passes as it is', async () => {
    await list('rows');
    await ask(7, 'tools/call', { name: 'rows' });
    await relay.fromClient(line({ method: 'notifications/cancelled', params: { requestId: 7 } }));
    expect((await reply(7, texts(ROWS))).content[0]!.text).toBe(ROWS);
  });
});

describe('the tool that is added', () => {
  test('comes last on the last page', async () => {
    await ask(1, 'tools/list');
    expect((await reply(1, { ...named('a'), nextCursor: 'p2' })).tools.map(({ name }) => name)).toEqual(['a']);
    await ask(2, 'tools/list', { cursor: 'p2' });
    expect((await reply(2, named('b'))).tools.map(({ name }) => name)).toEqual(['b', 'headroom_retrieve']);
    expect(await list()).toEqual(['headroom_retrieve']);
    // A server may lose its own.
    expect(await list('headroom_retrieve')).toEqual(['headroom_retrieve']);
    expect(await list('a')).toEqual(['a', 'headroom_retrieve']);
  });

  test('is not added where the server has one, on whichever page', async () => {
    await ask(1, 'tools/list');
    await reply(1, { ...named('headroom_retrieve'), nextCursor: 'p2' });
    await ask(2, 'tools/list', { cursor: 'p2' });
    expect((await reply(2, named('b'))).tools.map(({ name }) => name)).toEqual(['b']);
    expect(await ask(3, 'tools/call', { name: 'headroom_retrieve', arguments: { hash: '0' } })).toBeUndefined();
  });

  test('is not added where nothing is left out', async () => {
    relay = new Relay(host, false);
    expect(await list('a')).toEqual(['a']);
    expect(await ask(3, 'tools/call', { name: 'headroom_retrieve' })).toBeUndefined();
  });

  test('answers here, under the id as it was spelled, in the shape of the version that was asked in', async () => {
    kept.push(ROWS);
    const params = { name: 'headroom_retrieve', arguments: { hash: hashOf(ROWS) } };
    const asked = `{"id":12345678901234567890,"method":"tools/call","params":${JSON.stringify(params)}}\n`;
    const { forward, reply: said } = await relay.fromClient(Buffer.from(asked));
    expect(forward).toBeUndefined();
    expect(said!.toString()).toBe(
      `{"jsonrpc":"2.0","id":12345678901234567890,"result":${JSON.stringify({ ...texts(ROWS), isError: false })}}\n`,
    );
    const modern = { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } };
    expect(await ask(1, 'tools/call', modern)).toMatchObject({ id: 1, result: { resultType: 'complete' } });
  });

  test('a hash that was never given out gets an error that says what to do (R-26)', async () => {
    const said = await ask(1, 'tools/call', { name: 'headroom_retrieve', arguments: { hash: '0'.repeat(24) } });
    expect(said).toMatchObject({ result: { isError: true } });
    expect(JSON.stringify(said)).toContain('Run the tool again');
  });
});

import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashOf } from '../../core/hash.ts';
import { FAILURE, ROWS } from '../../mcp/wrap/scripted-server.fixture.ts';
import { compressors } from '../../pipeline/defaults.ts';
import { expandText } from '../../pipeline/expand.ts';
import { Machine } from '../run-program.fixture.ts';
import { type Session, startMcp, textsOf } from './mcp-client.fixture.ts';

const SERVER = [process.execPath, fileURLToPath(new URL('../../mcp/wrap/scripted-server.fixture.ts', import.meta.url))];

let machine: Machine;
const sessions: Session[] = [];
beforeEach(() => {
  machine = new Machine();
});
afterEach(async () => {
  for (const { client } of sessions.splice(0)) await client.close();
  await machine.close();
});

async function wrap(words: readonly string[] = SERVER, options: Parameters<typeof startMcp>[2] = {}): Promise<Session> {
  const session = await startMcp(machine, ['mcp', 'wrap', '--', ...words], options);
  sessions.push(session);
  return session;
}

/** The same server without Headroom before it. */
async function bare(): Promise<Session> {
  const session = await startMcp(machine, ['mcp', 'wrap', '--profile', 'off', '--', ...SERVER]);
  sessions.push(session);
  return session;
}

describe('headroom mcp wrap', () => {
  test('says all that the server says but for texts of results, and one more tool', async () => {
    const [wrapped, plain] = await Promise.all([wrap(), bare()]);
    const all = async ({ client }: Session): Promise<unknown> => ({
      server: client.getServerVersion(),
      capabilities: client.getServerCapabilities(),
      instructions: client.getInstructions(),
      resources: await client.listResources(),
      resource: await client.readResource({ uri: 'file:///notes.txt' }),
      prompts: await client.listPrompts(),
      prompt: await client.getPrompt({ name: 'greet' }),
      error: await client.callTool({ name: 'throw' }).catch((error: unknown) => ({ ...(error as object) })),
      unknown: await client.callTool({ name: 'nope' }).catch(String),
    });
    expect(await all(wrapped)).toEqual(await all(plain));
    expect(await all(wrapped)).toMatchObject({
      server: { name: 'scripted' },
      error: { code: -32_050, data: { shelf: 3 } },
    });
    const [more, tools] = [(await wrapped.client.listTools()).tools, (await plain.client.listTools()).tools];
    expect(more.slice(0, -1)).toEqual(tools);
    expect(more.at(-1)).toMatchObject({ name: 'headroom_retrieve' });
    expect(wrapped.stderr()).toContain('scripted server is up\n');
  });

  test.each([
    ['2025', false],
    ['2026', true],
  ])('a client of %s gets long results as views, and fetches what they leave out', async (_year, isModern) => {
    const { client } = await wrap(SERVER, { isModern });
    await client.listTools();
    const [view] = await textsOf(client, 'rows');
    expect(view!.length).toBeLessThan(ROWS.length / 4);
    expect(view).toContain(`hash=${hashOf(ROWS)}`);
    expect(await textsOf(client, 'headroom_retrieve', { hash: hashOf(ROWS) })).toEqual([ROWS]);
    expect((await machine.run(['retrieve', hashOf(ROWS)])).stdout).toBe(ROWS);
  });

  test('of a mixed result only texts for the model change', async () => {
    const [{ client }, plain] = await Promise.all([wrap(), bare()]);
    await client.listTools();
    const [is, was] = await Promise.all([client, plain.client].map((one) => one.callTool({ name: 'mixed' })));
    const at = (place: number): unknown => is!.content[place];
    expect({ ...is, content: is!.content.with(3, was!.content[3]!) }).toEqual(was);
    expect(at(3)).toMatchObject({ type: 'text', text: expect.stringContaining('hash=') });
  });

  test('results that are errors lose nothing', async () => {
    const { client } = await wrap();
    await client.listTools();
    const { isError } = await client.callTool({ name: 'fail' });
    const [text = ''] = await textsOf(client, 'fail');
    expect([isError, text.includes('hash=')]).toEqual([true, false]);
    expect(text.length).toBeLessThan(FAILURE.length);
    expect(expandText(text, compressors)).toBe(FAILURE);
  });

  test('where the server has a tool of that name it is the server’s, and nothing is left out', async () => {
    const { client } = await wrap([...SERVER, 'own-tool']);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names.filter((name) => name === 'headroom_retrieve')).toHaveLength(1);
    expect(await textsOf(client, 'headroom_retrieve', { hash: hashOf(ROWS) })).toEqual([`my own ${ROWS}`]);
    const [text] = await textsOf(client, 'rows');
    expect(text).not.toContain('hash=');
    expect(text!.length).toBeLessThan(ROWS.length);
  });

  test('wrapped around Headroom’s own server nothing is shortened twice (R-25)', async () => {
    const { client } = await wrap([process.execPath, 'bin/headroom.js', 'mcp']);
    expect((await client.listTools()).tools.map(({ name }) => name)).toHaveLength(3);
    const [view] = await textsOf(client, 'headroom_compress', { text: ROWS });
    expect(view!.match(/hash=/g)).toHaveLength(1);
    expect(await textsOf(client, 'headroom_retrieve', { hash: hashOf(ROWS) })).toEqual([ROWS]);
  });

  test('progress and cancellation reach the other side', async () => {
    const { client, stderr } = await wrap();
    const seen: number[] = [];
    const cancel = new AbortController();
    const call = client.callTool(
      { name: 'slow' },
      {
        signal: cancel.signal,
        onprogress: ({ progress }) => {
          seen.push(progress);
          if (progress === 3) cancel.abort('enough');
        },
      },
    );
    await expect(call).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2, 3]);
    await expect.poll(stderr).toContain('slow was cancelled');
    expect(await textsOf(client, 'grow')).toEqual(['ok']);
  });

  test('notifications and what is no message come as they are', async () => {
    const { client, heard } = await wrap();
    await textsOf(client, 'grow');
    expect(heard).toContainEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    const { child, ended } = machine.start(['mcp', 'wrap', '--', ...SERVER]);
    child.stdin.end();
    expect(await ended).toMatchObject({ code: 0, stdout: 'not a message\n' });
  });

  test('it ends as the server ends, and the client is told', async () => {
    const { client } = await wrap();
    await expect(client.callTool({ name: 'die' })).rejects.toThrow('closed');
  });

  test.each([
    ['its exit code', 'exit 7', 7],
    ['the signal that ended it', 'kill -TERM $$', 143],
  ])('the exit code says %s', async (_what, script, code) => {
    expect(await machine.run(['mcp', 'wrap', '--', 'sh', '-c', script])).toEqual({ code, stdout: '', stderr: '' });
  });

  test('signals go to the server, whose last words still come', async () => {
    const script = 'trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.05; done';
    const started = machine.start(['mcp', 'wrap', '--', 'sh', '-c', script]);
    await started.printed(/up/);
    started.child.kill('SIGTERM');
    expect(await started.ended).toMatchObject({ code: 5, stdout: 'up\nbye\n' });
  });

  test('the server has the environment of its client, and nothing of ours', async () => {
    const { stdout } = await machine.run(['mcp', 'wrap', '--', 'env'], '', { THEIRS: 'x' });
    const names = stdout.split('\n').map((line) => line.replace(/=.*/s, ''));
    expect(names).toContain('THEIRS');
    expect(names).not.toContain('NODE_COMPILE_CACHE');
  });

  test('a program that is not there is wrong usage', async () => {
    const { code, stdout, stderr } = await machine.run(['mcp', 'wrap', '--', 'no-such-program']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('no-such-program cannot be started: there is no such program');
  });
});

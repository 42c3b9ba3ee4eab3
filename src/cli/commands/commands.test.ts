import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStores } from '../../stores/index.ts';
import { Machine } from '../run-program.fixture.ts';
import { asPythonJson, demoLogs } from './demo-logs.ts';

let machine: Machine;
beforeAll(() => {
  machine = new Machine();
});
afterAll(() => machine.close());

const LOGS = asPythonJson(demoLogs());
const ANTHROPIC = [
  { role: 'user', content: 'why?' },
  { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'search_logs', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: LOGS }] },
];
const OPENAI = [
  { role: 'user', content: 'why?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'search_logs', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'c1', content: LOGS },
];
/** Spelt as no serialiser would: what is not shortened must keep its bytes. */
const REQUEST = `{ "max_tokens" : 1.0e1, "model":"claude-x",  "messages": ${JSON.stringify(ANTHROPIC)} }`;

/** Every tool result of a conversation, whichever API's, with JSON texts as values. */
function results(messages: unknown): unknown {
  return JSON.parse(JSON.stringify(messages), (key, value) =>
    key === 'content' && typeof value === 'string' && value.startsWith('[{') ? (JSON.parse(value) as unknown) : value,
  );
}

describe('compress and expand', () => {
  test('a JSON text becomes shorter on stdout, with the savings on stderr, and expands to the same values', async () => {
    const path = join(machine.home, 'logs.json');
    writeFileSync(path, LOGS);
    const { code, stdout, stderr } = await machine.run(['compress', path]);
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(LOGS.length / 5);
    expect(stderr).toMatch(/^headroom: 9,071 -> [\d,]+ tokens \(\d\d % less\), by \w+\n$/);
    const expanded = await machine.run(['expand', '-'], stdout);
    expect([expanded.code, expanded.stderr]).toEqual([0, '']);
    expect(JSON.parse(expanded.stdout)).toEqual(demoLogs());
  });

  test('a file read loses its padded gutter when the tool is named, and expands byte for byte', async () => {
    const read = Array.from(
      { length: 60 },
      (_, index) => `${String(index + 1).padStart(6)}→const value${index} = compute(${index * 7});`,
    ).join('\n');
    const { stdout, stderr } = await machine.run(['compress', '--tool', 'Read'], read);
    expect(stderr).toContain('tokens (');
    expect(stdout.length).toBeLessThan(read.length);
    expect((await machine.run(['expand'], stdout)).stdout).toBe(read);
  });

  test('in a request body only the tool results change, every other byte stays', async () => {
    const { code, stdout } = await machine.run(['compress'], REQUEST);
    expect(code).toBe(0);
    const [head] = REQUEST.split(JSON.stringify(LOGS));
    expect(stdout.startsWith(head!)).toBe(true);
    expect(stdout.endsWith('}]}] }')).toBe(true);
    expect(stdout.length).toBeLessThan(REQUEST.length / 5);
    const expanded = (await machine.run(['expand'], stdout)).stdout;
    expect(results(JSON.parse(expanded))).toEqual(results(JSON.parse(REQUEST)));
  });

  test.each([
    ['Anthropic', ANTHROPIC],
    ['OpenAI', OPENAI],
  ])('a bare list of messages comes out as a list of messages (%s)', async (_, messages) => {
    const { stdout } = await machine.run(['compress', '-'], JSON.stringify(messages));
    expect(stdout.startsWith('[{"role":"user","content":"why?"}')).toBe(true);
    expect(JSON.parse(stdout)).toHaveLength(3);
    expect(stdout.length).toBeLessThan(LOGS.length / 5);
    const expanded = (await machine.run(['expand'], stdout)).stdout;
    expect(results(JSON.parse(expanded))).toEqual(results(messages));
  });

  test('a table of users with roles is a text, not a list of messages', async () => {
    const users = JSON.stringify(Array.from({ length: 50 }, (_, id) => ({ id, role: 'user', name: `name ${id}` })));
    const { stdout } = await machine.run(['compress', '--json'], users);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'text', isChanged: true, by: ['json'] });
  });

  test.each([
    ['a short text', 'hello\n', 'under'],
    ['an empty text', '', 'under'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'no UTF-8'],
  ])('%s comes out unchanged, saying why', async (_, input, reason) => {
    const { code, stdout, stderr } = await machine.run(['compress'], input);
    expect(code).toBe(0);
    if (typeof input === 'string') expect(stdout).toBe(input);
    expect(stderr).toContain('headroom: nothing saved: ');
    expect(stderr).toContain(reason);
  });

  test('a large text has a minute; where less is given and is too little, the option is named', async () => {
    const large = JSON.stringify(
      Array.from({ length: 40_000 }, (_, id) => ({ id, name: `name ${id % 7}`, on: id % 2 === 0 })),
    );
    const late = await machine.run(['compress', '--deadline-ms', '1'], large);
    expect([late.code, late.stdout === large]).toEqual([0, true]);
    expect(late.stderr).toMatch(
      /^headroom: nothing saved: .*took longer than 1 ms\nheadroom: 1 text was not done within 1 ms; --deadline-ms gives more time\n$/,
    );
    const { stdout, stderr } = await machine.run(['compress'], large);
    expect([stdout.length < large.length / 2, stderr]).toEqual([true, expect.stringMatching(/by json\n$/)]);
    expect((await machine.run(['compress', '--help'])).stdout).toMatch(/HEADROOM_DEADLINE_MS;\s+default 60000\]/);
    const variable = { HEADROOM_DEADLINE_MS: '1' };
    expect((await machine.run(['compress', '--json'], large, variable)).stdout).toContain('"late":1');
    expect((await machine.run(['explain', '--deadline-ms', '1'], REQUEST)).stderr).toContain('--deadline-ms gives');
  }, 60_000);

  test('--profile off changes nothing', async () => {
    const { stdout, stderr } = await machine.run(['compress', '--profile', 'off'], LOGS);
    expect([stdout, stderr]).toEqual([LOGS, 'headroom: nothing saved: the profile is off\n']);
  });

  test('--json gives text and numbers', async () => {
    const { stdout, stderr } = await machine.run(['compress', '--json'], LOGS);
    const { text, ...numbers } = JSON.parse(stdout) as Record<string, unknown>;
    expect(numbers).toMatchObject({ kind: 'text', isChanged: true, tokensBefore: 9071, by: ['json'], reason: '' });
    expect(text).toContain('PG-5523');
    expect(stderr).toBe('');
  });

  test('what is no shorter form expands to itself, with a word about it', async () => {
    const { code, stdout, stderr } = await machine.run(['expand'], 'plain text');
    expect([code, stdout, stderr]).toEqual([0, 'plain text', 'headroom: nothing to expand; it came out as it is\n']);
  });

  test.each([['compress'], ['expand'], ['explain']])(
    '%s of a file that is not there fails with 1 and names it',
    async (name) => {
      const { code, stdout, stderr } = await machine.run([name, '/no/such/file']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toBe('headroom: /no/such/file cannot be read: there is no such file; check the path\n');
    },
  );

  test('looking and shortening write nothing to the home folder (R-58)', async () => {
    await machine.run(['compress'], LOGS);
    await machine.run(['explain'], REQUEST);
    expect(existsSync(join(machine.home, 'headroom.db'))).toBe(false);
  });
});

describe('views', () => {
  const HITS = Array.from(
    { length: 600 },
    (_, n) => `src/part${n % 30}/file.ts:${n}:  const value${n} = compute(${n * 7});`,
  );
  const SEARCH = `${HITS.join('\n')}\n`;
  const homes = mkdtempSync(join(tmpdir(), 'headroom-views-'));
  afterAll(() => rmSync(homes, { recursive: true }));

  test('a long result becomes a view whose original is kept, and comes back by retrieve and by expand', async () => {
    const home = join(homes, 'kept');
    const { stdout: view, stderr } = await machine.run(['compress', '--home', home], SEARCH);
    expect(stderr).toContain('by search');
    const hash = /headroom_retrieve hash=([0-9a-f]{24})\]$/.exec(view.trimEnd())![1]!;
    expect((await machine.run(['retrieve', hash, '--home', home])).stdout).toBe(SEARCH);
    expect((await machine.run(['expand', '--home', home], view)).stdout).toBe(SEARCH);
    expect((await machine.run(['expand', '--home', join(homes, 'other')], view)).stderr).toContain(hash);
  });

  test.each([
    ['--profile', 'lossless'],
    ['--store', 'memory'],
    ['--tools', 'unnamed=lossless'],
  ])('%s %s: lossless, and nothing is kept', async (...flags) => {
    const home = join(homes, 'none');
    const { stdout } = await machine.run(['compress', '--home', home, ...flags], SEARCH);
    expect(stdout).not.toContain('hash=');
    expect((await machine.run(['expand'], stdout)).stdout).toBe(SEARCH);
    expect(existsSync(join(home, 'headroom.db'))).toBe(false);
  });

  test('where the original cannot be kept, nothing is left out', async () => {
    const file = join(homes, 'file');
    writeFileSync(file, 'not a folder');
    const { stdout } = await machine.run(['compress', '--home', join(file, 'home')], SEARCH);
    expect((await machine.run(['expand'], stdout)).stdout).toBe(SEARCH);
  });

  test('--response-format knows json and nothing else', async () => {
    const { code, stderr } = await machine.run(['compress', '--response-format', 'xml'], SEARCH);
    expect([code, stderr]).toEqual([2, expect.stringContaining('"xml" is not allowed; it must be json')]);
  });
});

describe('explain', () => {
  test('says of each part what becomes of it and why', async () => {
    const { code, stdout, stderr } = await machine.run(['explain'], REQUEST);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('anthropic-messages, model claude-x: 3 parts');
    expect(lines[2]).toMatch(/^0 +user +text +- +\d+ +left alone: only tool results are ever changed$/);
    expect(lines[4]).toMatch(/^2 +tool +tool-result +search_logs +9,071 -> \d+ +by json$/);
    expect(lines[5]).toMatch(/^total [\d,]+ -> [\d,]+ tokens \(\d\d % less\)/);
  });

  test('promises no view that a proxy could not make, because its store cannot be used', async () => {
    const rows = JSON.stringify(
      Array.from({ length: 400 }, (_, id) => ({ id, words: `${id * 7919} of ${(id * 104729) % 9973}` })),
    );
    const call = { type: 'function', function: { name: 'Query', parameters: {} } };
    const request = JSON.stringify({
      model: 'm',
      tools: [call],
      messages: [...OPENAI.slice(0, 2), { ...OPENAI[2], content: rows }],
    });
    const totalOf = async (home: string, ...flags: string[]): Promise<unknown> => {
      const { stdout } = await machine.run(['explain', '--json', '--home', home, ...flags], request);
      return (JSON.parse(stdout) as { tokensAfter: number }).tokensAfter;
    };
    const broken = join(machine.home, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'headroom.db'), 'no database at all, but long enough to be taken for one'.repeat(99));
    const lossless = await totalOf(machine.home, '--profile', 'lossless');
    expect(await totalOf(machine.home)).toBeLessThan(Number(lossless));
    expect(await totalOf(broken)).toBe(lossless);
    const { stderr } = await machine.run(['explain', '--home', broken], request);
    expect(stderr).toMatch(/damaged.* Nothing is left out of results meanwhile/);
  });

  test('--json gives the same for programs', async () => {
    const { stdout } = await machine.run(['explain', '--json'], JSON.stringify(OPENAI));
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'openai-chat',
      parts: [
        { kind: 'text' },
        { kind: 'tool-call' },
        { kind: 'tool-result', tool: 'search_logs', tokensBefore: 9071, by: 'json', reason: '' },
      ],
    });
  });

  test('--profile off leaves everything alone and says so', async () => {
    const { stdout } = await machine.run(['explain', '--profile', 'off'], REQUEST);
    expect(stdout.match(/left alone: off \(profile\)/g)).toHaveLength(3);
  });

  test('what is no request fails with 1, an unknown format with 2 and the list', async () => {
    expect(await machine.run(['explain'], 'hello')).toMatchObject({ code: 1, stdout: '' });
    const { code, stderr } = await machine.run(['explain', '--format', 'x'], REQUEST);
    expect(code).toBe(2);
    expect(stderr).toContain('the formats are anthropic-messages, ');
  });
});

describe('retrieve', () => {
  const HASH = '0123456789abcdef01234567';

  test('prints the original byte for byte, with or without "hash="', async () => {
    const text = 'line one\nzwei ä 🎉 without a line break at the end';
    const stores = openStores({ path: join(machine.home, 'kept.db'), warn: () => undefined });
    const hash = stores.originals('somebody').put(text);
    stores.close();
    const home = join(machine.home, 'kept');
    const { mkdirSync, renameSync } = await import('node:fs');
    mkdirSync(home);
    renameSync(join(machine.home, 'kept.db'), join(home, 'headroom.db'));
    expect(await machine.run(['retrieve', hash, '--home', home])).toEqual({ code: 0, stdout: text, stderr: '' });
    expect((await machine.run(['retrieve', `hash=${hash}`, '--home', home])).stdout).toBe(text);
    const unknown = await machine.run(['retrieve', HASH, '--home', home]);
    expect([unknown.code, unknown.stdout]).toEqual([1, '']);
    expect(unknown.stderr).toContain(`no original with hash ${HASH} in ${home}`);
  });

  test('where nothing was ever kept it says so and makes no database', async () => {
    const home = join(machine.home, 'empty');
    const { code, stderr } = await machine.run(['retrieve', HASH, '--home', home]);
    expect(code).toBe(1);
    expect(stderr).toContain(`there is no store at ${home}`);
    expect(existsSync(home)).toBe(false);
  });

  test('a store in memory cannot be asked from outside', async () => {
    const { code, stderr } = await machine.run(['retrieve', HASH], '', { HEADROOM_STORE: 'memory' });
    expect(code).toBe(1);
    expect(stderr).toContain('the store is in memory (HEADROOM_STORE)');
  });
});

describe('demo', () => {
  test('the provider receives less, and everything that the answer needs', async () => {
    const { code, stdout, stderr } = await machine.run(['demo']);
    expect([code, stderr]).toEqual([0, '']);
    const [, before, after] = /([\d,]+) -> ([\d,]+) tokens/.exec(stdout)!;
    expect(before).toBe('9,071');
    expect(Number(after!.replace(',', ''))).toBeLessThan(2000);
    expect(stdout.match(/^ {2}arrived /gm)?.length).toBeGreaterThanOrEqual(5);
    expect(stdout).not.toContain('MISSING');
    for (const fact of ['FATAL', 'PG-5523', 'Increase max_connections to 500', '1847']) expect(stdout).toContain(fact);
  });

  test('with the profile off the provider receives what the agent sent', async () => {
    const { code, stdout } = await machine.run(['demo', '--profile', 'off']);
    expect(code).toBe(0);
    expect(stdout).toContain('9,071 -> 9,071 tokens (0 % less)');
    expect(stdout).toContain(LOGS);
  });
});

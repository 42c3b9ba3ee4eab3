import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import type { JsonValue } from '../core/json/value.ts';
import { answer } from './answer.ts';
import { LIMIT_REACHED } from './answered.ts';

const LOG = Array.from(
  { length: 3000 },
  (_, n) => `line ${n + 1} of worker-${n % 7}${n === 1233 ? ' OutOfMemory in fetchUser_id' : ''}`,
).join('\n');
const ROWS = JSON.stringify(
  { total: 200, items: Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, score: `1.${id}0` })) },
  null,
  2,
);
const SPELT = '{"items": [ {"n": 1.0, "big": 12345678901234567890}, {"n": 2.50} ], "x": "é\\u00e9"}';

function ask(original: string, input: object): { text: string; isError: boolean } {
  const hash = hashOf(original);
  return answer({ hash, ...input } as JsonValue, (wanted) => (wanted === hash ? original : undefined));
}

describe('the whole', () => {
  test('comes as it is where it is short', () => {
    expect(ask('a\r\nb\n', {})).toEqual({ text: 'a\r\nb\n', isError: false });
  });

  test('else its beginning comes, and how to go on', () => {
    const { text } = ask(LOG, {});
    const [, end] = /^\[lines 1-(\d+) of 3000; go on from (\d+)\]\n/.exec(text)!;
    expect(text.length).toBeLessThan(41_000);
    const next = ask(LOG, { lines: `${Number(end) + 1}-3000` });
    const all = text.split('\n').slice(1).concat(next.text.split('\n').slice(1));
    expect(all.join('\n')).toBe(LOG.split('\n').slice(0, all.length).join('\n'));
  });

  test('or as many lines as are wanted', () => {
    expect(ask(LOG, { limit: 2 }).text).toBe('[lines 1-2 of 3000]\nline 1 of worker-0\nline 2 of worker-1');
  });
});

describe('a range', () => {
  test.each([
    [{ lines: '7' }, '[lines 7-7 of 3000]\nline 7 of worker-6'],
    [{ lines: 7 }, '[lines 7-7 of 3000]\nline 7 of worker-6'],
    [{ lines: '2999-9000' }, '[lines 2999-3000 of 3000]\nline 2999 of worker-2\nline 3000 of worker-3'],
  ])('%j', (input, expected) => {
    expect(ask(LOG, input).text).toBe(expected);
  });

  test('rows of the longest list, in their own spelling', () => {
    expect(ask(SPELT, { rows: '1' }).text).toBe('[rows of items 1-1 of 2]\n{"n": 1.0, "big": 12345678901234567890}');
    expect(ask(ROWS, { rows: '200' }).text).toContain('"name": "user 199"');
  });

  test.each([{ lines: '3001' }, { lines: '9-3' }, { lines: 'all' }, { rows: 'x' }])(
    '%j is refused with what there is',
    (input) => {
      expect(ask(LOG, input).isError).toBe(true);
    },
  );

  test('one line longer than there is room for comes by its characters', () => {
    const long = `a\n${Array.from({ length: 20_000 }, (_, n) => `w${n}`).join(' ')}\nb`;
    const [, line] = long.split('\n');
    const { text } = ask(long, { lines: '2' });
    const size = line!.length;
    const head = `[characters 1-40000 of ${size} of line 2 of 3; go on with lines "2:40001-80000"]`;
    expect(text).toBe(`${head}\n${line!.slice(0, 40_000)}`);
    expect(ask(long, { lines: '2:40001-80000' }).text.split('\n')[1]).toBe(line!.slice(40_000, 80_000));
    expect(ask(long, { lines: `2:${size - 4}-` }).text).toBe(
      `[characters ${size - 4}-${size} of ${size} of line 2 of 3]\n9999`.replace('9999', line!.slice(-5)),
    );
    expect(ask(long, { lines: `2:${size + 1}-${size + 9}` }).isError).toBe(true);
    expect(ask(long, { lines: '2:9-3' }).isError).toBe(true);
  });

  test('to the end where no end is named', () => {
    expect(ask(LOG, { lines: '2999-' }).text).toContain('[lines 2999-3000 of 3000]');
  });

  test('no sign is halved', () => {
    const { text } = ask(`a${'😀'.repeat(30_000)}`, {});
    expect(text).toMatch(
      /^\[characters 1-39999 of 60001 of line 1 of 1; go on with lines "1:40000-60001"\]\na(?:😀)+$/u,
    );
    expect(ask(`a${'😀'.repeat(3)}`, { lines: '1:3-3' }).text).toBe(
      '[characters 2-3 of 7 of line 1 of 1; go on with lines "1:4-7"]\n😀',
    );
  });
});

describe('R-26 whatever the original is, all of it comes by following what the answers say', () => {
  /** What an answer gave, and the call that it names for more. */
  const told = (text: string): { piece: string; next: object | undefined } => {
    const [, head = '', piece = ''] = /^\[([^\n]*)\]\n([^]*)$/.exec(text) ?? [];
    const [, unit, range] = /; go on with (?:the same path and )?(lines|rows) "([^"]+)"/.exec(head) ?? [];
    const from = /; go on from (\d+)/.exec(head)?.[1];
    const next = unit ? { [unit]: range } : from ? { lines: `${from}-` } : undefined;
    return { piece, next };
  };
  const all = (original: string, start: object): string[] => {
    const pieces: string[] = [];
    for (let call: object | undefined = start; call; ) {
      const { text, isError } = ask(original, { ...start, ...call });
      expect(isError).toBe(false);
      expect(text.length).toBeLessThan(40_200);
      const { piece, next } = told(text);
      pieces.push(piece);
      call = next;
    }
    return pieces;
  };
  const line = fc.tuple(fc.constantFrom('x', 'ab ', '😀', 'é,'), fc.nat({ max: 60_000 })).map(([s, n]) => s.repeat(n));

  test('one line after the other', () => {
    fc.assert(
      fc.property(line, (text) => {
        fc.pre(text.length > 40_000);
        expect(all(text, {}).join('')).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  test('at a place in JSON, of any length', () => {
    fc.assert(
      fc.property(line, (text) => {
        const value = JSON.stringify({ a: [{ said: text }], b: 1 });
        const found = JSON.stringify(text);
        const answer = ask(value, { path: 'a[0].said' }).text;
        expect(found.length > 40_000 ? all(value, { path: 'a[0].said' }).join('') : answer).toBe(found);
      }),
      { numRuns: 30 },
    );
  });
});

test.each([
  ['items[1].n', '2.50'],
  ['$.items.0.big', '12345678901234567890'],
  ['x', '"é\\u00e9"'],
])('the path %s is spelt as it was', (path, expected) => {
  expect(ask(SPELT, { path }).text).toBe(expected);
});

test.each([
  [{ path: 'items', rows: '2-3' }, '[rows 2-3 of 3 at items]\n{"n": 2.50}\n{"n": 3}'],
  [
    { path: 'items', rows: '2:1-4' },
    '[characters 1-4 of 11 of row 2 of 3 at items; go on with the same path and rows "2:5-11"]\n{"n"',
  ],
  [{ path: 'other', rows: '1' }, '[rows of deep 1-1 of 2 at other]\n1'],
  [{ path: 'items', lines: '1' }, '[lines 1-1 of 1 at items]\n[{"n": 1.0}, {"n": 2.50}, {"n": 3}]'],
  [{ path: 'items', query: '2.50' }, '[rows that match "2.50": 1, of 3]\n2: {"n": 2.50}'],
])('%j: a part of what stands at a place', (input, expected) => {
  const nested = '{"items": [{"n": 1.0}, {"n": 2.50}, {"n": 3}], "other": {"deep": [1, 2]}}';
  expect(ask(nested, input).text).toBe(expected);
});

test('a path in a text that is no JSON is left aside where something else is asked for, too', () => {
  expect(ask(LOG, { path: 'src/app.log', lines: '7' }).text).toBe('[lines 7-7 of 3000]\nline 7 of worker-6');
});

test('a path that leads nowhere, or into something else than JSON', () => {
  expect([ask(SPELT, { path: 'items[9].n' }).isError, ask(LOG, { path: 'a' }).isError]).toEqual([true, true]);
});

describe('a search', () => {
  test('finds the exact words first, with the lines around them', () => {
    expect(ask(LOG, { query: 'outofmemory' }).text).toBe(
      [
        '[lines that match "outofmemory": 1, of 3000]',
        '1232-line 1232 of worker-6',
        '1233-line 1233 of worker-0',
        '1234:line 1234 of worker-1 OutOfMemory in fetchUser_id',
        '1235-line 1235 of worker-2',
        '1236-line 1236 of worker-3',
      ].join('\n'),
    );
  });

  test('else the words in any order, and the parts of names', () => {
    expect(ask(LOG, { query: 'which user ran outofmemory?' }).text).toContain('1234:');
  });

  test('finds rows of JSON whole', () => {
    const { text } = ask(ROWS, { query: 'user 42' });
    expect(text).toMatch(/^\[rows of items that match "user 42": 1, of 200\]\n43: \{\s+"id": 42,/);
  });

  test('names the matches for which there is no room, and how to read on in a long one', () => {
    const long = Array.from({ length: 90 }, (_, n) => `${'x'.repeat(2_000)} needle ${n} ${'y'.repeat(2_000)}`).join(
      '\n',
    );
    const { text } = ask(long, { query: 'needle', limit: 90 });
    expect(text.length).toBeLessThan(41_000);
    expect(text).toMatch(
      /^\[lines that match "needle": 90, of 90; lines "N:FROM-TO" gives other characters of one\]\n/,
    );
    const [, named = ''] = /\n\[no room for lines ([\d, ]+), which match too: ask for them with lines\]$/.exec(text)!;
    const shown = Array.from(text.matchAll(/^(\d+):/gm), ([, number]) => number);
    expect([...shown, ...named.split(', ')]).toEqual(Array.from({ length: 90 }, (_, n) => String(n + 1)));
  });

  test('of a long line shows the word that was found', () => {
    const long = `${'a '.repeat(30_000)}the needle stands ${'b '.repeat(30_000)}`;
    expect(ask(long, { query: 'which needle?' }).text).toContain('the needle stands');
  });

  test('says when nothing matches, and how much more does', () => {
    expect(ask(LOG, { query: 'xyzzy' }).text).toBe('[nothing in these 3000 lines matches "xyzzy"]');
    expect(ask(LOG, { query: 'worker-3', limit: 2 }).text).toContain('the best 2 of 429, of 3000]');
  });
});

describe('a search of JSON', () => {
  const rows = Array.from({ length: 50 }, (_, id) => ({ id, note: 'ordinary' }));
  const SAID = JSON.stringify({ total_hits: 3000, said: 'a "quoted" word', rows }, undefined, 1);

  test('finds what stands beside the rows in its lines', () => {
    expect(ask(SAID, { query: 'total_hits' }).text).toContain('2: "total_hits": 3000,');
    expect(ask(SAID, { query: 'hits in total?' }).text).toContain('"total_hits": 3000');
  });

  test('finds words as they are read, and as JSON spells them', () => {
    expect(ask(SAID, { query: 'a "quoted" word' }).text).toContain(String.raw`a \"quoted\" word`);
  });

  test('shows what was found of a record for which there is no room', () => {
    const long = JSON.stringify({ before: 'x'.repeat(90_000), found: 'needle', after: 'y'.repeat(90_000) });
    const { text } = ask(long, { query: 'needle' });
    expect(text).toMatch(/\[characters \d+-\d+ of 180\d+\] .*"found":"needle"/);
    expect(text.length).toBeLessThan(41_000);
  });
});

describe('a text in JSON', () => {
  const CARRIED = JSON.stringify({ code: 0, said: [{ type: 'text', text: LOG }], note: 'of the night' });

  test('gives its own lines where it has more than the JSON', () => {
    expect(ask(CARRIED, { lines: '7' }).text).toBe('[lines of said.0.text 7-7 of 3000]\nline 7 of worker-6');
    expect(ask(CARRIED, { lines: '3001' }).text).toContain('there are 3000 lines of said.0.text');
    expect(ask(CARRIED, { path: 'said[0].text', lines: '7' }).text).toBe(
      '[lines 7-7 of 3000 at said[0].text]\nline 7 of worker-6',
    );
  });

  test('leaves the rows beside it where they are', () => {
    const carried = JSON.stringify([{ text: 'a\nb', found: { items: [1.5, 2, 3] } }]);
    expect(ask(carried, { rows: '1-2' }).text).toBe('[rows of 0.found.items 1-2 of 3]\n1.5\n2');
  });

  test('comes from its beginning on, below the JSON around it, and by the lines after those', () => {
    const { text } = ask(CARRIED, {});
    const [around, head, first] = text.split('\n');
    expect(JSON.parse(around!)).toEqual({
      code: 0,
      said: [{ type: 'text', text: '(the lines below)' }],
      note: 'of the night',
    });
    const [, end, next] = /^\[lines of said\.0\.text 1-(\d+) of 3000; go on from (\d+)\]$/.exec(head!)!;
    expect([first, Number(next)]).toEqual(['line 1 of worker-0', Number(end) + 1]);
    expect(ask(CARRIED, { lines: `${next}-` }).text).toContain(`\nline ${next} of worker-`);
    expect(ask(CARRIED, { limit: 2 }).text).toContain('[lines of said.0.text 1-2 of 3000]\nline 1 of worker-0\nline 2');
  });

  test('is searched by its lines, and what stands around it too', () => {
    expect(ask(CARRIED, { query: 'outofmemory' }).text).toMatch(
      /^\[lines of said\.0\.text that match .*\n[\s\S]*\n\d+: ?.*OutOfMemory/,
    );
    expect(ask(CARRIED, { query: 'of the night' }).text).toContain('"note":"of the night"');
  });

  test('that is JSON itself gives its rows and what stands at its places', () => {
    const carried = JSON.stringify([{ type: 'text', text: SPELT }]);
    expect(ask(carried, { path: 'items[1].n' }).text).toBe('2.50');
    expect(ask(carried, { rows: '2' }).text).toBe(ask(SPELT, { rows: '2' }).text);
  });

  test('that stands as base64 is read', () => {
    const carried = JSON.stringify({ path: 'a.log', content: Buffer.from(LOG).toString('base64') });
    expect(ask(carried, { lines: '7' }).text).toBe('[lines of content 7-7 of 3000]\nline 7 of worker-6');
    expect(ask(carried, { path: 'content', lines: '7' }).text).toContain('\nline 7 of worker-6');
  });

  test('comes as it reads at its path, and in the whole as it was spelt', () => {
    const short = JSON.stringify({ out: 'a\n\tb "c"' });
    expect([ask(short, { path: 'out' }).text, ask(short, {}).text]).toEqual(['a\n\tb "c"', short]);
  });
});

describe('R-26 what is not there gets an honest answer', () => {
  test.each([[{ hash: 'f'.repeat(24) }], [{ hash: 'nonsense' }], [{}], [undefined]])('%j', (input) => {
    const { text, isError } = answer(input as JsonValue, () => undefined);
    expect([isError, text.startsWith('headroom: ')]).toEqual([true, true]);
  });

  test('a hash may be written as the marker has it', () => {
    const hash = hashOf('x');
    expect(answer({ hash: ` hash=${hash.toUpperCase()}]` }, () => 'x').text).toBe('x');
  });
});

test('the package for Python says the end of retrievals in the same words', () => {
  const python = new URL('../../python/headroom/integrations/agno/turn.py', import.meta.url);
  expect(readFileSync(python, 'utf8')).toContain(LIMIT_REACHED);
});

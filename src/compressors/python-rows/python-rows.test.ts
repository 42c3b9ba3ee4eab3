import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from '../json/json.ts';
import { printPretty } from './pretty.ts';
import { pythonRowsCompressor } from './python-rows.ts';
import { readRows } from './read.ts';
import { readText, spellText } from './text.ts';

const rows = pythonRowsCompressor(jsonCompressor);
const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/python-rows', import.meta.url)));
const LISTS = FIXTURES.filter(({ name }) => !name.startsWith('look-alike'));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

function compress(text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return rows.compress(text, options);
}

function claim(text: string): number {
  return rows.claim(new Sample(text));
}

describe('the lossless form', () => {
  test.each(LISTS.map(({ name, text }) => [name, text]))(
    'gives %s back to the byte, in fewer tokens (R-9)',
    (_, text) => {
      const said = compress(text)!;
      expect(said.loss).toBe('none');
      expect(rows.expand(said.text)).toBe(text);
      expect(o200k.count(said.text)).toBeLessThan(o200k.count(text) * 0.8);
    },
  );

  test('says what JSON has no word for as Python printed it', () => {
    expect(compress(fixture('dicts'))!.text).toContain("py:Decimal('{}')");
  });

  test('keeps what stands around the rows', () => {
    expect(compress(fixture('tuples'))!.text).toMatch(
      /^Query results:\n\n\[headroom: 40 Python tuples as JSON, [^]*\n\(40 rows\)\n$/,
    );
    expect(compress(fixture('dict-lines-then-error'))!.text).toContain('sqlite3.OperationalError: database is locked');
  });

  test.each(['pprint-list', 'pprint-dict', 'pprint-list-cut-off', 'pprint-one-by-one-crlf'])(
    'says of %s that Python laid it out',
    (name) => {
      expect(compress(fixture(name))!.text).toContain('; laid out by pprint');
    },
  );

  test('takes a single dict where it is long', () => {
    expect(compress(fixture('one-dict'))!.text).toMatch(/^Response: \n\[headroom: 1 Python dict as JSON line, /);
    expect(compress("Response: {'a': 1, 'b': 'two'}\n")).toBeUndefined();
  });

  test('ends before a row that is laid out otherwise', () => {
    const text = fixture('pprint-list').replace("  'id': 9,", "   'id': 9,").replace("'id': 9,", "'id':  9,");
    const said = compress(text)!;
    expect(said.text).toContain("'id':  9,");
    expect(rows.expand(said.text)).toBe(text);
  });

  test('is not made of code, nor of a file that is shown', () => {
    expect(compress(fixture('look-alike-code'))).toBeUndefined();
    const call = { name: 'Read', input: { file_path: '/srv/rows.py' } } as unknown as ToolCall;
    expect(compress(fixture('dicts'), 'balanced', call)).toBeUndefined();
  });

  test.each([
    ['a dict that repeats a key', "{'a': 1, 'a': 2}"],
    ['a text that begins like its own', "{'a': 'py:x'}"],
    ['what is no value', "{'a': <object at 0x7f>}"],
  ])('ends before %s, which stays as it is', (_, odd) => {
    const good = Array.from({ length: 30 }, (__, i) => `{'a': ${i}, 'name': 'the same'}`);
    const text = `[${[...good, odd, ...good].join(', ')}]`;
    const said = compress(text)!;
    expect(said.text).toMatch(/^\[headroom: 30 Python dicts/);
    expect(said.text).toContain(odd);
    expect(rows.expand(said.text)).toBe(text);
  });
});

describe('any rows', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom("it's", '"', '\'"', '\\', '\n', 'py:', ', ', '})'),
  );
  const printed = fc.constantFrom(
    "Decimal('1.50')",
    'datetime.date(2026, 1, 2)',
    '(1, 2)',
    '()',
    "b'x'",
    'nan',
    "UUID('a')",
    'f(x=1, y=[2])',
  );
  const scalar = fc.oneof(
    text.map(spellText),
    fc.constantFrom('None', 'True', '1', '-2.5', '1e-07', '10000000000000000000'),
    printed,
  );
  const value = fc.oneof(
    { weight: 5, arbitrary: scalar },
    fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(fc.constantFrom("'a'", "'b c'", '"c\'"'), scalar), { maxLength: 2 })
      .map((items) => `{${items.map(([key, own]) => `${key}: ${own}`).join(', ')}}`),
  );
  const dict = fc
    .tuple(value, value, fc.boolean())
    .map(([a, b, both]) => (both ? `{'id': ${a}, 'the name': ${b}}` : `{'id': ${a}}`));
  const tuple = fc
    .array(value, { maxLength: 3 })
    .map((items) => `(${items.join(', ')}${items.length === 1 ? ',' : ''})`);

  test('come back to the byte (R-9)', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(dict, { maxLength: 12 }), fc.array(tuple, { maxLength: 12 })),
        fc.constantFrom('', 'rows: ', 'a\n', '\n'),
        fc.constantFrom('', '\n', '\n(12 rows)\n', ' more'),
        fc.boolean(),
        (some, before, after, isList) => {
          const source = before + (isList ? `[${some.join(', ')}]` : some.join('\n')) + after;
          const said = compress(source);
          if (said) expect(rows.expand(said.text)).toBe(source);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('laid out by pprint come back to the byte (R-9)', () => {
    fc.assert(
      fc.property(fc.array(dict, { minLength: 1, maxLength: 9 }), fc.constantFrom('', '\n', ' more'), (some, after) => {
        const plain = { between: '\n', print: undefined };
        const { rows: read } = readRows(some.join('\n'), 0, plain, () => undefined);
        const source = `[${read.map((row) => printPretty(row, false, true)).join(',\n ')}]${after}`;
        const said = compress(source);
        if (said) expect(rows.expand(said.text)).toBe(source);
      }),
      { numRuns: 500 },
    );
  });

  test('texts are read as they are spelled', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (one) => {
        expect(readText(spellText(one).slice(1, -1))).toBe(one);
      }),
    );
  });
});

test('the view is that of the JSON', () => {
  const many = Array.from(
    { length: 200 },
    (_, i) => `{'id': ${i}, 'key': '${(i * 7919 * 7919) % 1_000_003}', 'ok': ${i === 70 ? 'False' : 'True'}}`,
  );
  const view = compress(`[${many.join(', ')}]`, 'balanced')!;
  expect(view.loss).toBe('recoverable');
  expect(view.text).toContain('headroom view of 200 rows');
  expect(view.text).toContain('row 70: {"id":70,');
});

describe('the claim', () => {
  test.each(LISTS.map(({ name, text }) => [name, text]))('is made for %s', (_, text) => {
    expect(claim(text)).toBeGreaterThanOrEqual(0.5);
  });

  test.each([
    ['JSON', JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ a: i, b: 'x' })))],
    ['code', fixture('look-alike-code')],
    ['code that returns rows', `def rows():\n    return ${fixture('one-column')}\n`],
    ['objects of JavaScript', `[${"{ id: 1, name: 'x' }, ".repeat(20)}]`],
    ['numbers', `[${'1, 2, '.repeat(100)}3]`],
    ['calls', "('a', 'b')\nprint('x')\n(1)\n".repeat(10)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBe(0);
  });
});

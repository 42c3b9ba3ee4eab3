/** Rows that were never written as JSON are said, and come back, just as their JSON would. R-9 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonRows } from '../../core/json-compressor.ts';
import type { Level } from '../../core/compressor.ts';
import { jsonCompressor } from './json.ts';
import { options } from './testing.fixture.ts';

const KEYS = ['id', 'name', 'a "b"', 'path', 'note', '[3 rows: '];
const cell = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    'absent',
    'null',
    'GET /users',
    'src/a.ts',
    '(JSON text: {"a":1})',
    '[3 rows: ',
    '"',
    'é\u0001',
  ),
  fc.constantFrom('~ stands for x', 'row 3: x', '😀', '\ud800', 'lib/core/long-enough.ts', 'https://example.org/a/b'),
  fc.nat(50).map((number) => `job ${number} done`),
  fc.nat(1e9).map(String),
);

/** A number from JSON stands as JSON says it; texts that look like one stay texts. */
function toRows(keys: readonly string[], rows: readonly (readonly string[])[]): JsonRows {
  const numeric = keys.map((_, at) => rows.every((row) => !row[at] || /^(?:0|[1-9]\d{0,14})$/.test(row[at])));
  const valueOf = (text: string, at: number): string | number => (numeric[at] && text !== '' ? Number(text) : text);
  const spelled = (): string =>
    JSON.stringify(rows.map((row) => Object.fromEntries(row.map((text, at) => [keys[at]!, valueOf(text, at)]))));
  return { keys, rows, numeric, spelled };
}

const table = fc
  .record({
    width: fc.integer({ min: 1, max: KEYS.length }),
    rows: fc.array(fc.array(cell, { minLength: KEYS.length, maxLength: KEYS.length }), { minLength: 1, maxLength: 30 }),
    times: fc.integer({ min: 1, max: 4 }),
    short: fc.nat(40),
  })
  .map(({ width, rows, times, short }) => {
    const all = Array.from({ length: times }, () => rows).flat();
    const cut = all.map((row, at) => row.slice(0, at === short ? Math.max(1, width - 1) : width));
    return toRows(KEYS.slice(0, width), cut);
  });

describe('rows beside their JSON', () => {
  test('are said in the same words', () => {
    fc.assert(
      fc.property(table, (rows) => {
        expect(jsonCompressor.openRows(rows).compress(options)).toEqual(
          jsonCompressor.compress(rows.spelled(), options),
        );
      }),
    );
  });

  test('come back as the cells that they were, or not at all', () => {
    let back = 0;
    fc.assert(
      fc.property(table, (rows) => {
        const form = jsonCompressor.compress(rows.spelled(), options)?.text;
        const read = form === undefined ? undefined : jsonCompressor.readRows(form);
        if (!read) return;
        back++;
        expect(read).toEqual({ keys: rows.keys.slice(0, read.keys.length), rows: rows.rows });
      }),
    );
    expect(back).toBeGreaterThan(10);
  });

  test.each([
    '',
    '[]',
    '[3 rows:\n]',
    '[3 rows:\na: 1\n]\n]',
    '[3 rows:\na: {}\neach line: {a}\n1\n2\n]',
    '[2 rows:\n1: x\n]',
    '[2 rows:\na: [1]\n]',
    '[3 rows:\na: (JSON text: {"b":1})\n]',
  ])('of a form that says no such rows are not read: %j', (form) => {
    expect(jsonCompressor.readRows(form)).toBeUndefined();
  });
});

test('a text that is said at several levels is said each time as if it were the first', () => {
  const list = Array.from({ length: 120 }, (_, i) => ({
    path: `src/part-${i % 7}/file-${i}.ts`,
    name: `test ${i}`,
    ok: i % 60 !== 0,
  }));
  const text = JSON.stringify({ list, entries: { list } });
  const open = jsonCompressor.open(text);
  for (const level of ['lossless', 'balanced', 'aggressive', 'balanced', 'lossless'] satisfies Level[]) {
    expect(open.compress({ ...options, level })).toEqual(jsonCompressor.compress(text, { ...options, level }));
  }
});

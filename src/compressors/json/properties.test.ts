/** Whatever the JSON: nothing is lost, nothing grows, nothing throws. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonCompressor } from './json.ts';
import { parseWhole } from './parse.ts';
import { formOf, o200k, options } from './testing.fixture.ts';
import { print } from './tree.ts';

const runs = 150;

/** JSON text with spellings, keys and white space that JSON.stringify never makes. */
const number = fc.constantFrom(
  '0',
  '1',
  '-0',
  '1.0',
  '1.10',
  '1e5',
  '1E-7',
  '0.1',
  '12345678901234567890',
  '-5',
  '100',
  '0.30000000000000004',
);
const odd = fc.constantFrom(
  '-',
  'absent',
  'null',
  '5',
  '1.0',
  '',
  ' ',
  'a b',
  'a|b',
  'x, but y',
  'a, - is b',
  'one of',
  '{}',
  '{i}',
  '{...}',
  '[1]',
  '"',
  '\\',
  '\u0000',
  '\ud800',
  '\n',
  '<i>',
  'é',
  '{repeats a, b}',
  'each line: ',
  'row 3: {',
  '~',
  '}',
  '[3 rows:',
  'a in row 3',
  'x if y is A',
);
const text = fc.oneof(
  odd,
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ maxLength: 8 }),
  fc.uuid(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('id', 'name', 'user', 'i', 'a', 'b') },
  fc.constantFrom('__proto__', '', '1', '0', 'a.b', 'a b', 'each line', 'row 1', '[0]', '{', 'x: y', 'constructor'),
  fc.string({ maxLength: 4 }),
);
const scalar = fc.oneof(
  number,
  text.map((value) => JSON.stringify(value)),
  fc.constantFrom('true', 'false', 'null'),
);
const space = fc.constantFrom('', '', '', ' ', '\n', '\n  ', '\t');

function objectText(members: readonly (readonly [string, string])[], gap: string): string {
  const seen = new Set<string>();
  const kept = members.filter(([name]) => !seen.has(name) && seen.add(name));
  return `{${gap}${kept.map(([name, value]) => `${JSON.stringify(name)}:${gap}${value}`).join(`,${gap}`)}${gap}}`;
}

const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.tuple(fc.array(tie('tree'), { maxLength: 12 }), space).map(([items, gap]) => `[${items.join(`,${gap}`)}]`),
    fc
      .tuple(fc.array(fc.tuple(key, tie('tree')), { maxLength: 6 }), space)
      .map(([members, gap]) => objectText(members, gap)),
  ),
}));

/** A cell as a function of its row, so that columns have rules as well as accidents. */
const column: fc.Arbitrary<(row: number) => string> = fc.oneof(
  scalar.map((value) => () => value),
  fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -5, max: 5 })).map(
    ([a, b]) =>
      (row: number) =>
        String(a + b * row),
  ),
  fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 0, max: 9 })).map(
    ([m, c]) =>
      (row: number) =>
        JSON.stringify(`T${String((row + c) % m).padStart(2, '0')}:00`),
  ),
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 9 })).map(
    ([m, c]) =>
      (row: number) =>
        String(Math.floor((row + c) / m)),
  ),
  fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 9 })).map(
    ([a, b]) =>
      (row: number) =>
        String(a / 100 + (b / 1000) * row),
  ),
  fc.array(scalar, { minLength: 2, maxLength: 5 }).map((turn) => (row: number) => turn[row % turn.length]!),
  fc
    .array(scalar, { minLength: 1, maxLength: 60 })
    .map((values) => (row: number) => values[(row * 7919) % values.length]!),
  fc
    .array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 3 })
    .map((words) => (row: number) => JSON.stringify(`${words[row % words.length]} took ${(row * 31) % 17} ms`)),
  fc
    .integer({ min: 1, max: 90_000 })
    .map((step) => (row: number) => JSON.stringify(new Date(1.7e12 + step * 1000 * row).toISOString())),
  fc
    .array(fc.array(scalar, { maxLength: 3 }), { minLength: 1, maxLength: 9 })
    .map((lists) => (row: number) => `[${lists[row % lists.length]!.join(',')}]`),
  fc.tuple(key, scalar, scalar).map(
    ([name, a, b]) =>
      (row: number) =>
        row % 3 === 0 ? 'null' : objectText([[name, row % 2 === 0 ? a : b]], ''),
  ),
);

const table = fc
  .record({
    columns: fc.uniqueArray(fc.tuple(key, column), { minLength: 1, maxLength: 7, selector: ([name]) => name }),
    count: fc.integer({ min: 1, max: 60 }),
    oddRows: fc.array(fc.tuple(fc.nat(60), tree), { maxLength: 3 }),
    optional: fc.option(fc.tuple(fc.nat(6), fc.integer({ min: 2, max: 4 }))),
    gap: space,
  })
  .map(({ columns, count, oddRows, optional, gap }) => {
    const odds = new Map(oddRows);
    const rows = Array.from({ length: count }, (_, row) => {
      const members = columns
        .filter((_, at) => !optional || at !== optional[0] || row % optional[1] !== 0)
        .map(([name, cell]): [string, string] => [name, cell(row)]);
      return odds.get(row) ?? objectText(members, gap);
    });
    return rows;
  });

function check(source: string): void {
  const form = formOf(source);
  if (form === undefined) return;
  expect(form.length).toBeLessThan(source.length);
  expect(jsonCompressor.compress(source, options)?.text).toBe(form);
}

describe('any JSON', () => {
  it('reads back from its form, whatever the tree', () => {
    fc.assert(fc.property(tree, check), { numRuns: runs });
  });

  it('reads back from its form, whatever the table', () => {
    fc.assert(
      fc.property(table, (rows) => check(`[${rows.join(',\n')}]`)),
      { numRuns: runs * 2 },
    );
  });

  it('reads back from JSON lines, from cut-off lists and from between other text', () => {
    const around = fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }));
    fc.assert(
      fc.property(table, around, fc.constantFrom('\n', ',', ', ', '\r\n'), (rows, [before, after], gap) => {
        check(`${before}\n${rows.join(gap)}\n${after}`);
        check(`{"rows":[${rows.join(gap)},{"id":1`);
        check(`${before}\`\`\`json\n{"rows":[${rows.join(',')}]}\n\`\`\`${after}`);
      }),
      { numRuns: runs },
    );
  });

  it('costs no more tokens than minified', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const minified = print(parseWhole(`[${rows.join(',')}]`)!);
        const form = formOf(`[${rows.join(',')}]`);
        if (form !== undefined) expect(o200k.count(form)).toBeLessThanOrEqual(o200k.count(minified) * 1.02);
      }),
      { numRuns: 60 },
    );
  });
});

describe('any text', () => {
  it('never throws, and what it gives reads back', () => {
    const fragment = fc.constantFrom(
      '{"a":',
      '[',
      ']',
      '}',
      '[3 rows:\n',
      'a: {}',
      '\neach line: {a}\n',
      '1',
      ',',
      '\n',
      '"',
      'row 0: ',
      '~ stands for x\n',
      '```',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fragment, fc.string({ maxLength: 5 }))), (parts) => {
        const source = parts.join('');
        formOf(source);
        jsonCompressor.expand(source);
      }),
      { numRuns: runs * 2 },
    );
  });
});

import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { DeadlineExceeded, NO_DEADLINE } from '../../core/deadline.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from '../json/json.ts';
import { inspectedCompressor } from './inspected.ts';
import { printValue } from './print.ts';
import { AS_PRINTED, readValue } from './read.ts';
import { readText, spellText } from './text.ts';

const compressor = inspectedCompressor(jsonCompressor);
const fixtures = readFixtures('fixtures/compressors/inspected');
compressorContract(compressor, fixtures, { test });
const PRINTED = fixtures.filter(({ name }) => !name.startsWith('look-alike'));

function fixture(name: string): string {
  return fixtures.find((one) => one.name === `${name}.txt`)!.text;
}

function compress(text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return compressor.compress(text, options);
}

describe('the lossless form', () => {
  test.each(PRINTED.map(({ name, text }) => [name, text]))(
    'gives %s back to the byte, in fewer tokens (R-9)',
    (_, text) => {
      const said = compress(text)!;
      expect(said.loss).toBe('none');
      expect(compressor.expand(said.text)).toBe(text);
      expect(o200k.count(said.text)).toBeLessThan(o200k.count(text) * 0.75);
    },
  );

  test('says what JSON has no word for as Node printed it', () => {
    expect(compress(fixture('objects'))!.text).toContain('ports: ["js:[Object]"]');
  });

  test('keeps what stands around a value, in its line and beside it', () => {
    const said = compress(fixture('label-then-more'))!.text;
    expect(said).toMatch(
      /^> query\nfound 18 rows: \n\[headroom: 1 value as Node prints it, .*; begins in the line before/,
    );
    expect(said).toMatch(/\n in 12ms\nDone\.\n$/);
  });

  test('is not made of code, nor of a file that is shown', () => {
    expect(compress(fixture('look-alike-code'))).toBeUndefined();
    const call = { name: 'Read', input: { file_path: '/srv/items.js' } } as unknown as ToolCall;
    expect(compress(fixture('objects'), 'balanced', call)).toBeUndefined();
  });

  test('is made of values at whatever width Node broke them', () => {
    const rows = Array.from({ length: 30 }, (_, id) => ({
      id,
      name: `a name of ${id}`,
      path: `/srv/app/part-${id}/a/long/way/to/index`,
    }));
    const text = inspect(rows, { breakLength: 120 });
    expect(compress(text)!.text).toMatch(/lines broken at 1[02]0/);
    expect(compressor.expand(compress(text)!.text)).toBe(text);
  });

  test.each([
    ['a class', '[\n  Point { x: 1, y: 2 },\n  Point { x: 1, y: 2 }\n]'],
    ['a map', "Map(2) { 'a' => 1, 'b' => 2 }"],
    ['a text that begins like its own', "[\n  'js:x',\n  'a'\n]"],
    ['other spacing', '[\n    { id: 1 },\n    { id: 2 }\n]'],
  ])('leaves %s as it is', (_, odd) => {
    const good = inspect(Array.from({ length: 30 }, (__, id) => ({ id, name: 'the same' })));
    const text = `${odd}\n${good}\n${odd}`;
    const said = compress(text)!;
    expect(said.text.startsWith(`${odd}\n[headroom: 1 value`)).toBe(true);
    expect(said.text.endsWith(`\n${odd}`)).toBe(true);
    expect(compressor.expand(said.text)).toBe(text);
  });
});

describe('any value', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      "it's",
      '"',
      '\'"',
      '\'"`',
      '${',
      '\\',
      '\n',
      'one\ntwo\n',
      'a line that is rather long\n'.repeat(4),
      '\ud800',
    ),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        text,
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constantFrom(null, undefined, 12n, new Date(0), /a\/b/g, Symbol('x'), Math.max),
      ),
      fc.array(tie('value'), { maxLength: 12 }),
      fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 120 }),
      fc.dictionary(fc.oneof(fc.constantFrom('id', 'name', 'a b', '7', '__proto__'), text), tie('value'), {
        maxKeys: 8,
      }),
    ),
  }));

  test('of JSON is printed as Node does (R-9)', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(80, 120), (json, width) => {
        const plain = JSON.parse(JSON.stringify(json)) as JsonValue;
        if (plain === null || typeof plain !== 'object') return;
        const all = { depth: Infinity, maxArrayLength: null, maxStringLength: null, breakLength: width };
        // Node counts how wide signs are where it makes columns.
        fc.pre(/^[ -~]*$/.test(JSON.stringify(plain)) && !JSON.stringify(plain).includes('__proto__'));
        expect(printValue(plain, width)).toBe(inspect(plain, all));
      }),
      { numRuns: 1000 },
    );
  });

  test('that Node prints comes back, in whatever text it stands (R-9)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(value), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', 'rows: ', 'a\n', '\n'),
        fc.constantFrom('', '\n', ' more', '\nDone\n'),
        (values, before, after) => {
          const source = before + values.map((one) => inspect(one)).join('\n') + after;
          const said = compress(source);
          if (said) expect(compressor.expand(said.text)).toBe(source);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('texts are read as they are spelled', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(spellText(one)).toBe(inspect(one, { compact: true }));
        expect(readText(spellText(one).slice(1, -1))).toBe(one);
      }),
      { numRuns: 500 },
    );
  });

  test.each([undefined, 12n, -0, NaN, new Date(0), Symbol('x'), /a\/b/g, Math.max, new (class {})()])(
    'that JSON has no word for stands as printed, or is not read: %s',
    (one) => {
      const printed = inspect({ one });
      const { json } = readValue(printed, 0, () => undefined);
      if (json !== undefined) expect(printValue(JSON.parse(json) as JsonValue, 80)).toBe(printed);
      if (json?.includes('"js:')) expect(json).toContain(AS_PRINTED + inspect(one).replaceAll('\\', '\\\\'));
    },
  );
});

test('the view is that of the JSON', () => {
  const rows = Array.from({ length: 200 }, (_, id) => ({
    id,
    key: `${(id * 7919 * 7919) % 1_000_003} of ${(id * 31) % 97}`,
    ok: id !== 70,
  }));
  const view = compress(inspect(rows, { maxArrayLength: null }), 'balanced')!;
  expect(view.loss).toBe('recoverable');
  expect(view.text).toContain('headroom view of 200 rows');
  expect(view.text).toContain('row 70: {"id":70,');
});

describe('the claim', () => {
  const claim = (text: string): number => compressor.claim(new Sample(text));

  test.each(PRINTED.map(({ name, text }) => [name, text]))('is made for %s', (_, text) => {
    expect(claim(text)).toBeGreaterThanOrEqual(0.5);
  });

  test.each([
    ['JSON', JSON.stringify([{ a: 1, b: 'x' }], undefined, 2)],
    ['code', fixture('look-alike-code')],
    ['dicts of Python', "[{'a': 1}, {'a': 2}]"],
    ['a list of words', '[info] started\n[info] ended\n'],
    ['a shell test', '[ -f a ] && echo yes\n'],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBe(0);
  });
});

test('a deadline ends the reading of a long value', () => {
  const text = inspect(
    Array.from({ length: 20_000 }, (_, id) => ({ id })),
    { maxArrayLength: null },
  );
  let checks = 0;
  const check = (): void => {
    if (++checks > 3) throw new DeadlineExceeded('no time left');
  };
  const options: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: { check } };
  expect(() => compressor.compress(text, options)).toThrow(DeadlineExceeded);
});

test('what begins like a value again and again, and is none, is given up soon', () => {
  const text = `${'[ '.repeat(50)}\n`.repeat(20_000);
  expect(compress(text)).toBeUndefined();
});

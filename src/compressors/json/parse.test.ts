import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseWhole } from './parse.ts';
import { print } from './tree.ts';

it('reads and prints what JSON.parse and JSON.stringify do', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 4), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(print(parseWhole(text)!)).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 300 },
  );
});

it('refuses what JSON.parse refuses', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"b":',
    '\\',
    '1',
    '-',
    '01',
    '1.',
    '1e5',
    'nul',
    'null',
    ' ',
    '\n',
    '\u0001',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('');
      let expected: string | undefined;
      try {
        expected = JSON.stringify(JSON.parse(text));
      } catch {
        expected = undefined;
      }
      const value = parseWhole(text);
      expect(value === undefined).toBe(expected === undefined);
    }),
    { numRuns: 2000 },
  );
});

it.each(['1.0', '1.10', '1e5', '1E+5', '-0', '0.0', '12345678901234567890', '1e400', '0.1000'])(
  'keeps %s as it is spelled',
  (number) => {
    expect(print(parseWhole(`[${number}]`)!)).toBe(`[${number}]`);
  },
);

it('keeps the order of all keys, and keys that objects treat specially', () => {
  const text = '{"b":1,"2":2,"1":3,"__proto__":4,"":5,"constructor":6}';
  expect(print(parseWhole(text)!)).toBe(text);
});

it('refuses repeated keys and nesting beyond its limit', () => {
  expect(parseWhole('{"a":1,"a":1}')).toBeUndefined();
  expect(parseWhole('[{"a":1},{"b":1,"a":2,"b":3}]')).toBeUndefined();
  expect(parseWhole(`${'['.repeat(200)}${']'.repeat(200)}`)).toBeDefined();
  expect(parseWhole(`${'['.repeat(201)}${']'.repeat(201)}`)).toBeUndefined();
});

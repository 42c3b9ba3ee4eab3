import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonParser, parseWhole } from './parse.ts';
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

it('finds the same in what it refused as one that never read it', () => {
  const nested = fc
    .jsonValue({ maxDepth: 4 })
    .map((value) => JSON.stringify({ value, list: [value, [value]] }, null, 1));
  const cut = fc.tuple(nested, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  const broken = fc.tuple(nested, fc.nat(), fc.constantFrom('?', ']', '}', '"', ',')).map(([text, at, sign]) => {
    const place = at % text.length;
    return text.slice(0, place) + sign + text.slice(place);
  });
  const deep = fc
    .constantFrom(195, 199, 200, 201)
    .map((depth) => `${'['.repeat(depth)}1,{"a":[2]}${']'.repeat(depth)}`);
  fc.assert(
    fc.property(fc.oneof(cut, broken, deep), (text) => {
      const one = new JsonParser(text);
      for (let at = 0; at < text.length; at++) {
        if (text[at] !== '{' && text[at] !== '[') continue;
        const other = new JsonParser(text);
        const [known, read] = [one.parse(at), other.parse(at)];
        expect([known && print(known), one.position]).toEqual([read && print(read), other.position]);
      }
    }),
    { numRuns: 100 },
  );
});

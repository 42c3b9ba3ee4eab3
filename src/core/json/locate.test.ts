import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locate } from './locate.ts';
import type { JsonPath, JsonValue } from './value.ts';

function found(text: string, path: JsonPath): string {
  const [place] = locate(text, [{ path, isRemoved: false }]);
  return text.slice(place!.start, place!.end);
}

describe('a value is found where it stands', () => {
  const text = ' {"a" : [ 1.0 , "x\\"]}" , { "b\\n" : null } ] , "\\u0063" : -2e5, "d":{"a":"inner"},"a b":true}\n';
  const table: [path: JsonPath, value: string][] = [
    [[], text.trim()],
    [['a', 0], '1.0'],
    [['a', 1], '"x\\"]}"'],
    [['a', 2], '{ "b\\n" : null }'],
    [['a', 2, 'b\n'], 'null'],
    [['c'], '-2e5'],
    [['d', 'a'], '"inner"'],
    [['a b'], 'true'],
  ];
  test.each(table)('%j', (path, value) => expect(found(text, path)).toBe(value));
  test('all of them in one pass, in the order they were asked for', () => {
    const places = locate(
      text,
      table.map(([path]) => ({ path, isRemoved: false })),
    );
    expect(places.map(({ start, end }) => text.slice(start, end))).toEqual(table.map(([, value]) => value));
  });
});

test('a value that is the whole text, down to its last character, is found', () => {
  for (const text of ['1', '"a"', 'null', '-0.5', '[]']) expect(found(text, [])).toBe(text);
});

test('strings may end in any number of backslashes', () => {
  for (let count = 0; count < 9; count++) {
    const string = JSON.stringify('\\'.repeat(count));
    expect(found(`[${string},"next"]`, [1])).toBe('"next"');
    expect(found(`[${string},"next"]`, [0])).toBe(string);
  }
});

test('of equal keys the last is found, also below them, and whatever their spelling', () => {
  expect(found('{"a":1,"\\u0061":2}', ['a'])).toBe('2');
  expect(found('{"a":{"b":1},"a":{"b":2}}', ['a', 'b'])).toBe('2');
  expect(() => found('{"a":{"b":1},"a":{"c":2}}', ['a', 'b'])).toThrow(RangeError);
  expect(() => found('{"a":{"b":1},"a":3}', ['a', 'b'])).toThrow(RangeError);
});

test('keys of Object.prototype are keys like others', () => {
  expect(found('{"__proto__":1,"constructor":2}', ['__proto__'])).toBe('1');
  expect(found('{"__proto__":1,"constructor":2}', ['constructor'])).toBe('2');
  expect(() => found('{}', ['constructor'])).toThrow('no value at ["constructor"]');
});

test('what is found at any path is what parsing has there', () => {
  const step = (value: JsonValue, pick: number): [string | number, JsonValue] | undefined => {
    if (value === null || typeof value !== 'object') return undefined;
    const entries: [string | number, JsonValue][] = Array.isArray(value)
      ? [...value.entries()]
      : (Object.entries(value) as [string, JsonValue][]);
    return entries[pick % Math.max(1, entries.length)];
  };
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.array(fc.nat()), fc.constantFrom(0, 1, '\t'), (compact, picks, indent) => {
      const text = JSON.stringify(JSON.parse(compact), null, indent);
      let value = JSON.parse(text) as JsonValue;
      const path: (string | number)[] = [];
      for (const pick of picks) {
        const next = step(value, pick);
        if (!next) break;
        path.push(next[0]);
        value = next[1];
      }
      expect(JSON.stringify(JSON.parse(found(text, path)))).toBe(JSON.stringify(value));
    }),
    { numRuns: 3000 },
  );
});

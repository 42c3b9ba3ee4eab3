import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../hash.ts';
import { type Canon, canonical } from './canonical.ts';
import type { JsonValue } from './value.ts';

const IGNORED: Canon = { ignoredKeys: new Set(['cache_control']), digest: hashOf };
const of = (text: string): string => canonical(JSON.parse(text) as JsonValue, IGNORED);

describe('two spellings of one meaning have one canonical text', () => {
  const table: [what: string, one: string, other: string][] = [
    ['key order', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ['white space', '{"a":[1,2]}', ' { "a" :\n[ 1 ,\t2 ] } '],
    ['escapes', '"caf\\u00e9 \\/"', '"café /"'],
    ['number spelling', '[1.0,1e2]', '[1,100]'],
    ['an ignored key', '{"a":1,"cache_control":{"type":"ephemeral"}}', '{"a":1}'],
    ['an ignored key far inside', '[{"a":[{"cache_control":null}]}]', '[{"a":[{}]}]'],
    ['a lone text block', '{"content":[{"type":"text","text":"x"}]}', '{"content":"x"}'],
    ['a lone text block with an ignored key', '[{"cache_control":{},"text":"x","type":"text"}]', '"x"'],
  ];
  test.each(table)('%s', (_, one, other) => expect(of(one)).toBe(of(other)));
});

describe('two meanings have two canonical texts', () => {
  const table: [what: string, one: string, other: string][] = [
    ['another order of elements', '[1,2]', '[2,1]'],
    ['a number and its digits', '1', '"1"'],
    ['null and its name', 'null', '"null"'],
    ['a missing and a null member', '{}', '{"a":null}'],
    ['quotes and commas inside strings', '["a","b"]', '["a\\",\\"b"]'],
    ['what a string says about lengths', '["1\\"a"]', '["1","a"]'],
    ['one element and the element', '[1]', '1'],
    ['two text blocks and their texts', '[{"type":"text","text":"a"},{"type":"text","text":"b"}]', '["a","b"]'],
    ['a text block with more to it', '[{"type":"text","text":"a","citations":[]}]', '"a"'],
    ['a block of another type', '[{"type":"input_text","text":"a"}]', '"a"'],
    ['a text block outside an array', '{"type":"text","text":"a"}', '"a"'],
    ['lone surrogates', '"\\ud83d"', '"\\ud83e"'],
    ['a lone surrogate and its escape', '"\\ud83d"', '"\\\\ud83d"'],
    ['an empty array and an empty object', '[]', '{}'],
  ];
  test.each(table)('%s', (_, one, other) => expect(of(one)).not.toBe(of(other)));
});

test('a value that is not there has a text of its own', () => {
  expect(canonical(undefined, IGNORED)).not.toBe(canonical(null, IGNORED));
});

test('a thousand levels are read, more are refused', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(of(nested(1000))).toBe(nested(1000));
  expect(() => of(nested(1002))).toThrow(RangeError);
  expect(() => of(nested(200_000))).toThrow(RangeError);
});

const tree = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;

function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => shuffled(item as JsonValue));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, item]) => [key, shuffled(item!)] as const);
  return Object.fromEntries([['cache_control', { ttl: '1h' }] as const, ...members.toReversed()]);
}

test('order and ignored keys never make a difference', () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(canonical(shuffled(value), IGNORED)).toBe(canonical(value, IGNORED));
    }),
    { numRuns: 3000 },
  );
});

test('different values never have the same text', () => {
  /** What canonical may not tell apart, taken out; the rest is compared by JSON. */
  const plain = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map((item) => plain(item as JsonValue));
    if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
    const members = Object.entries(value).filter(([key]) => !IGNORED.ignoredKeys.has(key));
    return Object.fromEntries(
      members.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, plain(item!)]),
    );
  };
  const close = fc.constantFrom('', '1', '"', ',', '1"', '[', ']', '{}', 'null', '\ud83d', 'é', 'a:1');
  const near = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      close,
      fc.constantFrom<JsonValue>(null, true, 0, 1, -1, 11),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(close, tie('value'), { maxKeys: 2 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.oneof(near, tree), fc.oneof(near, tree), (one, other) => {
      const isSame = JSON.stringify(plain(one)) === JSON.stringify(plain(other));
      expect(canonical(one, IGNORED) === canonical(other, IGNORED)).toBe(isSame);
    }),
    { numRuns: 20_000 },
  );
});

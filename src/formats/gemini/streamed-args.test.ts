import { expect, test } from 'vitest';
import type { JsonValue } from '../../core/json/value.ts';
import { StreamedArgs } from './streamed-args.ts';

function argsOf(pieces: JsonValue, given?: JsonValue): JsonValue {
  const args = new StreamedArgs(given);
  args.add(pieces);
  return args.whole();
}

test.each<[what: string, pieces: JsonValue, args: JsonValue]>([
  [
    'values of every kind',
    [
      { jsonPath: '$.s', stringValue: 'x' },
      { jsonPath: '$.n', numberValue: 5 },
      { jsonPath: '$.b', boolValue: false },
      { jsonPath: '$.z', nullValue: 'NULL_VALUE' },
    ],
    { s: 'x', n: 5, b: false, z: null },
  ],
  [
    'a text in pieces',
    [
      { jsonPath: '$.s', stringValue: 'New ', willContinue: true },
      { jsonPath: '$.s', stringValue: 'Delhi', willContinue: true },
      { jsonPath: '$.s', stringValue: '' },
      { jsonPath: '$.t', stringValue: 'x' },
    ],
    { s: 'New Delhi', t: 'x' },
  ],
  [
    'a text that is said again',
    [
      { jsonPath: '$.s', stringValue: 'a' },
      { jsonPath: '$.s', stringValue: 'b' },
    ],
    { s: 'b' },
  ],
  [
    'places deep down',
    [
      { jsonPath: "$.a.b[0]['c d']", stringValue: 'x' },
      { jsonPath: '$.a.b[1]["e\\"f"]', numberValue: 1 },
    ],
    { a: { b: [{ 'c d': 'x' }, { 'e"f': 1 }] } },
  ],
  [
    'a value where a place was needed',
    [
      { jsonPath: '$.a', stringValue: 'x' },
      { jsonPath: '$.a.b', stringValue: 'y' },
    ],
    { a: { b: 'y' } },
  ],
  [
    'what is no path',
    [
      { jsonPath: 'a', stringValue: 'x' },
      { jsonPath: '$..a', stringValue: 'x' },
      { jsonPath: '$', stringValue: 'x' },
      { jsonPath: '$.a[99999999]', stringValue: 'x' },
      { stringValue: 'x' },
      'x',
    ],
    {},
  ],
])('%s', (_what, pieces, args) => {
  expect(argsOf(pieces)).toEqual(args);
});

test('a name that all objects have is a name like others', () => {
  const args = argsOf([{ jsonPath: '$.__proto__.polluted', stringValue: 'x' }]);
  expect(JSON.stringify(args)).toBe('{"__proto__":{"polluted":"x"}}');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('what stands there already stays', () => {
  const given = { a: { b: 1 } };
  expect(argsOf([{ jsonPath: '$.a.c', numberValue: 2 }], given)).toEqual({ a: { b: 1, c: 2 } });
  expect(given).toEqual({ a: { b: 1 } });
});

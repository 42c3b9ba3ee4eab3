import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Framed } from './framing.ts';
import { RawItems } from './raw-items.ts';

function read(text: string, cuts: readonly number[] = []): readonly Framed[] {
  const bytes = Buffer.from(text);
  const items = new RawItems();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return [...places.slice(1).flatMap((end, index) => items.push(bytes.subarray(places[index], end))), ...items.end()];
}
const whole = (items: readonly Framed[]): string => Buffer.concat(items.map(({ bytes }) => bytes)).toString();

test('objects come with their bytes and what stands before them, and the end by itself', () => {
  const text = ' [{"a":"]}\\"{"}\r\n,\r\n{"b":[{}]} ]\n';
  expect(read(text).map(({ data }) => data)).toEqual(['{"a":"]}\\"{"}', '{"b":[{}]}', '', '']);
  expect(read(text).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
    ' [{"a":"]}\\"{"}',
    '\r\n,\r\n{"b":[{}]}',
    ' ]',
    '\n',
  ]);
});

test('after its end another array begins', () => {
  const items = new RawItems();
  items.push(Buffer.from('[{"a":"cut off'));
  expect(items.end().map(({ data }) => data)).toEqual(['']);
  expect(items.push(Buffer.from('[{"b":1}]')).map(({ data }) => data)).toEqual(['{"b":1}', '']);
});

test('however the bytes are cut, the objects are the same', () => {
  const values = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 });
  fc.assert(
    fc.property(
      values,
      fc.constantFrom(',', '\r\n,\n', ' , '),
      fc.array(fc.nat(), { maxLength: 12 }),
      (list, comma, cuts) => {
        const text = `[${list.map((value) => JSON.stringify(value)).join(comma)}\n]`;
        const items = read(text, cuts);
        expect(whole(items)).toBe(text);
        const objects = items.filter(({ data }) => data !== '').map(({ data }) => JSON.parse(data) as unknown);
        expect(objects).toEqual(JSON.parse(text));
      },
    ),
    { numRuns: 1000 },
  );
});

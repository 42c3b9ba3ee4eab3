import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RawEvent, RawEvents } from './raw-events.ts';

function read(text: string, cuts: readonly number[] = []): readonly RawEvent[] {
  const bytes = Buffer.from(text);
  const events = new RawEvents();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const read = places.slice(1).flatMap((end, index) => events.push(bytes.subarray(places[index], end)));
  return [...read, ...events.end()];
}
const whole = (events: readonly RawEvent[]): string => Buffer.concat(events.map(({ bytes }) => bytes)).toString();

test('events come with their data and their very bytes', () => {
  const text = ': hi\n\nevent: a\ndata: {"x":\ndata: 1}\n\ndata:b\r\n\r\ndata: é\r\rdata: last';
  const events = read(text);
  expect(events.map(({ data }) => data)).toEqual(['', '{"x":\n1}', 'b', 'é', 'last']);
  expect(whole(events)).toBe(text);
});

test('however the bytes are cut, the events are the same', () => {
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const line = fc.constantFrom('data: {"a":1}', 'data: é€😀', 'event: x', ': c', 'data:', 'id: 7');
  const texts = fc
    .array(fc.tuple(fc.array(line, { maxLength: 3 }), end), { maxLength: 6 })
    .map((drawn) => drawn.map(([lines, lineEnd]) => lines.map((one) => one + lineEnd).join('') + lineEnd).join(''));
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
      const events = read(text, cuts);
      expect(whole(events)).toBe(text);
      expect(events.map(({ data }) => data).filter((data) => data !== '')).toEqual(
        read(text)
          .map(({ data }) => data)
          .filter((data) => data !== ''),
      );
    }),
    { numRuns: 2000 },
  );
});

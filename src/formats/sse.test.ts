import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvents } from './sse.ts';

type Event = [data: string, name: string | undefined];

function eventsOf(bytes: Uint8Array, chunkSize = bytes.length): Event[] {
  const events: Event[] = [];
  const reader = readEvents((data, name) => events.push([data, name]));
  for (let at = 0; at < bytes.length; at += chunkSize) reader.push(bytes.subarray(at, at + chunkSize));
  reader.end();
  return events;
}

describe('events come out the same', () => {
  const expected: Event[] = [
    ['{"a":"日本 😀"}', 'first'],
    ['two\nlines', undefined],
  ];
  const table: [how: string, text: string][] = [
    ['with line feeds', 'event: first\ndata: {"a":"日本 😀"}\n\ndata: two\ndata: lines\n\n'],
    ['with carriage returns', 'event: first\rdata: {"a":"日本 😀"}\r\rdata: two\rdata: lines\r\r'],
    ['with both', 'event: first\r\ndata: {"a":"日本 😀"}\r\n\r\ndata: two\r\ndata: lines\r\n\r\n'],
    ['without a space after the colon', 'event:first\ndata:{"a":"日本 😀"}\n\ndata:two\ndata:lines\n\n'],
    ['after a byte order mark', '\ufeffevent: first\ndata: {"a":"日本 😀"}\n\ndata: two\ndata: lines\n\n'],
    [
      'among comments and unknown fields',
      ': hi\n\nevent: first\nx: y\ndata: {"a":"日本 😀"}\n:\n\ndata: two\ndata: lines\n\n',
    ],
    ['without the last blank line', 'event: first\ndata: {"a":"日本 😀"}\n\ndata: two\ndata: lines\n'],
    ['without the last line end', 'event: first\ndata: {"a":"日本 😀"}\n\ndata: two\ndata: lines'],
    ['ending in a carriage return', 'event: first\rdata: {"a":"日本 😀"}\r\rdata: two\rdata: lines\r'],
  ];
  test.each(table)('%s, in chunks of any size', (_, text) => {
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size++) expect(eventsOf(bytes, size)).toEqual(expected);
  });
});

test('an event with a name and no data is no event', () => {
  expect(eventsOf(Buffer.from('event: nothing\n\n'))).toEqual([]);
});

test('bytes that are not UTF-8 do not stop the events after them', () => {
  const bytes = Buffer.concat([
    Buffer.from('data: a'),
    Buffer.from([0xff, 0xe2, 0x82]),
    Buffer.from('\n\ndata: b\n\n'),
  ]);
  expect(eventsOf(bytes, 1).map(([data]) => data)).toEqual(['a\ufffd\ufffd', 'b']);
});

test('an event larger than the limit ends the reading without an error', () => {
  const events: string[] = [];
  const reader = readEvents((data) => events.push(data));
  reader.push(Buffer.from('data: before\n\ndata: '));
  const megabytes = Buffer.alloc(4 * 1024 * 1024, 'x');
  for (let count = 0; count < 9; count++) reader.push(megabytes);
  reader.push(Buffer.from('\n\ndata: after\n\n'));
  reader.end();
  expect(events).toEqual(['before']);
});

test('whatever is written as events is read as those events, however it is cut', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ' ', ':', '"', '{', 'é', '😀', '\ufeff') });
  const events = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 5 });
  const newline = fc.constantFrom('\n', '\r', '\r\n');
  fc.assert(
    fc.property(events, newline, fc.integer({ min: 1, max: 9 }), (written, end, size) => {
      const text = written.map((lines) => `${lines.map((one) => `data: ${one}${end}`).join('')}${end}`).join('');
      expect(eventsOf(Buffer.from(text), size).map(([data]) => data)).toEqual(written.map((lines) => lines.join('\n')));
    }),
    { numRuns: 2000 },
  );
});

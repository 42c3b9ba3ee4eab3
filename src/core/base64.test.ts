import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Base64, readBase64, writeBase64 } from './base64.ts';

const TEXT = 'export const answer = 42;\n// Zoë 😀\n'.repeat(20);

test.each<readonly [string, Base64]>([
  ['one line', { width: undefined, hasLineEnd: false }],
  ['one line and its end', { width: undefined, hasLineEnd: true }],
  ['lines of 60', { width: 60, hasLineEnd: true }],
  ['lines of 76, the last without an end', { width: 76, hasLineEnd: false }],
])('text in base64 is read, and spelt again: %s', (_, spelling) => {
  const value = writeBase64(TEXT, spelling);
  expect(readBase64(value)).toEqual({ text: TEXT, spelling });
});

test('it is what Node and shells write', () => {
  expect(readBase64(Buffer.from(TEXT).toString('base64'))?.text).toBe(TEXT);
});

test.each([
  ['words', 'no base64 at all'],
  ['bytes that are no text', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]).toString('base64')],
  ['control characters', Buffer.from('a\u0000b\u0001').toString('base64')],
  ['lines of several lengths', 'YWJj\nZGVmZ2hp\nYWJj'],
  ['bits that nobody writes', 'YWK='],
  ['blank lines', 'YWJj\n\nZGVm'],
  ['a line end before it', '\nYWJj'],
  ['nothing', ''],
])('what would not come back the same is left alone: %s', (_, value) => {
  expect(readBase64(value)).toBeUndefined();
});

test('any text comes back, in lines of any length', () => {
  const spelling = fc.record({
    width: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    hasLineEnd: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', ' ', '\n', '\t', '='), minLength: 1 }),
      spelling,
      (text, how) => {
        const value = writeBase64(text, how);
        const read = readBase64(value)!;
        expect([read.text, writeBase64(read.text, read.spelling)]).toEqual([text, value]);
      },
    ),
  );
});

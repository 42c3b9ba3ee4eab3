import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addNuls, dropNuls, readLoosely, seemsTwoByte } from './two-bytes.ts';

const SAID = 'Name   Id\r\nweb-1  42\r\n';
const MARKS = [undefined, 'so is the U+FEFF at the beginning', 'so are the two U+FFFD at the beginning'];
const ORDERS = ['a NUL after each character is left out', 'a NUL before each character is left out'];
const ALL = ORDERS.flatMap((order) => MARKS.map((mark) => (mark === undefined ? [order] : [order, mark])));

test('what a program read of UTF-16, of either order, with its mark and without', () => {
  const little = Buffer.from(`\uFEFF${SAID}`, 'utf16le');
  for (const bytes of [
    little,
    little.subarray(2),
    Buffer.from(little).swap16(),
    Buffer.from(little).swap16().subarray(2),
  ]) {
    const read = bytes.toString('utf8');
    expect(seemsTwoByte(read)).toBe(true);
    expect(dropNuls(read)?.text).toBe(SAID);
    expect(addNuls(SAID, dropNuls(read)!.steps)).toBe(read);
  }
});

test('any text of two bytes comes back (property)', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3 }), fc.constantFrom(...ALL), (said, steps) => {
      const text = addNuls(said, steps);
      const found = dropNuls(text);
      if (found) expect(addNuls(found.text, found.steps)).toBe(text);
    }),
  );
});

test('where it is so in part only, it is read, and no form is made of it', () => {
  const text = `${addNuls(SAID, ['a NUL after each character is left out'])}exit 1`;
  expect(dropNuls(text)).toBeUndefined();
  expect(readLoosely(text)).toBe(`${SAID}exit 1`);
});

test('other texts are none', () => {
  for (const text of ['', 'plain text', '\0\0\0\0\0\0', 'a\0b and more', '\uFEFFplain text']) {
    expect(seemsTwoByte(text)).toBe(false);
    expect(dropNuls(text)).toBeUndefined();
  }
});

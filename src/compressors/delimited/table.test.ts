/** Cells stand as numbers only where the number is printed with just these characters. R-9 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNumber } from './table.ts';

const USUAL = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/;
const digits = fc.string({ unit: fc.constantFrom(...Array.from('0012359')), maxLength: 17 });

test('a cell is a number exactly when it comes back to the digit', () => {
  const cell = fc
    .tuple(fc.constantFrom('', '', '-'), digits, fc.constantFrom('', '.', '.', '..'), digits)
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(cell, (text) => {
      expect(isNumber(text)).toBe(USUAL.test(text) && String(Number(text)) === text);
    }),
    { numRuns: 5000 },
  );
});

test.each(['0.1', '0.05', '12.5', '-3.25', '123456789012.25'])('%s is a number', (text) => {
  expect(isNumber(text)).toBe(true);
});

test.each(['0.10', '1.', '.5', '00.5', '0.0000001', '1.2.3', '-0', '1e5', '12345678901234567'])(
  '%s stays text',
  (text) => {
    expect(isNumber(text)).toBe(false);
  },
);

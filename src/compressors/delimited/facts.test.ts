import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shapeOf } from './facts.ts';

test('numbers and long runs of hexadecimal digits are one sign each', () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('0189abcfABFgxZ -:é')), maxLength: 60 });
  fc.assert(
    fc.property(text, (value) => {
      expect(shapeOf(value)).toBe(value.replaceAll(/[0-9a-f]{8,}|\d+/gi, '#'));
    }),
    { numRuns: 2000 },
  );
});

test('of a long text only the beginning counts', () => {
  expect(shapeOf(`${'x '.repeat(199)}no 123456`)).toBe(`${'x '.repeat(199)}no`);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadOf } from './numbers.ts';

test('the scale of numbers is that of the distance in the middle', () => {
  const numbers = fc.array(
    fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(numbers, (values) => {
      const { median, scale } = spreadOf(values);
      const distances = values.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
      const middle = distances[Math.floor(distances.length / 2)]!;
      if (middle > 0) expect(scale).toBe(middle * 1.4826);
    }),
  );
});

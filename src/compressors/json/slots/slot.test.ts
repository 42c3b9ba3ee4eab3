import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasThird, mode } from './slot.ts';

test('a number that is a third of all is seen, wherever it stands, and no other', () => {
  const few = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.NaN)), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(few, (values) => {
      const { count } = mode(values.filter((value) => !Number.isNaN(value)));
      expect(hasThird(values)).toBe(count > 0 && count * 3 >= values.length);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { book, fitsAt, lastMinute, type Second, secondOf } from './minute.ts';

test('what was used counts for a whole minute after its second, and not longer', () => {
  const seconds = book([], secondOf(5_999), 1, 10);
  expect(seconds).toEqual([[5, 1, 10]]);
  expect(lastMinute(seconds, 65_999)).toEqual(seconds);
  expect(lastMinute(seconds, 66_000)).toEqual([]);
});

test('says when enough has left, second by second', () => {
  let seconds = book([], 10, 2, 300);
  seconds = book(seconds, 20, 1, 500);
  seconds = book(seconds, 20, 1, 100);
  expect(seconds).toEqual([
    [10, 2, 300],
    [20, 2, 600],
  ]);
  expect(fitsAt(seconds, 'requests', 1, 5)).toBeUndefined();
  expect(fitsAt(seconds, 'requests', 1, 4)).toBe(71_000);
  expect(fitsAt(seconds, 'tokens', 100, 1_000)).toBeUndefined();
  expect(fitsAt(seconds, 'tokens', 101, 1_000)).toBe(71_000);
  expect(fitsAt(seconds, 'tokens', 500, 1_000)).toBe(81_000);
});

test('what is larger than the limit waits for an empty minute, and then goes', () => {
  expect(fitsAt([[10, 1, 1]], 'tokens', 5_000, 1_000)).toBe(71_000);
  expect(fitsAt([], 'tokens', 5_000, 1_000)).toBeUndefined();
});

test('no minute, wherever it begins, ever holds more requests than the limit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3_000), { maxLength: 300 }), fc.integer({ min: 1, max: 9 }), (waits, limit) => {
      let seconds: readonly Second[] = [];
      let now = 1_700_000_000_000;
      const admitted: number[] = [];
      for (const wait of waits) {
        now += wait;
        seconds = lastMinute(seconds, now);
        const retryAt = fitsAt(seconds, 'requests', 1, limit);
        // At the time that is told it fits indeed, and not a moment before.
        if (retryAt !== undefined) {
          expect(fitsAt(lastMinute(seconds, retryAt), 'requests', 1, limit)).toBeUndefined();
          expect(fitsAt(lastMinute(seconds, retryAt - 1), 'requests', 1, limit)).toBeDefined();
          continue;
        }
        seconds = book(seconds, secondOf(now), 1, 0);
        admitted.push(now);
      }
      for (const start of admitted)
        expect(admitted.filter((time) => time >= start && time < start + 60_000).length).toBeLessThanOrEqual(limit);
    }),
  );
});

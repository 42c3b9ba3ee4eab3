import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areAtLeast, isAtLeast } from './enough.ts';

const lines = fc.array(fc.constantFrom('yes', 'no'), { minLength: 1, maxLength: 60 });
const isYes = (line: string): boolean => line === 'yes';

test('a share of the lines passes when counting all of them says so', () => {
  fc.assert(
    fc.property(lines, fc.constantFrom(0.03, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1), (all, share) => {
      expect(isAtLeast(all, share, isYes)).toBe(all.filter(isYes).length / all.length >= share);
    }),
  );
});

test('so many lines pass when counting all of them says so', () => {
  fc.assert(
    fc.property(fc.option(lines, { nil: [] }), fc.integer({ min: -2, max: 62 }), (all, count) => {
      expect(areAtLeast(all, count, isYes)).toBe(all.filter(isYes).length >= count);
    }),
  );
});

test('no lines are no share', () => {
  expect(isAtLeast([], 0.5, isYes)).toBe(false);
});

test('lines that can change nothing more are not asked', () => {
  const asked: string[] = [];
  const all = ['no', 'no', 'yes', 'yes', 'yes'];
  expect(isAtLeast(all, 0.8, (line) => asked.push(line) > 0 && isYes(line))).toBe(false);
  expect(asked).toEqual(['no', 'no']);
});

import { expect, test } from 'vitest';
import { AlikeFinder } from './alike.ts';

/** How often the clock is looked at while a fold is asked for at every line. */
function checksFor(lines: readonly string[]): number {
  let checks = 0;
  const finder = new AlikeFinder(lines, { check: () => void checks++ });
  for (const at of lines.keys()) expect(finder.find(at)).toBeUndefined();
  return checks;
}

test('lines that share too little to fold cost no more than their number, however many stand in a row', () => {
  const lines = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${i} ok ${i * 7}`);
  expect(checksFor(lines(8_000))).toBeLessThan(3 * checksFor(lines(4_000)));
});

test('folds as soon as there are three lines, and counts a bracket as one word', () => {
  const lines = ['(line 1 of 2)', '(line 3)', '(a b c)'].map(
    (name) => `a longer test of the reader ${name} PASSED at last`,
  );
  const fold = new AlikeFinder(lines, { check: () => undefined }).find(0);
  expect(fold?.rows).toEqual([['line 1 of 2'], ['line 3'], ['a b c']]);
  expect(new AlikeFinder(lines.slice(1), { check: () => undefined }).find(0)).toBeUndefined();
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldRules, hasRule, unfoldRules } from './folds.ts';

const runs = fc.array(fc.tuple(fc.constantFrom('=', '-', 'a', '_', ' ', '\n', '─'), fc.integer({ min: 1, max: 45 })));
const text = runs.map((all) => all.map(([sign, times]) => sign.repeat(times)).join(''));

test('a rule is seen wherever it begins, and nothing else is taken for one', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 40 }), (given, chars) => {
      expect(hasRule(given, chars)).toBe(new RegExp(`([^\\w\\s])\\1{${chars - 1},}`).test(given));
    }),
    { numRuns: 2000 },
  );
});

test('a text has a folded rule exactly where it has a rule, and gets it back', () => {
  const long = runs.map((all) => all.map(([sign, times]) => sign.repeat(times * 5)).join(''));
  fc.assert(
    fc.property(long, (given) => {
      const folded = foldRules(given);
      expect(folded !== undefined).toBe(hasRule(given, 100));
      if (folded !== undefined) expect(unfoldRules(folded)).toBe(given);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimate } from './estimate.ts';
import { findTokenizer, tokenizers } from './index.ts';
import { o200k } from './o200k.ts';

describe.each(tokenizers)('$name', (tokenizer) => {
  test('is found by its name', () => {
    expect(findTokenizer(tokenizer.name)).toBe(tokenizer);
  });

  test('counts whole tokens of any text, and none of an empty one', () => {
    expect(tokenizer.count('')).toBe(0);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const count = tokenizer.count(text);
        expect(Number.isInteger(count) && count > 0).toBe(true);
        expect(tokenizer.count(text)).toBe(count);
      }),
    );
  });
});

test('an unknown name finds no tokenizer', () => {
  expect(findTokenizer('toString')).toBeUndefined();
});

test('only the tokenizer that guesses says so', () => {
  expect(tokenizers.filter(({ exact }) => !exact)).toEqual([estimate]);
});

test.each([
  [
    'prose',
    'The quick brown fox jumps over the lazy dog, and nobody in the whole village knows why it does that again. ',
  ],
  ['code', 'export function add(left: number, right: number): number {\n  return left + right;\n}\n'],
  ['logs', '2024-05-01T10:22:31.123Z INFO [main] c.e.Server - request 4711 took 12 ms status=200\n'],
  ['Chinese', '\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec\u53bb\u516c\u56ed\u6563\u6b65\u5427\u3002'],
])('an estimate for %s is within a factor of 1.5', (_, text) => {
  const exact = o200k.count(text.repeat(20));
  const guess = estimate.count(text.repeat(20));
  expect(guess / exact).toBeGreaterThan(1 / 1.5);
  expect(guess / exact).toBeLessThan(1.5);
});

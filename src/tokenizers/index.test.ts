import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { estimate } from './estimate.ts';
import { findTokenizer, tokenizerFor, tokenizers, tokenizersWith } from './index.ts';
import { o200k } from './o200k.ts';
import { tinyVocabulary } from './tiny-vocabulary.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-vocabulary-'));
const vocabulary = join(folder, 'tokenizer.json');

beforeAll(() => {
  writeFileSync(vocabulary, JSON.stringify(tinyVocabulary()));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(tokenizers)('$name', (tokenizer) => {
  test('is found by its name', () => {
    expect(findTokenizer(tokenizer.name)).toBe(tokenizer);
    expect(tokenizerFor(tokenizer.name)).toBe(tokenizer);
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

  test('states an error exactly when it is not exact (R-46)', () => {
    expect(tokenizer.error === undefined).toBe(tokenizer.exact);
  });
});

test('an unknown name finds no tokenizer, and is counted by the estimate that suits any text', () => {
  expect(findTokenizer('toString')).toBeUndefined();
  expect(tokenizerFor('toString')).toBe(estimate);
});

test('exact are the vocabularies that are public and at hand', () => {
  expect(tokenizers.filter(({ exact }) => exact).map(({ name }) => name)).toEqual(['o200k', 'cl100k', 'o200k_harmony']);
});

describe('a vocabulary file', () => {
  test('makes the tokenizer of its name exact', async () => {
    const list = await tokenizersWith([{ tokenizer: 'mistral', path: vocabulary }]);
    const mistral = tokenizerFor('mistral', list);
    expect([mistral.name, mistral.exact]).toEqual(['mistral', true]);
    // the, " " + the, " ", in, n, " the": the merges of the vocabulary that this test made.
    expect(mistral.count('the the in')).toBe(4);
    expect(mistral.count('')).toBe(0);
    expect(tokenizerFor('llama', list).exact).toBe(false);
  });

  test('counts a run without white space in slices, none of them through a character', async () => {
    const [tokenizer] = await tokenizersWith([{ tokenizer: 'qwen', path: vocabulary }]);
    expect(tokenizer!.count('a'.repeat(100_000))).toBeLessThanOrEqual(25_000 + 100);
    expect(tokenizer!.count('a'.repeat(100_000))).toBeGreaterThanOrEqual(25_000);
    // Four bytes each, as this vocabulary has no emoji: a cut in the middle of one would give three for each half.
    expect(tokenizer!.count('\u{1f642}'.repeat(2000))).toBe(8000);
    expect(tokenizer!.count(`x${'\u{1f642}'.repeat(2000)}`)).toBe(8001);
  });

  test.each([
    ['no JSON', 'hello'],
    ['no vocabulary', '{"model":{}}'],
  ])('that is %s is refused by its path', async (_, content) => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, content);
    await expect(tokenizersWith([{ tokenizer: 'cohere', path: path }])).rejects.toThrow(
      `${path} is no tokenizer.json that can be used`,
    );
  });

  test('that is not there is refused by its path', async () => {
    await expect(tokenizersWith([{ tokenizer: 'cohere', path: join(folder, 'none.json') }])).rejects.toThrow(
      'none.json',
    );
  });
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

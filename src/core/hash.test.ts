import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { HASH_DIGITS, hashOf, isHash } from './hash.ts';

test('the key of a text is the start of the SHA-256 of its UTF-8, the same in every process', () => {
  for (const text of ['', 'a', 'café 日本 😀', 'x'.repeat(100_000)]) {
    expect(hashOf(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex').slice(0, HASH_DIGITS));
  }
  expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de');
});

test('texts that differ only in lone surrogates have different keys', () => {
  const keys = ['\ud83d', '\ud83e', '\ufffd', '\\ud83d', '"\\ud83d"'].map(hashOf);
  expect(new Set(keys).size).toBe(5);
});

test('only 24 lower-case hex digits are a hash', () => {
  expect(isHash(hashOf('x'))).toBe(true);
  for (const text of ['', 'a'.repeat(23), 'a'.repeat(25), 'A'.repeat(24), 'g'.repeat(24), `${'a'.repeat(24)}\n`]) {
    expect(isHash(text)).toBe(false);
  }
});

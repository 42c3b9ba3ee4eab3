import { expect, test } from 'vitest';
import { keepLast } from './keep-last.ts';

test('asks once for the same text, again after another, and always for a long one', () => {
  const asked: string[] = [];
  const read = keepLast((text) => {
    asked.push(text.slice(0, 4));
    return text === 'none' ? undefined : text.toUpperCase();
  });
  expect([read('a'), read('a'), read('none'), read('none'), read('a')]).toEqual(['A', 'A', undefined, undefined, 'A']);
  expect(asked).toEqual(['a', 'none', 'a']);
  const long = 'long'.repeat(1 << 16);
  expect(read(long)).toBe(read(long));
  expect(read('a')).toBe('A');
  expect(asked).toEqual(['a', 'none', 'a', 'long', 'long']);
});

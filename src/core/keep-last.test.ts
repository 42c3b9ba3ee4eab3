import { expect, test } from 'vitest';
import { areSame, keepLast } from './keep-last.ts';

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

test('keeps a long one too where that is asked for, whatever the answer', () => {
  let asked = 0;
  const count = keepLast((text) => text.length + asked++, Infinity);
  const long = 'long'.repeat(1 << 16);
  expect(count(long)).toBe(count(long));
});

test('lists are the same when each of their items is', () => {
  expect([areSame([], []), areSame(['a', 'b'], ['a', 'b']), areSame(['a'], ['a', 'b']), areSame(['a'], ['b'])]).toEqual(
    [true, true, false, false],
  );
});

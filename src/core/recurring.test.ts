import { expect, test } from 'vitest';
import { Recurring } from './recurring.ts';

test('what came after a name is what is tried after it again', () => {
  const names = new Recurring();
  expect(names.guess).toBeUndefined();
  for (const name of ['a', 'b', 'c', 'a']) expect(names.take(name)).toBe(name);
  expect(names.guess).toBe('b');
  expect(names.takeGuess()).toBe('b');
  expect(names.guess).toBe('c');
  names.take('d');
  names.take('b');
  expect(names.guess).toBe('d');
});

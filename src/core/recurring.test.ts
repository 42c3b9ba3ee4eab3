import { expect, test } from 'vitest';
import { Recurring } from './recurring.ts';

const isBlank = (text: string, at: number): boolean => at === text.length || text[at] === ' ';

test('what came after a name is known where it comes again, the last one and another', () => {
  const text = 'a b c a b a c a d bb';
  const names = new Recurring(text, isBlank);
  const likely: string[] = [];
  for (let at = 0; at < text.length; ) {
    const stands = names.standsAt(at);
    const name = names.takeAt(at);
    expect(name !== undefined).toBe(stands);
    if (name !== undefined) likely.push(`${name} at ${at}`);
    const own = name ?? names.take(text.slice(at).split(' ')[0]!)!;
    expect(text.startsWith(own, at)).toBe(true);
    at += own.length + 1;
  }
  expect(likely).toEqual(['b at 8', 'a at 14']);
});

test('a name that is refused is none', () => {
  const names = new Recurring('x', isBlank, (name) => name === 'no');
  expect(names.take('no')).toBeUndefined();
  expect(names.take('yes')).toBe('yes');
});

import { expect, test } from 'vitest';
import { KeptTurns } from './kept-turns.ts';

test('a conversation that goes on is kept, however many others begin', () => {
  const turns = new KeptTurns<string>();
  turns.keep('mine', 'fetched');
  for (let other = 0; other < 5_000; other++) {
    turns.keep(`${other}`, 'theirs');
    expect(turns.find('mine')).toBe('fetched');
  }
  expect(turns.find('0')).toBeUndefined();
  expect(turns.size).toBe(2_000);
});

test('long turns make room for others sooner, and a turn that is longer than all may be is kept alone', () => {
  const turns = new KeptTurns<object>();
  const long = { results: [{ text: 'x'.repeat(1_000_000) }] };
  for (let turn = 0; turn < 100; turn++) turns.keep(`${turn}`, long);
  expect(turns.size).toBe(32);
  turns.keep('99', { results: [] });
  turns.keep('100', long);
  expect(turns.size).toBe(33);
  turns.keep('all', { data: new Uint8Array(40_000_000) });
  expect([turns.size, turns.find('all') !== undefined]).toEqual([1, true]);
});

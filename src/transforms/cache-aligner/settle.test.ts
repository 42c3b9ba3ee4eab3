import { expect, test } from 'vitest';
import type { SettledPreamble } from '../../core/preamble.ts';
import { frameOf, settle } from './settle.ts';

const settled = (text: string): SettledPreamble =>
  settle({
    texts: [{ path: ['system'], text }],
    tools: [],
    isManaged: false,
    signsReasoning: false,
    places: [],
    strings: [],
    takesKey: false,
  });
const frame = (text: string): string => frameOf(settled(text));

test('a frame is the same whatever was not recognised as a value', () => {
  expect(frame('Turn: 3\nMoon v12 of X-77a.\nMood: calm')).toBe(
    frame('Turn: 9\nMoon v13 of X-1.\nMood: bright and merry'),
  );
  expect(frame('Be brief.')).not.toBe(frame('Be long.'));
});

test('frames are the same only where the numbers of values mean the same', () => {
  expect(frame('Session: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b\nTurn: 3')).not.toBe(frame('Session: none\nTurn: 3'));
  expect(frame('Turn: 3\nYou help.')).not.toBe(frame('Attempt: 3\nYou help.'));
});

test('a frame of a hostile text takes linear time', () => {
  for (const piece of ['a', 'a:', '1', 'a1 ', ' ', 'a:b\n']) expect(frame(piece.repeat(200_000))).toContain('[[');
});

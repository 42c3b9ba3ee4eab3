import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findTime, mayHoldTime } from './time.ts';

const PIECES = [
  '2026-05-06',
  '2026-05-06-07.08.09.1',
  '[ 12.345678]',
  '1746515289.5',
  '081109 203615 ',
  '1:2:3',
  'May  6',
  '9',
];

test('no line that holds a time is taken for one that holds none', () => {
  const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const line = pieces.join('');
      if (findTime(line)) expect(mayHoldTime(line)).toBe(true);
    }),
  );
  for (const time of PIECES.slice(1, 6)) expect(findTime(time), time).toBeDefined();
});

import { describe, expect, test } from 'vitest';
import { Built, Compared, type Output } from './output.ts';

function write(out: Output, pieces: readonly string[]): void {
  for (const piece of pieces) out.add(piece);
}

describe('what is written', () => {
  test('is built', () => {
    const out = new Built();
    write(out, ['a', '', 'bc']);
    expect(out.text).toBe('abc');
  });

  test.each([
    ['the same', ['a', '', 'bc'], true],
    ['shorter', ['a', 'b'], false],
    ['longer', ['abc', 'd'], false],
    ['different in the middle', ['a', 'x', 'c'], false],
    ['out of order', ['bc', 'a'], false],
    ['nothing', [], false],
  ])('is compared: %s', (_, pieces, isSame) => {
    const out = new Compared('abc');
    write(out, pieces);
    expect(out.isSame).toBe(isSame);
  });
});

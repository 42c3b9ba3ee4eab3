import { expect, test } from 'vitest';
import { hashOf } from './hash.ts';
import { findMarkers, writeMarker } from './marker.ts';

test('markers are found where they were written, in order, with repeats', () => {
  const [a, b] = [hashOf('a'), hashOf('b')];
  expect(findMarkers(`x ${writeMarker(b)}\n${writeMarker(a)}${writeMarker(b)} y`)).toEqual([b, a, b]);
});

test('R-16 a marker says that the original is intact, and how to get it', () => {
  expect(writeMarker(hashOf('abc'))).toBe(
    '[headroom: shortened view, the original is intact: headroom_retrieve hash=ba7816bf8f01cfea414140de]',
  );
});

test('hashes that stand elsewhere are no markers (R-24)', () => {
  const hash = hashOf('a');
  const texts = [
    hash,
    `commit ${hash}0123456789abcdef`,
    `hash=${hash}`,
    `[headroom: shortened view, the original is intact: headroom_retrieve hash=${hash.slice(1)}]`,
    `[headroom: shortened view, the original is intact: headroom_retrieve hash=${hash}0]`,
    `[headroom: shortened view, the original is intact: headroom_retrieve hash=${hash.toUpperCase()}X]`,
    `[headroom: shortened view, the original is intact: headroom_retrieve hash=${hash}`,
    '[headroom: shortened view, the original is intact: headroom_retrieve hash=]',
    '',
  ];
  for (const text of texts) expect(findMarkers(text)).toEqual([]);
});

test('the same text searched twice has the same markers', () => {
  const text = writeMarker(hashOf('a'));
  expect(findMarkers(text)).toEqual(findMarkers(text));
});

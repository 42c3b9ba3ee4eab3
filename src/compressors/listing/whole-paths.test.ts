import { expect, test } from 'vitest';
import type { CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { listingCompressor } from './listing.ts';

test('a list of paths that is not long keeps each path whole, to be found and quoted', () => {
  const paths = (count: number): string =>
    Array.from({ length: count }, (_, n) => `/workspace/project/src/part-${n % 9}/unit-${n}.ts`)
      .sort()
      .join('\n');
  const options: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  expect(listingCompressor.compress(paths(120), options)).toBeUndefined();
  expect(listingCompressor.compress(paths(400), options)).toBeDefined();
});

import { expect, test } from 'vitest';
import { compressors, proseCompressor } from './index.ts';

test('every compressor has a name of its own', () => {
  const names = [...compressors, proseCompressor].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compressorContract, readFixtures } from '../testing/compressor-contract.ts';
import { compressors, proseCompressor } from './index.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/compressors/', import.meta.url));

const all = [...compressors, proseCompressor];

for (const compressor of all) {
  await compressor.prepare?.();
  compressorContract(compressor, readFixtures(`${fixtures}${compressor.name}`), { test });
}

test('every compressor has a name of its own', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compressorContract, readFixtures } from '../testing/compressor-contract.ts';
import { compressors } from './index.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/compressors/', import.meta.url));

for (const compressor of compressors) {
  compressorContract(compressor, readFixtures(`${fixtures}${compressor.name}`), { test });
}

test('every compressor has a name of its own', () => {
  expect(new Set(compressors.map(({ name }) => name)).size).toBe(compressors.length);
});

/**
 * The contract suite over every listed compressor, in as many parts as there are files `contract-N.test.ts`, which run
 * side by side. Its place in the list gives each compressor its part: every one is in exactly one, a new one too.
 */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { compressorContract, readFixtures } from '../testing/compressor-contract.ts';
import { compressors, proseCompressor } from './index.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/compressors/', import.meta.url));
const parts = readdirSync(import.meta.dirname).filter((name) => /^contract-\d+\.test\.ts$/.test(name));

/** @param file the file that is a part: there have to be tests in it, or the runner says so. */
export async function testPart(file: string): Promise<void> {
  const part = parts.indexOf(basename(file));
  for (const [place, compressor] of [...compressors, proseCompressor].entries()) {
    if (place % parts.length !== part) continue;
    await compressor.prepare?.();
    compressorContract(compressor, readFixtures(`${fixtures}${compressor.name}`), { test });
  }
}

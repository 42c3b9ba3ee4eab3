/** The compressors there are, in the order in which they win ties. A new one is one file and one line here. */
import type { Compressor } from '../core/compressor.ts';
import { fileReadCompressor } from './file-read.ts';
import { diffCompressor } from './git/diff.ts';
import { gitCompressor } from './git/git.ts';
import { jsonCompressor } from './json/json.ts';
import { listingCompressor } from './listing/listing.ts';
import { logCompressor } from './log/log.ts';
import { runCompressor } from './runs/runs.ts';
import { searchCompressor } from './search/search.ts';

export const compressors: readonly Compressor[] = [
  jsonCompressor,
  fileReadCompressor,
  runCompressor,
  diffCompressor,
  gitCompressor,
  searchCompressor,
  listingCompressor,
  logCompressor,
];

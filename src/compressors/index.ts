/** The compressors there are, in the order in which they win ties. A new one is one file and one line here. */
import type { Compressor } from '../core/compressor.ts';
import { fileReadCompressor } from './file-read.ts';
import { jsonCompressor } from './json/json.ts';

export const compressors: readonly Compressor[] = [jsonCompressor, fileReadCompressor];

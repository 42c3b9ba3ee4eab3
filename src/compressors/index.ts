/** The compressors there are, in the order in which they win ties. A new one is one file and one line here. */
import type { Compressor } from '../core/compressor.ts';
import { codeCompressor } from './code/code.ts';
import { delimitedCompressor } from './delimited/delimited.ts';
import { fileReadCompressor } from './file-read.ts';
import { diffCompressor } from './git/diff.ts';
import { gitCompressor } from './git/git.ts';
import { htmlCompressor } from './html/html.ts';
import { jsonCompressor } from './json/json.ts';
import { listingCompressor } from './listing/listing.ts';
import { logCompressor } from './log/log.ts';
import { markdownCompressor } from './markdown/markdown.ts';
import { mixed } from './mixed/mixed.ts';
import { prose } from './prose/prose.ts';
import { runCompressor } from './runs/runs.ts';
import { searchCompressor } from './search/search.ts';
import { terminal } from './terminal/terminal.ts';
import { yamlCompressor } from './yaml/yaml.ts';

const kinds: readonly Compressor[] = [
  jsonCompressor,
  codeCompressor,
  fileReadCompressor,
  runCompressor,
  diffCompressor,
  gitCompressor,
  searchCompressor,
  listingCompressor,
  logCompressor,
  delimitedCompressor(jsonCompressor),
  htmlCompressor,
  yamlCompressor(jsonCompressor),
  markdownCompressor,
];
const terminalCompressor = terminal(kinds);

export const compressors: readonly Compressor[] = [...kinds, terminalCompressor, mixed([...kinds, terminalCompressor])];

/** Ordinary prose is left alone unless the operator asks for it. */
export const proseCompressor: Compressor = prose();

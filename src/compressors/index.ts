/** The compressors there are, in the order in which they win ties. A new one is one file and one line here. */
import type { Compressor } from '../core/compressor.ts';
import { codeCompressor } from './code/code.ts';
import { delimitedCompressor } from './delimited/delimited.ts';
import { fileRead } from './file-read.ts';
import { diffDialectCompressor } from './git/dialects/dialects.ts';
import { diffCompressor } from './git/diff.ts';
import { gitCompressor } from './git/git.ts';
import { htmlCompressor } from './html/html.ts';
import { inspectedCompressor } from './inspected/inspected.ts';
import { jsonCompressor } from './json/json.ts';
import { listingCompressor } from './listing/listing.ts';
import { logCompressor } from './log/log.ts';
import { manCompressor } from './man/man.ts';
import { markdownCompressor } from './markdown/markdown.ts';
import { jsonTexts } from './mixed/json-texts.ts';
import { mixed } from './mixed/mixed.ts';
import { prefixedCompressor } from './prefixed/prefixed.ts';
import { prose } from './prose/prose.ts';
import { pythonRowsCompressor } from './python-rows/python-rows.ts';
import { lockCompressor } from './recorded/lock.ts';
import { longLinesCompressor } from './recorded/long-lines.ts';
import { recordLines } from './recorded/records.ts';
import { runCompressor } from './runs/runs.ts';
import { searchCompressor } from './search/search.ts';
import { pageCompressor } from './page/page.ts';
import { stanzasCompressor } from './stanzas/stanzas.ts';
import { terminal } from './terminal/terminal.ts';
import { tomlCompressor } from './toml/toml.ts';
import { testReportCompressor, xmlCompressor } from './xml/xml.ts';
import { yamlCompressor } from './yaml/yaml.ts';

/** Of files that a program recorded; each says so itself. */
const recorded: readonly Compressor[] = [lockCompressor, recordLines(jsonCompressor), longLinesCompressor];

const kinds: readonly Compressor[] = [
  ...recorded,
  jsonCompressor,
  codeCompressor,
  fileRead([...recorded, jsonCompressor, runCompressor, logCompressor]),
  runCompressor,
  diffCompressor,
  diffDialectCompressor,
  gitCompressor,
  searchCompressor,
  listingCompressor,
  logCompressor,
  prefixedCompressor(jsonCompressor),
  delimitedCompressor(jsonCompressor),
  pythonRowsCompressor(jsonCompressor),
  inspectedCompressor(jsonCompressor),
  testReportCompressor(jsonCompressor),
  xmlCompressor(jsonCompressor),
  htmlCompressor,
  pageCompressor,
  stanzasCompressor,
  yamlCompressor(jsonCompressor),
  tomlCompressor(jsonCompressor),
  markdownCompressor,
  manCompressor,
];

/** Code within another text is some file's, and nobody knows whether it is edited: it stays as it is. */
const ofParts = kinds.filter(({ viewsFiles }) => viewsFiles !== 'settled-code');
const terminalCompressor = terminal(ofParts);
const mixedCompressor = mixed([...kinds, terminalCompressor]);

export const compressors: readonly Compressor[] = [
  ...kinds,
  terminalCompressor,
  mixedCompressor,
  jsonTexts(jsonCompressor, [...ofParts, terminalCompressor, mixedCompressor]),
];

/** Ordinary prose is left alone unless the operator asks for it. */
export const proseCompressor: Compressor = prose();

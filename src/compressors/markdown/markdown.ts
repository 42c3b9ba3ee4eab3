/**
 * Markdown that was fetched, not a file that is shown. Lossless: what addresses begin with is said once. As a view, for
 * long documents: all headings, and of each section as much as there is room for.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { showsFile } from '../../core/shown-file.ts';
import { CLAIM, claimFor } from './claim.ts';
import { readPrefixes, writePrefixes } from './prefixes.ts';
import { writeView } from './view.ts';

/** Whole addresses are worth more than a little. */
const MAX_SHARE = 0.92;
/** Shorter documents are read as they are. */
const MIN_TOKENS = { lossless: 0, balanced: 5000, aggressive: 2000 } as const;

export const markdownCompressor: Compressor = {
  name: 'markdown',
  highestClaim: CLAIM,
  claim: claimFor,
  compress(text: string, options: CompressOptions): Compressed | undefined {
    options.deadline.check();
    if (showsFile(options.call)) return undefined;
    const form = writePrefixes(text, options.deadline);
    const isWorth = form !== undefined && form.length < text.length * MAX_SHARE && readPrefixes(form) === text;
    const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    const view = (before: number): string | undefined =>
      before < MIN_TOKENS[options.level] ? undefined : writeView(lines, before, options);
    return chooseForm({ source: text, lossless: isWorth ? form : undefined, view }, options);
  },
  expand: readPrefixes,
  same: (source: string, expanded: string) => source === expanded,
};

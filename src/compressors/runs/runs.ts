/**
 * Reports of test, build and lint runs. Lossless: results, downloads and places that share their text say it once, lines
 * that stand again by reference. A view: failures, errors, summaries in full, counts for what passed.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { claim, HIGHEST_CLAIM } from './claim.ts';
import { readForm } from './read.ts';
import { writeView } from './view.ts';
import { writeForm } from './write.ts';

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, tokens, deadline } = options;
  deadline.check();
  if (!hasLines(text)) return undefined;
  const lossless = writeForm(text, deadline);
  const view = (sourceTokens: number): string => writeView(text, { level, tokens, deadline, sourceTokens });
  return chooseForm({ source: text, lossless, view }, options);
}

const MIN_LINES = 3;

/** Whether there are a few lines that say anything: one long line, or none but blank ones, is no report. */
function hasLines(text: string): boolean {
  let found = 0;
  for (const _ of text.matchAll(/\S[^\n]*/g)) if (++found >= MIN_LINES) return true;
  return false;
}

export const runCompressor: Compressor = {
  name: 'run',
  viewsFiles: 'recorded',
  keepsFailures: true,
  highestClaim: HIGHEST_CLAIM,
  claim,
  compress,
  expand: readForm,
  same: (source: string, expanded: string) => source === expanded,
};

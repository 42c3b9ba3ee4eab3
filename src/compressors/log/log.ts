/**
 * Logs: what the lines of one template share is said once, each line then gives its time and its values (lossless); or
 * each template once, with counts and ranges, and every rare or grave line in full (a view).
 */
import type { Compressed, CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import { claim } from './claim.ts';
import { readLines } from './mine.ts';
import { readForm } from './read.ts';
import type { ValueLimits } from './values.ts';
import { writeView } from './view.ts';
import { writeForm } from './write.ts';

const MIN_LINES = 8;
/** A view is for texts that a lossless form leaves long. */
const VIEW_FROM_TOKENS = 1000;
const LONG_FORM_TOKENS = 600;
const GOOD_SAVING = 0.85;
/** A view that is not this much shorter than the lossless form is not worth a loss. */
const MAX_VIEW_SHARE = 0.7;

const LIMITS: Readonly<Record<Exclude<Level, 'lossless'>, ValueLimits>> = {
  balanced: { named: 6, examples: 2 },
  aggressive: { named: 3, examples: 1 },
};

function compress(text: string, { level, tokens, deadline }: CompressOptions): Compressed | undefined {
  deadline.check();
  const lines = text.split('\n');
  if (lines.length < MIN_LINES) return undefined;
  const mined = readLines(lines, deadline);
  const form = writeForm(text, mined, deadline);
  const isShorter = form !== undefined && form.length < text.length;
  if (!isShorter && level === 'lossless') return undefined;
  deadline.check();
  const before = tokens.count(text);
  const after = isShorter ? tokens.count(form) : before;
  if (level !== 'lossless' && before >= VIEW_FROM_TOKENS && after > LONG_FORM_TOKENS) {
    if (after > (1 - GOOD_SAVING) * before) {
      const view = writeView(mined, LIMITS[level], deadline);
      deadline.check();
      if (tokens.count(view) <= MAX_VIEW_SHARE * after) return { text: view, loss: 'recoverable' };
    }
  }
  return isShorter && after < before ? { text: form, loss: 'none' } : undefined;
}

export const logCompressor: Compressor = {
  name: 'log',
  claim,
  compress,
  expand: readForm,
  same: (source: string, expanded: string) => source === expanded,
};

/**
 * Logs: what the lines of one template share is said once, each line then gives its time and its values (lossless); or
 * each template once, with counts and ranges, and every rare or grave line in full (a view).
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import { claim } from './claim.ts';
import { readLines } from './mine.ts';
import { readForm } from './read.ts';
import type { ValueLimits } from './values.ts';
import { writeView } from './view.ts';
import { writeForm } from './write.ts';

const MIN_LINES = 8;

const LIMITS: Readonly<Record<Exclude<Level, 'lossless'>, ValueLimits>> = {
  balanced: { named: 6, examples: 2 },
  aggressive: { named: 3, examples: 1 },
};

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, deadline } = options;
  deadline.check();
  const lines = text.split('\n');
  if (lines.length < MIN_LINES) return undefined;
  const mined = readLines(lines, deadline);
  const lossless = writeForm(text, mined, deadline);
  const view = level === 'lossless' ? undefined : () => writeView(mined, LIMITS[level], deadline);
  return chooseForm({ source: text, lossless, view }, options);
}

export const logCompressor: Compressor = {
  name: 'log',
  viewsFiles: 'recorded',
  claim,
  compress,
  expand: readForm,
  same: (source: string, expanded: string) => source === expanded,
};

/**
 * Logs: what the lines of one template share is said once, each line then gives its time and its values (lossless); or
 * each template once, with counts and ranges, and every rare or grave line in full (a view).
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Structure } from '../../core/importance.ts';
import { claim, HIGHEST_CLAIM } from './claim.ts';
import { readLines } from './mine.ts';
import { readForm } from './read.ts';
import { structureOf } from './structure.ts';
import type { ValueLimits } from './values.ts';
import { type Learning, writeView } from './view.ts';
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
  const view =
    level === 'lossless'
      ? undefined
      : (before: number): string => writeView(mined, LIMITS[level], deadline, learningFor(before, level, options));
  return chooseForm({ source: text, lossless, view }, options);
}

/** What the lines of templates that are asked for again and again may add to a view: at most so much of the source. */
const LEARNED_SHARE = 0.08;
const LEARNED_TOKENS: Readonly<Record<Exclude<Level, 'lossless'>, number>> = { balanced: 1_000, aggressive: 600 };

function learningFor(
  before: number,
  level: Exclude<Level, 'lossless'>,
  { importance, tokens }: CompressOptions,
): Learning | undefined {
  return importance && { importance, tokens, moreTokens: Math.min(LEARNED_TOKENS[level], before * LEARNED_SHARE) };
}

export const logCompressor: Compressor = {
  name: 'log',
  viewsFiles: 'recorded',
  highestClaim: HIGHEST_CLAIM,
  claim,
  compress,
  structure: (text: string, deadline: Deadline): Structure | undefined =>
    structureOf(readLines(text.split('\n'), deadline)),
  expand: readForm,
  same: (source: string, expanded: string) => source === expanded,
};

/** Diffs in other spellings than the unified one: context diffs, lossless; word diffs, lossless by their heads and as a view. */
import { chooseForm } from '../../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../../core/compressor.ts';
import type { Sample } from '../../../core/sample.ts';
import { readForm, writeForm } from '../form.ts';
import { CONTEXT_HUNK, readContext, writeContext } from './context.ts';
import { hasWordChanges, writeWordView } from './words.ts';

const SEEN = 16_384;
const SURE = 0.95;
/** The kind for unified diffs takes those that look like its own. */
const LIKELY = 0.9;
const FILE_HEAD = /^(?:diff --git |--- \S)/m;

function claim({ text }: Sample): number {
  const start = text.slice(0, SEEN);
  if (start.includes('\n*** ') && CONTEXT_HUNK.test(start)) return SURE;
  return FILE_HEAD.test(start) && hasWordChanges(start) ? LIKELY : 0;
}

function expand(text: string): string | undefined {
  return readContext(text) ?? readForm(text);
}

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { deadline } = options;
  deadline.check();
  const isContext = CONTEXT_HUNK.test(text.slice(0, SEEN));
  const form = isContext ? writeContext(text, deadline) : writeForm(text, deadline);
  deadline.check();
  const lossless = form !== undefined && form.length < text.length && expand(form) === text ? form : undefined;
  const view = isContext || !hasWordChanges(text.slice(0, SEEN)) ? undefined : () => writeWordView(text, deadline);
  return chooseForm({ source: text, lossless, view }, options);
}

export const diffDialectCompressor: Compressor = {
  name: 'diff-dialect',
  highestClaim: SURE,
  claim,
  compress,
  expand,
  same: (source: string, expanded: string) => source === expanded,
};

/**
 * The view of a long tree that is not of files, as of packages: the upper levels, with the number of entries below where
 * it is cut, and in full what is marked as wrong. As deep as the budget goes.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { Level } from '../../core/compressor.ts';

const SHARE: Readonly<Record<Level, number>> = { lossless: 1, balanced: 0.25, aggressive: 0.12 };
const MIN_BUDGET = 400;
const MAX_DEPTH = 6;
const WRONG = /UNMET (?!OPTIONAL)|\b(?:invalid|missing):|\bextraneous\b|\bERR!|\(\*?FAILED\b|\bconflict/;

/** @param form the lossless form below its head: one blank for each level. */
export function writeTreeView(
  form: readonly string[],
  { level, tokens, deadline }: Pick<CompressOptions, 'level' | 'tokens' | 'deadline'>,
  sourceTokens: number,
): string | undefined {
  const depths = form.map((line) => line.length - line.trimStart().length);
  const budget = Math.max(MIN_BUDGET, sourceTokens * SHARE[level]);
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0);
  for (let depth = Math.min(MAX_DEPTH, deepest - 1); depth >= 1; depth--) {
    deadline.check();
    const body = cutBelow(form, depths, depth);
    const head = `[view of a tree of ${form.length} lines, one blank for each level, cut below level ${depth}; +3: so many below]`;
    const view = [head, ...body].join('\n');
    if (tokens.count(view) <= budget) return view;
  }
  return undefined;
}

function cutBelow(form: readonly string[], depths: readonly number[], depth: number): readonly string[] {
  const out: string[] = [];
  let last = -1;
  let below = 0;
  const close = (): void => {
    if (below > 0 && last >= 0) out[last] += `  +${below}`;
    below = 0;
  };
  for (const [i, line] of form.entries()) {
    if (depths[i]! <= depth) {
      close();
      last = out.push(line) - 1;
    } else if (WRONG.test(line)) out.push(line);
    else below++;
  }
  close();
  return out;
}

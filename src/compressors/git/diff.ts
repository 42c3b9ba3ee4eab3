/**
 * Diffs of git, diff, svn and hg, alone, in series, or under their commits: lossless with what their heads repeat said
 * once and long repeated blocks by reference; as a view with every file, hunk header and changed line of source files.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { claimDiff } from './claim.ts';
import { DIFF_VIEW_SHARE, writeDiffView } from './diff-view.ts';
import { readForm, writeForm } from './form.ts';

/** Without hunks there is nothing to leave out. */
const HUNK = /^@@+ -\d/m;

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, deadline } = options;
  deadline.check();
  const form = writeForm(text, deadline);
  deadline.check();
  const lossless = form !== undefined && form.length < text.length ? form : undefined;
  const view =
    level === 'lossless' || !HUNK.test(text)
      ? undefined
      : () => writeDiffView(text, lossless?.length ?? text.length, level, deadline);
  return chooseForm({ source: text, lossless, view, viewShare: DIFF_VIEW_SHARE }, options);
}

export const diffCompressor: Compressor = {
  name: 'diff',
  claim: claimDiff,
  compress,
  expand: readForm,
  same: (source: string, expanded: string) => source === expanded,
};

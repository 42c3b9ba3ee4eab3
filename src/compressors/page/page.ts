/**
 * Pages as browser tools print them for agents, by role, name and ref: lossless with what comes again said once; as a
 * view with everything that can be clicked or typed into. A ref that an agent may hand back always stands as it was.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { keepLast } from '../../core/keep-last.ts';
import { hasCrlfOnly } from '../../core/line-ends.ts';
import { showsFile } from '../../core/shown-file.ts';
import { CLAIM, claimFor } from './claim.ts';
import { findPages, readForm, writeForm } from './form.ts';
import { writeView } from './view.ts';

const expand = keepLast(readForm);

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { deadline } = options;
  deadline.check();
  if (showsFile(options.call)) return undefined;
  const crlf = hasCrlfOnly(text);
  const lines = text.split(crlf ? '\r\n' : '\n');
  const pages = findPages(lines, deadline);
  if (pages.length === 0) return undefined;
  const lossless = writeForm(lines, crlf, pages, deadline);
  const readsBack = (): boolean => expand(lossless!) === text;
  const view = (): string => writeView(lines, pages, options.level, deadline);
  return chooseForm({ source: text, lossless, readsBack, view }, options);
}

export const pageCompressor: Compressor = {
  name: 'page',
  highestClaim: CLAIM,
  claim: claimFor,
  compress,
  expand,
  same: (source: string, expanded: string) => source === expanded,
};

/**
 * What git lists: log, blame, status, reflog, ls-tree and the like, losslessly with said once what lines repeat; of a
 * long log a view too: every commit with hash and subject, messages and --stat lines cut.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Forms } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import { claimGit, listingOf, LISTINGS, SURE } from './claim.ts';
import { readForm, writeForm } from './form.ts';
import { DIFF_VIEW_SHARE, writeDiffView } from './diff-view.ts';
import type { Listing } from './listing.ts';
import { writeLogView } from './log-view.ts';

const HUNK = /^@@+ -\d/m;
const COMMIT = /^commit [0-9a-f]{7}/m;

function writeListing(listing: Listing, text: string, deadline: Deadline): string | undefined {
  const isCrlf = text.includes('\r\n') && !/[^\r]\n/.test(text);
  if (isCrlf) return undefined;
  const end = text.endsWith('\n') ? '\n' : '';
  const lines = text.slice(0, text.length - end.length).split('\n');
  const form = listing.write(lines, deadline);
  // An empty last line would be read as the end of the line before.
  return form && !(end === '' && form.at(-1) === '') ? form.join('\n') + end : undefined;
}

function readListing(text: string): string | undefined {
  if (!text.startsWith('[')) return undefined;
  const end = text.endsWith('\n') ? '\n' : '';
  const [header = '', ...form] = text.slice(0, text.length - end.length).split('\n');
  for (const { listing } of LISTINGS) {
    const lines = listing.read(header, form);
    if (lines) return lines.join('\n') + end;
  }
  return undefined;
}

function expand(text: string): string | undefined {
  return readListing(text) ?? readForm(text);
}

function viewOf(
  text: string,
  formLength: number,
  level: Exclude<Level, 'lossless'>,
  deadline: Deadline,
): Forms['view'] {
  if (HUNK.test(text)) return () => writeDiffView(text, formLength, level, deadline);
  return COMMIT.test(text) ? () => writeLogView(text, deadline) : undefined;
}

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, deadline } = options;
  deadline.check();
  const listing = listingOf(text);
  const form = listing ? writeListing(listing, text, deadline) : writeForm(text, deadline);
  deadline.check();
  const lossless = form !== undefined && form.length < text.length ? form : undefined;
  const view =
    level === 'lossless'
      ? undefined
      : listing
        ? listing.view && (() => listing.view?.(text.split(/\r?\n/), deadline))
        : viewOf(text, lossless?.length ?? text.length, level, deadline);
  const viewShare = !listing && HUNK.test(text) ? DIFF_VIEW_SHARE : undefined;
  return chooseForm({ source: text, lossless, view, viewShare }, options);
}

export const gitCompressor: Compressor = {
  name: 'git',
  highestClaim: SURE,
  claim: claimGit,
  compress,
  expand,
  same: (source: string, expanded: string) => source === expanded,
};

/** How surely a text is a diff, or what git lists: by its lines, in a bounded look at a few places. */
import { isBlank } from '../../core/blank.ts';
import { areAtLeast, isAtLeast } from '../../core/enough.ts';
import type { Sample } from '../../core/sample.ts';
import { blame } from './blame.ts';
import { HunkLines } from './hunk-lines.ts';
import { graph } from './dialects/graph.ts';
import type { Listing } from './listing.ts';
import { merge } from './merge.ts';
import { NAME_ONLY } from './name-list.ts';
import { objects } from './objects.ts';
import { reflog } from './reflog.ts';
import { status } from './status.ts';

const HEAD_CHARS = 16_384;
const WINDOW_CHARS = 4096;
const MAX_LINE = 2000;
const COMMIT = /^commit [0-9a-f]{7,64}(?: \(|$)/;
const COMMIT_FIELD = /^(?:Merge|Author|AuthorDate|Commit|CommitDate|Date): /;
const DIFF_HEAD =
  /^(?:diff --|diff -|Index: |index [0-9a-f]{4,}|--- |\+\+\+ |@@ |new file mode |deleted file mode |old mode |new mode |similarity index |rename |Binary files )/;
const STAT =
  /^ \S.* \| +(?:\d+ ?[+-]*|Bin.*)$|^ \d+ files? changed|^ (?:create|delete) mode \d{6} |^ mode change \d{6} |^ (?:rename|copy) \S.* \(\d{1,3}%\)$/;
const NAME_STATUS = /^[ACDMRTUX]\d{0,3}\t/;
/** How many lines of a listing make sure that it is one, and which share of all they have to be. */
export const LISTINGS: readonly { readonly listing: Listing; readonly min: number; readonly share: number }[] = [
  { listing: blame, min: 4, share: 0.6 },
  { listing: objects, min: 5, share: 0.6 },
  { listing: reflog, min: 4, share: 0.6 },
  { listing: status, min: 3, share: 0.4 },
  { listing: merge, min: 3, share: 0.8 },
  { listing: graph, min: 6, share: 0.6 },
];

/** What a line can be; blank lines between files are nothing. */
type LineKind = 'in hunk' | 'hunk' | 'head' | 'commit' | 'log' | 'stat' | 'other' | 'blank';

/** How many lines of each kind the places looked at have. */
type Found = Readonly<Record<LineKind, number>>;

function placesOf(text: string): readonly (readonly string[])[] {
  if (text.length <= 2 * HEAD_CHARS) return [text.split('\n')];
  const later = [0.5, 0.8].map((share) => {
    const start = Math.floor(text.length * share);
    const lines = text
      .slice(start, start + WINDOW_CHARS)
      .split('\n')
      .slice(1);
    // Before its first hunk header nothing tells where a place stands.
    const first = lines.findIndex((line) => line.startsWith('@@ ') || COMMIT.test(line));
    return first < 0 ? [] : lines.slice(first);
  });
  return [text.slice(0, HEAD_CHARS).split('\n'), ...later];
}

function look(text: string): Found {
  const found = { 'in hunk': 0, hunk: 0, head: 0, commit: 0, log: 0, stat: 0, other: 0, blank: 0 };
  for (const place of placesOf(text)) {
    const tracker = new HunkLines();
    let isInCommit = false;
    for (const whole of place) {
      const cut = whole.length > MAX_LINE ? whole.slice(0, MAX_LINE) : whole;
      const line = cut.endsWith('\r') ? cut.slice(0, -1) : cut;
      const kind = tracker.take(line) ? 'in hunk' : kindOf(line, isInCommit);
      if (kind === 'commit') isInCommit = true;
      found[kind]++;
    }
  }
  return found;
}

function kindOf(line: string, isInCommit: boolean): LineKind {
  if (line === '') return isInCommit ? 'log' : 'blank';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith(' ')) {
    if (STAT.test(line)) return 'stat';
    return isInCommit && line.startsWith('    ') ? 'log' : 'other';
  }
  if (COMMIT.test(line)) return 'commit';
  if (DIFF_HEAD.test(line)) return 'head';
  return isInCommit && (COMMIT_FIELD.test(line) || NAME_STATUS.test(line) || NAME_ONLY.test(line)) ? 'log' : 'other';
}

const MIN_SHARE = 0.5;
const MIN_STAT_SHARE = 0.8;
export const SURE = 0.93;
const MIN_STATS = 4;
const MIN_HEADS = 4;

export function claimDiff(sample: Sample): number {
  if (!/^(?:@@ -|@@@ -|diff |--- |Index: )/m.test(sample.text.slice(0, 4 * HEAD_CHARS))) return 0;
  const found = look(sample.text);
  if (found['in hunk'] === 0 && found.head < MIN_HEADS) return 0;
  const own = found['in hunk'] + found.hunk + found.head;
  const ofLog = found.commit + found.stat + found.log;
  // Of a log with few changes in it, the commits are what is said most about.
  const isMostlyLog = found.commit > 1 && own <= ofLog / 2;
  const share = (own + ofLog) / Math.max(1, own + ofLog + found.other);
  return share >= MIN_SHARE && !isMostlyLog ? SURE + 0.06 * share : 0;
}

export function claimGit(sample: Sample): number {
  if (listingOf(sample.text)) return SURE;
  const start = sample.text.slice(0, HEAD_CHARS);
  // Signs that are sooner looked for than the words around them.
  if (!(start.includes('| ') || start.startsWith('commit ') || start.includes('\ncommit '))) return 0;
  if (!/^commit [0-9a-f]{7}|^ \S.* \| +\d/m.test(start)) return 0;
  const found = look(sample.text);
  const isLog = found.commit > 0 && found.log >= 2 * found.commit;
  if (!isLog && found.stat < MIN_STATS) return 0;
  const own = found.commit + found.stat + found.log + (isLog ? found['in hunk'] + found.hunk + found.head : 0);
  return own / (own + found.other) >= (isLog ? MIN_SHARE : MIN_STAT_SHARE) ? SURE : 0;
}

export function listingOf(text: string): Listing | undefined {
  const lines = text
    .slice(0, HEAD_CHARS / 2)
    .split('\n')
    .slice(0, 60);
  if (lines.length > 1) lines.pop();
  const said = lines.filter((line) => !isBlank(line));
  for (const { listing, min, share } of LISTINGS) {
    const isOwn = (line: string): boolean => listing.line.test(line.length > MAX_LINE ? line.slice(0, MAX_LINE) : line);
    if (isAtLeast(said, share, isOwn) && areAtLeast(said, min, isOwn)) return listing;
  }
  return undefined;
}

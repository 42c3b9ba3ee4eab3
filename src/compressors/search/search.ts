/**
 * Search results of grep, rg, ag and git grep: lossless with each path said once; as a view with every file and its
 * number of matches, the first of them in full and the rest by their line numbers.
 */
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Sample } from '../../core/sample.ts';
import { readForm, writeBare, writeNumbered } from './form.ts';
import { countHits, isPlainPath, readBare, readHeaded, readNumbered } from './hits.ts';
import type { Hits } from './hits.ts';
import { isWorthAView, writeView } from './view.ts';

const MIN_SHARE = 0.5;
const MIN_SAVED_SHARE = 0.05;
/** Of the lossless form: a view that is not much shorter is not worth what it leaves out. */
const MAX_VIEW_SHARE = 0.7;

interface Found {
  readonly hits: Hits;
  readonly write: typeof writeNumbered | undefined;
}

/** The reading that explains most of the lines; undefined if none explains half. */
function readHits(lines: readonly string[], deadline: Deadline): Found | undefined {
  const readings: readonly (() => Found)[] = [
    () => ({ hits: readNumbered(lines, deadline), write: writeNumbered }),
    () => ({ hits: readBare(lines, deadline), write: writeBare }),
    () => ({ hits: readHeaded(lines, deadline), write: undefined }),
  ];
  for (const read of readings) {
    const found = read();
    if (countHits(found.hits) >= lines.length * MIN_SHARE) return found;
  }
  return undefined;
}

function compress(text: string, { level, tokens, deadline }: CompressOptions): Compressed | undefined {
  deadline.check();
  const end = text.endsWith('\n') ? '\n' : '';
  const lines = text.slice(0, text.length - end.length).split('\n');
  const found = readHits(lines, deadline);
  if (!found) return undefined;
  const form = found.write && found.write(lines, found.hits, deadline) + end;
  deadline.check();
  const isShort = form !== undefined && form.length < text.length && readForm(form) === text;
  deadline.check();
  const before = tokens.count(text);
  const after = isShort ? tokens.count(form) : before;
  if (level !== 'lossless' && isWorthAView(before, after)) {
    const view = writeView({ lines, hits: found.hits, level, tokens, deadline }, before);
    if (view.length < text.length && tokens.count(view) < after * MAX_VIEW_SHARE)
      return { text: view, loss: 'recoverable' };
  }
  return isShort && after <= before * (1 - MIN_SAVED_SHARE) ? { text: form, loss: 'none' } : undefined;
}

/** What compilers and linters say about a place: it has kinds and columns of its own. */
const REPORT = /^(?:\d+: ?)?\s*(?:fatal error|error|warning|note|info)\b/i;
const MIN_SEEN = 3;

function claim(sample: Sample): number {
  const lines = sample.head.filter((line) => line !== '' && line !== '--');
  if (lines.length < MIN_SEEN || lines[0]!.startsWith('{')) return 0;
  const shares = [
    readNumbered(lines, NO_DEADLINE),
    readBare(lines, NO_DEADLINE),
    readHeaded(sample.head, NO_DEADLINE),
  ].map((hits, kind) => {
    const sure = hits.filter((hit) => hit !== undefined && isPlainPath(hit.path));
    const reports = sure.filter((hit) => REPORT.test(hit!.text)).length;
    const again = sure.length - new Set(sure.map((hit) => hit!.path)).size;
    // Without numbers only paths that come again tell files from the names of programs.
    if (sure.length < MIN_SEEN || (kind === 1 && again < sure.length / 4)) return 0;
    const share = sure.length / lines.length;
    return reports > sure.length / 3 ? share * 0.6 : share * (kind === 0 ? 0.9 : 0.8);
  });
  return Math.max(...shares);
}

export const searchCompressor: Compressor = {
  name: 'search',
  claim,
  compress,
  expand: readForm,
  same: (source: string, expanded: string) => source === expanded,
};

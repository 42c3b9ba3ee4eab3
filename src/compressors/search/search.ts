/**
 * Search results of grep, rg, ag and git grep: lossless with each path said once; as a view with every file and its
 * number of matches, the first of them in full and the rest by their line numbers.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Deadline } from '../../core/deadline.ts';
import { isAtLeast } from '../../core/enough.ts';
import { keepLast } from '../../core/keep-last.ts';
import type { Sample } from '../../core/sample.ts';
import { readForm, writeBare, writeNumbered } from './form.ts';
import { countHits, isPlainPath, readBare, readHeaded, readNumbered } from './hits.ts';
import type { Hits } from './hits.ts';
import { writeView } from './view.ts';

const MIN_SHARE = 0.5;

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

const expand = keepLast(readForm);

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, tokens, deadline } = options;
  deadline.check();
  const end = text.endsWith('\n') ? '\n' : '';
  const lines = text.slice(0, text.length - end.length).split('\n');
  const found = readHits(lines, deadline);
  if (!found) return undefined;
  const form = found.write && found.write(lines, found.hits, deadline) + end;
  deadline.check();
  const readsBack = (): boolean => expand(form!) === text;
  const view = (before: number): string => writeView({ lines, hits: found.hits, level, tokens, deadline }, before);
  return chooseForm({ source: text, lossless: form, readsBack, view }, options);
}

/** What compilers and linters say about a place: it has kinds and columns of its own. */
const REPORT = /^(?:\d+: ?)?\s*(?:fatal error|error|warning|note|info)\b/i;
/** A rule that a linter found broken there: each is a finding, and no view of hits may leave one out. */
const FINDING = /^\d+: (?:(?:error |warning )?[A-Z]{1,4}\d{3,4}:? |\S.* \([a-z][\w-]{1,30}\)$)/;
const MIN_SEEN = 3;

const HIGHEST_CLAIM = 0.9;
/** The ways of reading hits: whether empty lines belong to it, and what each line that is one holds. */
const READINGS = [
  { read: readNumbered, isWhole: false, mayHit: /[:=-]\d{1,9}[:=-]/ },
  { read: readBare, isWhole: false, mayHit: /^[^\s:][^\s:]*:/ },
  { read: readHeaded, isWhole: true, mayHit: /^\d/ },
];

function claim(sample: Sample): number {
  const lines = sample.head.filter((line) => line !== '' && line !== '--');
  if (lines.length < MIN_SEEN || lines[0]!.startsWith('{')) return 0;
  const shares = READINGS.map(({ read, isWhole, mayHit }, kind) => {
    // Of fewer lines no share is enough.
    if (!isAtLeast(lines, MIN_SHARE, (line) => mayHit.test(line))) return 0;
    const hits = read(isWhole ? sample.head : lines, NO_DEADLINE);
    const sure = hits.filter((hit) => hit !== undefined && isPlainPath(hit.path));
    if (sure.filter((hit) => FINDING.test(hit!.text)).length > sure.length / 3) return 0;
    const reports = sure.filter((hit) => REPORT.test(hit!.text)).length;
    const again = sure.length - new Set(sure.map((hit) => hit!.path)).size;
    // Without numbers only paths that come again tell files from the names of programs.
    if (sure.length < MIN_SEEN || (kind === 1 && again < sure.length / 4)) return 0;
    const share = sure.length / lines.length;
    return reports > sure.length / 3 ? share * 0.6 : share * (kind === 0 ? HIGHEST_CLAIM : 0.8);
  });
  return Math.max(...shares);
}

export const searchCompressor: Compressor = {
  name: 'search',
  highestClaim: HIGHEST_CLAIM,
  claim,
  compress,
  expand,
  same: (source: string, expanded: string) => source === expanded,
};

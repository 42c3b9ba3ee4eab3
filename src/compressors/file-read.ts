/**
 * Numbered file listings, as read tools and `cat -n` print them: the line number stays on the first line of each run and,
 * without its padding, on every tenth; every line of the file stays as it was, because editors match those. Lossless.
 * Of a file that a program recorded, the view of the kind that knows what stands behind the numbers.
 */
import { claimants } from '../core/claimants.ts';
import { prefersView } from '../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../core/compressor.ts';
import { NO_DEADLINE } from '../core/deadline.ts';
import type { Deadline } from '../core/deadline.ts';
import { looksFailed } from '../core/failure.ts';
import { Sample } from '../core/sample.ts';
import { showsFile } from '../core/shown-file.ts';

/** Shorter runs save less than their header costs. */
const MIN_RUN = 16;
const NUMBERED_EVERY = 10;
const LINES_PER_CHECK = 1024;

/** `12<TAB>`, `    12→`, `12: `, `00012| `, `12|`, `    12 `. Not `12:`, which is what grep prints before a match. */
const GUTTER = /^( *)(\d{1,9})(\t|→|: |\| ?| )/;
/** A number before a blank is one of a line where it is printed so wide, and where it does not fill that. */
const WIDTH_BEFORE_BLANK = 6;
/** What a reader could take for a gutter, of whatever kind. */
const LIKE_GUTTER = /^ *\d+[\t→:|]/;
const LIKE_HEADER = /^\[(?:all )?lines /;
const LIKE_BLANK_GUTTER = /^ *\d+(?: |$)/;
/** `all shown` stands in forms that were sent before. */
const HEADER = /^\[(?:all )?lines (\d{1,9})-(\d{1,9}),(?: all shown,)? every 10th numbered\]$/;
/** Stands in a listing for the lines of these numbers, which are said elsewhere. */
const NOTE = /^\[lines (\d{1,9})-(\d{1,9}): /;

function writeHeader(first: number, last: number, hasNotes: boolean): string {
  return `[${hasNotes ? '' : 'all '}lines ${first}-${last}, every 10th numbered]`;
}

/** How the numbers of one run are printed. The first line of the run tells all of it. */
interface Gutter {
  readonly first: number;
  readonly width: number;
  readonly pad: string;
  readonly separator: string;
}

function readGutter(line: string): Gutter | undefined {
  const match = GUTTER.exec(line);
  if (!match) return undefined;
  const [, spaces = '', digits = '', separator = ''] = match;
  const isZeroPadded = digits.length > 1 && digits.startsWith('0');
  if (isZeroPadded && spaces !== '') return undefined;
  const width = spaces.length + digits.length;
  if (separator === ' ' && (width !== WIDTH_BEFORE_BLANK || spaces === '')) return undefined;
  return {
    first: Number(digits),
    width,
    pad: isZeroPadded ? '0' : ' ',
    separator,
  };
}

function writeGutter(gutter: Gutter, number: number): string {
  return String(number).padStart(gutter.width, gutter.pad) + gutter.separator;
}

/** Whether a line begins with this gutter. Before an empty line some clients trim the blank that ends it. */
function hasGutter(line: string, gutter: string): boolean {
  if (line.startsWith(gutter)) return true;
  const trimmed = gutter.trimEnd();
  return line.startsWith(trimmed) && (line.length === trimmed.length || line.slice(trimmed.length) === '\r');
}

interface Run {
  readonly gutter: Gutter;
  /** For each of its lines the number; for a note that stands for lines, 0. */
  readonly numbers: readonly number[];
  readonly last: number;
}

/** The lines from `start` on whose numbers go up by one. */
function readRun(lines: readonly string[], start: number, deadline: Deadline): Run | undefined {
  const gutter = readGutter(lines[start]!);
  if (!gutter) return undefined;
  const numbers = [gutter.first];
  let next = gutter.first + 1;
  for (let at = start + 1; at < lines.length; at++) {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    const line = lines[at]!;
    const noted = lastNoted(line, next);
    if (noted === undefined && !hasGutter(line, writeGutter(gutter, next))) break;
    numbers.push(noted === undefined ? next : 0);
    next = (noted ?? next) + 1;
  }
  return { gutter, numbers, last: next - 1 };
}

/** The last of the lines that a note stands for, when it stands for those from `number` on. */
function lastNoted(line: string, number: number): number | undefined {
  const note = line.startsWith('[') ? NOTE.exec(line) : null;
  return note && Number(note[1]) === number && Number(note[2]) >= number ? Number(note[2]) : undefined;
}

/**
 * Whether it is certain which blanks belong to the gutter and which are indentation: `7:   x` may be either. A gutter
 * ends with a blank when some line has no other, and when the run did not break where that blank was missing.
 */
function isCertain(lines: readonly string[], start: number, { gutter, numbers, last }: Run): boolean {
  const { first, separator } = gutter;
  if (separator === '\t' || separator === '→') return true;
  const someRest = (rest: RegExp): boolean =>
    numbers.some((number, i) => {
      const printed = writeGutter(gutter, number);
      const line = lines[start + i]!;
      return line.startsWith(printed) && rest.test(line.slice(printed.length));
    });
  if (separator === '|') return someRest(/^[^ \r]/);
  const breaks = (at: number, number: number): boolean =>
    number >= 0 && (lines[at]?.startsWith(writeGutter(gutter, number).trimEnd()) ?? false);
  if (breaks(start - 1, first - 1) || breaks(start + numbers.length, last + 1)) return false;
  return someRest(/^(\S|\r?$)/);
}

/** The gutter of a line that keeps its number, without what pads it: the first line of the run tells how wide it was. */
function writeShortGutter({ separator }: Gutter, number: number): string {
  return number + separator;
}

/** A line of a run without its gutter, unless the bare line could be taken for a numbered one, or for a header. */
function thin(line: string, number: number, gutter: Gutter): string {
  const printed = writeGutter(gutter, number);
  if (!line.startsWith(printed)) return line;
  const bare = line.slice(printed.length);
  if (number % NUMBERED_EVERY === 0) return writeShortGutter(gutter, number) + bare;
  return isAmbiguous(bare, gutter) || hasGutter(bare, printed) ? line : bare;
}

function isAmbiguous(bare: string, { separator }: Gutter): boolean {
  return LIKE_GUTTER.test(bare) || (separator === ' ' && LIKE_BLANK_GUTTER.test(bare)) || LIKE_HEADER.test(bare);
}

function thinRun(lines: readonly string[], start: number, { gutter, numbers, last }: Run): readonly string[] {
  const header = writeHeader(gutter.first, last, numbers.includes(0));
  const thinned = numbers.map((number, i) => {
    const line = lines[start + i]!;
    return i === 0 || number === 0 ? line : thin(line, number, gutter);
  });
  return [header, ...thinned];
}

/** Undefined when there is no run worth thinning, or when a line that stays would be taken for a header of ours. */
function thinRuns(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const out: string[] = [];
  let runs = 0;
  for (let at = 0; at < lines.length; ) {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    const run = readRun(lines, at, deadline);
    const length = run?.numbers.length ?? 1;
    if (run && length >= MIN_RUN && isCertain(lines, at, run)) {
      runs++;
      out.push(...thinRun(lines, at, run));
    } else {
      for (let i = at; i < at + length; i++) {
        if (HEADER.test(lines[i]!)) return undefined;
        out.push(lines[i]!);
      }
    }
    at += length;
  }
  return runs > 0 ? out : undefined;
}

function writeThin(text: string, { tokens, deadline }: CompressOptions): string | undefined {
  const out = thinRuns(text.split('\n'), deadline)?.join('\n');
  if (out === undefined || out.length >= text.length) return undefined;
  deadline.check();
  return tokens.count(out) < tokens.count(text) ? out : undefined;
}

/** Lines around the numbered ones that a client may add. */
const MAX_AROUND = 8;

/** The numbered lines without their numbers, and what stands around them; undefined when they are not all of one run. */
function bare(lines: readonly string[], deadline: Deadline): Bare | undefined {
  for (let start = 0; start < Math.min(lines.length, MAX_AROUND); start++) {
    const run = readRun(lines, start, deadline);
    if (!run) continue;
    const end = start + run.numbers.length;
    const isAll = lines.length - end <= MAX_AROUND && !run.numbers.includes(0) && isCertain(lines, start, run);
    if (!isAll) return undefined;
    const text = run.numbers.map((number, i) => lines[start + i]!.slice(writeGutter(run.gutter, number).length));
    return { first: run.gutter.first, text: text.join('\n'), before: lines.slice(0, start), after: lines.slice(end) };
  }
  return undefined;
}

interface Bare {
  readonly first: number;
  readonly text: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The view of the kind that claims what stands behind the numbers; of a run that failed, one that keeps every failure. */
function writeView(text: string, kinds: readonly Compressor[], options: CompressOptions): string | undefined {
  const found = bare(text.split('\n'), options.deadline);
  if (!found) return undefined;
  const isFailed = looksFailed(text) || looksFailed(found.text);
  const asked = isFailed ? kinds.filter(({ keepsFailures }) => keepsFailures) : kinds;
  for (const { kind } of claimants(asked, new Sample(found.text))) {
    options.deadline.check();
    const form = kind.compress(found.text, options);
    if (form?.loss === 'recoverable') return [...found.before, headOf(found), form.text, ...found.after].join('\n');
  }
  return undefined;
}

function headOf({ first, text }: Bare): string {
  const last = first + text.split('\n').length - 1;
  const numbers =
    first === 1
      ? 'line numbers below are those of the file'
      : `what is called line 1 below is line ${first} of the file`;
  return `[headroom: lines ${first}-${last} of the file; ${numbers}]`;
}

const MIN_SEPARATORS = 2;

/** Whether the numbers are the first column of a table: every line has as many columns, and none is padded. */
function isTable(text: string): boolean {
  const lines = new Sample(text).head.slice(0, -1).filter((line) => line.trim() !== '');
  const gutter = lines.map(readGutter).find((found) => found !== undefined);
  const separator = gutter?.separator.trimEnd() === '|' ? '|' : '\t';
  if (!gutter || !gutter.separator.startsWith(separator) || gutter.width !== String(gutter.first).length) return false;
  const counts = new Set(lines.map((line) => line.split(separator).length - 1));
  return counts.size === 1 && Math.min(...counts) >= MIN_SEPARATORS;
}

/** @param kinds whose views may stand for a file that a program recorded. */
function compress(text: string, kinds: readonly Compressor[], options: CompressOptions): Compressed | undefined {
  const { level, tokens, call } = options;
  if (!showsFile(call) && isTable(text)) return undefined;
  const thin = writeThin(text, options);
  const lossless: Compressed | undefined = thin === undefined ? undefined : { text: thin, loss: 'none' };
  if (level === 'lossless') return lossless;
  const view = writeView(text, kinds, options);
  if (view === undefined || view.length >= text.length) return lossless;
  const isWorthIt = prefersView(tokens.count(text), tokens.count(thin ?? text), tokens.count(view), level);
  return isWorthIt ? { text: view, loss: 'recoverable' } : lossless;
}

/** The lines of a thinned run with all their numbers. */
function readThinned(
  lines: readonly string[],
  start: number,
  first: number,
  last: number,
): readonly string[] | undefined {
  const gutter = readGutter(lines[start] ?? '');
  if (gutter?.first !== first || last < first) return undefined;
  const out: string[] = [];
  for (let number = first; number <= last; number++) {
    const line = lines[start + out.length];
    if (line === undefined) return undefined;
    const noted = lastNoted(line, number);
    out.push(noted === undefined ? readLine(line, number, gutter) : line);
    number = noted ?? number;
  }
  return out;
}

/** A line of a thinned run as it was printed. */
function readLine(line: string, number: number, gutter: Gutter): string {
  const printed = writeGutter(gutter, number);
  const short = writeShortGutter(gutter, number);
  if (number % NUMBERED_EVERY === 0 && line.startsWith(short)) return printed + line.slice(short.length);
  return hasGutter(line, printed) ? line : printed + line;
}

function expand(text: string): string | undefined {
  const lines = text.split('\n');
  const out: string[] = [];
  let runs = 0;
  for (let at = 0; at < lines.length; at++) {
    const header = HEADER.exec(lines[at]!);
    if (!header) {
      out.push(lines[at]!);
      continue;
    }
    const run = readThinned(lines, at + 1, Number(header[1]), Number(header[2]));
    if (!run) return undefined;
    out.push(...run);
    at += run.length;
    runs++;
  }
  return runs > 0 ? out.join('\n') : undefined;
}

const SEEN_IN_A_ROW = 3;
const WINDOW = 2048;

/** Share of the lines that stand in a run of at least three. */
function shareInRuns(lines: readonly string[]): number {
  let numbered = 0;
  for (let at = 0; at < lines.length; ) {
    const run = readRun(lines, at, NO_DEADLINE);
    const length = run?.numbers.length ?? 1;
    if (run && length >= SEEN_IN_A_ROW && isCertain(lines, at, run)) numbered += length;
    at += length;
  }
  return lines.length > 0 ? numbered / lines.length : 0;
}

/** A listing may start late: a command's first lines, several files in one result. So later places are asked too. */
function claim(sample: Sample): number {
  const { text, head } = sample;
  const shares = [shareInRuns(head)];
  if (shares[0]! < 0.5 && text.length > 2 * WINDOW) {
    for (const quarter of [1, 2, 3]) {
      const start = Math.floor((text.length * quarter) / 4);
      const window = text.slice(start, start + WINDOW).split('\n');
      shares.push(shareInRuns(window.slice(1, -1)));
    }
  }
  const share = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  // Numbers that go up by one are better evidence than most kinds of text can give.
  return share >= 0.5 ? 0.85 + share * 0.15 : share;
}

/** @param kinds what may stand behind the numbers; those that view recorded files are asked for their views. */
export function fileRead(kinds: readonly Compressor[]): Compressor {
  const recorded = kinds.filter(({ viewsFiles }) => viewsFiles === 'recorded');
  return {
    name: 'file-read',
    viewsFiles: 'recorded',
    // It asks the kinds behind the numbers whether theirs do.
    keepsFailures: true,
    claim,
    compress: (text: string, options: CompressOptions) => compress(text, recorded, options),
    expand,
    same: (source: string, expanded: string) => source === expanded,
  };
}

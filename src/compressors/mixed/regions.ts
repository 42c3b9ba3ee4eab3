/**
 * Finds where a text changes its kind by the shapes of its lines: diffs and JSON documents by their own rules, runs of
 * log lines, numbered lines, hits and listings by how they begin, commands and rules drawn between them. One pass each.
 */
import type { Deadline } from '../../core/deadline.ts';

/** Lines from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
  /** Follows rules of its own from its first line to its last. */
  readonly isDocument?: boolean;
}

type Split = (lines: readonly string[], range: Range, deadline: Deadline) => readonly Range[];

export function charsOf(lines: readonly string[], ranges: readonly Range[]): number {
  let chars = 0;
  for (const { start, end } of ranges) for (let at = start; at < end; at++) chars += lines[at]!.length + 1;
  return chars;
}

const LINES_PER_CHECK = 1024;
/** A document of its own kind inside another text must be worth a part. */
const MIN_REGION_CHARS = 400;
const MIN_RUN_LINES = 6;
/** Lines of no shape that a run may hold in a row. */
const MAX_GAP = 3;
/** Only the beginning of a line tells its shape. */
const HEAD_CHARS = 160;

const DIFF_START = /^(?:diff --(?:git|cc|combined) |Index: \S|@@ -\d)/;
const DIFF_HEAD =
  /^(?:diff |index |Index: |={60,}|--- |\+\+\+ |(?:new|deleted) file mode |old mode |new mode |(?:rename|copy) (?:from|to) |(?:dis)?similarity index |Binary files |GIT binary patch|\\ No newline)/;
const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** Where the diff that begins here ends; hunks say themselves how long they are. */
function diffEnd(lines: readonly string[], start: number, limit: number): number {
  let at = start;
  while (at < limit) {
    const hunk = HUNK.exec(lines[at]!);
    if (hunk) at = hunkEnd(lines, at + 1, limit, [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)]);
    else if (DIFF_HEAD.test(lines[at]!)) at++;
    else break;
  }
  return at;
}

function hunkEnd(lines: readonly string[], start: number, limit: number, [old, now]: [number, number]): number {
  let at = start;
  while (at < limit && (old > 0 || now > 0)) {
    const sign = lines[at]![0] ?? ' ';
    if (sign === '-') old--;
    else if (sign === '+') now--;
    else if (sign === ' ' || sign === '\r') [old, now] = [old - 1, now - 1];
    else if (sign !== '\\') break;
    at++;
  }
  return at < limit && lines[at]!.startsWith('\\ ') ? at + 1 : at;
}

function isDiffStart(lines: readonly string[], at: number): boolean {
  const line = lines[at]!;
  if (!'dI@-'.includes(line.charAt(0)) || line === '') return false;
  return DIFF_START.test(line) || (line.startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ '));
}

const JSON_START = /^[[{]\s*(?:$|["{[\]}\-\dtfn])/;
/** What may stand in JSON outside of strings. */
const IS_JSON = new Uint8Array(128);
for (const character of ' \t\r\n{}[],:+-.0123456789truefalsnE') IS_JSON[character.charCodeAt(0)] = 1;

/** Counts brackets until they are closed; gives up at the first character that JSON does not have there. */
class JsonScan {
  /** Characters that may be read in vain before no more documents are looked for. */
  #budget: number;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** The line after the document that begins at this line; undefined when there is none or it ends amid a line. */
  end(lines: readonly string[], start: number, limit: number): number | undefined {
    let depth = 0;
    for (let at = start; at < limit && this.#budget > 0; at++) {
      const line = lines[at]!;
      this.#budget -= line.length + 1;
      const after = scanLine(line, depth);
      if (after === undefined) return undefined;
      depth = after;
      if (depth === 0) {
        this.#budget += charsOf(lines, [{ start, end: at + 1 }]);
        return at + 1;
      }
    }
    return undefined;
  }
}

/** The depth after the line; undefined when it is no JSON, or goes on after the document has ended. */
function scanLine(line: string, depthBefore: number): number | undefined {
  let depth = depthBefore;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x22) {
      at = stringEnd(line, at + 1);
      if (at < 0) return undefined;
    } else if (code >= 128 || IS_JSON[code] === 0) return undefined;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) {
      depth--;
      if (depth === 0) return line.slice(at + 1).trim() === '' ? 0 : undefined;
    }
  }
  return depth;
}

function stringEnd(line: string, start: number): number {
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at;
  }
  return -1;
}

/** Diffs and JSON documents: what follows rules of its own from its first line to its last. */
export const documents: Split = (lines, { start, end }, deadline) => {
  const found: Range[] = [];
  const scan = new JsonScan(charsOf(lines, [{ start, end }]) * 2);
  for (let at = start; at < end; ) {
    if ((at - start) % LINES_PER_CHECK === 0) deadline.check();
    const stop = documentEnd(lines, at, end, scan);
    if (stop <= at) {
      at++;
      continue;
    }
    const last = found.at(-1);
    const isMore = last !== undefined && lines.slice(last.end, at).every((line) => line.trim() === '');
    if (isMore && isDiffStart(lines, at) && isDiffStart(lines, last.start))
      found[found.length - 1] = { ...last, end: stop };
    else found.push({ start: at, end: stop, isDocument: true });
    at = stop;
  }
  const worth = found.filter((range) => charsOf(lines, [range]) >= MIN_REGION_CHARS);
  return cutOut({ start, end }, worth);
};

function documentEnd(lines: readonly string[], at: number, limit: number, scan: JsonScan): number {
  if (isDiffStart(lines, at)) return diffEnd(lines, at, limit);
  const first = lines[at]!.charCodeAt(0);
  if ((first === 0x7b || first === 0x5b) && JSON_START.test(lines[at]!)) return scan.end(lines, at, limit) ?? at;
  return at;
}

/** What tells the shape of a line by how it begins, and which characters it may begin with. */
interface LineShape {
  readonly pattern: RegExp;
  /** Whether a line that begins with this character, blanks not counted, may have the shape. */
  readonly mayBegin: RegExp;
  /** Whether blanks may stand before it. */
  readonly mayBeIndented: boolean;
}

const SHAPES: readonly LineShape[] = [
  { pattern: /^[-dlbcps][rwxsStT-]{9}[.+@]? /, mayBegin: /[-dlbcps]/, mayBeIndented: false },
  { pattern: /^[│|\s]{0,80}(?:[├└]─|[|`+\\]--)/, mayBegin: /[│|├└`+\\]/, mayBeIndented: true },
  { pattern: /^\s?[|+│┌├└].*[|+│┐┤┘]\s*$/, mayBegin: /[|+│┌├└]/, mayBeIndented: true },
  {
    pattern:
      /^\W{0,3}(?:\x1b\[[\d;]*m)?\W?(?:\d{4}[-/]\d\d[-/]\d\d|[A-Z][a-z]{2} +\d{1,2} |\d\d:\d\d:\d\d|(?:FATAL|CRITICAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)\b)/,
    mayBegin: /[^a-z_]/,
    mayBeIndented: true,
  },
  { pattern: /^[^\s:]*[/.][^\s:]*:\d+[:-]/, mayBegin: /[^:]/, mayBeIndented: false },
  { pattern: /^ *\d{1,7}(?:\t|→|\| |[:-](?!\d))/, mayBegin: /\d/, mayBeIndented: true },
  { pattern: /^(?:\.{0,2}\/)?(?:[\w@.+-]+\/)+[\w@.+-]*$/, mayBegin: /[\w@.+/-]/, mayBeIndented: false },
];
const NO_SHAPE = -1;
const ASCII = 128;

/** For each character that a line may begin with, which shapes it may have. */
function shapesByFirst(isIndented: boolean): readonly (readonly number[])[] {
  return Array.from({ length: ASCII }, (_, code) => {
    const first = String.fromCharCode(code);
    return [...SHAPES.keys()].filter((i) => {
      const { mayBegin, mayBeIndented } = SHAPES[i]!;
      return (mayBeIndented || !isIndented) && mayBegin.test(first);
    });
  });
}

const FLUSH = shapesByFirst(false);
const INDENTED = shapesByFirst(true);
const ALL = [...SHAPES.keys()];

function shapesOf(line: string): readonly number[] {
  let at = 0;
  let code = line.charCodeAt(at);
  while (code === 0x20 || code === 0x09) code = line.charCodeAt(++at);
  if (code > 0x20 && code < ASCII) return (at === 0 ? FLUSH : INDENTED)[code]!;
  return ALL;
}

function shapeOf(line: string): number {
  if (line === '') return NO_SHAPE;
  const shapes = shapesOf(line);
  if (shapes.length === 0) return NO_SHAPE;
  const head = line.length > HEAD_CHARS ? line.slice(0, HEAD_CHARS) : line;
  for (const i of shapes) if (SHAPES[i]!.pattern.test(head)) return i;
  return NO_SHAPE;
}

/** Runs of lines of one shape. */
export const runs: Split = (lines, { start, end }, deadline) => {
  const found: Range[] = [];
  let first = start;
  let last = start;
  let count = 0;
  let shape = NO_SHAPE;
  const close = (): void => {
    const range = { start: first, end: last + 1 };
    if (count >= MIN_RUN_LINES && charsOf(lines, [range]) >= MIN_REGION_CHARS) found.push(range);
    count = 0;
    shape = NO_SHAPE;
  };
  for (let at = start; at < end; at++) {
    if ((at - start) % LINES_PER_CHECK === 0) deadline.check();
    const next = shapeOf(lines[at]!);
    if (next === shape && next !== NO_SHAPE) {
      last = at;
      count++;
    } else if (next !== NO_SHAPE && (shape === NO_SHAPE || at - last > 1)) {
      close();
      [first, last, count, shape] = [at, at, 1, next];
    } else if (at - last > MAX_GAP && !/^\s+\S/.test(lines[at]!)) close();
  }
  close();
  return cutOut({ start, end }, found);
};

/** Drawn rules, commands as shells print them, names of files between files. */
const SEPARATOR =
  /^(?:[=\-#*_~─━]{5,}\s*$|([=\-#*>+~])\1{1,}\s?\S.{0,90}$|==> .{1,200} <==$|[$#%>] \S|\+ [\w./]|[\w.-]+@[\w.-]+:.{0,80}[$#] |\[[\w./-]{1,60}\]$|```)/;

function isSeparator(line: string): boolean {
  const first = line.charCodeAt(0);
  if (Number.isNaN(first) || first === 0x20 || first === 0x09) return false;
  // A line that begins with a letter or a digit can only be that of a user at a machine.
  const isWord =
    (first >= 0x61 && first <= 0x7a) || (first >= 0x41 && first <= 0x5a) || (first >= 0x30 && first <= 0x39);
  return (!isWord || line.includes('@')) && SEPARATOR.test(line);
}

/** So many sections are no parts that a reader would tell apart. */
const MAX_CUTS = 400;

export const sections: Split = (lines, { start, end }, deadline) => {
  const cuts: number[] = [];
  for (let at = start; at < end; at++) {
    if ((at - start) % LINES_PER_CHECK === 0) deadline.check();
    if (isSeparator(lines[at]!)) cuts.push(at, at + 1);
    else if (lines[at] === '' && lines[at + 1] === '' && lines[at - 1] !== '') cuts.push(at);
    if (cuts.length > MAX_CUTS) return [{ start, end }];
  }
  return atCuts({ start, end }, cuts);
};

const MAX_LEAD = 8;
const MAX_TAIL = 4;
/** What wraps a result: `OBSERVATION:`, `Exit code 2`, `<output>`, `[File: …]`, a command. */
const LEAD = /:\s*$|^Exit code|^<\/?[\w-]+>|^\[.*\]\s*$|^\(.*\)\s*$|^[$>#] |^\s*$/;
const TAIL = /^<\/?[\w-]+>|^\[.*\]\s*$|^\(.*\)\s*$|^\S*[$#>] ?$|^(?:total|real|user|sys|Done|exit code)\b|^\s*$/i;

/** A few lines that wrap the result, before it and after it. */
export const wrapping: Split = (lines, { start, end }) => {
  let first = start;
  for (let at = start; at < Math.min(end, start + MAX_LEAD); at++) {
    if (LEAD.test(lines[at]!.slice(0, HEAD_CHARS))) first = at + 1;
    else if (at > first + 1) break;
  }
  let last = end;
  while (last > Math.max(first, end - MAX_TAIL) && TAIL.test(lines[last - 1]!.slice(0, HEAD_CHARS))) last--;
  return atCuts({ start, end }, [first, last]);
};

/** The whole range in order: these parts, and what stands between them. */
function cutOut(whole: Range, parts: readonly Range[]): readonly Range[] {
  const ranges: Range[] = [];
  let from = whole.start;
  for (const part of parts) {
    if (part.start > from) ranges.push({ start: from, end: part.start });
    ranges.push(part);
    from = part.end;
  }
  return from < whole.end ? [...ranges, { start: from, end: whole.end }] : ranges;
}

function atCuts({ start, end }: Range, cuts: readonly number[]): readonly Range[] {
  const ranges: Range[] = [];
  let from = start;
  for (const cut of [...cuts, end]) {
    if (cut <= from) continue;
    ranges.push({ start: from, end: cut });
    from = cut;
  }
  return ranges;
}

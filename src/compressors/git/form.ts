/**
 * The lossless form of what git and diff print: heads of files and commits as one line each, --stat lines without
 * padding, long blocks that stand above by reference. Hunk headers and lines of hunks stay as they are.
 */
import type { Deadline } from '../../core/deadline.ts';
import { readLabels } from './commit-record.ts';
import { HunkLines } from './hunk-lines.ts';
import { codeOf, readLegend, writeLegend } from './legend.ts';
import type { Legend } from './legend.ts';
import { hasManyNames } from './name-list.ts';
import { opensFile } from './name-record.ts';
import { Outside } from './outside.ts';
import { readPathLimit } from './stat-record.ts';
import { findRepeats } from './repeated-blocks.ts';
import type { Repeat } from './repeated-blocks.ts';

const LINES_PER_CHECK = 512;
const MIN_COMMITS = 3;
const MIN_STATS = 4;
/** What at least one line of a text has to begin with. */
const HAS_ANY = /^(?:diff |Index: |@@|commit [0-9a-f]{7}| .* \| )/m;
const MARK = /^=([A-Z]\d{0,3})$/;
const REFERENCE = /^= (\d{1,7}) from ([A-Z]\d{0,3})(?: as ([ +-]))?$/;
/** A damaged form must not blow up. */
const MAX_CHARS = 1 << 27;

/** Undefined when the text has nothing that the form says shorter. */
export function writeForm(text: string, deadline: Deadline): string | undefined {
  if (!HAS_ANY.test(text)) return undefined;
  const crlf = hasOnlyCrlf(text);
  const lines = text.split(crlf ? '\r\n' : '\n');
  deadline.check();
  const isInHunk = markHunks(lines);
  const repeats = isInHunk.includes(1) ? findRepeats(lines, isInHunk, deadline) : [];
  const legend = makeLegend(lines, isInHunk, repeats.length > 0, crlf);
  if (!hasAny(legend)) return undefined;
  const out = [...writeLegend(legend)];
  const outside = new Outside(legend);
  const { marks, references } = placeRepeats(repeats);
  for (let at = 0, steps = 0; at < lines.length; steps++) {
    if (steps % LINES_PER_CHECK === 0) deadline.check();
    const mark = marks.get(at);
    if (mark !== undefined) out.push(`=${mark}`);
    const reference = references.get(at);
    if (reference) {
      out.push(reference.said);
      at = reference.end;
    } else if (isInHunk[at] === 1 || lines[at] === '') out.push(lines[at++]!);
    else {
      const taken = outside.encode(lines, at);
      for (const line of taken.lines) out.push(line);
      at = taken.end;
    }
  }
  return out.join('\n');
}

export function readForm(text: string): string | undefined {
  if (!text.startsWith('[')) return undefined;
  const form = text.split('\n');
  const read = readLegend(form);
  if (!read) return undefined;
  const lines = readLines(form, read.lines, read.legend);
  return lines?.join(read.legend.crlf ? '\r\n' : '\n');
}

function readLines(form: readonly string[], start: number, legend: Legend): readonly string[] | undefined {
  const lines: string[] = [];
  const marks = new Map<string, number>();
  const outside = new Outside(legend);
  const hunk = new HunkLines();
  let chars = 0;
  for (let at = start; at < form.length && chars <= MAX_CHARS; ) {
    const line = form[at]!;
    const mark = line.startsWith('=') ? MARK.exec(line) : undefined;
    if (mark) {
      marks.set(mark[1]!, lines.length);
      at++;
      continue;
    }
    let next: readonly string[];
    if (line.startsWith('=')) {
      next = readReference(line, lines, marks) ?? [];
      if (next.length === 0) return undefined;
      at++;
    } else if (line === '' || hunk.holds(line)) {
      next = [line];
      at++;
    } else {
      const taken = outside.decode(form, at);
      if (!taken) return undefined;
      next = taken.lines;
      at = taken.end;
    }
    for (const line of next) {
      hunk.take(line);
      lines.push(line);
      chars += line.length + 1;
    }
  }
  return chars > MAX_CHARS ? undefined : lines;
}

function readReference(
  line: string,
  lines: readonly string[],
  marks: ReadonlyMap<string, number>,
): readonly string[] | undefined {
  const [, count, mark = '', sign] = REFERENCE.exec(line) ?? [];
  const from = marks.get(mark);
  if (from === undefined || from + Number(count) > lines.length) return undefined;
  const block = lines.slice(from, from + Number(count));
  return sign === undefined ? block : block.map((one) => sign + one.slice(1));
}

function hasOnlyCrlf(text: string): boolean {
  let at = text.indexOf('\n');
  if (at < 0) return false;
  for (; at >= 0; at = text.indexOf('\n', at + 1)) if (text[at - 1] !== '\r') return false;
  return true;
}

function markHunks(lines: readonly string[]): Uint8Array {
  const hunk = new HunkLines();
  const isInHunk = new Uint8Array(lines.length);
  for (const [i, line] of lines.entries()) if (hunk.take(line)) isInHunk[i] = 1;
  return isInHunk;
}

function makeLegend(lines: readonly string[], isInHunk: Uint8Array, repeats: boolean, crlf: boolean): Legend {
  let [files, names, stats, commits] = [false, false, 0, 0];
  const counts = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    if (isInHunk[i]) continue;
    if (line.startsWith('diff --git a/') || line.startsWith('diff --git "a/')) files = true;
    else if (opensFile(line)) names = true;
    else if (line.startsWith(' ') && line.includes(' | ')) stats++;
    else if (line.startsWith('commit ')) commits++;
    else if (line.startsWith('Author: ')) {
      const author = line.slice(8).trimStart();
      counts.set(author, (counts.get(author) ?? 0) + 1);
    }
  }
  const labels = commits >= MIN_COMMITS ? readLabels(lines) : undefined;
  const often = [...counts]
    .filter(([author, count]) => count > 1 && author.length > 3 && labels)
    .map(([author]) => author);
  const authors = new Map(often.slice(0, 1000).map((author, i) => [codeOf(i), author]));
  const limit = stats >= MIN_STATS ? readPathLimit(lines) : undefined;
  const folders = labels !== undefined && hasManyNames(lines, isInHunk);
  return { files, names, stats: limit, folders, repeats, crlf, labels, authors };
}

function hasAny({ files, names, stats, repeats, labels }: Legend): boolean {
  return files || names || repeats || stats !== undefined || labels !== undefined;
}

interface Placed {
  readonly marks: ReadonlyMap<number, string>;
  readonly references: ReadonlyMap<number, { readonly said: string; readonly end: number }>;
}

function placeRepeats(repeats: readonly Repeat[]): Placed {
  const marks = new Map<number, string>();
  for (const from of repeats.map((repeat) => repeat.from).sort((a, b) => a - b)) {
    if (!marks.has(from)) marks.set(from, codeOf(marks.size));
  }
  const references = new Map(
    repeats.map(({ at, from, lines, sign }) => {
      const said = `= ${lines} from ${marks.get(from)}${sign === undefined ? '' : ` as ${sign}`}`;
      return [at, { said, end: at + lines }] as const;
    }),
  );
  return { marks, references };
}

/**
 * The outline of code in a language without a grammar here: functions by their keyword, what they hold by indentation. It
 * leaves out less than a syntax tree allows: what does not begin with a keyword stays.
 */
import type { Deadline } from '../../core/deadline.ts';

/** A function, or a test: what stands deeper below it is its body. */
const DEFINES =
  /^(?:(?:pub(?:\([\w: ]+\))?|public|private|protected|internal|static|async|export|default|override|inline|local|final|abstract|suspend|open|virtual|unsafe|tailrec|operator) )*(?:(?:defp?|defmacrop?|defn|fn|fun|func|function|sub|proc|method|procedure)\s+[\w.:<>[\]]|(?:test|it|specify|property|scenario|feature|setup|setup_all|before_all|after_all|before|after)\b.*(?:\bdo(?: \|.*\|)?|\{)$|[\w-]+\s*\(\)\s*\{$)/;
/** How the row ends after which a body begins. */
const OPENS = /(?:\bdo(?: \|[^|]*\|)?|->|[{:=]|\bthen|\bbegin|\))\s*(?:(?:#|\/\/|--).*)?$/;
const CLOSES = /^(?:end|esac|fi|done|[)\]}]+)[\s)\]};,]*$/;
const MAX_SIGNATURE_ROWS = 8;
const ROWS_PER_CHECK = 1024;

const COMMENT = /^(?:\/\/|\/\*|\*|#(?![[!])|--|;;)/;
const TELLING = /\b(?:TODO|FIXME|HACK|XXX|SAFETY|WARNING|DEPRECATED)\b|noqa|credo:|@deprecated/;
const MIN_COMMENT_ROWS = 3;
const QUOTES = /"""|'''/g;
const WORD = /[\p{L}\p{N}]/u;
const OPENS_VALUE = /[[({]$/;
const VALUE_ROWS = 4;
const MIN_VALUE_ROWS = 16;

/** For each row whether it is left out. */
export function indentedRowsLeftOut(lines: readonly string[], deadline: Deadline): Uint8Array {
  const out = new Uint8Array(lines.length);
  const depths = lines.map(depthOf);
  for (let row = 0; row < lines.length; ) {
    if (row % ROWS_PER_CHECK === 0) deadline.check();
    const end = blockFrom(lines, depths, row, out);
    row = Math.max(row + 1, end);
  }
  return out;
}

/** Functions among the rows, and how much of the rows stands deeper than the outermost: evidence of such code. */
export function looksIndented(lines: readonly string[]): boolean {
  const filled = lines.filter((line) => line.trim() !== '');
  const functions = filled.filter((line) => DEFINES.test(line.trim())).length;
  const deep = filled.filter((line) => /^[ \t]/.test(line)).length;
  return functions >= MIN_FUNCTIONS && deep >= filled.length * MIN_DEEP_SHARE;
}

const MIN_FUNCTIONS = 3;
const MIN_DEEP_SHARE = 0.5;

/** Blank rows are as deep as anything. */
function depthOf(line: string): number {
  const at = line.search(/\S/);
  if (at < 0) return Number.POSITIVE_INFINITY;
  return line.slice(0, at).replaceAll('\t', '    ').length;
}

/** Leaves out what begins at this row; returns the row after it. */
function blockFrom(lines: readonly string[], depths: readonly number[], row: number, out: Uint8Array): number {
  const text = lines[row]!.trim();
  if (COMMENT.test(text)) return commentFrom(lines, row, out);
  if ((text.match(QUOTES)?.length ?? 0) % 2 === 1) return docFrom(lines, row, out);
  if (DEFINES.test(text)) return bodyFrom(lines, depths, row, out);
  if (OPENS_VALUE.test(text)) return valueFrom(lines, depths, row, out);
  return row + 1;
}

function bodyFrom(lines: readonly string[], depths: readonly number[], row: number, out: Uint8Array): number {
  const open = signatureEnd(lines, depths, row);
  const end = deeperEnd(depths, open, depths[row]!);
  if (end === open + 1) return open + 1;
  const isClosed = end < lines.length && depths[end] === depths[row] && CLOSES.test(lines[end]!.trim());
  out.fill(1, open + 1, isClosed ? end + 1 : end);
  return isClosed ? end + 1 : end;
}

/** The row that ends the signature, which may take several. */
function signatureEnd(lines: readonly string[], depths: readonly number[], row: number): number {
  for (let at = row; at < Math.min(lines.length, row + MAX_SIGNATURE_ROWS); at++) {
    if (at > row && depths[at]! < depths[row]!) break;
    if (OPENS.test(lines[at]!.trimEnd())) return at;
  }
  return row;
}

/** The first row from there on that is not deeper; blank rows before it do not count. */
function deeperEnd(depths: readonly number[], open: number, depth: number): number {
  let end = open + 1;
  while (end < depths.length && depths[end]! > depth) end++;
  while (end > open + 1 && depths[end - 1] === Number.POSITIVE_INFINITY) end--;
  return end;
}

function commentFrom(lines: readonly string[], row: number, out: Uint8Array): number {
  let end = row;
  while (end < lines.length && COMMENT.test(lines[end]!.trim())) end++;
  if (end - row < MIN_COMMENT_ROWS) return end;
  const shown = firstWorded(lines, row, end);
  for (let at = shown + 1; at < end; at++) if (!TELLING.test(lines[at]!)) out[at] = 1;
  return end;
}

/** A text in triple quotes stays up to its first row with words, and so does what follows it on its last row. */
function docFrom(lines: readonly string[], row: number, out: Uint8Array): number {
  let end = row + 1;
  while (end < lines.length && (lines[end]!.match(QUOTES)?.length ?? 0) % 2 === 0) end++;
  if (end >= lines.length) return row + 1;
  const shown = /["'][^"']*\w/.test(lines[row]!.slice(lines[row]!.search(QUOTES)))
    ? row
    : firstWorded(lines, row + 1, end);
  out.fill(1, shown + 1, end + 1);
  return end + 1;
}

function firstWorded(lines: readonly string[], first: number, end: number): number {
  for (let row = first; row < end; row++) if (WORD.test(lines[row]!)) return row;
  return first;
}

function valueFrom(lines: readonly string[], depths: readonly number[], row: number, out: Uint8Array): number {
  const end = deeperEnd(depths, row, depths[row]!);
  const rows = lines.slice(row + 1, end);
  if (rows.length < MIN_VALUE_ROWS || rows.some((line) => DEFINES.test(line.trim()))) return row + 1;
  out.fill(1, row + 1 + VALUE_ROWS, end);
  return end;
}

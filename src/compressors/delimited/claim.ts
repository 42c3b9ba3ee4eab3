/** How surely a text is a table: from the lines of its head, read as the tables that they seem to be. */
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Sample } from '../../core/sample.ts';
import { type Placed, findApart, findDrawn } from './form.ts';
import { type Row, isNumber } from './table.ts';

const MIN_HEAD = 3;
const MIN_SHARE = 0.5;
export const DRAWN = 0.93;
const TITLED = 0.9;
const UNTITLED = 0.7;
/** Text with so many commas reads like rows: prose, code, lists of arguments. */
const CODE_START = /^\s*(?:\/\/|#include|import |from |def |class |function |const |let |var |return |if )/;
const CODE_ENDS = new Set('{}();');
const SEPARATOR = /[,;\t|]/;
const TIME_FIRST = /^\W?(?:\d{4}-\d\d-\d\d[T ]\d\d:|\w{3} {1,2}\d{1,2} \d\d:\d\d:|\d\d:\d\d:\d\d)/;

/** Cells of prose begin with a blank: after a comma there is one. */
function isProse(rows: readonly Row[]): boolean {
  let later = 0;
  let apart = 0;
  for (const row of rows) {
    later += row.length - 1;
    for (let at = 1; at < row.length; at++) if (row[at]!.startsWith(' ')) apart++;
  }
  return apart > later * 0.2;
}

/** Whether a column holds one kind of value all the way down. */
function hasPlainColumn(rows: readonly Row[]): boolean {
  return rows[0]!.some((_, i) => {
    const cells = rows.map((row) => row[i] ?? '');
    const isPlain = cells.every((cell) => isNumber(cell) || cell === '');
    return isPlain ? cells.some((cell) => cell !== '') : new Set(cells).size <= rows.length / 3;
  });
}

function isCode(lines: readonly string[]): boolean {
  const limit = lines.length / 5;
  let codes = 0;
  return lines.some((line) => (CODE_ENDS.has(line.trimEnd().slice(-1)) || CODE_START.test(line)) && ++codes > limit);
}

function claimApart({ names, rows, facts }: Placed, lines: readonly string[]): number {
  if (rows.length < MIN_HEAD || facts.some((fact) => fact === 'quotes: spelled')) return 0;
  if (isProse(rows) || rows.filter((row) => row[0]!.startsWith(' ')).length > rows.length / 5) return 0;
  const width = names?.length ?? rows[0]!.length;
  if (names)
    return names.every((name) => /^\ufeff?[\p{L}\p{N}_"'#@$]/u.test(name) && name.length <= 60) &&
      (width > 2 || hasPlainColumn(rows))
      ? TITLED
      : 0;
  const isLog = lines.filter((line) => TIME_FIRST.test(line)).length > lines.length / 2;
  return width > 2 && !isLog && hasPlainColumn(rows) ? UNTITLED : 0;
}

export function claimFor(sample: Sample): number {
  const { head, text } = sample;
  const isWhole = head.reduce((chars, line) => chars + line.length + 1, 0) >= text.length;
  const lines = (isWhole || head.length < MIN_HEAD ? head : head.slice(0, -1)).map((line) =>
    line.endsWith('\r') ? line.slice(0, -1) : line,
  );
  if (lines.length < MIN_HEAD) return 0;
  const drawn = findDrawn(lines, NO_DEADLINE);
  if (drawn.length === 0 && (!lines.some((line) => SEPARATOR.test(line)) || isCode(lines))) return 0;
  const tables = drawn.length > 0 ? drawn : findApart(lines, NO_DEADLINE);
  const [first] = tables;
  if (!first) return 0;
  const filled = lines.filter((line) => line !== '').length;
  const covered = tables.reduce((sum, { start, end }) => sum + end - start, 0);
  if (covered < filled * MIN_SHARE) return 0;
  return first.dialect.isDrawn ? DRAWN : claimApart(first, lines);
}

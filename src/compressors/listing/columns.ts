/**
 * Tables aligned with blanks, as ps, df, dpkg and kubectl print them: one blank between columns, and where the columns
 * stood said once. A column that says the same in every row is said once too.
 */
import type { Deadline } from '../../core/deadline.ts';
import { AS_IT_WAS, LINES_PER_CHECK } from './shape.ts';
import type { Shape } from './shape.ts';

const HEADER =
  /^\[(\d+) rows, aligned at columns ((?:-?\d{1,4},)*-?\d{1,4}); one blank between them here(?:; in each row (.*))?\]$/;
const CONSTANT = /column (\d{1,2}) is ("(?:[^"\\]|\\.)*")/g;
const MIN_ROWS = 5;
const MIN_COLUMNS = 3;
const MAX_COLUMNS = 16;
const MAX_LINE = 2000;
/** Share of the rows that have to agree on where a column stands. */
const ENOUGH = 0.8;
const SAMPLED_ROWS = 200;

/** Start and end of each cell, in turn. */
type Cells = readonly number[];

/** Where each column stands: from 0 up its left edge, below 0 its right edge. */
export type Edges = readonly number[];

function readCells(line: string, limit: number): Cells {
  const cells: number[] = [];
  if (line.length > MAX_LINE) return cells;
  for (let at = 0; at < line.length && cells.length < limit * 2; at++) {
    if (isBlank(line.charCodeAt(at))) continue;
    const start = at;
    while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
    cells.push(start, at);
  }
  return cells;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The edges on which most rows agree, from the left, as far as they agree. */
export function findEdges(lines: readonly string[]): Edges {
  const edges: number[] = [];
  let rows = lines.map((line) => readCells(line, MAX_COLUMNS)).filter((cells) => cells.length >= MIN_COLUMNS * 2);
  if (rows.length < MIN_ROWS) return edges;
  const enough = Math.max(MIN_ROWS, rows.length * ENOUGH);
  for (let i = 0; i < MAX_COLUMNS; i++) {
    const [start, end] = [i * 2, i * 2 + 1];
    const left = majorityAt(start, rows);
    const right = majorityAt(end, rows);
    const best = right.count > left.count ? right : left;
    if (best.count < enough) break;
    edges.push(best === right ? -best.value : best.value);
    rows = rows.filter((cells) => cells[best.at] === best.value);
  }
  return edges;
}

/** The number that more than half of the rows have at a place, and how many; fewer rows where none has so many. */
function majorityAt(at: number, rows: readonly Cells[]): { at: number; value: number; count: number } {
  let value = 0;
  let lead = 0;
  for (const cells of rows) {
    const own = cells[at];
    if (own === undefined) continue;
    if (lead === 0) value = own;
    lead += own === value ? 1 : -1;
  }
  let count = 0;
  for (const cells of rows) if (cells[at] === value) count++;
  return { at, value, count };
}

function isRowLike(line: string): boolean {
  return line.length <= MAX_LINE && !line.includes('\t');
}

/** The cells of a row and what follows them; undefined when it is not aligned so. */
export function readRow(line: string, edges: Edges): readonly string[] | undefined {
  if (!isRowLike(line)) return undefined;
  const row: string[] = [];
  let at = 0;
  for (const edge of edges) {
    while (line.charCodeAt(at) === 0x20) at++;
    if (at === line.length) return undefined;
    const start = at;
    at = line.indexOf(' ', start);
    if (at < 0) at = line.length;
    if (edge < 0 ? at !== -edge : start !== edge) return undefined;
    row.push(line.slice(start, at));
  }
  row.push(line.slice(at));
  return row;
}

function writeRow(row: readonly string[], edges: Edges): string {
  let line = '';
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!;
    line = edge < 0 ? line + row[i]!.padStart(-edge - line.length) : line.padEnd(edge) + row[i]!;
  }
  return line + row[edges.length]!;
}

function findConstants(rows: readonly (readonly string[])[], edges: Edges): ReadonlyMap<number, string> {
  const constants = new Map<number, string>();
  if (rows.length < MIN_ROWS) return constants;
  for (const i of edges.keys()) {
    const value = rows[0]![i]!;
    if (rows.every((row) => row[i] === value)) constants.set(i, value);
  }
  return constants;
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const edges = findEdges(lines.slice(0, SAMPLED_ROWS));
  if (edges.length < MIN_COLUMNS) return undefined;
  const rows = lines.map((line, i) => {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    return readRow(line, edges);
  });
  const first = rows.findIndex((row) => row !== undefined);
  const fitting = rows.filter((row) => row !== undefined);
  if (fitting.length < MIN_ROWS) return undefined;
  // The titles stand above the values, and are no row that a constant has to hold in.
  const withTitles = findConstants(fitting, edges);
  const withoutTitles = findConstants(fitting.slice(1), edges);
  const isTitled = withoutTitles.size > withTitles.size;
  const constants = isTitled ? withoutTitles : withTitles;
  const said = [...constants].map(([i, value]) => `column ${i + 1} is ${JSON.stringify(value)}`).join(', ');
  const count = fitting.length - (isTitled ? 1 : 0);
  const out = [
    `[${count} rows, aligned at columns ${edges.join(',')}; one blank between them here${said === '' ? '' : `; in each row ${said}`}]`,
  ];
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const row = isTitled && i === first ? undefined : rows[i];
    const thin = row && writeThin(row, constants);
    if (thin !== undefined && !thin.startsWith(AS_IT_WAS)) out.push(thin);
    else out.push(line === '' ? '' : AS_IT_WAS + line);
  }
  return out;
}

function writeThin(row: readonly string[], constants: ReadonlyMap<number, string>): string {
  const last = row.length - 1;
  let thin = '';
  let isFirst = true;
  for (let column = 0; column < last; column++) {
    if (constants.has(column)) continue;
    thin += isFirst ? row[column]! : ` ${row[column]!}`;
    isFirst = false;
  }
  return thin + row[last]!;
}

function readConstants(said: string | undefined): ReadonlyMap<number, string> | undefined {
  const constants = new Map<number, string>();
  for (const [, column, value] of (said ?? '').matchAll(CONSTANT)) {
    try {
      constants.set(Number(column) - 1, String(JSON.parse(value!)));
    } catch {
      return undefined;
    }
  }
  return constants;
}

function read(header: RegExpExecArray, lines: readonly string[]): readonly string[] | undefined {
  const edges = header[2]!.split(',').map(Number);
  const constants = readConstants(header[3]);
  if (!constants || edges.length > MAX_COLUMNS || constants.size >= edges.length) return undefined;
  const given = edges.length - constants.size;
  const out: string[] = [];
  for (const line of lines) {
    if (line === '' || line.startsWith(AS_IT_WAS)) {
      out.push(line.slice(1));
      continue;
    }
    const cells = readCells(line, given);
    if (cells.length < given * 2) return undefined;
    let next = 0;
    const row = edges.map((_, i) => constants.get(i) ?? line.slice(cells[next++], cells[next++]));
    row.push(line.slice(cells.at(-1)));
    out.push(writeRow(row, edges));
  }
  return out;
}

const MIN_CLAIMED_SHARE = 0.7;
const GAP = / {2,}\S/;
/** Events in the order of time are a log, whatever stands in line there. */
const STARTS_WITH_TIME = /^.{0,24}\d\d:\d\d:\d\d/;
/** Drawn tables say their columns with more than blanks. */
const IS_DRAWN = /^ ?[|+│┌├]/;
/** Lines of JSON behind the name of a service are no rows. */
const IS_OF_SERVICE = /^[\w.-]{1,100} +\| +\{"/;
/** What git says of lines and of files has kinds of its own. */
const IS_OF_GIT = /^\^?[0-9a-f]{7,64} (?:.{0,200}\(.{0,200})? *\d{1,7}\) |^ \S.* \| +(?:\d+(?: [+-]*)?|Bin.*)$/;

function isOfOthers(line: string): boolean {
  return STARTS_WITH_TIME.test(line) || IS_DRAWN.test(line) || IS_OF_GIT.test(line) || IS_OF_SERVICE.test(line);
}

export const columns: Shape = {
  name: 'columns',
  claim(lines: readonly string[]): number {
    const seen = lines.filter((line) => line !== '');
    const isEnough = (rows: number): boolean => rows >= MIN_ROWS && rows / seen.length >= MIN_CLAIMED_SHARE;
    const apart: string[] = [];
    for (const [i, line] of seen.entries()) {
      if (isRowLike(line) && line.includes('  ') && GAP.test(line.trimStart())) apart.push(line);
      else if (!isEnough(seen.length - (i + 1 - apart.length))) return 0;
    }
    const edges = findEdges(seen);
    if (edges.length < MIN_COLUMNS) return 0;
    const others = seen.filter((line) => isOfOthers(line.slice(0, MAX_LINE))).length;
    if (others > seen.length / 4) return 0;
    const rows = apart.filter((line) => readRow(line, edges)).length;
    return isEnough(rows) ? 0.5 + rows / seen.length / 10 : 0;
  },
  write,
  header: HEADER,
  read,
};

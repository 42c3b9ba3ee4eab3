/**
 * Tables aligned with blanks, as ps, df, dpkg and kubectl print them: one blank between columns, and where the columns
 * stood said once. A column that says the same in every row is said once too.
 */
import type { Deadline } from '../../core/deadline.ts';
import { AS_IT_WAS, LINES_PER_CHECK, mostFrequent } from './shape.ts';
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

interface Cell {
  readonly start: number;
  readonly end: number;
}

/** Where each column stands: from 0 up its left edge, below 0 its right edge. */
export type Edges = readonly number[];

function readCells(line: string, limit: number): readonly Cell[] {
  const cells: Cell[] = [];
  if (line.length > MAX_LINE) return cells;
  for (let at = 0; at < line.length && cells.length < limit; at++) {
    if (isBlank(line.charCodeAt(at))) continue;
    const start = at;
    while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
    cells.push({ start, end: at });
  }
  return cells;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function fits(cell: Cell | undefined, edge: number): boolean {
  return cell !== undefined && (edge < 0 ? cell.end === -edge : cell.start === edge);
}

/** The edges on which most rows agree, from the left, as far as they agree. */
export function findEdges(lines: readonly string[]): Edges {
  const edges: number[] = [];
  let rows = lines.map((line) => readCells(line, MAX_COLUMNS)).filter((cells) => cells.length >= MIN_COLUMNS);
  if (rows.length < MIN_ROWS) return edges;
  const enough = Math.max(MIN_ROWS, rows.length * ENOUGH);
  for (let i = 0; i < MAX_COLUMNS; i++) {
    const seen = rows.filter((cells) => cells.length > i);
    const left = mostFrequent(seen.map((cells) => cells[i]!.start));
    const right = mostFrequent(seen.map((cells) => -cells[i]!.end));
    const best = left && right && right.count > left.count ? right : left;
    if (!best || best.count < enough) break;
    edges.push(best.value);
    rows = rows.filter((cells) => fits(cells[i], best.value));
  }
  return edges;
}

/** The cells of a row and what follows them; undefined when it is not aligned so. */
export function readRow(line: string, edges: Edges): readonly string[] | undefined {
  const cells = readCells(line, edges.length);
  if (cells.length < edges.length || line.includes('\t') || !edges.every((edge, i) => fits(cells[i], edge)))
    return undefined;
  return [...cells.map(({ start, end }) => line.slice(start, end)), line.slice(cells.at(-1)!.end)];
}

function writeRow(row: readonly string[], edges: Edges): string {
  let line = '';
  for (const [i, edge] of edges.entries()) {
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
  const cells = row.slice(0, -1).filter((_, column) => !constants.has(column));
  return cells.join(' ') + row.at(-1)!;
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
    if (cells.length < given) return undefined;
    const values = cells.map(({ start, end }) => line.slice(start, end));
    const rest = line.slice(cells.at(-1)!.end);
    const row = edges.map((_, i) => constants.get(i) ?? values.shift()!);
    out.push(writeRow([...row, rest], edges));
  }
  return out;
}

const MIN_CLAIMED_SHARE = 0.7;
const GAP = / {2,}\S/;
/** Events in the order of time are a log, whatever stands in line there. */
const STARTS_WITH_TIME = /^.{0,24}\d\d:\d\d:\d\d/;
/** Drawn tables say their columns with more than blanks. */
const IS_DRAWN = /^ ?[|+│┌├]/;

export const columns: Shape = {
  name: 'columns',
  claim(lines: readonly string[]): number {
    const seen = lines.filter((line) => line !== '');
    const isEnough = (rows: number): boolean => rows >= MIN_ROWS && rows / seen.length >= MIN_CLAIMED_SHARE;
    const apart: string[] = [];
    for (const [i, line] of seen.entries()) {
      if (line.includes('  ') && GAP.test(line.trimStart())) apart.push(line);
      else if (!isEnough(seen.length - (i + 1 - apart.length))) return 0;
    }
    const edges = findEdges(seen);
    const others = seen.filter((line) => STARTS_WITH_TIME.test(line) || IS_DRAWN.test(line)).length;
    if (edges.length < MIN_COLUMNS || others > seen.length / 4) return 0;
    const rows = apart.filter((line) => readRow(line, edges)).length;
    return isEnough(rows) ? 0.5 + rows / seen.length / 10 : 0;
  },
  write,
  header: HEADER,
  read,
};

/** Columns of fixed width under titles and a rule of dashes, as sqlite, sqlcmd, pip and PowerShell print them. */
import type { Deadline } from '../../core/deadline.ts';
import type { Dialect, Found, Spelled } from './dialect.ts';
import { trimBlanks } from './measure.ts';
import type { Row } from './table.ts';

const ROWS_PER_CHECK = 256;
const MIN_ROWS = 3;
const MAX_LINE = 20_000;
const MAX_COLUMNS = 100;
const RULE = /^(?:-+ {1,4})+-+ *$/;

/** Where columns stand: start and width of each, from the dashes. */
interface Edges {
  readonly starts: readonly number[];
  readonly widths: readonly number[];
}

function edgesOf(rule: string): Edges {
  const runs = [...rule.matchAll(/-+/g)];
  return { starts: runs.map((run) => run.index), widths: runs.map((run) => run[0].length) };
}

/** The cells of a line; undefined when one stands across the blanks between columns. */
function cut(line: string, { starts, widths }: Edges): Row | undefined {
  if (line === '' || line.length > MAX_LINE) return undefined;
  const cells: string[] = [];
  const last = starts.length - 1;
  for (let i = 0; i < last; i++) {
    const end = starts[i]! + widths[i]!;
    if (line.slice(end, starts[i + 1]).trim() !== '') return undefined;
    cells.push(line.slice(starts[i], end));
  }
  cells.push(line.slice(starts[last]));
  return cells;
}

function sideOf(cells: readonly string[]): string {
  const isLeft = cells.every((cell) => !cell.startsWith(' ') || cell.trim() === '');
  return isLeft || cells.some((cell) => cell.endsWith(' ')) ? 'l' : 'r';
}

function line(row: Row, { starts, widths }: Edges, sides: string): string {
  let said = '';
  for (let i = 0; i < row.length; i++) {
    said = said.padEnd(starts[i]!);
    said += sides[i] === 'r' ? row[i]!.padStart(widths[i]!) : row[i]!.padEnd(widths[i]!);
  }
  return said;
}

const RULE_FACT = 'rule ';
const SIDES_FACT = 'aligned ';
const TRIMMED = 'trimmed';
const TITLES_TRIMMED = 'titles trimmed';

function write({ names, rows, facts }: Spelled): readonly string[] | undefined {
  const rule = facts.find((fact) => fact.startsWith(RULE_FACT))?.slice(RULE_FACT.length);
  if (!names || rule === undefined || !RULE.test(rule) || rule.length > MAX_LINE) return undefined;
  const edges = edgesOf(rule);
  const sides = facts.find((fact) => fact.startsWith(SIDES_FACT))?.slice(SIDES_FACT.length) ?? '';
  if (names.length !== edges.starts.length || rows.some((row) => row.length > names.length)) return undefined;
  const finish = (text: string, fact: string): string => (facts.includes(fact) ? trimBlanks(text) : text);
  const titles = finish(line(names, edges, sides), TITLES_TRIMMED);
  return [titles, rule, ...rows.map((row) => finish(line(row, edges, sides), TRIMMED))];
}

function readRows(lines: readonly string[], at: number, edges: Edges, deadline: Deadline): readonly Row[] {
  const rows: Row[] = [];
  for (let i = at; i < lines.length; i++) {
    if (i % ROWS_PER_CHECK === 0) deadline.check();
    const row = cut(lines[i]!, edges);
    if (!row) break;
    rows.push(row);
  }
  return rows;
}

interface Drawing {
  readonly edges: Edges;
  readonly sides: string;
}

/** Which lines lack the blanks at their end; undefined where lines are not what their cells give. */
function trimsOf(
  [names, ...rows]: readonly Row[],
  lines: readonly string[],
  at: number,
  { edges, sides }: Drawing,
): readonly string[] | undefined {
  const titles = line(names!, edges, sides);
  if (lines[at] !== titles && lines[at] !== trimBlanks(titles)) return undefined;
  let [areWhole, areTrimmed] = [true, true];
  for (let i = 0; i < rows.length && (areWhole || areTrimmed); i++) {
    const own = lines[at + 2 + i]!;
    const drawn = line(rows[i]!, edges, sides);
    areWhole &&= own === drawn;
    areTrimmed &&= own === trimBlanks(drawn);
  }
  if (!areWhole && !areTrimmed) return undefined;
  return [...(areWhole ? [] : [TRIMMED]), ...(lines[at] === titles ? [] : [TITLES_TRIMMED])];
}

export const ruledDialect: Dialect = {
  name: 'columns',
  separator: '  ',
  isDrawn: true,
  begins(lines, at): boolean {
    const rule = lines[at + 1];
    return rule !== undefined && rule.length <= MAX_LINE && rule.startsWith('-') && lines[at] !== '' && RULE.test(rule);
  },
  read(lines, at, deadline): Found | { past: number } {
    const edges = edgesOf(lines[at + 1]!);
    if (edges.starts.length > MAX_COLUMNS) return { past: at + 2 };
    const raw = readRows(lines, at + 2, edges, deadline);
    const end = at + 2 + raw.length;
    const titles = cut(lines[at]!, edges);
    if (!titles || raw.length < MIN_ROWS) return { past: end };
    const sides = edges.starts.map((_, i) => sideOf(raw.map((row) => row[i]!))).join('');
    const trim = (row: Row): Row => row.map((cell, i) => (sides[i] === 'r' ? cell.trimStart() : trimBlanks(cell)));
    const names = trim(titles);
    const rows = raw.map(trim);
    const trims = trimsOf([names, ...rows], lines, at, { edges, sides });
    if (!trims) return { past: end };
    const aligned = sides.includes('r') ? [SIDES_FACT + sides] : [];
    return { names, rows, facts: [...trims, ...aligned, RULE_FACT + lines[at + 1]!], start: at, end };
  },
  write,
};

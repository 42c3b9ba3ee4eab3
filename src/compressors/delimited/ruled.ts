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
  for (const [i, start] of starts.entries()) {
    const isLast = i === starts.length - 1;
    const end = isLast ? line.length : start + widths[i]!;
    const between = isLast ? '' : line.slice(end, starts[i + 1]);
    if (between.trim() !== '') return undefined;
    cells.push(line.slice(start, end));
  }
  return cells;
}

function sideOf(cells: readonly string[]): string {
  const isLeft = cells.every((cell) => !cell.startsWith(' ') || cell.trim() === '');
  return isLeft || cells.some((cell) => cell.endsWith(' ')) ? 'l' : 'r';
}

function line(row: Row, { starts, widths }: Edges, sides: string): string {
  let said = '';
  for (const [i, cell] of row.entries()) {
    said = said.padEnd(starts[i]!);
    said += sides[i] === 'r' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
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
    const source = lines.slice(at, end).join('\n');
    for (const trims of [[], [TRIMMED], [TITLES_TRIMMED], [TRIMMED, TITLES_TRIMMED]]) {
      const aligned = sides.includes('r') ? [SIDES_FACT + sides] : [];
      const table = {
        names: trim(titles),
        rows: raw.map(trim),
        facts: [...trims, ...aligned, RULE_FACT + lines[at + 1]!],
      };
      if (write(table)?.join('\n') === source) return { ...table, start: at, end };
    }
    return { past: end };
  },
  write,
};

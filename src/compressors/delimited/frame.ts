/** Data frames as pandas and R print them: a name before each row, under titles that end where their columns end. */
import type { Dialect, Found, Spelled } from './dialect.ts';
import type { Row } from './table.ts';

const ROWS_PER_CHECK = 256;
const MIN_ROWS = 3;
const MAX_LINE = 20_000;
const MAX_COLUMNS = 100;
/** Of the cells; the others are empty. */
const MIN_FILLED = 0.5;
const BLANK = 0x20;
/** Columns stand two blanks apart. */
const TITLE = /\S+(?: \S+)*/g;
const APART = '  ';
/** What stands over the names of the rows, where nothing does. */
const INDEX = 'index';
const ENDS_FACT = 'columns end at ';

/** Where each column ends. */
type Ends = readonly number[];

function cut(line: string, ends: Ends): Row | undefined {
  if (line.length !== ends.at(-1) || line.charCodeAt(0) === BLANK) return undefined;
  const first = line.slice(0, ends[0]);
  const at = first.lastIndexOf(APART);
  if (at < 0) return undefined;
  const cells = [first.slice(0, at).trimEnd(), first.slice(at + APART.length)];
  for (let i = 1; i < ends.length; i++) {
    if (line.charCodeAt(ends[i - 1]!) !== BLANK) return undefined;
    cells.push(line.slice(ends[i - 1], ends[i]).trimStart());
  }
  return cells;
}

function line([name, ...cells]: Row, ends: Ends): string {
  let said = name!;
  for (const [i, cell] of cells.entries()) said += cell.padStart(ends[i]! - said.length);
  return said;
}

function isFilled(rows: readonly Row[]): boolean {
  const cells = rows.flat();
  return cells.filter((cell) => cell !== '').length >= cells.length * MIN_FILLED;
}

function write({ names, rows, facts }: Spelled): readonly string[] | undefined {
  const said = facts.find((fact) => fact.startsWith(ENDS_FACT))?.slice(ENDS_FACT.length);
  const ends = said?.split(' ').map(Number) ?? [];
  const isSound = ends.every((end, i) => end > (ends[i - 1] ?? 0) && end <= MAX_LINE);
  if (!names || !isSound || [names, ...rows].some((row) => row.length !== ends.length + 1)) return undefined;
  return [line(['', ...names.slice(1)], ends), ...rows.map((row) => line(row, ends))];
}

export const frameDialect: Dialect = {
  name: 'data frame',
  separator: '  ',
  isDrawn: true,
  begins(lines, at): boolean {
    const [titles, row] = [lines[at]!, lines[at + 1]];
    const isIndented = titles.startsWith(APART) && titles.length <= MAX_LINE && titles.trimEnd().includes(APART, 2);
    return isIndented && row?.length === titles.length && row.charCodeAt(0) !== BLANK;
  },
  read(lines, at, deadline): Found | { past: number } {
    const titles = [...lines[at]!.matchAll(TITLE)];
    const ends = titles.map(({ index, 0: { length } }) => index + length);
    const rows: Row[] = [];
    for (let i = at + 1; i < lines.length; i++) {
      if (i % ROWS_PER_CHECK === 0) deadline.check();
      const row = ends.length > MAX_COLUMNS ? undefined : cut(lines[i]!, ends);
      if (!row) break;
      rows.push(row);
    }
    const end = at + 1 + rows.length;
    if (rows.length < MIN_ROWS || !isFilled(rows)) return { past: end };
    const table = { names: [INDEX, ...titles.map(([title]) => title)], rows, facts: [ENDS_FACT + ends.join(' ')] };
    const isSame = write(table)?.every((said, i) => said === lines[at + i]) ?? false;
    return isSame ? { ...table, start: at, end } : { past: end };
  },
  write,
};

/**
 * The view of long tables: how many rows, what stands in each column, the first rows and the last, every row with a
 * value that is rare in its column, and in place how many rows are not shown. Text around tables stays.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import { type DescribedColumn, describeColumn, oddRows } from './facts.ts';
import type { Placed } from './form.ts';
import { type Row, keysOf } from './table.ts';

/** Share of the source that rows may take beyond the rare ones. */
const SHARE = { lossless: 1, balanced: 0.1, aggressive: 0.05 } as const;
const MIN_BUDGET = 300;
const FIRST = 5;
const LAST = 2;
const MIN_ROWS = 12;
const MAX_CELL = 300;
/** More rows than this part of the table are not rare, whatever each of them has. */
const MAX_RARE = 0.2;

function clip(cell: string): string {
  return cell.length <= MAX_CELL
    ? cell
    : `${cell.slice(0, MAX_CELL)}… (first ${MAX_CELL} of ${cell.length} characters)`;
}

/** A row on one line, as it was written but for what pads it. */
function writeRow(row: Row, { dialect, facts }: Placed): string {
  const cells = row.map(clip);
  if (dialect.separator.trim() !== dialect.separator || dialect.separator === '|')
    return cells.join(dialect.separator === '|' ? ' | ' : dialect.separator);
  return (
    dialect
      .write({ names: undefined, rows: [cells], facts })
      ?.join(' ')
      .trimEnd() ?? cells.join(dialect.separator)
  );
}

/** How each row is written, found out once. */
function rowWriter(table: Placed): (row: number) => string {
  const written = new Map<number, string>();
  return (row) => {
    const known = written.get(row);
    if (known !== undefined) return known;
    const said = writeRow(table.rows[row]!, table);
    written.set(row, said);
    return said;
  };
}

/** The rows that are shown: rare ones always, the others as the budget permits. */
function chooseRows(
  rows: readonly Row[],
  write: (row: number) => string,
  columns: readonly DescribedColumn[],
  budget: number,
  { tokens, deadline }: CompressOptions,
): readonly number[] {
  const last = rows.length - 1;
  const ends = [...Array.from({ length: FIRST }, (_, i) => i), ...Array.from({ length: LAST }, (_, i) => last - i)];
  const rare = [...columns.flatMap((column) => column.rare), ...oddRows(rows, columns)];
  const shown = new Set(new Set(rare).size <= Math.max(8, rows.length * MAX_RARE) ? rare : []);
  let left = budget;
  for (const row of [...ends, ...columns.flatMap((column) => column.examples), ...rows.keys()]) {
    if (shown.has(row)) continue;
    deadline.check();
    left -= tokens.count(write(row)) + 1;
    if (left < 0) break;
    shown.add(row);
  }
  return [...shown].sort((a, b) => a - b);
}

function writeTable(table: Placed, budget: number, options: CompressOptions): readonly string[] {
  const { rows, names, dialect } = table;
  const count = names?.length ?? rows[0]!.length;
  const columns = keysOf(names, count).map((key, i) =>
    describeColumn(names?.[i] === '' ? key : (names?.[i] ?? key), rows, i, options.deadline),
  );
  const write = rowWriter(table);
  const shown = chooseRows(rows, write, columns, budget, options);
  const out = [
    `[headroom: ${dialect.name} of ${rows.length} rows and ${count} columns, of which ${shown.length} rows are shown. What stands in each column:]`,
    ...columns.flatMap(({ said }) => said),
    '[Rows: the first, the last, all with rare values; between them how many are not shown]',
  ];
  if (names) out.push(writeRow(names, table));
  let next = 0;
  for (const row of shown) {
    if (row > next) out.push(gap(row - next));
    out.push(write(row));
    next = row + 1;
  }
  if (next < rows.length) out.push(gap(rows.length - next));
  return out;
}

function gap(count: number): string {
  return `… ${count} ${count === 1 ? 'row' : 'rows'} …`;
}

/** Undefined when there is no table long enough. */
export function writeView(
  lines: readonly string[],
  tables: readonly Placed[],
  sourceTokens: number,
  options: CompressOptions,
): string | undefined {
  const long = tables.filter(({ rows }) => rows.length >= MIN_ROWS);
  if (long.length === 0) return undefined;
  const total = long.reduce((sum, { rows }) => sum + rows.length, 0);
  const budget = Math.max(MIN_BUDGET, sourceTokens * SHARE[options.level]);
  const out: string[] = [];
  let at = 0;
  for (const table of long) {
    for (const line of lines.slice(at, table.start)) out.push(line);
    for (const line of writeTable(table, (budget * table.rows.length) / total, options)) out.push(line);
    at = table.end;
  }
  return [...out, ...lines.slice(at)].join('\n');
}

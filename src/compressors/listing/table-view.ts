/**
 * The view of a long aligned table: titles, what each column holds with counts, rows in full that say something is
 * wrong, hold a rare value or a number far above the others, and the names of all other rows. It declines where that
 * does not fit.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { Level } from '../../core/compressor.ts';
import { ColumnCounts, namingColumns, readColumn } from './table-column.ts';
import type { Column } from './table-column.ts';
import { readTable } from './table.ts';
import type { Table } from './table.ts';

const SHARE: Readonly<Record<Level, number>> = { lossless: 1, balanced: 0.4, aggressive: 0.2 };
const MIN_BUDGET = 400;
const MIN_ROWS = 30;
const MAX_IN_FULL = 40;
/** Where more rows say that something is wrong it is no news. */
const MAX_GRAVE_SHARE = 0.5;
const MAX_ODD = 10;
const MAX_LINE = 300;
/** Longer names are cut where the budget does not hold them. */
const NAME_LENGTHS = [Infinity, 80, 40];
/** Without names, so many columns have to tell what the rows hold, with counts. */
const MIN_COUNTED = 2;

/** Words that say that something is wrong, whatever the others are. */
const GRAVE =
  /\b(?:error|failed|failure|crash\w*|backoff|oom\w*|evicted|unhealthy|dead|exited \([1-9]|pending|terminating|notready|unknown|denied|imagepull\w*|defunct)\b/i;

/** Undefined when it would not be short, or would say next to nothing. */
export function writeTableView(
  lines: readonly string[],
  { level, tokens, deadline }: Pick<CompressOptions, 'level' | 'tokens' | 'deadline'>,
  sourceTokens: number,
): string | undefined {
  const table = readTable(lines, MIN_ROWS);
  if (!table || table.rows.length < MIN_ROWS || table.odd.length > Math.max(MAX_ODD, table.rows.length / 10))
    return undefined;
  deadline.check();
  const counted = new ColumnCounts(table.rows);
  const naming = namingColumns(table.names, table.rows, counted);
  deadline.check();
  const { length } = table.rows;
  const columns = counted.ofFirst(length).map((counts, at) => readColumn(nameOf(table, at), counts, length));
  deadline.check();
  const shown = rowsInFull(table, columns);
  const isTold = table.title !== '' && columns.filter((column) => column?.isCounted).length >= MIN_COUNTED;
  const nameLengths = naming.length > 0 ? NAME_LENGTHS : [];
  const choices = shown.flatMap((rows) => nameLengths.map((length) => ({ rows, length })));
  // Without the names only what is wrong is told, and how many the others are: the very least.
  if (isTold && level !== 'aggressive')
    for (const rows of shown) if (naming.length === 0 || rows.size > 0) choices.push({ rows, length: 0 });
  const budget = Math.max(MIN_BUDGET, sourceTokens * SHARE[level]);
  for (const { rows, length } of choices) {
    deadline.check();
    const view = writeView(table, columns, { shown: rows, naming: length > 0 ? naming : [], length });
    if (tokens.count(view) <= budget) return view;
  }
  return undefined;
}

type Rows = ReadonlySet<number>;

/**
 * Which rows stand in full: what is wrong and what is rare, and if that takes too much what is wrong alone. Where many
 * rows say so it is what is usual there.
 */
function rowsInFull({ lines, rows }: Table, columns: readonly (Column | undefined)[]): readonly Rows[] {
  const grave = [...lines.keys()].filter((i) => GRAVE.test(lines[i]!));
  const told = columns.flatMap((column, at) => (column?.rare?.size ? [{ at, values: column.rare }] : []));
  const rare = [...lines.keys()].filter((i) => told.some(({ at, values }) => values.has(rows[i]![at]!)));
  if (grave.length > lines.length * MAX_GRAVE_SHARE) return [new Set(rare.length <= MAX_IN_FULL ? rare : [])];
  const all = new Set([...grave, ...rare]);
  return all.size <= Math.max(MAX_IN_FULL, lines.length / 5) ? [all, new Set(grave)] : [new Set(grave)];
}

function nameOf({ names }: Table, at: number): string {
  return names[at] || `column ${at + 1}`;
}

interface Choice {
  /** The rows that stand in full. */
  readonly shown: Rows;
  /** The columns that name the other rows; none: they are not named. */
  readonly naming: readonly number[];
  /** How much of a name is said. */
  readonly length: number;
}

function writeView(table: Table, columns: readonly (Column | undefined)[], { shown, naming, length }: Choice): string {
  const { before, title, lines, odd, rows } = table;
  const rest = [...lines.keys()].filter((i) => !shown.has(i));
  const full = rest.map((i) => naming.map((at) => rows[i]![at]!).join(' '));
  const isCut = full.some((name) => name.length > length);
  const others =
    naming.length === 0
      ? `the other ${rest.length} not shown`
      : `${naming.map((at) => nameOf(table, at)).join(' and ')} of the other ${rest.length} last${isCut ? `, cut at ${length} characters` : ''}`;
  const notAligned = odd.length > 0 ? ` and ${count(odd.length, 'line')} not aligned, first below` : '';
  const isSaid = (at: number): boolean => naming.length !== 1 || naming[0] !== at;
  return [
    ...before,
    `[view of ${lines.length} rows${notAligned}: what the columns hold, ${count(shown.size, 'row')} of rare values in full; ${others}]`,
    ...columns.flatMap((column, at) => (column && isSaid(at) ? [column.said] : [])),
    ...(title === '' ? [] : [title]),
    ...odd.map(cutLine),
    ...lines.filter((_, i) => shown.has(i)).map(cutLine),
    ...(naming.length === 0 ? [] : [sayNames(full.map((name) => cut(name, length)))]),
  ].join('\n');
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function cut(name: string, length: number): string {
  return name.length > length ? `${name.slice(0, length)}…` : name;
}

function cutLine(line: string): string {
  const rest = line.length - MAX_LINE;
  return rest < 40 ? line : `${line.slice(0, MAX_LINE)}… (+${rest} characters)`;
}

/** Each name once, with its count; one a line where they have blanks in them. */
function sayNames(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const said = [...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name || '(empty)'));
  return said.join(names.some((name) => name.includes(' ')) ? '\n' : counts.size < names.length ? ', ' : ' ');
}

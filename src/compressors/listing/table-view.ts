/**
 * The view of a long aligned table: titles, what each column that takes few values holds with counts, and rows in full
 * where a value is rare or a number far above the others. Of the other rows the first words, as long as they fit.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { Level } from '../../core/compressor.ts';
import { findEdges, readRow } from './columns.ts';

const SHARE: Readonly<Record<Level, number>> = { lossless: 1, balanced: 0.4, aggressive: 0.2 };
const MIN_BUDGET = 400;
const MIN_ROWS = 30;
const MIN_COLUMNS = 3;
const MAX_KINDS = 12;
/** A value in fewer rows than this share is rare, if the usual ones take most of the rows. */
const RARE_SHARE = 0.03;
const MAX_IN_FULL = 40;
const MAX_OTHERS = 10;
const FAR = 10;

interface Table {
  readonly title: string;
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly string[];
  /** Lines that are no rows. */
  readonly others: readonly string[];
}

const SAMPLED_ROWS = 200;
const IS_TITLE = /^[^\d]*[A-Z]{2}[^\d]*$/;

function readTable(lines: readonly string[]): Table | undefined {
  const plain = lines.map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '');
  const edges = findEdges(plain.slice(0, SAMPLED_ROWS));
  if (edges.length < MIN_COLUMNS) return undefined;
  const title = plain[0] ?? '';
  const hasTitle = IS_TITLE.test(title) && title === title.toUpperCase();
  const rows: (readonly string[])[] = [];
  const own: string[] = [];
  const others: string[] = [];
  for (const line of hasTitle ? plain.slice(1) : plain) {
    const row = readRow(line, edges);
    if (row) {
      rows.push(row.map((cell) => cell.trim()));
      own.push(line);
    } else others.push(line);
  }
  if (rows.length < MIN_ROWS || others.length > Math.max(MAX_OTHERS, rows.length / 20)) return undefined;
  const names = hasTitle ? (readRow(title, edges) ?? title.split(/ +/)).map((name) => name.trim()) : [];
  return { title: hasTitle ? title : '', names, rows, lines: own, others };
}

interface Column {
  readonly said: string;
  readonly isRare: (value: string) => boolean;
}

function readColumn({ rows, names }: Table, at: number): Column | undefined {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row[at] ?? '', (counts.get(row[at] ?? '') ?? 0) + 1);
  const name = names[at] || `column ${at + 1}`;
  if (counts.size === 1 && counts.has('')) return undefined;
  const numbers = rows.map((row) => Number(row[at]?.replace(/[%KMGi]+$/, ''))).filter((value) => !Number.isNaN(value));
  if (counts.size > MAX_KINDS) {
    if (numbers.length < rows.length) return undefined;
    const sorted = numbers.toSorted((a, b) => a - b);
    const usual = Math.max(1, sorted[Math.floor(sorted.length * 0.9)]!);
    return {
      said: `${name}: ${sorted[0]!} to ${sorted.at(-1)!}`,
      isRare: (value) => Number(value.replace(/[%KMGi]+$/, '')) > usual * FAR,
    };
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const rare = new Set(
    sorted.filter(([, count]) => count <= Math.max(2, rows.length * RARE_SHARE)).map(([value]) => value),
  );
  const said = sorted.map(([value, count]) => (sorted.length === 1 ? value : `${value} ×${count}`));
  return { said: `${name}: ${said.join(', ')}`, isRare: (value) => sorted.length > 1 && rare.has(value) };
}

/** Words that say that something is wrong, whatever the others are. */
const GRAVE =
  /\b(?:error|failed|failure|crash\w*|backoff|oom\w*|evicted|unhealthy|dead|exited \([1-9]|pending|terminating|notready|unknown|denied|imagepull\w*|defunct)\b/i;

/** Undefined when it would not be short. */
export function writeTableView(
  lines: readonly string[],
  options: CompressOptions,
  sourceTokens: number,
): string | undefined {
  const { level, tokens, deadline } = options;
  const table = readTable(lines);
  if (!table) return undefined;
  deadline.check();
  const width = table.rows[0]!.length;
  const columns = Array.from({ length: Math.min(width, 16) }, (_, at) => readColumn(table, at));
  const isSeldom = (i: number): boolean => columns.some((column, at) => column?.isRare(table.rows[i]![at] ?? ''));
  const indexes = [...table.lines.keys()];
  const grave = indexes.filter((i) => GRAVE.test(table.lines[i]!));
  const inFull = [...new Set([...grave, ...indexes.filter(isSeldom)])];
  // Where most rows are rare none of them is; what is wrong stays.
  const shown = new Set(inFull.length <= Math.max(MAX_IN_FULL, table.lines.length / 5) ? inFull : grave);
  deadline.check();
  const rest = indexes.filter((i) => !shown.has(i));
  const said = columns.flatMap((column) => (column ? [column.said] : []));
  const head = `[view of ${table.lines.length} rows: what the columns hold, ${shown.size} of rare values in full`;
  const top = [
    ...table.others,
    ...said,
    ...(table.title === '' ? [] : [table.title]),
    ...[...shown].sort((a, b) => a - b).map((i) => table.lines[i]!),
  ];
  const budget = Math.max(MIN_BUDGET, sourceTokens * SHARE[level]);
  const first = firstTelling(table);
  const views = [[`${head}; the other ${rest.length} not shown]`, ...top]];
  if (first !== undefined) {
    const names = rest.map((i) => table.rows[i]![first]!).join(' ');
    views.unshift([
      `${head}; ${table.names[first] || `column ${first + 1}`} of the other ${rest.length} last]`,
      ...top,
      names,
    ]);
  }
  return views.map((view) => view.join('\n')).find((view) => tokens.count(view) <= budget);
}

/** The column that names its rows: the first with another value in nearly each. */
function firstTelling({ rows }: Table): number | undefined {
  const columns = rows[0]!.map((_, at) => new Set(rows.map((row) => row[at])).size);
  const found = columns.findIndex((size, at) => size > rows.length * 0.9 && /[A-Za-z]/.test(rows[0]![at]!));
  return found < 0 ? undefined : found;
}

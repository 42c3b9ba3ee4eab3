/**
 * The view of a list of records: what each column holds, as counts and ranges, and in full the rows that are unlike the
 * others. It says how many rows there are, and of each row in full which one it is.
 */
import type { Deadline } from '../../../core/deadline.ts';
import type { ToolImportance } from '../../../core/importance.ts';
import type { Tokenizer } from '../../../core/tokenizer.ts';
import type { Known } from '../known.ts';
import { type Json, print, quote } from '../tree.ts';
import { describe } from './describe.ts';
import type { Fact } from './fact.ts';
import { FlatTable } from './flatten.ts';
import { type Weights, weighRows } from './select.ts';

export interface ViewOptions {
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
  readonly known?: Known | undefined;
  /** What the rows in full may take. */
  readonly rowTokens: number;
  /** What lists of names may take. */
  readonly nameTokens: number;
  readonly importance?: ToolImportance | undefined;
  /** What the whole view may take where columns are in it that are asked for again and again. */
  readonly learnedTokens: number;
}

export interface ListView {
  readonly count: number;
  /** The rows in full, by their number. */
  readonly kept: readonly number[];
  /** Rows that are unlike the others too, but have no room. */
  readonly named: readonly number[];
  readonly facts: readonly Fact[];
  /** Characters of wording that the view says nothing of, rows in full left aside. */
  readonly unsaid: number;
  /** Views of such lists are nearly always fetched: it had better be said whole. */
  readonly isLost?: boolean;
}

/** Fewer rows are not worth a view. */
export const MIN_VIEW_ROWS = 20;
const MAX_NAMED = 100;

/** A view, and what it was made from. */
export interface MadeView {
  readonly view: ListView;
  readonly table: FlatTable;
  readonly weights: Weights;
}

/** @param keys of the rows, where they stand in an object. */
export function plainView(list: readonly Json[], keys: readonly string[] | undefined, options: ViewOptions): MadeView {
  const table = new FlatTable(list, keys, options.known);
  const weights = weighRows(table, options.deadline);
  options.deadline.check();
  const facts = describe(table, options);
  const unsaid = facts.reduce((sum, fact) => sum + (fact.unsaid ?? 0), 0);
  const rows = chooseRows(list, weights, options.rowTokens, options.tokens);
  return { view: { unsaid, count: list.length, ...rows, facts }, table, weights };
}

/** The weightiest rows that there is room for. */
export function chooseRows(
  list: readonly Json[],
  weights: Weights,
  rowTokens: number,
  tokens: Tokenizer,
): Pick<ListView, 'kept' | 'named'> {
  const order = [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const kept: number[] = [];
  const named: number[] = [];
  let left = rowTokens;
  for (const [row, weight] of order) {
    const cost = left <= 0 ? 1 : tokens.count(print(list[row]!)) + 4;
    if (cost <= left) {
      kept.push(row);
      left -= cost;
    } else if (weight > 1) named.push(row);
  }
  return { kept: kept.sort((a, b) => a - b), named: named.sort((a, b) => a - b) };
}

/** @param kind what the rows are, in the words of a table's head. */
export function writeListView(list: readonly Json[], keys: readonly string[] | undefined, view: ListView): string {
  const { count, kept, named, facts } = view;
  const what = keys ? 'entries' : 'rows';
  const lines = [
    `[headroom view of ${count} ${what}: ${kept.length} in full below, the others as counts and ranges; i is the row number, from 0:`,
  ];
  lines.push(...facts.flatMap(sayFact));
  if (named.length > 0) lines.push(`unlike the others too, not in full: rows ${sayNamed(named)}`);
  lines.push(`in full:`);
  for (const row of kept) lines.push(`row ${row}: ${keys ? `${quote(keys[row]!)}:` : ''}${print(list[row]!)}`);
  return `${lines.join('\n')}\n]`;
}

export function sayFact({ name, text, counts, lines }: Fact): readonly string[] {
  if (counts) return [`${name} = ${counts.map(([value, times]) => `${value}: ${times}`).join(', ')}`];
  if (lines) return [`${name}, ${lines.length} kinds:`, ...lines.map((line) => ` ${line}`)];
  return [`${name} = ${text!}`];
}

function sayNamed(rows: readonly number[]): string {
  const more = rows.length - MAX_NAMED;
  return rows.slice(0, MAX_NAMED).join(' ') + (more > 0 ? ` and ${more} more` : '');
}

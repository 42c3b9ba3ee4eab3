/** The one or two rows of a long table that are unlike all others: a lossless form says them whole, as the JSON that they were. */
import type { Column } from './column.ts';
import type { Wording } from './forms/form.ts';
import { LOSSLESS_LIMITS, rareCells } from './view/rare.ts';

/** In short tables all words are whole anyway (whole-words.ts), and they stay so when the odd rows have left. */
const MIN_TABLE_ROWS = 44;
/** In long ones the search would take its time, for rows that nobody reads one by one. */
const MAX_TABLE_ROWS = 1_000;
const MAX_ODD = 3;

function mayHaveOddRows(count: number): boolean {
  return count >= MIN_TABLE_ROWS && count <= MAX_TABLE_ROWS;
}

/** Rows with a value that no other row has where the others share a few. None when they are too many to be odd. */
export function rareRows(columns: readonly Column[], count: number): ReadonlySet<number> {
  const odd = new Set<number>();
  if (!mayHaveOddRows(count)) return odd;
  for (const column of columns) {
    for (const at of rareCells(column, LOSSLESS_LIMITS)) odd.add(column.rows[at]!);
    if (odd.size > MAX_ODD) return new Set();
  }
  return odd;
}

/** Rows that break a rule of a column. */
export function exceptedRows(wordings: Iterable<Wording>, count: number): ReadonlySet<number> {
  const odd = new Set<number>();
  if (!mayHaveOddRows(count)) return odd;
  const limit = Math.min(MAX_ODD, Math.ceil(count * LOSSLESS_LIMITS.share));
  for (const { excepted = [] } of wordings) {
    for (const row of excepted) odd.add(row);
    if (odd.size > limit) return new Set();
  }
  return odd;
}

/** A slot is a place in a pattern that is filled row by row: by a formula of i, by another column, or from the row's line. */

/** What a pattern may ask about the row it is read for. */
export interface Lookup {
  /** The text of another column at a row. */
  text(name: string, row: number): string;
}

/** @returns the slot's text at a row. */
export type SlotReader = (row: number, lookup: Lookup) => string;

export interface SlotForm {
  readonly name: string;
  /** Wordings that may give most of the texts; the caller checks each. `rows[at]` is the index i of `texts[at]`. */
  guess(texts: readonly string[], rows: readonly number[]): readonly string[];
  /** Undefined when the words are not of this form. */
  read(wording: string): SlotReader | undefined;
}

/** Formulas need this many rows to be believed. */
export const MIN_FORMULA_ROWS = 8;

/** The commonest of some numbers, and how often it comes. */
export function mode(values: readonly number[]): { readonly value: number; readonly count: number } {
  const counts = new Map<number, number>();
  let best = Number.NaN;
  let most = 0;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > most) [best, most] = [value, count];
  }
  return { value: best, count: most };
}

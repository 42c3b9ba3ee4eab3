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

const CANDIDATES = 3;

/** Whether one number is a third of them or more: most columns have no rule, and that is seen sooner than which number it is. */
export function hasThird(values: readonly number[]): boolean {
  const found = [0, 0, 0];
  const lead = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    let place = 0;
    while (place < CANDIDATES && (lead[place] === 0 || found[place] !== value)) place++;
    if (place === CANDIDATES) place = lead.indexOf(0);
    if (place >= 0) {
      found[place] = value;
      lead[place]!++;
    } else for (place = 0; place < CANDIDATES; place++) lead[place]!--;
  }
  return found.some((candidate, at) => lead[at]! > 0 && countOf(values, candidate) * 3 >= values.length);
}

function countOf(values: readonly number[], sought: number): number {
  let count = 0;
  for (let at = 0; at < values.length; at++) if (values[at] === sought) count++;
  return count;
}

/** The commonest of some numbers, and how often it comes. */
export function mode(values: readonly number[]): { readonly value: number; readonly count: number } {
  const counts = new Map<number, number>();
  let best = Number.NaN;
  let most = 0;
  for (let at = 0; at < values.length; ) {
    const value = values[at]!;
    const start = at++;
    while (at < values.length && values[at] === value) at++;
    const count = (counts.get(value) ?? 0) + at - start;
    counts.set(value, count);
    if (count > most) [best, most] = [values[at - 1]!, count];
  }
  return { value: best, count: most };
}

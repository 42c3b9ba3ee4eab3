/** The interface of column forms: each is one way to say a whole column, and to read it back. */
import type { Column } from '../column.ts';
import type { Brackets } from '../pattern.ts';
import type { RowLine } from '../row-line.ts';
import type { Lookup } from '../slots/slot.ts';
import type { Cell } from '../spell.ts';
import type { Json } from '../tree.ts';

/** How a column's cells stand in their lines: one letter each, without spaces, or free text. */
export type Fit = 'letter' | 'tight' | 'free';

export interface Wording {
  /** What follows the key in the head of the table. */
  readonly spec: string;
  /** Further lines of the head below it. */
  readonly legend: readonly string[];
  /** For each row of the column what stands in the row's line; undefined when nothing does. */
  readonly cells: readonly string[] | undefined;
  readonly fit: Fit;
  /** It speaks of i or of row numbers. */
  readonly isCounted: boolean;
  /** For each row of the column the letter of the legend that holds there. */
  readonly letters: readonly string[] | undefined;
  /** The rows that the rule does not hold for. */
  readonly excepted?: readonly number[];
  /** For each row of the column what stands in a line above the row's own; undefined where what stood before still holds. */
  readonly headings?: readonly (string | undefined)[];
}

/** The letters of a column's rows; empty for a row without. */
export interface Lettered {
  readonly rows: readonly number[];
  readonly letters: readonly string[];
}

export interface WriteContext {
  readonly brackets: Brackets;
  /** The columns of the table that others may refer to. */
  readonly others: readonly Column[];
  /** How many columns have a legend already: they take small and capital letters in turn. */
  readonly legends: number;
  /** The columns decided before, that have a legend, by name. */
  readonly lettered: ReadonlyMap<string, Lettered>;
  /** Tokens, exactly or nearly. */
  count(text: string): number;
}

/** What was taken off a line for one column. */
export interface Taken {
  readonly letter: string;
  readonly fills: readonly string[];
  /** A whole value that stands there in JSON. */
  readonly whole: Json | undefined;
}

const NO_FILLS: readonly string[] = [];

/** A letter alone. */
export function letterAlone(letter: string): Taken {
  return { letter, fills: NO_FILLS, whole: undefined };
}

export function wholeValue(whole: Json): Taken {
  return { letter: '', fills: NO_FILLS, whole };
}

export interface RowLookup extends Lookup {
  /** The letter of another column's legend that holds at a row. */
  letter(name: string, row: number): string | undefined;
  /** What the last heading above a row says. */
  heading(row: number): Cell | undefined;
}

/** For what speaks of no other column. */
export const NO_LOOKUP: RowLookup = { text: () => '', letter: () => undefined, heading: () => undefined };

export interface Reading {
  /** Takes its cell off the line; undefined when nothing of it stands there. `stop` is what follows, empty for the end. */
  readonly take: ((line: RowLine, stop: string) => Taken) | undefined;
  /** Its cells are single letters, which may stand together. */
  readonly isGlued: boolean;
  /** The letter of its legend that holds at a row; undefined when it has no legend. */
  readonly letter: ((row: number, taken: Taken | undefined) => string | undefined) | undefined;
  /** It stands in lines above the rows. */
  readonly isHeading?: boolean;
  value(row: number, taken: Taken | undefined, lookup: RowLookup): Cell;
}

export interface ColumnForm {
  readonly name: string;
  /** The ways in which this form can say the column; none when it cannot. */
  write(column: Column, context: WriteContext): readonly Wording[];
  /** Undefined when the head is not of this form. */
  read(spec: string, legend: readonly string[], brackets: Brackets): Reading | undefined;
}

/** A wording with nothing in the lines. */
export function headOnly(spec: string, isCounted: boolean): Wording {
  return { spec, legend: [], cells: undefined, fit: 'letter', isCounted, letters: undefined };
}

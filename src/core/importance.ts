/**
 * What is learned from what models fetch and use: how often views of a structure were made, fetched and, place by place,
 * asked for. Structures and places are known by salted hashes alone: no value, no text, no name leaves through here.
 */

/** What somebody wanted of a text: as they asked for it, or (`name`) as they used it later. */
export type Asked =
  | { readonly kind: 'all' }
  | { readonly kind: 'path' | 'query' | 'name'; readonly text: string }
  | { readonly kind: 'rows' | 'lines'; readonly from: number; readonly to: number };

/** Something in a text that a view may say more or less of: a column of a list, the lines of a template. */
export interface Place {
  readonly shape: string;
  readonly place: string;
}

/** How a text is built, as far as its views depend on it. */
export interface Structure {
  /** One for each piece that is said by its structure: names and types of a list's rows, a template. Never values. */
  readonly shapes: readonly string[];
  /** Many texts have some shape of these that no other has: they are counted once somebody asked for one. */
  readonly isOpen: boolean;
  /** The places that were meant; none when it was no place in particular. */
  readonly find: (asked: Asked) => readonly Place[];
}

/** Read-only, and the same for the life of a process: what it says shapes only what was never sent. */
export interface Importance {
  /** For the results of one tool. */
  forTool(name: string): ToolImportance;
}

export interface ToolImportance {
  /** Above 0, views should say this place in full, because it is asked for or used again and again: the more the higher. */
  weightOf(shape: string, place: string): number;
  /** Views of this shape are nearly always fetched: there is nothing to save. */
  isLost(shape: string): boolean;
  /** The same of this tool’s views, or of those among them that this compressor makes. */
  isLostBy(compressor: string): boolean;
  /** Of this tool's views, the share that was fetched; undefined while too little is known. */
  readonly fetchedShare: number | undefined;
}

/** Each only ever grows: learned state merges by addition. */
export const COUNTERS = ['views', 'fetched', 'whole', 'kept', 'keptFetched', 'used'] as const;

/**
 * views: were made. fetched: of them, fetched or asked for this place. whole: fetched for no place in particular. kept:
 * made while something (or this place) was kept in them, keptFetched: of these, fetched. used: names of it said later.
 */
export type Counts = Readonly<Record<(typeof COUNTERS)[number], number>>;

export interface LearnedRow {
  /** Whose it is. */
  readonly owner: string;
  readonly shape: string;
  /** Empty for the shape as a whole. */
  readonly place: string;
  readonly counts: Counts;
}

export interface Learned {
  /** What the hashes are salted with: nobody without it can test what stands in the rows. */
  readonly salt: string;
  readonly rows: readonly LearnedRow[];
}

export const NO_COUNTS: Counts = { views: 0, fetched: 0, whole: 0, kept: 0, keptFetched: 0, used: 0 };

/** Kept beside the ledger, one for all tenants: rows name theirs. */
export interface LearnedLog {
  /** This installation's secret: made when it is first asked for. Undefined while it is out of reach. */
  salt(): string | undefined;
  /** Adds to the counts of these rows; where `known`, only of those that are there. */
  add(rows: readonly LearnedRow[], known: readonly LearnedRow[]): void;
  /** In no particular order. */
  read(): readonly LearnedRow[];
  /** In place of all there was, its salt included; undefined forgets everything. */
  replace(learned: Learned | undefined): void;
}

/** What a snapshot comes to, as plain values: they cross into worker threads. */
export interface LearnedSnapshot {
  readonly version: 1;
  readonly salt: string;
  readonly kept: readonly (readonly [shape: string, place: string, weight: number])[];
  readonly lost: readonly string[];
  readonly tools: readonly (readonly [shape: string, fetchedShare: number])[];
}

/** Finds what folds from a line on: places of one file, lines alike. Each line is looked at once, however often it is asked for. */
import type { Deadline } from '../../core/deadline.ts';
import { AlikeFinder } from './alike.ts';
import type { Alike } from './alike.ts';
import type { Row } from './blocks.ts';
import { findPlaces } from './places.ts';
import type { PlaceGroup } from './places.ts';
import { VALUE_BREAK } from './spell.ts';
import { isSpellable } from './template.ts';

export type Fold =
  | { readonly kind: 'alike'; readonly alike: Alike }
  | { readonly kind: 'places'; readonly group: PlaceGroup }
  | { readonly kind: 'row'; readonly row: Row };

export interface Placed {
  readonly fold: Fold;
  readonly end: number;
}

export class FoldFinder {
  readonly #lines: readonly string[];
  readonly #slot: string;
  readonly #alikes: AlikeFinder;
  readonly #deadline: Deadline;
  /** By line; null where nothing folds. */
  readonly #known: (Placed | null | undefined)[];

  constructor(lines: readonly string[], slot: string, deadline: Deadline) {
    this.#lines = lines;
    this.#slot = slot;
    this.#alikes = new AlikeFinder(lines, deadline);
    this.#deadline = deadline;
    this.#known = Array<Placed | null | undefined>(lines.length);
  }

  /** The fold that begins with this line. */
  find(at: number): Placed | undefined {
    let known = this.#known[at];
    if (known === undefined) this.#known[at] = known = this.#look(at) ?? null;
    return known ?? undefined;
  }

  #look(at: number): Placed | undefined {
    if (this.#lines[at] === '') return undefined;
    const group = findPlaces(this.#lines, at, this.#deadline);
    if (group) return { fold: { kind: 'places', group }, end: group.end };
    const alike = this.#alikes.find(at);
    if (!alike || !isWritable(alike, this.#slot)) return undefined;
    return { fold: { kind: 'alike', alike }, end: at + alike.period * alike.rows.length };
  }
}

function isWritable({ template, rows, isNames }: Alike, slot: string): boolean {
  if (!isSpellable(template, slot)) return false;
  if (isNames || rows[0]!.length < 2) return true;
  return rows.every(isSplit);
}

/** A bar at the end of a value would move its border. */
function isSplit(row: readonly string[]): boolean {
  const values = row.join(VALUE_BREAK).split(VALUE_BREAK);
  return values.length === row.length && values.every((value, i) => value === row[i]);
}

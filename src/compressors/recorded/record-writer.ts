/**
 * Writes records one by one: keys bare, long strings, lists and ids shortened, times without the date that all share, and
 * for a long value that stood at the same path before, the record that showed it.
 */
import type { Placed, Places } from './record-paths.ts';
import { shortenedString } from './shorten.ts';

/** How much of a long string, and of a long list, stays. */
export interface Limits {
  readonly chars: number;
  readonly items: number;
}

/** Shorter values are not referred to. */
const MIN_REFERRED_CHARS = 24;

export class RecordWriter {
  readonly #places: Places;
  readonly #limits: Limits;
  /** By the numbers of values, the record that showed it first. */
  readonly #shown = new Map<number, number>();
  #refers = false;

  constructor(places: Places, limits: Limits) {
    this.#places = places;
    this.#limits = limits;
  }

  /** What a reader must know; complete when all is written. */
  get notes(): readonly string[] {
    return [...this.#places.notes, ...(this.#refers ? ['=7 is the same as in record 7'] : [])];
  }

  /** @param number of the record. */
  write(placed: Placed, number: number): string {
    if (placed.value.kind === 'word') return placed.value.raw;
    const said = this.#spell(placed, number);
    if (said.length < MIN_REFERRED_CHARS || placed.path.isRecord) return said;
    const key = this.#places.numberOf(placed);
    const before = this.#shown.get(key);
    if (before === undefined || before === number) {
      this.#shown.set(key, number);
      return said;
    }
    this.#refers = true;
    return `=${before}`;
  }

  #spell({ value, said, parts, labels }: Placed, number: number): string {
    if (said !== undefined) return said;
    if (value.kind === 'text') return shortenedString(value.raw, this.#limits.chars);
    let inner = '';
    if (value.kind === 'object') {
      for (let i = 0; i < parts.length; i++)
        inner += `${i === 0 ? '' : ','}${labels[i]!}${this.write(parts[i]!, number)}`;
      return `{${inner}}`;
    }
    const shown = parts.length > this.#limits.items + 1 ? this.#limits.items : parts.length;
    for (let i = 0; i < shown; i++) inner += `${i === 0 ? '' : ','}${this.write(parts[i]!, number)}`;
    const left = parts.length - shown;
    return left > 0 ? `[${inner},+${left} items]` : `[${inner}]`;
  }
}

/** With every string, list and id in full. */
export function writeWhole({ value, parts, labels }: Placed): string {
  if (value.kind === 'text') return `"${value.raw}"`;
  if (value.kind === 'word') return value.raw;
  if (value.kind === 'list') return `[${parts.map(writeWhole).join(',')}]`;
  return `{${parts.map((part, i) => labels[i]! + writeWhole(part)).join(',')}}`;
}

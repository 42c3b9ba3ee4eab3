/**
 * Writes records one by one: keys bare, long strings, lists and ids shortened, times without the date that all share, and
 * for a long value that stood at the same path before, the record that showed it.
 */
import { idLengths, isId } from './ids.ts';
import type { Loose } from './loose-json.ts';
import { NEXT_KEY, type Record } from './same-fields.ts';
import { shortenedString } from './shorten.ts';

/** How much of a long string, and of a long list, stays. */
export interface Limits {
  readonly chars: number;
  readonly items: number;
}

const UNLIMITED: Limits = { chars: Number.POSITIVE_INFINITY, items: Number.POSITIVE_INFINITY };
const PLAIN_KEY = /^[A-Za-z_$][\w$.-]*$/;
const TIME = /^(\d{4}-\d\d-\d\d)T(?=\d\d:\d\d)/;
/** Shorter values are not referred to. */
const MIN_REFERRED_CHARS = 24;

export class RecordWriter {
  readonly #saidOnce: ReadonlySet<string>;
  readonly #limits: Limits;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #date: string | undefined;
  /** By path and spelling, the record that showed a value first. */
  readonly #shown = new Map<string, number>();
  #refers = false;

  /** @param saidOnce paths of fields that stand in the head. */
  constructor(records: readonly Record[], saidOnce: ReadonlySet<string>, limits: Limits) {
    const texts = textsIn(records);
    this.#saidOnce = saidOnce;
    this.#limits = limits;
    this.#ids = idLengths(new Set(texts.filter(isId)));
    const dates = new Set(texts.flatMap((text) => TIME.exec(text)?.[1] ?? []));
    this.#date = dates.size === 1 ? dates.values().next().value : undefined;
  }

  /** What a reader must know; complete when all is written. */
  get notes(): readonly string[] {
    return [
      ...(this.#ids.size > 0 ? ['abc… is an id of which the rest is left out'] : []),
      ...(this.#date === undefined ? [] : [`T12:00… is a time on ${this.#date}`]),
      ...(this.#refers ? ['=7 is the same as in record 7'] : []),
    ];
  }

  write({ value, number }: Record): string {
    return this.#value(value, '', number);
  }

  /** With every string, list and id in full. */
  writeWhole({ value }: Record): string {
    return this.#spell(value, '', undefined, UNLIMITED);
  }

  #value(value: Loose, path: string, number: number): string {
    if (value.kind === 'word') return value.raw;
    const said = this.#spell(value, path, number, this.#limits);
    if (said.length < MIN_REFERRED_CHARS || path === '') return said;
    const key = `${path}\0${spelledIn(value)}`;
    const before = this.#shown.get(key);
    if (before === undefined || before === number) {
      this.#shown.set(key, number);
      return said;
    }
    this.#refers = true;
    return `=${before}`;
  }

  /** @param number undefined in records that refer to no other. */
  #spell(value: Loose, path: string, number: number | undefined, limits: Limits): string {
    const inner = (member: Loose, at: string): string =>
      number === undefined ? this.#spell(member, at, number, limits) : this.#value(member, at, number);
    if (value.kind === 'word') return value.raw;
    if (value.kind === 'text') return number === undefined ? `"${value.raw}"` : this.#text(value.raw);
    if (value.kind === 'list') {
      const { items } = value;
      const shown = items.length > limits.items + 1 ? items.slice(0, limits.items) : items;
      const more = items.length > shown.length ? [`+${items.length - shown.length} items`] : [];
      return `[${[...shown.map((item) => inner(item, `${path}${NEXT_KEY}[]`)), ...more].join(',')}]`;
    }
    const members: string[] = [];
    for (const [key, member] of value.members) {
      const at = path === '' ? key : path + NEXT_KEY + key;
      if (this.#saidOnce.has(at)) continue;
      members.push(`${PLAIN_KEY.test(key) ? key : `"${key}"`}:${inner(member, at)}`);
    }
    return `{${members.join(',')}}`;
  }

  #text(raw: string): string {
    const idLength = this.#ids.get(raw);
    if (idLength !== undefined) return idLength < raw.length ? `${raw.slice(0, idLength)}…` : `"${raw}"`;
    if (this.#date !== undefined && TIME.test(raw)) return `"${raw.slice(this.#date.length)}"`;
    return shortenedString(raw, this.#limits.chars);
  }
}

function textsIn(records: readonly Record[]): readonly string[] {
  const texts: string[] = [];
  const open: Loose[] = records.map(({ value }) => value);
  for (let value = open.pop(); value; value = open.pop()) {
    if (value.kind === 'text') texts.push(value.raw);
    else if (value.kind === 'list') open.push(...value.items);
    else if (value.kind === 'object') open.push(...value.members.map(([, member]) => member));
  }
  return texts;
}

/** The value as one string that no other value has. */
function spelledIn(value: Loose): string {
  if (value.kind === 'word') return value.raw;
  if (value.kind === 'text') return `"${value.raw}"`;
  if (value.kind === 'list') return `[${value.items.map(spelledIn).join(',')}]`;
  return `{${value.members.map(([key, member]) => `"${key}":${spelledIn(member)}`).join(',')}}`;
}

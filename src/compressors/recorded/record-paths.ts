/**
 * Records as their writers need them, worked out once for all limits: where each value stands, which fields are said once,
 * which values stood at the same path before, and what of a text no limit changes.
 */
import { idLengths, isId } from './ids.ts';
import type { Loose } from './loose-json.ts';
import { NEXT_KEY, type Record } from './same-fields.ts';

const PLAIN_KEY = /^[A-Za-z_$][\w$.-]*$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const DATE_CHARS = '2026-01-01'.length;
const OF_LIST = '[]';

/** Where values stand: the keys from the record down to them. */
class Path {
  readonly keys: string;
  readonly isSaidOnce: boolean;
  /** A number for each text that stands here, and for each other value by what it is made of. */
  readonly texts: Map<string, number> = new Map();
  readonly others: Map<string, number> = new Map();
  readonly #saidOnce: ReadonlySet<string>;
  readonly #below = new Map<string, Path>();

  constructor(keys: string, saidOnce: ReadonlySet<string>) {
    this.keys = keys;
    this.isSaidOnce = saidOnce.has(keys);
    this.#saidOnce = saidOnce;
  }

  get isRecord(): boolean {
    return this.keys === '';
  }

  member(key: string): Path {
    if (this.isRecord && key === '') return this;
    return this.#at(key, this.isRecord ? key : this.keys + NEXT_KEY + key);
  }

  item(): Path {
    const keys = this.keys + NEXT_KEY + OF_LIST;
    return this.#at(this.isRecord ? keys : OF_LIST, keys);
  }

  #at(step: string, keys: string): Path {
    let below = this.#below.get(step);
    if (!below) this.#below.set(step, (below = new Path(keys, this.#saidOnce)));
    return below;
  }
}

/** A value at its place. */
export interface Placed {
  readonly value: Loose;
  readonly path: Path;
  /** What is written of it under any limit; undefined where limits decide. */
  readonly said: string | undefined;
  /** Items, or the members that are not said once. */
  readonly parts: readonly Placed[];
  /** What stands before each member. */
  readonly labels: readonly string[];
  /** The members that are said once, by how many others stand before them. */
  readonly saidOnce: string;
  /** Below 0 until it is asked for. */
  number: number;
}

const NONE: readonly never[] = [];

export class Places {
  readonly #root: Path;
  readonly #labels = new Map<string, string>();
  readonly #ids: ReadonlyMap<string, number>;
  readonly #date: string | undefined;
  #count = 0;

  /** @param saidOnce paths of fields that stand in the head. */
  constructor(records: readonly Record[], saidOnce: ReadonlySet<string>) {
    const texts = textsIn(records);
    this.#root = new Path('', saidOnce);
    this.#ids = idLengths(new Set(texts.filter(isId)));
    const dates = new Set<string>();
    for (const text of texts) if (isTime(text)) dates.add(text.slice(0, DATE_CHARS));
    this.#date = dates.size === 1 ? dates.values().next().value : undefined;
  }

  get notes(): readonly string[] {
    return [
      ...(this.#ids.size > 0 ? ['abc… is an id of which the rest is left out'] : []),
      ...(this.#date === undefined ? [] : [`T12:00… is a time on ${this.#date}`]),
    ];
  }

  of({ value }: Record): Placed {
    return this.#place(value, this.#root);
  }

  /** The same for values of one spelling at one path, and for no others. */
  numberOf(placed: Placed): number {
    if (placed.number >= 0) return placed.number;
    const { value, path } = placed;
    const numbers = value.kind === 'text' ? path.texts : path.others;
    const key = value.kind === 'text' || value.kind === 'word' ? value.raw : this.#partsIn(placed);
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = this.#count++));
    return (placed.number = number);
  }

  #partsIn({ value, parts, saidOnce }: Placed): string {
    let numbers = value.kind === 'list' ? '[' : '{';
    for (const part of parts) numbers += `${this.numberOf(part)},`;
    return numbers + saidOnce;
  }

  #place(value: Loose, path: Path): Placed {
    if (value.kind === 'word') return placed(value, path, value.raw);
    if (value.kind === 'text') return placed(value, path, this.#unlimited(value.raw));
    if (value.kind === 'list') {
      const at = value.items.length > 0 ? path.item() : path;
      const parts = value.items.map((item) => this.#place(item, at));
      return { value, path, said: undefined, parts, labels: NONE, saidOnce: '', number: -1 };
    }
    const parts: Placed[] = [];
    const labels: string[] = [];
    let saidOnce = '';
    for (const [key, member] of value.members) {
      const at = path.member(key);
      if (at.isSaidOnce) {
        // Records have no numbers.
        if (!path.isRecord) saidOnce += `${parts.length}"${key}":${spelledIn(member)}`;
        continue;
      }
      parts.push(this.#place(member, at));
      labels.push(this.#label(key));
    }
    return { value, path, said: undefined, parts, labels, saidOnce, number: -1 };
  }

  #label(key: string): string {
    let label = this.#labels.get(key);
    if (label === undefined) this.#labels.set(key, (label = PLAIN_KEY.test(key) ? `${key}:` : `"${key}":`));
    return label;
  }

  #unlimited(raw: string): string | undefined {
    const idLength = this.#ids.get(raw);
    if (idLength !== undefined) return idLength < raw.length ? `${raw.slice(0, idLength)}…` : `"${raw}"`;
    if (this.#date !== undefined && isTime(raw)) return `"${raw.slice(this.#date.length)}"`;
    return undefined;
  }
}

function placed(value: Loose, path: Path, said: string | undefined): Placed {
  return { value, path, said, parts: NONE, labels: NONE, saidOnce: '', number: -1 };
}

function isTime(text: string): boolean {
  return text.charCodeAt(DATE_CHARS) === 0x54 && TIME.test(text);
}

function textsIn(records: readonly Record[]): readonly string[] {
  const texts: string[] = [];
  const open: Loose[] = records.map(({ value }) => value);
  for (let value = open.pop(); value; value = open.pop()) {
    if (value.kind === 'text') texts.push(value.raw);
    else if (value.kind === 'list') open.push(...value.items);
    else if (value.kind === 'object') for (const member of value.members) open.push(member[1]);
  }
  return texts;
}

/** The value as one string that no other value has. */
function spelledIn(value: Loose): string {
  if (value.kind === 'word') return value.raw;
  if (value.kind === 'text') return `"${value.raw}"`;
  let said = '';
  if (value.kind === 'list') {
    for (const item of value.items) said += said === '' ? spelledIn(item) : `,${spelledIn(item)}`;
    return `[${said}]`;
  }
  for (const [key, member] of value.members) said += `${said === '' ? '' : ','}"${key}":${spelledIn(member)}`;
  return `{${said}}`;
}

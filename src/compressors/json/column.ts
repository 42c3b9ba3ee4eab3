/** One column of a table: which rows have it, and which values it takes. */
import { Formulas } from './formulas.ts';
import { RESERVED, type Skeleton, skeletonOf } from './skeleton.ts';
import { ABSENT, type Cell, OPEN, textOf } from './spell.ts';
import { timeOf } from './times.ts';
import { Spelled, isContainer, print } from './tree.ts';

/** A column whose first values are all different, so many of them, is not searched for equal ones. */
const MANY = 5_000;

export interface Shapes {
  readonly count: number;
  /** Of each distinct value. */
  readonly ids: Int32Array;
  readonly all: readonly string[];
}

/** What was found out about the values of a column, as far as somebody asked. */
class Learned {
  texts: readonly string[] | undefined;
  skeletons: readonly (Skeleton | undefined)[] | undefined;
  places: Map<number, number> | undefined;
  formulas: Formulas | undefined;
  numbers: readonly number[] | null | undefined;
  isText: boolean | undefined;
  isNumber: boolean | undefined;
  shapes: Shapes | null | undefined;
}

export class Column {
  /** How other columns call it: the shortest end of its path that no other column shares. */
  name = '';
  readonly path: readonly (string | number)[];
  /** The rows that have it, ascending. */
  readonly rows: readonly number[];
  /** Of each of these rows: the place of its value in `distinct`. */
  readonly ids: readonly number[];
  /** Different from each other, in a long column nearly so. */
  readonly distinct: readonly Cell[];
  readonly counts: readonly number[];
  readonly #learned: Learned;

  /** @param like one of the same rows and values: what it holds and what it found out is not found out again. */
  constructor(path: readonly (string | number)[], rows: readonly number[], values: readonly Cell[], like?: Column) {
    this.path = path;
    this.rows = rows;
    if (like) {
      ({ ids: this.ids, distinct: this.distinct, counts: this.counts } = like);
      this.#learned = like.#learned;
      return;
    }
    this.#learned = new Learned();
    const known = new Map<unknown, number>();
    const ids: number[] = [];
    const distinct: Cell[] = [];
    const counts: number[] = [];
    let last = -1;
    for (const value of values) {
      if (ids.length === MANY && distinct.length === MANY) break;
      if (value === distinct[last]) {
        ids.push(last);
        counts[last]!++;
        continue;
      }
      const key = identity(value);
      let id = known.get(key);
      if (id === undefined) {
        id = distinct.length;
        known.set(key, id);
        distinct.push(value);
        counts.push(0);
      }
      ids.push(id);
      counts[id]!++;
      last = id;
    }
    for (let at = ids.length; at < values.length; at++) {
      ids.push(at);
      distinct.push(values[at]!);
      counts.push(1);
    }
    this.ids = ids;
    this.distinct = distinct;
    this.counts = counts;
  }

  /** Of each of its rows: the text of its value. */
  get texts(): readonly string[] {
    if (this.#learned.texts) return this.#learned.texts;
    const texts = this.distinct.map(textOf);
    return (this.#learned.texts = this.ids.map((id) => texts[id]!));
  }

  /** The formulas that give the texts. */
  get formulas(): Formulas {
    return (this.#learned.formulas ??= new Formulas(this.texts, this.rows));
  }

  /** Of each distinct value the skeleton of its text; undefined where a text cannot be split. */
  get skeletons(): readonly (Skeleton | undefined)[] {
    return (this.#learned.skeletons ??= this.distinct.map(split));
  }

  /** That of one distinct value, where not all are asked for. */
  skeleton(id: number): Skeleton | undefined {
    const known = this.#learned.skeletons;
    return known ? known[id] : split(this.distinct[id]!);
  }

  /** The shapes of its texts, each once, and which of them each distinct value has; undefined when not all have one. */
  get shapes(): Shapes | undefined {
    if (this.#learned.shapes === undefined) this.#learned.shapes = (this.isText && shapesOf(this.skeletons)) || null;
    return this.#learned.shapes ?? undefined;
  }

  /** The cells as numbers: numbers, or times; undefined when most are neither. */
  get numbers(): readonly number[] | undefined {
    if (this.#learned.numbers === undefined) this.#learned.numbers = numbersOf(this) ?? null;
    return this.#learned.numbers ?? undefined;
  }

  value(at: number): Cell {
    return this.distinct[this.ids[at]!]!;
  }

  isOf(rows: readonly number[], values: readonly Cell[]): boolean {
    if (values.length !== this.ids.length) return false;
    for (let at = 0; at < values.length; at++) {
      if (this.rows[at] !== rows[at] || this.value(at) !== values[at]) return false;
    }
    return true;
  }

  /** The text at a row of the table, or undefined where the column is not. */
  textAt(row: number): string | undefined {
    if (this.rows[row] === row) return this.texts[row];
    this.#learned.places ??= new Map(this.rows.map((each, at) => [each, at]));
    const at = this.#learned.places.get(row);
    return at === undefined ? undefined : this.texts[at];
  }

  get isText(): boolean {
    return (this.#learned.isText ??= this.distinct.every((value) => typeof value === 'string'));
  }

  get isNumber(): boolean {
    return (this.#learned.isNumber ??= this.distinct.every(
      (value) => typeof value === 'number' || value instanceof Spelled,
    ));
  }

  /** The column as if only some of its rows had it. */
  only(isKept: (value: Cell, at: number) => boolean): Column {
    const rows: number[] = [];
    const values: Cell[] = [];
    for (let at = 0; at < this.rows.length; at++) {
      const value = this.value(at);
      if (!isKept(value, at)) continue;
      rows.push(this.rows[at]!);
      values.push(value);
    }
    const part = new Column(this.path, rows, values);
    part.name = this.name;
    return part;
  }
}

function split(value: Cell): Skeleton | undefined {
  const text = textOf(value);
  return RESERVED.test(text) ? undefined : skeletonOf(text);
}

function shapesOf(skeletons: readonly (Skeleton | undefined)[]): Shapes | undefined {
  const known = new Map<string, number>();
  const ids = new Int32Array(skeletons.length);
  let last: string | undefined;
  for (let id = 0; id < skeletons.length; id++) {
    const shape = skeletons[id]?.shape;
    if (shape === undefined) return undefined;
    // Most are like the one before.
    if (shape === last) {
      ids[id] = ids[id - 1]!;
      continue;
    }
    let place = known.get(shape);
    if (place === undefined) known.set(shape, (place = known.size));
    ids[id] = place;
    last = shape;
  }
  return { count: known.size, ids, all: [...known.keys()] };
}

/** Equal for equal values, and only for those: a string starts with NUL only when it stands for something else. */
function identity(value: Cell): unknown {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? `\u0000s${value}` : value;
  if (value === ABSENT || value === OPEN) return value;
  if (value instanceof Spelled) return `\u0000n${value.text}`;
  return isContainer(value) ? `\u0000j${print(value)}` : value;
}

function numbersOf({ distinct, ids }: Column): readonly number[] | undefined {
  const numbers = distinct.map(numberOf);
  let known = 0;
  for (const id of ids) if (!Number.isNaN(numbers[id]!)) known++;
  return known * 10 < ids.length * 9 ? undefined : ids.map((id) => numbers[id]!);
}

function numberOf(value: Cell): number {
  if (typeof value === 'number') return value;
  if (value instanceof Spelled) return Number(value.text);
  return typeof value === 'string' ? timeOf(value) : Number.NaN;
}

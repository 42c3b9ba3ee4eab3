/** One column of a table: which rows have it, and which values it takes. */
import { Formulas } from './formulas.ts';
import { Shapes } from './shapes.ts';
import { RESERVED, type Skeleton, Splitter } from './skeleton.ts';
import { ABSENT, type Cell, OPEN, looksLikeJson, textOf } from './spell.ts';
import { timeOf } from './times.ts';
import { Spelled, isContainer, print } from './tree.ts';
import { Series } from './view/numbers.ts';

/** A column whose first values are all different, so many of them, is not searched for equal ones. */
const MANY = 5_000;

interface Interned<Value> {
  readonly ids: readonly number[];
  readonly distinct: readonly Value[];
  readonly counts: readonly number[];
}

/** The values of a column's rows, and what was found out about them as far as somebody asked. */
class Values implements Interned<Cell> {
  readonly ids: readonly number[];
  readonly distinct: readonly Cell[];
  readonly counts: readonly number[];
  distinctTexts: readonly string[] | undefined;
  texts: readonly string[] | undefined;
  places: Map<number, number> | undefined;
  formulas: Formulas | undefined;
  gapFormulas: Map<number, Formulas> | undefined;
  numbers: readonly number[] | null | undefined;
  series: Series | undefined;
  isText: boolean | undefined;
  isNumber: boolean | undefined;
  hasLikeJson: boolean | undefined;
  shapes: Shapes | null | undefined;

  constructor({ ids, counts }: Interned<unknown>, distinct: readonly Cell[]) {
    this.ids = ids;
    this.distinct = distinct;
    this.counts = counts;
  }
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
  readonly #learned: Values;

  /** @param like one of the same rows and values: what it holds and what it found out is not found out again. */
  constructor(
    path: readonly (string | number)[],
    rows: readonly number[],
    values: readonly Cell[] | Values,
    like?: Column,
  ) {
    this.path = path;
    this.rows = rows;
    this.#learned = like ? like.#learned : values instanceof Values ? values : ofCells(values);
    ({ ids: this.ids, distinct: this.distinct, counts: this.counts } = this.#learned);
  }

  /** @param areNumbers texts that are the usual spelling of numbers, or empty. */
  static ofTexts(path: Column['path'], rows: readonly number[], texts: readonly string[], areNumbers: boolean): Column {
    const interned = intern(texts, (text) => text);
    const { distinct } = interned;
    const values = new Values(
      interned,
      areNumbers ? distinct.map((text) => (text === '' ? text : Number(text))) : distinct,
    );
    values.texts = texts;
    values.distinctTexts = distinct;
    if (!areNumbers) values.isText = true;
    return new Column(path, rows, values);
  }

  /** Of each of its rows: the text of its value. */
  get texts(): readonly string[] {
    return (this.#learned.texts ??= this.ofEach(this.distinctTexts));
  }

  /** Of each distinct value: its text. */
  get distinctTexts(): readonly string[] {
    return (this.#learned.distinctTexts ??= this.isText
      ? (this.distinct as readonly string[])
      : this.distinct.map(textOf));
  }

  /** Of each of its rows what is said of its distinct value. */
  ofEach<Said>(said: readonly Said[]): readonly Said[] {
    // Where all are different they stand in the order of the rows.
    return this.distinct.length === this.ids.length ? said : spread(this.ids, said);
  }

  /** The formulas that give the texts. */
  get formulas(): Formulas {
    return (this.#learned.formulas ??= new Formulas(this.rows, (count) =>
      count === this.rows.length ? this.texts : this.texts.slice(0, count),
    ));
  }

  /** Where all texts have one shape: those of its gaps, as far as somebody asked. */
  get gapFormulas(): Map<number, Formulas> {
    return (this.#learned.gapFormulas ??= new Map());
  }

  /** That of the text of a distinct value; undefined where it cannot be split. */
  skeleton(id: number): Skeleton | undefined {
    return this.#learned.shapes?.skeleton(id) ?? split(this.distinct[id]!);
  }

  shapeOf(id: number): string | undefined {
    const { shapes } = this;
    return shapes ? shapes.all[shapes.ids[id]!] : this.ownShape(id);
  }

  /** The same without a look at the other texts. */
  ownShape(id: number): string | undefined {
    const { shapes } = this.#learned;
    if (shapes) return shapes.all[shapes.ids[id]!];
    const text = textOf(this.distinct[id]!);
    if (RESERVED.test(text)) return undefined;
    const splitter = new Splitter();
    splitter.split(text);
    return splitter.shape;
  }

  /** The shapes of the texts of its distinct values; undefined when not all have one. */
  get shapes(): Shapes | undefined {
    if (this.#learned.shapes === undefined)
      this.#learned.shapes = this.#hasReserved ? null : new Shapes(this.distinctTexts);
    return this.#learned.shapes ?? undefined;
  }

  get #hasReserved(): boolean {
    return this.distinctTexts.some((text) => RESERVED.test(text));
  }

  /** A text of it could be taken for JSON. */
  get hasLikeJson(): boolean {
    return (this.#learned.hasLikeJson ??= this.distinctTexts.some(looksLikeJson));
  }

  /** The cells as numbers: numbers, or times; undefined when most are neither. */
  get numbers(): readonly number[] | undefined {
    if (this.#learned.numbers === undefined) this.#learned.numbers = numbersOf(this) ?? null;
    return this.#learned.numbers ?? undefined;
  }

  /** The same with what a view asks of them. */
  get series(): Series | undefined {
    const { numbers } = this;
    return numbers && (this.#learned.series ??= new Series(numbers));
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
  where(isKept: (value: Cell, at: number) => boolean): Column {
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

function spread<Said>(ids: readonly number[], said: readonly Said[]): readonly Said[] {
  const all: Said[] = [];
  for (let at = 0; at < ids.length; at++) all.push(said[ids[at]!]!);
  return all;
}

function split(value: Cell): Skeleton | undefined {
  const text = textOf(value);
  return RESERVED.test(text) ? undefined : new Shapes([text]).skeleton(0);
}

function ofCells(values: readonly Cell[]): Values {
  const interned = intern(values, identity);
  return new Values(interned, interned.distinct);
}

/** @param identity equal for equal values, and only for those. */
function intern<Value>(values: readonly Value[], identity: (value: Value) => unknown): Interned<Value> {
  const known = new Map<unknown, number>();
  const ids: number[] = [];
  const counts: number[] = [];
  const distinct: Value[] = [];
  let last = -1;
  let at = 0;
  for (; at < values.length; at++) {
    if (at === MANY && distinct.length === MANY) break;
    const value = values[at]!;
    if (at === 0 || value !== distinct[last]) {
      const key = identity(value);
      const id = known.get(key);
      last = id ?? distinct.length;
      if (id === undefined) {
        known.set(key, last);
        distinct.push(value);
        counts.push(0);
      }
    }
    ids.push(last);
    counts[last]!++;
  }
  for (; at < values.length; at++) {
    ids.push(at);
    distinct.push(values[at]!);
    counts.push(1);
  }
  return { ids, distinct, counts };
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
  return known * 10 < ids.length * 9 ? undefined : spread(ids, numbers);
}

function numberOf(value: Cell): number {
  if (typeof value === 'number') return value;
  if (value instanceof Spelled) return Number(value.text);
  return typeof value === 'string' ? timeOf(value) : Number.NaN;
}

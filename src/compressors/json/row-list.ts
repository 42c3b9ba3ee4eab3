/** What a table is made of: the values of a list, or rows of cells that nobody ever wrote as JSON. */
import { Column } from './column.ts';
import { type Field, buildField } from './fields.ts';
import { type Regular, regularEntries, regularRows } from './regular.ts';
import type { TableKind } from './table-head.ts';
import { type Json, JsonRecord, Shape, isContainer } from './tree.ts';

export interface RowList {
  /** The same for lists of the same rows. */
  readonly source: object;
  readonly length: number;
  readonly hasContainers: boolean;
  at(row: number): Json;
  /** The rows that fit one table. */
  regular(): Regular;
  /** What some of the rows have in common. */
  field(rows: readonly number[]): Field;
}

export class ListRows implements RowList {
  readonly source: object;
  readonly #list: readonly Json[];
  readonly #isEntries: boolean;

  /** @param list of entries: pairs of a key and a value. */
  constructor(list: readonly Json[], kind: TableKind) {
    this.source = list;
    this.#list = list;
    this.#isEntries = kind === 'entries';
  }

  get length(): number {
    return this.#list.length;
  }

  get hasContainers(): boolean {
    return this.#list.some(isContainer);
  }

  at(row: number): Json {
    return this.#list[row]!;
  }

  regular(): Regular {
    return this.#isEntries ? regularEntries(this.#list) : regularRows(this.#list);
  }

  field(rows: readonly number[]): Field {
    const values = rows.map((row) => this.#list[row]!);
    return this.#isEntries ? entryField(rows, values) : buildField({ path: [], rows, values }, '');
  }
}

/** @param values pairs of a key and a value. */
function entryField(rows: readonly number[], values: readonly Json[]): Field {
  const pairs = values as readonly (readonly [Json, Json])[];
  const key = buildField({ path: ['key'], rows, values: pairs.map((pair) => pair[0]) }, 'key');
  const value = buildField({ path: ['value'], rows, values: pairs.map((pair) => pair[1]) }, 'value');
  return { step: '', kind: 'object', children: [key, value], presence: undefined };
}

/** Records of texts and numbers, each made only when it is asked for. */
export class RecordRows implements RowList {
  readonly source: object;
  readonly hasContainers = true;
  readonly #keys: readonly string[];
  readonly #rows: readonly (readonly string[])[];
  readonly #numeric: readonly boolean[];
  /** By how many of the keys a row has. */
  readonly #shapes: readonly Shape[];
  #all: readonly Json[] | undefined;

  /**
   * @param rows of which each has the first keys. As a table only where all have all.
   * @param numeric by key: its cells are numbers, the empty ones aside.
   */
  constructor(keys: readonly string[], rows: readonly (readonly string[])[], numeric: readonly boolean[]) {
    this.source = rows;
    this.#keys = keys;
    this.#rows = rows;
    this.#numeric = numeric;
    const shapes = [new Shape()];
    for (const key of keys) shapes.push(shapes.at(-1)!.grow(key));
    this.#shapes = shapes;
  }

  get length(): number {
    return this.#rows.length;
  }

  at(row: number): Json {
    const cells = this.#rows[row]!;
    return new JsonRecord(
      this.#shapes[cells.length]!,
      cells.map((cell, at) => (this.#numeric[at] && cell !== '' ? Number(cell) : cell)),
    );
  }

  all(): readonly Json[] {
    return (this.#all ??= this.#rows.map((_, row) => this.at(row)));
  }

  regular(): Regular {
    return { rows: this.#rows.map((_, at) => at), isPlain: false };
  }

  field(rows: readonly number[]): Field {
    const children = this.#keys.map((key, at) => {
      const texts = rows.map((row) => this.#rows[row]![at]!);
      return { step: key, column: Column.ofTexts([key], rows, texts, this.#numeric[at]!) };
    });
    return { step: '', kind: 'object', children, presence: undefined };
  }
}

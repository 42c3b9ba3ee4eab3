/** Turns records into columns: nested objects and lists of one length become branches, everything else a column. */
import { Column } from './column.ts';
import { ABSENT, type Cell, OPEN } from './spell.ts';
import { type Json, JsonRecord, type Shape, isList, print } from './tree.ts';

export interface Branch {
  readonly step: string | number;
  readonly kind: 'object' | 'list';
  readonly children: readonly Field[];
  /** Where some rows have something else in its place: which rows, and what. */
  readonly presence: Column | undefined;
}

export interface Leaf {
  readonly step: string | number;
  readonly column: Column;
}

export type Field = Branch | Leaf;

/** Lists of one length up to this are columns by position. */
const MAX_POSITIONS = 8;
/** Above this nesting, values stay JSON. */
const MAX_LEVELS = 12;

export function isLeaf(field: Field): field is Leaf {
  return 'column' in field;
}

export interface Slice {
  readonly path: readonly (string | number)[];
  readonly rows: readonly number[];
  readonly values: readonly Cell[];
}

export function buildField(slice: Slice, step: string | number): Field {
  return (
    asObjects(slice, step) ?? asLists(slice, step) ?? { step, column: new Column(slice.path, slice.rows, slice.values) }
  );
}

function asObjects({ path, rows, values }: Slice, step: string | number): Branch | undefined {
  if (path.length > MAX_LEVELS) return undefined;
  let objects = 0;
  for (const value of values) {
    if (value instanceof JsonRecord) objects++;
    else if (isList(value)) return undefined;
  }
  if (objects === 0 || (objects < values.length && objects < 3)) return undefined;
  const keys = unionOfKeys(countShapes(values));
  if (!keys || keys.length === 0) return undefined;
  const presence = objects === values.length ? undefined : presenceOf(path, rows, values);
  const kept = values.filter((value) => value instanceof JsonRecord);
  const keptRows = presence ? rows.filter((_, at) => values[at] instanceof JsonRecord) : rows;
  const children = keys.map((key) =>
    buildField({ path: [...path, key], rows: keptRows, values: pick(kept, key) }, key),
  );
  return { step, kind: 'object', children, presence };
}

/** How many of the values have each shape. Most records are shaped as the one before. */
export function countShapes(values: readonly Cell[]): ReadonlyMap<Shape, number> {
  const shapes = new Map<Shape, number>();
  let last: Shape | undefined;
  let count = 0;
  for (const value of values) {
    if (!(value instanceof JsonRecord)) continue;
    if (value.shape !== last) {
      if (last) shapes.set(last, count);
      last = value.shape;
      count = shapes.get(last) ?? 0;
      shapes.set(last, count);
    }
    count++;
  }
  if (last) shapes.set(last, count);
  return shapes;
}

function presenceOf(path: Slice['path'], rows: readonly number[], values: readonly Cell[]): Column {
  return new Column(
    path,
    rows,
    values.map((value) => (value instanceof JsonRecord ? OPEN : value)),
  );
}

/** The values under one key; where records share a shape the place of the key is looked up once. */
function pick(records: readonly JsonRecord[], key: string): Cell[] {
  const picked: Cell[] = [];
  let shape: Shape | undefined;
  let place = -1;
  for (const record of records) {
    if (record.shape !== shape) {
      shape = record.shape;
      place = shape.keys.indexOf(key);
    }
    picked.push(place < 0 ? ABSENT : record.values[place]!);
  }
  return picked;
}

function asLists({ path, rows, values }: Slice, step: string | number): Branch | undefined {
  const first = values[0];
  if (!isList(first) || first.length === 0 || first.length > MAX_POSITIONS || path.length > MAX_LEVELS)
    return undefined;
  if (!values.every((value) => isList(value) && value.length === first.length)) return undefined;
  const lists = values as readonly (readonly Json[])[];
  // The same list in every row is said shortest as JSON.
  const same = print(first);
  if (lists.every((list) => list === first || print(list) === same)) return undefined;
  const children = first.map((_, place) =>
    buildField({ path: [...path, place], rows, values: lists.map((list) => list[place]!) }, place),
  );
  return { step, kind: 'list', children, presence: undefined };
}

/**
 * One order of keys that every shape agrees with, or undefined: when two shapes disagree, or when keys are
 * so often missing that they look like names of things rather than of fields.
 */
export function unionOfKeys(shapes: ReadonlyMap<Shape, number>): readonly string[] | undefined {
  const sorted = [...shapes].sort((a, b) => b[1] - a[1]);
  let union = sorted[0]![0].keys;
  const longest = Math.max(...sorted.map(([shape]) => shape.size));
  for (const [shape] of sorted.slice(1)) {
    const merged = mergeKeys(union, shape.keys);
    if (!merged || merged.length > longest * 1.5 + 4) return undefined;
    union = merged;
  }
  return union;
}

export function mergeKeys(union: readonly string[], keys: readonly string[]): readonly string[] | undefined {
  const places = new Map(union.map((key, at) => [key, at]));
  const merged: string[] = [];
  let next = 0;
  for (const key of keys) {
    const place = places.get(key);
    if (place === undefined) merged.push(key);
    else if (place < next) return undefined;
    else {
      merged.push(...union.slice(next, place + 1));
      next = place + 1;
    }
  }
  merged.push(...union.slice(next));
  return merged;
}

export function columnsOf(field: Field): readonly Column[] {
  if (isLeaf(field)) return [field.column];
  const own = field.presence ? [field.presence] : [];
  return [...own, ...field.children.flatMap(columnsOf)];
}

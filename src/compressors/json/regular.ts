/** Picks the rows of a list that fit one table. The odd ones are written out whole: they are often what matters. */
import { countShapes, mergeKeys } from './fields.ts';
import { type Json, JsonRecord, type Shape, isContainer, isList } from './tree.ts';

/** A key list that fewer rows than this share of the rows have is odd. */
const ODD_SHARE = 0.03;
/** When more rows than this share would be odd, they are not odd but rows with optional keys. */
const MAX_ODD_SHARE = 0.2;

export interface Regular {
  readonly rows: readonly number[];
  /** Each row is a single value. */
  readonly isPlain: boolean;
}

export function regularRows(list: readonly Json[]): Regular {
  const records = list.filter((row) => row instanceof JsonRecord && row.values.length > 0).length;
  if (records >= list.length * (1 - MAX_ODD_SHARE)) return { rows: regularRecords(list), isPlain: false };
  const first = list[0]!;
  if (
    isList(first) &&
    first.length > 0 &&
    first.length <= 8 &&
    list.every((row) => isList(row) && row.length === first.length)
  ) {
    return { rows: all(list), isPlain: false };
  }
  return { rows: list.some(isContainer) && records > 0 ? [] : all(list), isPlain: true };
}

/** @param pairs of a key and a value. */
export function regularEntries(pairs: readonly Json[]): Regular {
  const values = pairs.map((pair) => (pair as readonly Json[])[1]!);
  const isRecords = values.some((value) => value instanceof JsonRecord);
  return { rows: isRecords ? regularRecords(values) : all(values), isPlain: false };
}

function all(list: readonly unknown[]): readonly number[] {
  return Array.from(list.keys());
}

function regularRecords(list: readonly Json[]): readonly number[] {
  const shapes = new Map(countShapes(list));
  for (const shape of shapes.keys()) if (shape.size === 0) shapes.delete(shape);
  if (shapes.size === 1 && [...shapes.values()][0] === list.length) return all(list);
  const sorted = [...shapes].sort((a, b) => b[1] - a[1]);
  const common = sorted.filter(([, count], at) => at === 0 || count > list.length * ODD_SHARE);
  const covered = common.reduce((sum, [, count]) => sum + count, 0);
  const tried = list.length - covered > list.length * MAX_ODD_SHARE ? sorted : common;
  const fitting = new Set<Shape>();
  let union: readonly string[] = [];
  const limit = sorted[0]![0].size * 1.5 + 4;
  for (const [shape] of tried) {
    const merged = mergeKeys(union, shape.keys);
    if (!merged || (union.length > 0 && merged.length > limit)) continue;
    union = merged;
    fitting.add(shape);
  }
  const rows: number[] = [];
  list.forEach((row, at) => {
    if (row instanceof JsonRecord && fitting.has(row.shape)) rows.push(at);
  });
  return rows;
}

/** Sums of learned rows: the same row once, counts added. In one order, whatever order they came in. */
import { type Counts, COUNTERS, type LearnedRow, NO_COUNTS } from '../core/importance.ts';

export function merge(...all: readonly (readonly LearnedRow[])[]): readonly LearnedRow[] {
  const sums = new Map<string, LearnedRow>();
  for (const row of all.flat()) {
    const key = keyOf(row);
    const known = sums.get(key);
    sums.set(key, known ? { ...known, counts: plus(known.counts, row.counts) } : row);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

export function plus(a: Counts, b: Partial<Counts>): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, a[name] + (b[name] ?? 0)])) as Counts;
}

export function rowOf(owner: string, shape: string, place: string, counts: Partial<Counts>): LearnedRow {
  return { owner, shape, place, counts: { ...NO_COUNTS, ...counts } };
}

function keyOf({ owner, shape, place }: LearnedRow): string {
  return `${owner} ${shape} ${place}`;
}

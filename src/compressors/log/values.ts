/** What a view says of all values of one slot: the one value, the few values with their counts, or their range. */

export interface ValueLimits {
  /** So many distinct values are all named. */
  readonly named: number;
  /** So many of more values are named; a single one when none comes often. */
  readonly examples: number;
}

const INTEGER = /^-?\d{1,15}$/;
/** Longer numbers are ids: their range tells nothing. */
const MAX_RANGE_DIGITS = 10;
/** So many integers in a row are a range. */
const MIN_DENSE = 3;
/** Few values that are long together are told like many. */
const MAX_NAMED_CHARS = 60;
/** Where values come so often on the average, twice as many are named: a rare one among them is an event. */
const CATEGORY_COUNT = 5;
/** Where even the most frequent value comes more rarely, one example tells as much as several. */
const TELLING_COUNT = 3;
/** A value that comes this much more rarely than the usual one is worth naming even among many. */
const RARE_SHARE = 20;

export function sayValues(values: readonly string[], limits: ValueLimits): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size === 1) return values[0]!;
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const range = sayRange(counts.keys());
  if (areNamed(sorted, values.length, range, limits)) return `{${sorted.map(sayCount).join()}}`;
  if (range) return `{${range.text}}`;
  // Where no value comes often an example would tell nothing that their common beginning does not.
  const examples = sorted[0]![1] >= TELLING_COUNT ? sorted.slice(0, limits.examples) : [];
  const rest = `${counts.size - examples.length} ${examples.length > 0 ? 'more' : 'values'}`;
  return `{${[...examples.map(sayCount), sayCommon([...counts.keys()]) + rest].join()}}`;
}

type Counted = readonly (readonly [value: string, count: number])[];

/** Whether all values are named: they are few, or one comes so often that each of the others is an event. */
function areNamed(sorted: Counted, total: number, range: Range | undefined, { named }: ValueLimits): boolean {
  const distinct = sorted.length;
  if (sorted[0]![1] >= RARE_SHARE * (distinct - 1)) return true;
  const isDense = distinct >= MIN_DENSE && range?.distinct === distinct;
  const isOnceEach = range !== undefined && distinct === total && distinct > MIN_DENSE;
  if (isDense || isOnceEach) return false;
  const isCategory = distinct <= 2 * named && distinct * CATEGORY_COUNT <= total;
  const length = sorted.reduce((sum, [value]) => sum + value.length, 0);
  return (distinct <= named || isCategory) && length <= MAX_NAMED_CHARS;
}

const MIN_COMMON = 2;
const WHOLE_WORDS = /^.*[^\dA-Za-z]/s;

/** What all values begin with, up to the last sign that is no letter or digit: `blk_… `. */
function sayCommon(values: readonly string[]): string {
  let common = values[0]!;
  for (const value of values) {
    if (value.startsWith(common)) continue;
    let end = 0;
    while (common[end] === value[end]) end++;
    common = common.slice(0, end);
  }
  const whole = WHOLE_WORDS.exec(common)?.[0] ?? '';
  return whole.length >= MIN_COMMON ? `${whole}… ` : '';
}

function sayCount([value, count]: readonly [string, number]): string {
  return count === 1 ? value : `${value} ×${count}`;
}

interface Range {
  readonly text: string;
  readonly distinct: number;
}

/** From the lowest to the highest, and how many integers that are. */
function sayRange(values: Iterable<string>): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!INTEGER.test(value) || value.length > MAX_RANGE_DIGITS || (value.length > 1 && value.startsWith('0'))) {
      return undefined;
    }
    low = Math.min(low, Number(value));
    high = Math.max(high, Number(value));
  }
  return { text: `${low}..${high}`, distinct: high - low + 1 };
}

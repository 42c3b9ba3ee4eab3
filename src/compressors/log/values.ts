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
/** Few values that are long together are told like many. */
const MAX_NAMED_CHARS = 120;
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
  const length = sorted.reduce((sum, [value]) => sum + value.length, 0);
  const isCategory = counts.size <= 2 * limits.named && counts.size * CATEGORY_COUNT <= values.length;
  const areFew = (counts.size <= limits.named || isCategory) && length <= MAX_NAMED_CHARS;
  const range = sayRange(values);
  const isDense = counts.size > limits.named && range?.distinct === counts.size;
  if ((areFew && !isDense) || sorted[0]![1] >= RARE_SHARE * (counts.size - 1)) return `{${sayAll(sorted)}}`;
  if (range) return `{${range.text}}`;
  const isTelling = sorted[0]![1] >= TELLING_COUNT;
  const examples = sorted.slice(0, isTelling ? limits.examples : Math.min(1, limits.examples));
  if (examples.length === 0) return `{${counts.size} values}`;
  const named = isTelling ? sayAll(examples) : examples[0]![0];
  return `{${named} and ${counts.size - examples.length} more}`;
}

function sayAll(sorted: readonly (readonly [string, number])[]): string {
  return sorted.map(sayCount).join(', ');
}

function sayCount([value, count]: readonly [string, number]): string {
  return count === 1 ? value : `${value} ×${count}`;
}

/** From the lowest to the highest, and how many integers that are. */
function sayRange(values: readonly string[]): { readonly text: string; readonly distinct: number } | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!INTEGER.test(value) || value.length > MAX_RANGE_DIGITS || (value.length > 1 && value.startsWith('0'))) {
      return undefined;
    }
    low = Math.min(low, Number(value));
    high = Math.max(high, Number(value));
  }
  return { text: `${low} to ${high}`, distinct: high - low + 1 };
}

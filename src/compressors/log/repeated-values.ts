/** Long values that many lines say (paths, ids of requests): said once, and by number after that. */
import type { Deadline } from '../../core/deadline.ts';
import { MAX_VALUES, VALUE } from './spell.ts';

const MIN_CHARS = 10;
const MIN_USES = 3;
/** Characters of one token, roughly; the tokens of a value's number, and of saying it once beside the value. */
const CHARS_PER_TOKEN = 3;
const NUMBER_COST = 2;
const SAID_COST = 4;
const ROWS_PER_CHECK = 1024;

type Rows = readonly (readonly string[])[];

/** For each value its number; empty when the text has values that look like such numbers. */
export function numberValues(groups: readonly Rows[], deadline: Deadline): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  for (const rows of groups) {
    for (const [i, row] of rows.entries()) {
      if (i % ROWS_PER_CHECK === 0) deadline.check();
      for (const value of row) {
        if (value.startsWith(VALUE)) return new Map();
        if (value.length >= MIN_CHARS) uses.set(value, (uses.get(value) ?? 0) + 1);
      }
    }
  }
  const worth = [...uses].filter(([value, count]) => count >= MIN_USES && savedBy(value, count) > 0);
  const best = new Set(
    worth
      .sort(([a, m], [b, n]) => savedBy(b, n) - savedBy(a, m))
      .slice(0, MAX_VALUES)
      .map(([value]) => value),
  );
  // In the order in which the text has them.
  const numbers = new Map<string, string>();
  for (const value of uses.keys()) if (best.has(value)) numbers.set(value, `${VALUE}${numbers.size + 1}`);
  return numbers;
}

function savedBy(value: string, count: number): number {
  const tokens = value.length / CHARS_PER_TOKEN;
  return count * (tokens - NUMBER_COST) - tokens - SAID_COST;
}

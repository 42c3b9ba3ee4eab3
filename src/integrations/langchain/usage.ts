/** What a provider itself says of a turn's answers, as one. */
import { sumOf } from '../usage.ts';

/** The last answer's own account, with the counts of all of them. */
export function withTotals(
  before: Readonly<Record<string, unknown>> | undefined,
  last: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> | undefined {
  if (!before || !last) return last;
  const counted = Object.keys(last).filter((key) => /usage/i.test(key));
  return { ...last, ...Object.fromEntries(counted.map((key) => [key, sumOf(before[key], last[key])])) };
}

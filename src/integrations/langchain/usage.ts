/** All rounds of a turn are paid: their counts, added up, whatever a provider counts. */
import { bagOf } from './own-tool.ts';

export function sumOf<Kind>(one: Kind | undefined, other: Kind | undefined): Kind | undefined {
  if (one === undefined || one === null) return other;
  if (other === undefined || other === null) return one;
  if (typeof one === 'number' && typeof other === 'number') return (one + other) as Kind;
  if (typeof one !== 'object' || typeof other !== 'object' || Array.isArray(one)) return other;
  const [a, b] = [bagOf(one), bagOf(other)];
  return Object.fromEntries(Object.keys({ ...a, ...b }).map((key) => [key, sumOf(a[key], b[key])])) as Kind;
}

/** The last answer's own account, with the counts of all of them. */
export function withTotals(
  before: Readonly<Record<string, unknown>> | undefined,
  last: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> | undefined {
  if (!before || !last) return last;
  const counted = Object.keys(last).filter((key) => /usage/i.test(key));
  return { ...last, ...Object.fromEntries(counted.map((key) => [key, sumOf(before[key], last[key])])) };
}

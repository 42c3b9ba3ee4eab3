/** All rounds of a turn are paid: their counts, added up, whatever a provider counts. */
export function sumOf<Kind>(one: Kind | undefined, other: Kind | undefined): Kind | undefined {
  if (one === undefined || one === null) return other;
  if (other === undefined || other === null) return one;
  if (typeof one === 'number' && typeof other === 'number') return (one + other) as Kind;
  if (typeof one !== 'object' || typeof other !== 'object' || Array.isArray(one)) return other;
  const [a, b] = [one, other] as unknown as readonly Readonly<Record<string, unknown>>[];
  return Object.fromEntries(Object.keys({ ...a, ...b }).map((key) => [key, sumOf(a![key], b![key])])) as Kind;
}

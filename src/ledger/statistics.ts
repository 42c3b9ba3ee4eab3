/** Shares with their intervals, from sums over conversations: requests of one conversation are no independent samples. */

/** What one conversation gives to a ratio of sums. */
export interface Pair {
  readonly part: number;
  readonly whole: number;
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Ratio {
  readonly value: number;
  readonly variance: number;
  readonly count: number;
}

/** Of 95 % of all samples. */
const Z = 1.959_964;

/** By the delta method; undefined for fewer than two pairs, or nothing to be a share of. */
export function ratioOf(pairs: readonly Pair[]): Ratio | undefined {
  const count = pairs.length;
  const whole = pairs.reduce((sum, pair) => sum + pair.whole, 0);
  if (count < 2 || whole <= 0) return undefined;
  const value = pairs.reduce((sum, { part }) => sum + part, 0) / whole;
  const residuals = pairs.reduce((sum, pair) => sum + (pair.part - value * pair.whole) ** 2, 0);
  return { value, variance: ((count / (count - 1)) * residuals) / whole ** 2, count };
}

export function intervalOf({ value, variance, count }: Ratio): Interval {
  const width = studentT(count - 1) * Math.sqrt(variance);
  return { value, low: value - width, high: value + width };
}

/** How much lower the first ratio is than the second, as a share of the second: Welch's interval on their logarithms. */
export function reductionOf(lower: Ratio, higher: Ratio): Interval | undefined {
  if (lower.value <= 0 || higher.value <= 0) return undefined;
  const [a, b] = [lower.variance / lower.value ** 2, higher.variance / higher.value ** 2];
  const difference = Math.log(lower.value / higher.value);
  const freedom =
    a + b === 0 ? Number.POSITIVE_INFINITY : (a + b) ** 2 / (a ** 2 / (lower.count - 1) + b ** 2 / (higher.count - 1));
  const width = studentT(freedom) * Math.sqrt(a + b);
  const share = (log: number): number => 1 - Math.exp(log);
  return { value: share(difference), low: share(difference + width), high: share(difference - width) };
}

/** The 97.5 % point of Student's distribution, by its expansion around the normal one: to 1 % from 3 degrees of freedom on. */
export function studentT(freedom: number): number {
  const z2 = Z * Z;
  const first = (Z * (z2 + 1)) / 4;
  const second = (Z * (5 * z2 ** 2 + 16 * z2 + 3)) / 96;
  const third = (Z * (3 * z2 ** 3 + 19 * z2 ** 2 + 17 * z2 - 15)) / 384;
  return Z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

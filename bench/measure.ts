/** Numbers from samples: quantiles, pairs, and how they are written. */

export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** Each sample less the one of the same round: what drifts for both falls out. */
export function pairedDifferences(samples: readonly number[], baseline: readonly number[]): number[] {
  return samples.map((sample, round) => sample - baseline[round]!);
}

/** How far the median itself may be off, by resampling the samples with fixed chance: the middle 95 %. */
export function medianRange(samples: readonly number[]): readonly [low: number, high: number] {
  let state = 1;
  const medians = Array.from({ length: 200 }, () =>
    median(
      samples.map(() => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return samples[Math.floor((state / 2 ** 32) * samples.length)]!;
      }),
    ),
  );
  return [quantile(medians, 0.025), quantile(medians, 0.975)];
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 3 : 1)} ms`;
}

export function signedMs(value: number): string {
  return `${value < 0 ? '' : '+'}${ms(value)}`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(bytes < 1_048_576 ? 2 : 1)} MB`;
}

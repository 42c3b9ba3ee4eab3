/** Turns counts of ours and of a provider for the same texts into the factor between them, and says how sure it is. */
import type { Calibration } from '../core/model.ts';
import type { Tokenizer } from '../core/tokenizer.ts';

export interface CountPair {
  /** What our tokenizer made of the text. */
  readonly ours: number;
  /** What the provider's counting endpoint or usage said. */
  readonly theirs: number;
}

/** Its error: how far off the factor was for a text that it was not made from, on average. */
export interface Measured extends Calibration {
  /** Texts that it was made from. */
  readonly n: number;
}

/** Fewer texts say nothing. */
const MINIMUM_PAIRS = 3;

/** The factor of the sums, so that long texts weigh more; undefined for fewer than three usable pairs. */
export function calibrate(pairs: readonly CountPair[]): Measured | undefined {
  const usable = pairs.filter(({ ours, theirs }) => isCount(ours) && isCount(theirs));
  if (usable.length < MINIMUM_PAIRS) return undefined;
  const ours = sum(usable.map((pair) => pair.ours));
  const theirs = sum(usable.map((pair) => pair.theirs));
  // Each text is judged by the others: one that decides the factor alone would find itself without an error.
  const misses = usable.map((pair) => {
    const factor = (theirs - pair.theirs) / (ours - pair.ours);
    return Math.abs(pair.ours * factor - pair.theirs) / pair.theirs;
  });
  return { factor: theirs / ours, error: sum(misses) / misses.length, n: usable.length };
}

/** The tokenizer with its counts corrected: an estimate with the error that was measured. */
export function calibrated(tokenizer: Tokenizer, { factor, error }: Calibration): Tokenizer {
  return {
    name: tokenizer.name,
    exact: false,
    error,
    count: (text) => Math.ceil(tokenizer.count(text) * factor),
  };
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

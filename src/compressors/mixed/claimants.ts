/** Who claims a part of a text, the surest first. */
import type { Compressor } from '../../core/compressor.ts';
import { Sample } from '../../core/sample.ts';

export const MIN_CLAIM = 0.5;

/** Of equal claims the order of the kinds decides. */
export function claimantsOf(text: string, kinds: readonly Compressor[]): readonly Compressor[] {
  const sample = new Sample(text);
  return kinds
    .map((kind) => ({ kind, claim: kind.claim(sample) }))
    .filter(({ claim }) => claim >= MIN_CLAIM)
    .sort((a, b) => b.claim - a.claim)
    .map(({ kind }) => kind);
}

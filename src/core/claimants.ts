/** Who claims a text, the surest first: of equal claims the order of the list decides. */
import type { Compressor } from './compressor.ts';
import type { Sample } from './sample.ts';

export interface Claimant<Kind extends Pick<Compressor, 'claim' | 'highestClaim'>> {
  readonly kind: Kind;
  readonly claim: number;
}

/** Lower claims are none. */
export const MIN_CLAIM = 0.5;
const [NOT_ASKED, GIVEN] = [-1, -2];

/** Asks only those who may come next: whoever takes the first one spares most of the others. */
export function* claimants<Kind extends Pick<Compressor, 'claim' | 'highestClaim'>>(
  kinds: readonly Kind[],
  sample: Sample,
  least: number = MIN_CLAIM,
): Generator<Claimant<Kind>, undefined> {
  const claims = kinds.map(() => NOT_ASKED);
  for (;;) {
    let best = -1;
    let claim = least;
    const isSurer = (at: number, other: number): boolean =>
      other > claim || (other === claim && (best < 0 || at < best));
    for (const [at, known] of claims.entries()) if (isSurer(at, known)) [best, claim] = [at, known];
    for (const [at, kind] of kinds.entries()) {
      if (claims[at] !== NOT_ASKED || !isSurer(at, kind.highestClaim ?? 1)) continue;
      const own = (claims[at] = kind.claim(sample));
      if (isSurer(at, own)) [best, claim] = [at, own];
    }
    if (best < 0) return undefined;
    claims[best] = GIVEN;
    yield { kind: kinds[best]!, claim };
  }
}

/** A Headroom, and what was fetched through it. That belongs to it like what was decided: models that share one share both. */
import { Headroom } from '../sdk/headroom.ts';
import type { ClientOptions } from './fetch.ts';

export interface Owner<Exchanges> {
  readonly headroom: Headroom;
  readonly exchanges: Exchanges;
}

/** @param make what keeps the exchanges of one Headroom. */
export function ownersOf<Exchanges>(make: () => Exchanges): (options?: ClientOptions) => Owner<Exchanges> {
  const known = new WeakMap<Headroom, Exchanges>();
  return ({ headroom: given, ...options } = {}) => {
    const headroom = given ?? new Headroom(options);
    const exchanges = known.get(headroom) ?? make();
    known.set(headroom, exchanges);
    return { headroom, exchanges };
  };
}

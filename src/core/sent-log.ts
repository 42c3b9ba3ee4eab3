/**
 * What was decided for a part when it first appeared, so that it goes out the same way for the life of its
 * conversation. Keys are part keys (pipeline/chain.ts): tenant, everything before the part, and the part itself.
 */
export interface Pin {
  readonly key: string;
  /** What goes out instead of the source; undefined when the part was left alone. */
  readonly text: string | undefined;
  /** Both 0 when the part was left alone. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface SentLog {
  /** For each key its pin, or undefined when the part has never been sent. */
  recall(keys: readonly string[]): readonly (Pin | undefined)[];
  /** Durable once this returns. For keys that were pinned before, the earlier pin wins; returns what holds now. */
  pin(pins: readonly Pin[]): readonly Pin[];
}

/** What a retrieval call gets: a part of an original, or an honest no. Bounded, and never shortened again. */
import type { JsonValue } from '../core/json/value.ts';
import { asObject } from '../core/json/value.ts';

export interface Answered {
  readonly text: string;
  readonly isError: boolean;
}

/** @param find the original of a hash, as far as whoever asks may have it. */
export function answer(input: JsonValue | undefined, find: (hash: string) => string | undefined): Answered {
  const { hash } = asObject(input ?? null);
  const original = typeof hash === 'string' ? find(hash) : undefined;
  return original === undefined
    ? { text: `no original with hash ${String(hash)}`, isError: true }
    : { text: original, isError: false };
}

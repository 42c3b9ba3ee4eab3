/** Meters for the life of this process; those that were not used for the longest time are forgotten first. */
import { LRUCache } from 'lru-cache';
import type { Meters } from '../core/limits.ts';

const MAX_METERS = 10_000;

export function memoryMeters(): Meters {
  const kept = new LRUCache<string, string>({ max: MAX_METERS });
  return {
    change(keys, change) {
      const { texts, result } = change(keys.map((key) => kept.get(key)));
      for (const [at, key] of keys.entries()) if (texts[at] !== undefined) kept.set(key, texts[at]);
      return result;
    },
  };
}

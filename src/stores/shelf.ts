/** Pins and originals in memory, bounded in bytes, the least recently used go first: the memory store, and the database's read cache. */
import { LRUCache } from 'lru-cache';
import type { Pin } from '../core/sent-log.ts';

/** `used` is the hour (retention.ts) up to which the database knows of the use; the memory store has no use for it. */
export interface KeptPin {
  readonly pin: Pin;
  used: number;
}

export interface KeptOriginal {
  readonly text: string;
  used: number;
}

const ENTRY_BYTES = 200;

export class Shelf {
  readonly maxBytes: number;
  readonly #pins: LRUCache<string, KeptPin>;
  readonly #originals: LRUCache<string, KeptOriginal>;

  /** Half for pins, half for originals: a few big originals must not push out the pins of live conversations. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    const maxSize = Math.max(1, Math.floor(maxBytes / 2));
    this.#pins = new LRUCache({ maxSize, sizeCalculation: ({ pin }) => bytesOf(pin.text) });
    this.#originals = new LRUCache({ maxSize, sizeCalculation: ({ text }) => bytesOf(text) });
  }

  pin(key: string): KeptPin | undefined {
    return this.#pins.get(key);
  }

  keepPin(pin: Pin, used: number): void {
    this.#pins.set(pin.key, { pin, used });
  }

  original(tenant: string, key: string): KeptOriginal | undefined {
    return this.#originals.get(`${key} ${tenant}`);
  }

  /** @returns false for a text that is bigger than the whole shelf. */
  keepOriginal(tenant: string, key: string, text: string, used: number): boolean {
    const place = `${key} ${tenant}`;
    this.#originals.set(place, { text, used });
    return this.#originals.has(place);
  }

  /** Looks through everything: for the operator, not for requests. */
  findOriginal(key: string): string | undefined {
    for (const [place, { text }] of this.#originals.entries()) if (place.startsWith(`${key} `)) return text;
    return undefined;
  }

  get originalCount(): number {
    return this.#originals.size;
  }

  clear(): void {
    this.#pins.clear();
    this.#originals.clear();
  }
}

function bytesOf(text: string | undefined): number {
  return ENTRY_BYTES + 2 * (text?.length ?? 0);
}

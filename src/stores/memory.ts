/** Remembers for the life of this process, within a bound: what was not used for the longest time is forgotten first. */
import { HeadroomError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Stores } from '../core/stores.ts';
import { memoryMeters } from './meters-memory.ts';
import { memoryLearned } from './learned-memory.ts';
import { memoryLedger } from './ledger-memory.ts';
import { Shelf } from './shelf.ts';

export interface MemoryOptions {
  readonly maxBytes?: number;
  /** Where to keep things instead of a shelf of its own. */
  readonly shelf?: Shelf;
}

const MAX_BYTES = 256 * 2 ** 20;

export function memoryStores({ maxBytes = MAX_BYTES, shelf = new Shelf(maxBytes) }: MemoryOptions = {}): Stores {
  const ledger = memoryLedger();
  const learned = memoryLearned();
  const meters = memoryMeters();
  return {
    ledger: () => ledger,
    learned: () => learned,
    meters: () => meters,
    originals: (tenant) => ({
      put(text: string): string {
        const key = hashOf(text);
        if (!shelf.keepOriginal(tenant, key, text, 0)) throw tooBig(text, shelf);
        return key;
      },
      get: (key) => shelf.original(tenant, key)?.text,
    }),
    sentLog: () => ({
      recall: (keys) => keys.map((key) => shelf.pin(key)?.pin),
      pin: (pins) => pins.map((pin) => pinOnce(shelf, pin)),
    }),
    findOriginal: (key) => shelf.findOriginal(key),
    countOriginals: () => shelf.originalCount,
    status: () => ({ kind: 'memory', path: undefined, problem: undefined }),
    close: () => shelf.clear(),
  };
}

function pinOnce(shelf: Shelf, pin: Pin): Pin {
  const held = shelf.pin(pin.key)?.pin;
  if (held) return held;
  shelf.keepPin(pin, 0);
  return pin;
}

function tooBig(text: string, { maxBytes }: Shelf): HeadroomError {
  const message = `A text of ${text.length} characters is too big for a memory store of ${maxBytes} bytes; keep a database instead.`;
  return new HeadroomError('BODY_TOO_LARGE', message);
}

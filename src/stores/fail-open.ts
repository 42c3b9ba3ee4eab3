/**
 * Keeps requests going when the database (or the Redis) cannot: pins are then remembered in memory, and written back when it works
 * again. An original that only memory has is no original to rely on: `put` throws, and `get` still finds it.
 */
import { LRUCache } from 'lru-cache';
import { HeadroomError } from '../core/errors.ts';
import type { LearnedLog } from '../core/importance.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Meters } from '../core/limits.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Stores, StoresStatus } from '../core/stores.ts';
import { describeTrouble, fileIdentity, kindOf, mayHoldMemories, retryOf, type TroubleKind } from './trouble.ts';

/** Stores that may be out of reach for a while, and come back by themselves. */
export interface RemoteStores extends Stores {
  /** @throws what is wrong with them. */
  check?(): void;
  /** Changes when they may work again. */
  pulse?(): number;
}

export interface FailOpenOptions {
  readonly path: string;
  /** Opens the database; called again after troubles that need a new connection. */
  readonly open: () => RemoteStores;
  /** Takes over meanwhile. Best on the same shelf as the database: then it knows what was sent lately. */
  readonly memory: Stores;
  /** Told once for each kind of trouble. */
  readonly warn: (message: string) => void;
  /** How many calls go by before a failing database is tried again. */
  readonly retryEvery?: number;
}

const RETRY_EVERY = 100;
const UNSAVED_CHARACTERS = 32 * 2 ** 20;
const PIN_CHARACTERS = 100;
const PINS_A_WRITE = 500;

interface Trouble {
  readonly kind: TroubleKind;
  readonly message: string;
  /** The file that failed. */
  readonly file: string | undefined;
}

export function failOpenStores(options: FailOpenOptions): Stores {
  return new FailOpenStores(options);
}

class FailOpenStores implements Stores {
  readonly #options: FailOpenOptions;
  readonly #retryEvery: number;
  readonly #warned = new Set<TroubleKind>();
  readonly #unsaved = new LRUCache<string, { readonly tenant: string; readonly pin: Pin }>({
    maxSize: UNSAVED_CHARACTERS,
    sizeCalculation: ({ pin }) => PIN_CHARACTERS + (pin.text?.length ?? 0),
  });
  #database: RemoteStores | undefined;
  #trouble: Trouble | undefined;
  #callsUntilRetry = 0;
  #pulse: number | undefined;
  /** Whether the database may know pins that memory does not. */
  #mayKnowMore = false;

  constructor(options: FailOpenOptions) {
    this.#options = options;
    this.#retryEvery = options.retryEvery ?? RETRY_EVERY;
    this.#connect();
  }

  originals(tenant: string): ReturnType<Stores['originals']> {
    const memory = this.#options.memory.originals(tenant);
    return {
      put: (text) => {
        const done = this.#attempt((database) => database.originals(tenant).put(text));
        if (done) return done.value;
        memory.put(text);
        throw new HeadroomError(
          'UNREADABLE_FILE',
          `The original is in memory only. ${this.#trouble?.message ?? ''}`.trim(),
        );
      },
      get: (key) => this.#read((database) => database.originals(tenant).get(key))?.value ?? memory.get(key),
    };
  }

  sentLog(tenant: string): ReturnType<Stores['sentLog']> {
    return { recall: (keys) => this.#recall(tenant, keys), pin: (pins) => this.#pin(tenant, pins) };
  }

  /** What cannot be written is lost, and what cannot be read is not there: no request waits for its account. */
  ledger(): Ledger {
    return {
      record: (entry, prompt, replaced) =>
        void this.#attempt((database) => database.ledger().record(entry, prompt, replaced)),
      read: (filter, limit) => this.#read((database) => database.ledger().read(filter, limit))?.value ?? [],
      recall: (keys) => this.#read((database) => database.ledger().recall(keys))?.value ?? [],
    };
  }

  /** What is out of reach teaches nothing, and is taught nothing. */
  learned(): LearnedLog {
    return {
      salt: () => this.#attempt((database) => database.learned().salt())?.value,
      add: (rows, known) => void this.#attempt((database) => database.learned().add(rows, known)),
      read: () => this.#read((database) => database.learned().read())?.value ?? [],
      replace: (learned) => void this.#attempt((database) => database.learned().replace(learned)),
    };
  }

  /** What cannot be counted there is counted in memory meanwhile, from nothing. */
  meters(): Meters {
    return {
      change: (keys, change) => {
        const done = this.#attempt((database) => database.meters().change(keys, change));
        return done ? done.value : this.#options.memory.meters().change(keys, change);
      },
    };
  }

  findOriginal(key: string): string | undefined {
    return this.#read((database) => database.findOriginal(key))?.value ?? this.#options.memory.findOriginal(key);
  }

  countOriginals(): number {
    return this.#read((database) => database.countOriginals())?.value ?? this.#options.memory.countOriginals();
  }

  status(): StoresStatus {
    if (!this.#trouble && this.#database) return this.#database.status();
    return { ...this.#options.memory.status(), problem: this.#trouble?.message };
  }

  close(): void {
    if (this.#unsaved.size > 0) {
      this.#callsUntilRetry = 0;
      this.#connect();
    }
    this.#disconnect();
    this.#options.memory.close();
  }

  /** @throws Error when nobody can say whether these parts were sent: they are then decided again, as if for the first time. */
  #recall(tenant: string, keys: readonly string[]): readonly (Pin | undefined)[] {
    const done = this.#read((database) => database.sentLog(tenant).recall(keys));
    if (done && !done.value.includes(undefined)) return done.value;
    const remembered = this.#options.memory.sentLog(tenant).recall(keys);
    if (done) return done.value.map((pin, index) => pin ?? remembered[index]);
    if (this.#mayKnowMore && keys.length > 0 && remembered.every((pin) => pin === undefined)) {
      throw new HeadroomError(
        'UNREADABLE_FILE',
        `What was sent before is unknown. ${this.#trouble?.message ?? ''}`.trim(),
      );
    }
    return remembered;
  }

  #pin(tenant: string, pins: readonly Pin[]): readonly Pin[] {
    const done = this.#attempt((database) => database.sentLog(tenant).pin(pins));
    if (done) return done.value;
    const held = this.#options.memory.sentLog(tenant).pin(pins);
    for (const pin of held) this.#unsaved.set(pin.key, { tenant, pin });
    return held;
  }

  #read<T>(work: (database: Stores) => T): { readonly value: T } | undefined {
    if (!this.#database || !this.#trouble || retryOf(this.#trouble.kind) !== 'write') return this.#attempt(work);
    try {
      return { value: work(this.#database) };
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** @returns undefined when the database did not do it. */
  #attempt<T>(work: (database: Stores) => T): { readonly value: T } | undefined {
    for (let isSecond = false; ; isSecond = true) {
      const database = this.#connect();
      if (!database) return undefined;
      // Before the work: what changes while it fails is worth another try.
      this.#pulse = database.pulse?.();
      try {
        return { value: work(database) };
      } catch (error) {
        this.#fail(error);
        if (isSecond || retryOf(kindOf(error)) !== 'at once') return undefined;
        this.#callsUntilRetry = 0;
      }
    }
  }

  /** The database, if it works or may work again by now. */
  #connect(): RemoteStores | undefined {
    if (this.#database && !this.#trouble) return this.#database;
    if (this.#callsUntilRetry > 0 && this.#database?.pulse?.() === this.#pulse) {
      this.#callsUntilRetry -= 1;
      return undefined;
    }
    if (this.#trouble && !this.#isWorthATry(this.#trouble)) return undefined;
    try {
      this.#database ??= this.#options.open();
      this.#mayKnowMore = true;
      this.#pulse = this.#database.pulse?.();
      this.#database.check?.();
      this.#saveUnsaved(this.#database);
      this.#trouble = undefined;
      return this.#database;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #isWorthATry({ kind, file }: Trouble): boolean {
    if (retryOf(kind) !== 'replaced' || fileIdentity(this.#options.path) !== file) return true;
    this.#callsUntilRetry = this.#retryEvery;
    return false;
  }

  /** For parts that another process has pinned meanwhile, its pins hold from here on. */
  #saveUnsaved(database: Stores): void {
    const byTenant = Map.groupBy(this.#unsaved.values(), ({ tenant }) => tenant);
    for (const [tenant, entries] of byTenant) {
      for (let start = 0; start < entries.length; start += PINS_A_WRITE) {
        const pins = entries.slice(start, start + PINS_A_WRITE).map(({ pin }) => pin);
        database.sentLog(tenant).pin(pins);
        for (const { key } of pins) this.#unsaved.delete(key);
      }
    }
  }

  #fail(error: unknown): void {
    const { path, warn } = this.#options;
    const kind = kindOf(error);
    this.#trouble = { kind, message: describeTrouble(error, path), file: fileIdentity(path) };
    this.#callsUntilRetry = this.#retryEvery;
    this.#mayKnowMore ||= mayHoldMemories(path);
    if (retryOf(kind) !== 'call' && retryOf(kind) !== 'write') this.#disconnect();
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    warn(this.#trouble.message);
  }

  #disconnect(): void {
    try {
      this.#database?.close();
    } catch {
      // Broken anyway: there is nothing more to save there.
    }
    this.#database = undefined;
    this.#pulse = undefined;
  }
}

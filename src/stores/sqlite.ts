/**
 * Remembers in one SQLite file, for all processes and threads that open it. What was acknowledged survives kill -9; a
 * power failure may take the last moments (WAL, synchronous NORMAL). What is read is checked (wrapping.ts): a torn or
 * altered row counts as missing, and is said. How long things are kept: retention.ts.
 */
import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { hashOf } from '../core/hash.ts';
import type { LearnedLog } from '../core/importance.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Stores, StoresStatus } from '../core/stores.ts';
import { SqliteLearned } from './learned-sqlite.ts';
import { SqliteLedger } from './ledger-sqlite.ts';
import type { Meters } from '../core/limits.ts';
import { SqliteMeters } from './meters-sqlite.ts';
import { Retention } from './retention.ts';
import { fingerprintOf, sealed } from './sealed.ts';
import { Shelf } from './shelf.ts';
import { openSqliteFile, type SqliteFile } from './sqlite-file.ts';
import { DAY_MS, IDLE_DAYS, MAX_BYTES, SHELF_BYTES } from './terms.ts';
import { describeDamage } from './trouble.ts';
import { plain, type Stored, type Wrapping, type Wrappings } from './wrapping.ts';

export interface SqliteOptions {
  /** Beyond this the least recently used go. */
  readonly maxBytes?: number | undefined;
  /** What was not used for so long goes. */
  readonly idleDays?: number | undefined;
  /** What is written from here on is encrypted with it. */
  readonly key?: Uint8Array | undefined;
  /** Memory for what was read and written lately. */
  readonly shelf?: Shelf;
  /** Longest wait for other processes, in milliseconds. */
  readonly busyTimeoutMs?: number;
  /** Told, once for each kind, what the operator should know while everything goes on. */
  readonly tell?: (message: string) => void;
  /** Milliseconds since 1970; drives retention only. */
  readonly now?: () => number;
}

const BUSY_TIMEOUT_MS = 2_000;

type Row = Record<string, SQLOutputValue>;

interface FoundPin {
  readonly pin: Pin;
  readonly used: number;
}

/** @throws what keeps the database from being opened (trouble.ts puts it into words). */
export function sqliteStores(path: string, options: SqliteOptions = {}): Stores {
  const fingerprint = options.key && fingerprintOf(options.key);
  const file = openSqliteFile(path, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS, fingerprint);
  try {
    return new SqliteStores(file, options);
  } catch (error) {
    file.db.close();
    throw error;
  }
}

class SqliteStores implements Stores {
  readonly #file: SqliteFile;
  readonly #shelf: Shelf;
  readonly #wrappings: Wrappings;
  readonly #retention: Retention;
  readonly #tell: (message: string) => void;
  readonly #writeOriginal: StatementSync;
  readonly #readOriginal: StatementSync;
  readonly #useOf: StatementSync;
  readonly #findOriginal: StatementSync;
  readonly #countOriginals: StatementSync;
  readonly #insertPin: StatementSync;
  readonly #replacePin: StatementSync;
  readonly #readPins: StatementSync;
  #ledger: Ledger | undefined;
  #learned: LearnedLog | undefined;
  #meters: Meters | undefined;
  #isDamageTold = false;

  constructor(file: SqliteFile, options: SqliteOptions) {
    const { db } = file;
    const { maxBytes = MAX_BYTES, idleDays = IDLE_DAYS, now = Date.now, tell = () => undefined } = options;
    this.#file = file;
    this.#tell = tell;
    this.#shelf = options.shelf ?? new Shelf(SHELF_BYTES);
    this.#wrappings = options.key ? [sealed(options.key), plain] : [plain];
    this.#writeOriginal = db.prepare(
      `INSERT INTO originals (key, tenant, text, used) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET text = excluded.text, used = max(used, excluded.used)`,
    );
    this.#readOriginal = db.prepare('SELECT text, used FROM originals WHERE key = ? AND tenant = ?');
    this.#useOf = db.prepare('SELECT used FROM originals WHERE key = ? AND tenant = ?');
    this.#findOriginal = db.prepare('SELECT text FROM originals WHERE key = ?');
    this.#countOriginals = db.prepare('SELECT count(*) AS count FROM originals');
    const pin = '(key, text, proof, tokens_before, tokens_after, used) VALUES (?, ?, ?, ?, ?, ?)';
    this.#insertPin = db.prepare(`INSERT INTO pins ${pin} ON CONFLICT DO NOTHING`);
    this.#replacePin = db.prepare(`INSERT OR REPLACE INTO pins ${pin}`);
    this.#readPins = db.prepare(
      `SELECT pins.key, text, proof, tokens_before, tokens_after, used
       FROM json_each(?) AS asked CROSS JOIN pins ON pins.key = asked.value`,
    );
    const idleMs = idleDays * DAY_MS;
    this.#retention = new Retention(file, { maxBytes, idleMs, now, wrappings: this.#wrappings, tell });
  }

  originals(tenant: string): ReturnType<Stores['originals']> {
    return { put: (text) => this.#put(tenant, text), get: (key) => this.#get(tenant, key) };
  }

  sentLog(tenant: string): ReturnType<Stores['sentLog']> {
    return { recall: (keys) => this.#recall(tenant, keys), pin: (pins) => this.#pin(pins) };
  }

  /** Its tables are made when it is first asked for. */
  ledger(): Ledger {
    return (this.#ledger ??= new SqliteLedger(this.#file, this.#wrappings));
  }

  learned(): LearnedLog {
    return (this.#learned ??= new SqliteLearned(this.#file, this.#wrappings));
  }

  meters(): Meters {
    return (this.#meters ??= new SqliteMeters(this.#file, this.#wrappings[0]));
  }

  findOriginal(key: string): string | undefined {
    for (const wrapping of this.#wrappings) {
      for (const row of this.#findOriginal.all(wrapping.nameOf(key))) {
        const text = this.#originalIn(row, key, wrapping);
        if (text !== undefined) return text;
      }
    }
    return undefined;
  }

  countOriginals(): number {
    return Number(this.#countOriginals.get()!['count']);
  }

  status(): StoresStatus {
    return { kind: 'sqlite', path: this.#file.path, problem: undefined };
  }

  close(): void {
    this.#retention.close();
    this.#file.db.close();
  }

  #put(tenant: string, text: string): string {
    const key = hashOf(text);
    this.#file.assertInPlace();
    const hour = this.#retention.hour();
    if (!this.#isKept(tenant, key, hour)) {
      const [wrapping] = this.#wrappings;
      const stored = wrapping.wrapOriginal(key, text);
      this.#writeOriginal.run(wrapping.nameOf(key), wrapping.ownerOf(tenant), stored, hour);
      this.#retention.wrote(1, text.length);
    }
    this.#shelf.keepOriginal(tenant, key, text, hour);
    return key;
  }

  /**
   * Never trusts the shelf alone: another process may have deleted the row, or be about to, or the file may be another
   * one. Nor the row alone: what this process has neither written nor read yet may be damaged.
   */
  #isKept(tenant: string, key: string, hour: number): boolean {
    for (const wrapping of this.#wrappings) {
      const place = [wrapping.nameOf(key), wrapping.ownerOf(tenant)] as const;
      const isKnown = this.#shelf.original(tenant, key) !== undefined;
      const row = isKnown ? this.#useOf.get(...place) : this.#readOriginal.get(...place);
      const used = Number(row?.['used']);
      if (!row || !this.#retention.isFresh(used)) continue;
      if (!isKnown && this.#originalIn(row, key, wrapping) === undefined) continue;
      if (used < hour) this.#retention.usedOriginal(tenant, key, used);
      return true;
    }
    return false;
  }

  #get(tenant: string, key: string): string | undefined {
    const hour = this.#retention.hour();
    const kept = this.#shelf.original(tenant, key) ?? this.#readOriginalOf(tenant, key);
    if (!kept) return undefined;
    if (kept.used < hour) {
      this.#retention.usedOriginal(tenant, key, kept.used);
      this.#retention.read();
    }
    this.#shelf.keepOriginal(tenant, key, kept.text, hour);
    return kept.text;
  }

  #readOriginalOf(tenant: string, key: string): { readonly text: string; readonly used: number } | undefined {
    for (const wrapping of this.#wrappings) {
      const row = this.#readOriginal.get(wrapping.nameOf(key), wrapping.ownerOf(tenant));
      const text = row && this.#originalIn(row, key, wrapping);
      if (text !== undefined) return { text, used: Number(row!['used']) };
    }
    return undefined;
  }

  #recall(tenant: string, keys: readonly string[]): readonly (Pin | undefined)[] {
    const hour = this.#retention.hour();
    const found = new Map<string, FoundPin>();
    const asked = new Set<string>();
    for (const key of keys) {
      const kept = this.#shelf.pin(key);
      if (kept) found.set(key, { ...kept });
      else asked.add(key);
    }
    for (const [key, pin] of this.#pinsOf([...asked])) found.set(key, pin);
    for (const { pin, used } of found.values()) {
      if (used < hour) this.#retention.usedPin(tenant, pin, used);
      if (used < hour || asked.has(pin.key)) this.#shelf.keepPin(pin, hour);
    }
    this.#retention.read();
    return keys.map((key) => found.get(key)?.pin);
  }

  #pin(pins: readonly Pin[]): readonly Pin[] {
    if (pins.length === 0) return [];
    this.#file.assertInPlace();
    const hour = this.#retention.hour();
    const held = this.#file.inTransaction(() => {
      this.#retention.saveUses();
      return pins.map((pin) => this.#pinOne(pin, hour));
    });
    this.#retention.usesSaved();
    for (const pin of held) this.#shelf.keepPin(pin, hour);
    const bytes = pins.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
    this.#retention.wrote(pins.length, bytes);
    return held;
  }

  #pinOne(pin: Pin, hour: number): Pin {
    const [wrapping, ...others] = this.#wrappings;
    const earlier = others.length > 0 ? this.#pinsOf([pin.key]).get(pin.key) : undefined;
    if (earlier) return earlier.pin;
    const { text, proof = null, tokensBefore, tokensAfter } = wrapping.wrapPin(pin);
    const stored = text ?? null;
    const row = [wrapping.nameOf(pin.key), stored, proof, tokensBefore, tokensAfter, hour] as const;
    if (this.#insertPin.run(...row).changes) return pin;
    const held = this.#pinsOf([pin.key]).get(pin.key)?.pin;
    if (!held) this.#replacePin.run(...row);
    return held ?? pin;
  }

  #pinsOf(keys: readonly string[]): ReadonlyMap<string, FoundPin> {
    const found = new Map<string, FoundPin>();
    if (keys.length === 0) return found;
    const names = new Map<string, readonly [key: string, wrapping: Wrapping]>();
    for (const wrapping of this.#wrappings) for (const key of keys) names.set(wrapping.nameOf(key), [key, wrapping]);
    for (const row of this.#readPins.all(JSON.stringify([...names.keys()]))) {
      const [key, wrapping] = names.get(String(row['key']))!;
      const pin = wrapping.unwrapPin(key, {
        text: fromSql(row['text']),
        proof: row['proof'] === null ? undefined : String(row['proof']),
        tokensBefore: Number(row['tokens_before']),
        tokensAfter: Number(row['tokens_after']),
      });
      if (!pin) this.#sayDamaged(`pin ${key}`);
      else if (!found.has(key)) found.set(key, { pin, used: Number(row['used']) });
    }
    return found;
  }

  #originalIn(row: Row, key: string, wrapping: Wrapping): string | undefined {
    const stored = fromSql(row['text']);
    const text = stored === undefined ? undefined : wrapping.unwrapOriginal(key, stored);
    if (text === undefined) this.#sayDamaged(`original ${key}`);
    return text;
  }

  #sayDamaged(row: string): void {
    if (this.#isDamageTold) return;
    this.#isDamageTold = true;
    this.#tell(describeDamage(row, this.#file.path));
  }
}

function fromSql(stored: SQLOutputValue | undefined): Stored | undefined {
  return typeof stored === 'string' || stored instanceof Uint8Array ? stored : undefined;
}

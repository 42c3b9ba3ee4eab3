/**
 * Remembers in one SQLite file, for all processes and threads that open it. What was acknowledged survives kill -9; a
 * power failure may take the last moments (WAL, synchronous NORMAL). What is read is checked against its hash: a
 * damaged text is never handed out. Kept until idle for 30 days, the oldest go earlier beyond 2 GB (retention.ts).
 */
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Stores, StoresStatus } from '../core/stores.ts';
import { Retention } from './retention.ts';
import { Shelf } from './shelf.ts';
import { openSqliteFile, type SqliteFile } from './sqlite-file.ts';
import { StoreTrouble } from './trouble.ts';

export interface SqliteOptions {
  /** Beyond this the least recently used go. */
  readonly maxBytes?: number;
  /** What was not used for so long goes. */
  readonly idleDays?: number;
  /** Memory for what was read and written lately. */
  readonly shelf?: Shelf;
  /** Longest wait for other processes, in milliseconds. */
  readonly busyTimeoutMs?: number;
  /** Milliseconds since 1970; drives retention only. */
  readonly now?: () => number;
}

const MAX_BYTES = 2 * 2 ** 30;
const IDLE_DAYS = 30;
const DAY_MS = 86_400_000;
const SHELF_BYTES = 64 * 2 ** 20;
const BUSY_TIMEOUT_MS = 2_000;

type Row = Record<string, SQLOutputValue>;

/** @throws what keeps the database from being opened (trouble.ts puts it into words). */
export function sqliteStores(path: string, options: SqliteOptions = {}): Stores {
  const file = openSqliteFile(path, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
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
  readonly #retention: Retention;
  readonly #insertOriginal: StatementSync;
  readonly #useOf: StatementSync;
  readonly #readOriginal: StatementSync;
  readonly #findOriginal: StatementSync;
  readonly #insertPin: StatementSync;
  readonly #readPins: StatementSync;

  constructor(file: SqliteFile, options: SqliteOptions) {
    const { db } = file;
    this.#file = file;
    this.#shelf = options.shelf ?? new Shelf(SHELF_BYTES);
    this.#insertOriginal = db.prepare(
      'INSERT INTO originals (key, tenant, text, used) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#useOf = db.prepare('SELECT used FROM originals WHERE key = ? AND tenant = ?');
    this.#readOriginal = db.prepare('SELECT text, used FROM originals WHERE key = ? AND tenant = ?');
    this.#findOriginal = db.prepare('SELECT text FROM originals WHERE key = ? LIMIT 1');
    this.#insertPin = db.prepare(
      `INSERT INTO pins (key, text, proof, tokens_before, tokens_after, used) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#readPins = db.prepare(
      `SELECT pins.key, text, proof, tokens_before, tokens_after, used
       FROM json_each(?) AS asked CROSS JOIN pins ON pins.key = asked.value`,
    );
    const { maxBytes = MAX_BYTES, idleDays = IDLE_DAYS, now = Date.now } = options;
    this.#retention = new Retention(file, { maxBytes, idleMs: idleDays * DAY_MS, now });
  }

  originals(tenant: string): ReturnType<Stores['originals']> {
    return { put: (text) => this.#put(tenant, text), get: (key) => this.#get(tenant, key) };
  }

  sentLog(tenant: string): ReturnType<Stores['sentLog']> {
    return { recall: (keys) => this.#recall(tenant, keys), pin: (pins) => this.#pin(pins) };
  }

  findOriginal(key: string): string | undefined {
    const row = this.#findOriginal.get(key);
    return row && originalIn(row, key);
  }

  status(): StoresStatus {
    return { kind: 'sqlite', path: this.#file.path, problem: undefined };
  }

  close(): void {
    this.#retention.close();
    this.#file.db.close();
  }

  /** Never trusts the shelf: another process may have deleted the row, or the file may be another one. */
  #put(tenant: string, text: string): string {
    const key = hashOf(text);
    this.#file.assertInPlace();
    const hour = this.#retention.hour();
    const known = this.#useOf.get(key, tenant);
    if (!known) {
      this.#insertOriginal.run(key, tenant, encode(text), hour);
      this.#retention.wrote(1, text.length);
    } else if (Number(known['used']) < hour) this.#retention.usedOriginal(tenant, key);
    this.#shelf.keepOriginal(tenant, key, text, hour);
    return key;
  }

  #get(tenant: string, key: string): string | undefined {
    const hour = this.#retention.hour();
    const kept = this.#shelf.original(tenant, key);
    if (kept) {
      if (kept.used < hour) this.#retention.usedOriginal(tenant, key);
      kept.used = hour;
      return kept.text;
    }
    const row = this.#readOriginal.get(key, tenant);
    if (!row) return undefined;
    const text = originalIn(row, key);
    if (Number(row['used']) < hour) this.#retention.usedOriginal(tenant, key);
    this.#shelf.keepOriginal(tenant, key, text, hour);
    return text;
  }

  #recall(tenant: string, keys: readonly string[]): readonly (Pin | undefined)[] {
    const hour = this.#retention.hour();
    const found = new Map<string, Pin>();
    const asked = new Set<string>();
    for (const key of keys) {
      const kept = this.#shelf.pin(key);
      if (!kept) {
        asked.add(key);
        continue;
      }
      found.set(key, kept.pin);
      if (kept.used < hour) this.#retention.usedPin(tenant, key, kept.pin.text);
      kept.used = hour;
    }
    for (const row of this.#pinRows([...asked])) {
      const pin = pinIn(row);
      found.set(pin.key, pin);
      if (Number(row['used']) < hour) this.#retention.usedPin(tenant, pin.key, pin.text);
      this.#shelf.keepPin(pin, hour);
    }
    return keys.map((key) => found.get(key));
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
    const { key, text, tokensBefore, tokensAfter } = pin;
    const stored = text === undefined ? null : encode(text);
    const { changes } = this.#insertPin.run(key, stored, proofOf(pin), tokensBefore, tokensAfter, hour);
    return changes ? pin : pinIn(this.#pinRows([key])[0]!);
  }

  #pinRows(keys: readonly string[]): readonly Row[] {
    return keys.length === 0 ? [] : this.#readPins.all(JSON.stringify(keys));
  }
}

/** As TEXT where that is exact for every SQLite binding; lone surrogates and NUL characters go as UTF-16 in a BLOB. */
function encode(text: string): SQLInputValue {
  return text.isWellFormed() && !text.includes('\0') ? text : Buffer.from(text, 'utf16le');
}

function decode(stored: SQLOutputValue | undefined): string | undefined {
  if (typeof stored === 'string') return stored;
  return stored instanceof Uint8Array ? Buffer.from(stored).toString('utf16le') : undefined;
}

function originalIn(row: Row, key: string): string {
  const text = decode(row['text']);
  if (text === undefined || hashOf(text) !== key)
    throw new StoreTrouble('damaged', `original ${key} does not match its hash`);
  return text;
}

function pinIn(row: Row): Pin {
  const pin: Pin = {
    key: String(row['key']),
    text: decode(row['text']),
    tokensBefore: Number(row['tokens_before']),
    tokensAfter: Number(row['tokens_after']),
  };
  if (row['proof'] !== proofOf(pin)) throw new StoreTrouble('damaged', `pin ${pin.key} does not match its hash`);
  return pin;
}

/** Parts that were left alone have no text that could be damaged. */
function proofOf({ key, text, tokensBefore, tokensAfter }: Pin): string | null {
  return text === undefined ? null : hashOf(`${key} ${tokensBefore} ${tokensAfter} ${text}`);
}

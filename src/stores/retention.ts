/**
 * How long the database keeps things: until they were idle for `idleMs`, and the least recently used go earlier when it
 * holds more than `maxBytes`. Use is told by the hour, and written along with the next pins. The space of what is
 * deleted is used again. The clock decides about keeping only, never about content.
 */
import type { StatementSync } from 'node:sqlite';
import { findMarkers } from '../core/marker.ts';
import type { SqliteFile } from './sqlite-file.ts';

export interface RetentionOptions {
  readonly maxBytes: number;
  readonly idleMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const HOUR_MS = 3_600_000;
const ROWS_BETWEEN_SWEEPS = 512;
const BYTES_BETWEEN_SWEEPS = 32 * 2 ** 20;
const ROWS_A_STEP = 16;
/** Twice the rows that can have come in between, so that it catches up. */
const STEPS_A_SWEEP = (2 * ROWS_BETWEEN_SWEEPS) / ROWS_A_STEP;
const SWEEPS_AT_OPEN = 4;
const USES_AT_MOST = 2_000;

export class Retention {
  readonly #file: SqliteFile;
  readonly #options: RetentionOptions;
  readonly #usePin: StatementSync;
  readonly #useOriginal: StatementSync;
  readonly #bytes: StatementSync;
  readonly #tables: readonly Table[];
  readonly #usedPins = new Set<string>();
  readonly #usedOriginals = new Map<string, readonly [tenant: string, key: string]>();
  #rows = 0;
  #written = 0;

  constructor(file: SqliteFile, options: RetentionOptions) {
    const { db } = file;
    this.#file = file;
    this.#options = options;
    this.#usePin = db.prepare('UPDATE pins SET used = :used WHERE key = :key AND used < :used');
    this.#useOriginal = db.prepare(
      'UPDATE originals SET used = :used WHERE key = :key AND tenant = :tenant AND used < :used',
    );
    this.#bytes = db.prepare(
      `SELECT (page_count - freelist_count) * page_size AS bytes
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
    // Of the same hour originals go first: pins are small, and they keep a provider's cache alive.
    this.#tables = (['originals', 'pins'] as const).map((name) => ({
      oldest: db.prepare(`SELECT min(used) AS used FROM ${name}`),
      remove: db.prepare(
        `DELETE FROM ${name} WHERE id IN (SELECT id FROM ${name} WHERE used < ? ORDER BY used, id LIMIT ${ROWS_A_STEP})`,
      ),
    }));
    for (let sweep = 0; sweep < SWEEPS_AT_OPEN && this.#trySweep(); sweep++);
  }

  hour(): number {
    return Math.floor(this.#options.now() / HOUR_MS);
  }

  /** A pin lives as long as it is sent, and with it the originals that its text can be asked for. */
  usedPin(tenant: string, key: string, text: string | undefined): void {
    this.#usedPins.add(key);
    if (text !== undefined) for (const original of findMarkers(text)) this.usedOriginal(tenant, original);
    if (this.#usedPins.size + this.#usedOriginals.size >= USES_AT_MOST) this.#saveUsesAlone();
  }

  usedOriginal(tenant: string, key: string): void {
    this.#usedOriginals.set(`${key} ${tenant}`, [tenant, key]);
  }

  /** Inside a transaction; call `usesSaved` once it is through. */
  saveUses(): void {
    const used = this.hour();
    for (const key of this.#usedPins) this.#usePin.run({ key, used });
    for (const [tenant, key] of this.#usedOriginals.values()) this.#useOriginal.run({ key, tenant, used });
  }

  usesSaved(): void {
    this.#usedPins.clear();
    this.#usedOriginals.clear();
  }

  /** Tells what was written; now and then something old is deleted for it. */
  wrote(rows: number, bytes: number): void {
    this.#rows += rows;
    this.#written += bytes;
    if (this.#rows < ROWS_BETWEEN_SWEEPS && this.#written < Math.min(BYTES_BETWEEN_SWEEPS, this.#options.maxBytes / 4))
      return;
    this.#rows = 0;
    this.#written = 0;
    this.#trySweep();
  }

  close(): void {
    this.#saveUsesAlone();
  }

  #saveUsesAlone(): void {
    if (this.#usedPins.size + this.#usedOriginals.size === 0) return;
    try {
      this.#file.inTransaction(() => this.saveUses());
    } catch {
      // Reading must not fail for this: the rows only look as old as their last known use.
    }
    this.usesSaved();
  }

  /** What was to be kept is kept already: a failure costs nothing, and the next sweep makes up for this one. */
  #trySweep(): boolean {
    try {
      return this.#sweep();
    } catch {
      return false;
    }
  }

  /** @returns whether there may be more to delete. */
  #sweep(): boolean {
    const idleBefore = Math.floor((this.#options.now() - this.#options.idleMs) / HOUR_MS);
    const isMore = this.#file.inTransaction(() => {
      this.saveUses();
      for (let step = 0; step < STEPS_A_SWEEP; step++) {
        const isOver = Number(this.#bytes.get()!['bytes']) > this.#options.maxBytes;
        const oldest = oldestOf(this.#tables);
        if (!oldest?.table.remove.run(isOver ? oldest.before : idleBefore).changes) return false;
      }
      return true;
    });
    this.usesSaved();
    return isMore;
  }
}

interface Table {
  readonly oldest: StatementSync;
  readonly remove: StatementSync;
}

/** The table with the oldest row, and the hour before which all its rows are older than any other table's. */
function oldestOf(tables: readonly Table[]): { readonly table: Table; readonly before: number } | undefined {
  const [first, second] = tables
    .map((table) => ({ table, used: table.oldest.get()!['used'] }))
    .filter(({ used }) => used !== null)
    .map(({ table, used }) => ({ table, used: Number(used) }))
    .toSorted((a, b) => a.used - b.used);
  return first && { table: first.table, before: Math.max(first.used + 1, second?.used ?? Number.MAX_SAFE_INTEGER) };
}

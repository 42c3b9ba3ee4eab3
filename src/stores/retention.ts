/**
 * How long the database keeps things: until they were idle for `idleMs`, and the least recently used go earlier when it
 * holds more than `maxBytes`, but never what a live conversation has used, or can still ask for. Use is told by the hour,
 * and written along with the next pins. The space of what is deleted is used again. The clock decides about keeping only,
 * never about content.
 */
import type { StatementSync } from 'node:sqlite';
import { findMarkers } from '../core/marker.ts';
import type { Pin } from '../core/sent-log.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { HOUR_MS } from './terms.ts';
import type { Wrappings } from './wrapping.ts';

export interface RetentionOptions {
  readonly maxBytes: number;
  readonly idleMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly wrappings: Wrappings;
  /** Told once when there is too much that is all in use. */
  readonly tell: (message: string) => void;
}

/** A conversation is live for so long after its last request. */
const LIVE_HOURS = 24;
/** A use that makes a row so much younger is written at once: other processes decide by what is written. */
const UNWRITTEN_HOURS = 6;
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
  /** The oldest of the written uses that these uses are to replace. */
  #oldestKnown = Number.POSITIVE_INFINITY;
  #isTold = false;
  #rows = 0;
  #written = 0;

  constructor(file: SqliteFile, options: RetentionOptions) {
    const { db } = file;
    this.#file = file;
    this.#options = options;
    this.#usePin = db.prepare('UPDATE pins SET used = :used WHERE key = :key AND used < :used');
    // A client that renewed its credential is another tenant: then it is the one that kept it whose row is used.
    this.#useOriginal = db.prepare(
      `UPDATE originals SET used = :used WHERE key = :key AND used < :used AND
       (tenant = :tenant OR NOT EXISTS (SELECT 1 FROM originals WHERE key = :key AND tenant = :tenant))`,
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

  /**
   * A pin lives as long as it is sent, and with it the originals that its text can be asked for.
   * @param known the hour of the last use that is written.
   */
  usedPin(tenant: string, { key, text }: Pin, known: number): void {
    this.#usedPins.add(key);
    if (text !== undefined) for (const original of findMarkers(text)) this.usedOriginal(tenant, original, known);
    this.#oldestKnown = Math.min(this.#oldestKnown, known);
  }

  usedOriginal(tenant: string, key: string, known: number): void {
    this.#usedOriginals.set(`${key} ${tenant}`, [tenant, key]);
    this.#oldestKnown = Math.min(this.#oldestKnown, known);
  }

  /** After a call that only reads: what cannot wait for the next pins is written now. */
  read(): void {
    const isMany = this.#usedPins.size + this.#usedOriginals.size >= USES_AT_MOST;
    if (isMany || !this.isFresh(this.#oldestKnown)) this.#saveUsesAlone();
  }

  /** Whether a row with this written use is safe for now from every process that deletes. */
  isFresh(known: number): boolean {
    return this.hour() - known <= UNWRITTEN_HOURS;
  }

  /** Inside a transaction; call `usesSaved` once it is through. */
  saveUses(): void {
    const used = this.hour();
    for (const { nameOf, ownerOf } of this.#options.wrappings) {
      for (const key of this.#usedPins) this.#usePin.run({ key: nameOf(key), used });
      for (const [tenant, key] of this.#usedOriginals.values())
        this.#useOriginal.run({ key: nameOf(key), tenant: ownerOf(tenant), used });
    }
  }

  usesSaved(): void {
    this.#usedPins.clear();
    this.#usedOriginals.clear();
    this.#oldestKnown = Number.POSITIVE_INFINITY;
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
    const spared = this.hour() - UNWRITTEN_HOURS;
    const idleBefore = spared - Math.ceil(this.#options.idleMs / HOUR_MS);
    const liveFrom = spared - LIVE_HOURS;
    const isMore = this.#file.inTransaction(() => {
      this.saveUses();
      for (let step = 0; step < STEPS_A_SWEEP; step++) {
        const isOver = Number(this.#bytes.get()!['bytes']) > this.#options.maxBytes;
        const oldest = oldestOf(this.#tables);
        if (isOver && oldest && oldest.used >= liveFrom) this.#sayFull();
        const before = isOver ? Math.min(oldest?.before ?? 0, liveFrom) : 0;
        if (!oldest?.table.remove.run(Math.max(before, idleBefore)).changes) return false;
      }
      return true;
    });
    this.usesSaved();
    return isMore;
  }

  #sayFull(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const limit = Math.round(this.#options.maxBytes / 2 ** 20);
    this.#options.tell(
      `The database ${this.#file.path} has grown over ${limit} MB, all of it used within the last day, so nothing of it is removed: raise --store-max-mb.`,
    );
  }
}

interface Table {
  readonly oldest: StatementSync;
  readonly remove: StatementSync;
}

/** The table with the oldest row, and the hour before which all its rows are older than any other table's. */
function oldestOf(
  tables: readonly Table[],
): { readonly table: Table; readonly used: number; readonly before: number } | undefined {
  const [first, second] = tables
    .map((table) => ({ table, used: table.oldest.get()!['used'] }))
    .filter(({ used }) => used !== null)
    .map(({ table, used }) => ({ table, used: Number(used) }))
    .toSorted((a, b) => a.used - b.used);
  return first && { ...first, before: Math.max(first.used + 1, second?.used ?? Number.MAX_SAFE_INTEGER) };
}

/** Meters in the database file, in a table of their own: read and written in one transaction that keeps others out. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Metered, Meters } from '../core/limits.ts';
import { unwrapMeter, wrapMeter } from './meters-rows.ts';
import type { SqliteFile } from './sqlite-file.ts';
import type { Wrapping } from './wrapping.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meters (
    name TEXT PRIMARY KEY, until INTEGER NOT NULL, text ANY NOT NULL, proof TEXT
  ) STRICT;
`;

const CHANGES_BETWEEN_SWEEPS = 256;

export class SqliteMeters implements Meters {
  readonly #file: SqliteFile;
  readonly #wrapping: Wrapping;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #sweep: StatementSync;
  #changes = 0;

  constructor(file: SqliteFile, wrapping: Wrapping) {
    const { db } = file;
    this.#file = file;
    this.#wrapping = wrapping;
    file.inTransaction(() => db.exec(SCHEMA));
    this.#read = db.prepare('SELECT text, proof FROM meters WHERE name = ?');
    this.#write = db.prepare('INSERT OR REPLACE INTO meters (name, until, text, proof) VALUES (?, ?, ?, ?)');
    this.#sweep = db.prepare('DELETE FROM meters WHERE until < ?');
  }

  change<Result>(keys: readonly string[], change: (texts: readonly (string | undefined)[]) => Metered<Result>): Result {
    this.#file.assertInPlace();
    const names = keys.map((key) => this.#wrapping.nameOf(key));
    return this.#file.inTransaction(() => {
      const { texts, at, until, result } = change(names.map((name) => this.#textOf(name)));
      for (const [index, name] of names.entries()) {
        const changed = texts[index];
        if (changed === undefined) continue;
        const { text, proof = null } = wrapMeter(name, changed, this.#wrapping);
        this.#write.run(name, until, text!, proof);
      }
      if (++this.#changes % CHANGES_BETWEEN_SWEEPS === 0) this.#sweep.run(at);
      return result;
    });
  }

  #textOf(name: string): string | undefined {
    const row: Record<string, SQLOutputValue> | undefined = this.#read.get(name);
    const text = row?.['text'];
    if (typeof text !== 'string' && !(text instanceof Uint8Array)) return undefined;
    const proof = typeof row!['proof'] === 'string' ? row!['proof'] : undefined;
    return unwrapMeter(name, { text, proof }, this.#wrapping);
  }
}

/** Not every file has meters. */
export function forgetMeters(db: DatabaseSync): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meters'").get()) db.exec('DELETE FROM meters');
}

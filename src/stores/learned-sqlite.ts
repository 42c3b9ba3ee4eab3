/**
 * Learned state in the database file: a table of counts by hashes, and the salt of these hashes, which is a secret and is
 * kept as pins are, openly or encrypted.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Counts, COUNTERS, type Learned, type LearnedLog, type LearnedRow } from '../core/importance.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { LEARNED_ROWS, SALT_BYTES } from './terms.ts';
import type { Wrappings } from './wrapping.ts';

const SALT_KEY = 'learned salt';
const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;

/** `keptFetched` is `kept_fetched`. */
const COLUMNS = COUNTERS.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS learned (
    shape TEXT NOT NULL, place TEXT NOT NULL, owner TEXT NOT NULL,
    ${COLUMNS.map((name) => `${name} INTEGER NOT NULL`).join(', ')}, PRIMARY KEY (shape, place)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS learned_salt (id INTEGER PRIMARY KEY CHECK (id = 1), text ANY NOT NULL, proof TEXT) STRICT;
`;

export class SqliteLearned implements LearnedLog {
  readonly #file: SqliteFile;
  readonly #wrappings: Wrappings;
  readonly #write: StatementSync;
  readonly #count: StatementSync;
  readonly #addKnown: StatementSync;

  constructor(file: SqliteFile, wrappings: Wrappings) {
    const { db } = file;
    this.#file = file;
    this.#wrappings = wrappings;
    file.inTransaction(() => db.exec(SCHEMA));
    const sums = COLUMNS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');
    this.#write = db.prepare(
      `INSERT INTO learned (shape, place, owner, ${COLUMNS.join(', ')}) VALUES (?, ?, ?${', ?'.repeat(COLUMNS.length)})
       ON CONFLICT DO UPDATE SET ${sums}`,
    );
    this.#addKnown = db.prepare(
      `UPDATE learned SET ${COLUMNS.map((name) => `${name} = ${name} + ?`).join(', ')} WHERE shape = ? AND place = ?`,
    );
    this.#count = db.prepare('SELECT count(*) AS count FROM learned');
  }

  salt(): string {
    const known = this.#readSalt();
    if (known !== undefined) return known;
    return this.#file.inTransaction(() => {
      // Another process may have been faster.
      const found = this.#readSalt();
      if (found !== undefined) return found;
      const salt = randomBytes(SALT_BYTES).toString('hex');
      this.#writeSalt(salt);
      return salt;
    });
  }

  add(rows: readonly LearnedRow[], known: readonly LearnedRow[]): void {
    this.#file.assertInPlace();
    this.#file.inTransaction(() => this.#addAll(rows, known));
  }

  read(): readonly LearnedRow[] {
    const { db } = this.#file;
    return db
      .prepare('SELECT * FROM learned')
      .all()
      .map((row) => ({
        owner: String(row['owner']),
        shape: String(row['shape']),
        place: String(row['place']),
        counts: Object.fromEntries(COUNTERS.map((name, at) => [name, Number(row[COLUMNS[at]!])])) as Counts,
      }));
  }

  replace(learned: Learned | undefined): void {
    this.#file.assertInPlace();
    this.#file.inTransaction(() => {
      forgetLearned(this.#file.db);
      if (!learned) return;
      this.#writeSalt(learned.salt);
      this.#addAll(learned.rows, []);
    });
  }

  #addAll(rows: readonly LearnedRow[], known: readonly LearnedRow[]): void {
    const isFull = Number(this.#count.get()!['count']) + rows.length > LEARNED_ROWS;
    for (const row of isFull ? [] : rows)
      this.#write.run(row.shape, row.place, row.owner, ...COUNTERS.map((name) => row.counts[name]));
    for (const row of isFull ? [...rows, ...known] : known)
      this.#addKnown.run(...COUNTERS.map((name) => row.counts[name]), row.shape, row.place);
  }

  #readSalt(): string | undefined {
    const row = this.#file.db.prepare('SELECT text, proof FROM learned_salt').get();
    const text = row?.['text'];
    if (typeof text !== 'string' && !(text instanceof Uint8Array)) return undefined;
    const stored = { ...COUNTS, text, proof: row!['proof'] === null ? undefined : String(row!['proof']) };
    for (const { unwrapPin } of this.#wrappings) {
      const salt = unwrapPin(SALT_KEY, stored)?.text;
      if (salt !== undefined) return salt;
    }
    return undefined;
  }

  /** One that cannot be read any more is of no use: what was counted by it is found by nobody. */
  #writeSalt(salt: string): void {
    const { text, proof = null } = this.#wrappings[0].wrapPin({ ...COUNTS, key: SALT_KEY, text: salt });
    const { db } = this.#file;
    db.prepare('INSERT OR REPLACE INTO learned_salt (id, text, proof) VALUES (1, ?, ?)').run(text!, proof);
  }
}

/** Not every file has learned something. */
export function forgetLearned(db: DatabaseSync): void {
  if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'learned'").get()) return;
  db.exec('DELETE FROM learned; DELETE FROM learned_salt');
}

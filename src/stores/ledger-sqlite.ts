/**
 * The ledger in the database file, in tables of its own. An entry and what it leaves in the simulated cache are written in
 * one transaction; what nobody needs any more goes now and then, by the entries' own time.
 */
import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import type { EntryFilter, Ledger, LedgerEntry, RecordedEntry, RememberedPrompt } from '../core/ledger.ts';
import { type StoredRow, unwrapEntry, unwrapPrompt, wrapEntry, wrapPrompt } from './ledger-rows.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { DAY_MS, LEDGER_DAYS, PROMPTS_A_KEY } from './terms.ts';
import type { Wrappings } from './wrapping.ts';

export const LEDGER_TABLES = ['ledger', 'prompts', 'prompt_keys'] as const;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, text ANY NOT NULL, proof TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ledger_at ON ledger (at);
  CREATE TABLE IF NOT EXISTS prompts (
    name TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL, text ANY NOT NULL, proof TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS prompts_until ON prompts (until);
  CREATE TABLE IF NOT EXISTS prompt_keys (
    key TEXT NOT NULL, prompt TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (key, prompt)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS prompt_keys_prompt ON prompt_keys (prompt);
`;

const ENTRIES_BETWEEN_SWEEPS = 256;

type Row = Record<string, SQLOutputValue>;

export class SqliteLedger implements Ledger {
  readonly #file: SqliteFile;
  readonly #wrappings: Wrappings;
  readonly #insertEntry: StatementSync;
  readonly #readEntries: StatementSync;
  readonly #writePrompt: StatementSync;
  readonly #writeKey: StatementSync;
  readonly #removePrompt: StatementSync;
  readonly #removeKeys: StatementSync;
  readonly #recall: StatementSync;
  #entries = 0;

  constructor(file: SqliteFile, wrappings: Wrappings) {
    const { db } = file;
    this.#file = file;
    this.#wrappings = wrappings;
    file.inTransaction(() => db.exec(SCHEMA));
    this.#insertEntry = db.prepare('INSERT INTO ledger (at, text, proof) VALUES (?, ?, ?)');
    this.#readEntries = db.prepare(
      'SELECT id, at, text, proof FROM ledger WHERE id > ? AND at >= ? ORDER BY id LIMIT ?',
    );
    this.#writePrompt = db.prepare(
      'INSERT OR REPLACE INTO prompts (name, at, until, text, proof) VALUES (?, ?, ?, ?, ?)',
    );
    this.#writeKey = db.prepare('INSERT OR REPLACE INTO prompt_keys (key, prompt, at) VALUES (?, ?, ?)');
    this.#removePrompt = db.prepare('DELETE FROM prompts WHERE name = ?');
    this.#removeKeys = db.prepare('DELETE FROM prompt_keys WHERE prompt = ?');
    this.#recall = db.prepare(
      `SELECT name, text, proof FROM prompts WHERE name IN
       (SELECT prompt FROM prompt_keys WHERE key = ? ORDER BY at DESC LIMIT ${PROMPTS_A_KEY})`,
    );
  }

  record(entry: LedgerEntry, prompt: RememberedPrompt | undefined, replaced: readonly string[]): void {
    this.#file.assertInPlace();
    const [wrapping] = this.#wrappings;
    this.#file.inTransaction(() => {
      const { text, proof = null } = wrapEntry(entry, wrapping);
      this.#insertEntry.run(entry.at, text!, proof);
      for (const id of replaced) {
        this.#removePrompt.run(wrapping.nameOf(id));
        this.#removeKeys.run(wrapping.nameOf(id));
      }
      if (prompt) this.#write(prompt);
      if (++this.#entries % ENTRIES_BETWEEN_SWEEPS === 0) this.#sweep(entry.at);
    });
  }

  read({ since = 0, after = '0' }: EntryFilter, limit: number): readonly RecordedEntry[] {
    const found: RecordedEntry[] = [];
    // An entry that cannot be read must not end the reading of what comes after it.
    for (let position = after; ; ) {
      const rows = this.#readEntries.all(Number(position), since, limit - found.length);
      for (const row of rows) {
        const entry = unwrapEntry(Number(row['at']), storedIn(row), this.#wrappings);
        if (entry) found.push({ position: String(row['id']), entry });
        position = String(row['id']);
      }
      if (rows.length === 0 || found.length >= limit) return found;
    }
  }

  recall(keys: readonly string[]): readonly RememberedPrompt[] {
    const found = new Map<string, RememberedPrompt>();
    for (const { nameOf } of this.#wrappings) {
      for (const row of keys.flatMap((key) => this.#recall.all(nameOf(key)))) {
        const prompt = this.#promptIn(row);
        if (prompt) found.set(prompt.id, prompt);
      }
    }
    return [...found.values()].toSorted((a, b) => b.at - a.at);
  }

  #write(prompt: RememberedPrompt): void {
    const [wrapping] = this.#wrappings;
    const name = wrapping.nameOf(prompt.id);
    const { text, proof = null } = wrapPrompt(name, prompt, wrapping);
    this.#writePrompt.run(name, prompt.at, prompt.until, text!, proof);
    for (const key of prompt.keys) this.#writeKey.run(wrapping.nameOf(key), name, prompt.at);
  }

  #promptIn(row: Row): RememberedPrompt | undefined {
    return unwrapPrompt(String(row['name']), storedIn(row), this.#wrappings);
  }

  #sweep(now: number): void {
    const { db } = this.#file;
    db.prepare('DELETE FROM prompt_keys WHERE prompt IN (SELECT name FROM prompts WHERE until < ?)').run(now);
    db.prepare('DELETE FROM prompts WHERE until < ?').run(now);
    db.prepare('DELETE FROM ledger WHERE at < ?').run(now - LEDGER_DAYS * DAY_MS);
  }
}

function storedIn(row: Row): StoredRow {
  const { text, proof } = row;
  return {
    text: typeof text === 'string' || text instanceof Uint8Array ? text : undefined,
    proof: typeof proof === 'string' ? proof : undefined,
  };
}

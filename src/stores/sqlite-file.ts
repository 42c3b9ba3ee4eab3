/**
 * Opens the database file, readable by its owner only, safely for several processes and threads at once. A file that is
 * not a Headroom database, or one of a newer version, is refused and stays as it is.
 */
import { chmodSync, closeSync, existsSync, linkSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { threadId } from 'node:worker_threads';
import { fileIdentity, kindOf, StoreTrouble } from './trouble.ts';

/** "Hdrm": marks the file as ours. */
const APPLICATION_ID = 0x4864726d;
const VERSION = 1;
/** Of a file with encrypted rows: those who cannot read them refuse it. */
const SEALED_VERSION = 2;

const SCHEMA = `
  CREATE TABLE originals (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, tenant TEXT NOT NULL, text ANY NOT NULL, used INTEGER NOT NULL,
    UNIQUE (key, tenant)
  ) STRICT;
  CREATE INDEX originals_used ON originals (used);
  CREATE TABLE pins (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, text ANY, proof TEXT,
    tokens_before INTEGER NOT NULL, tokens_after INTEGER NOT NULL, used INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX pins_used ON pins (used);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`;

const OPEN_ATTEMPTS = 200;
const ATTEMPT_PAUSE_MS = 10;
const WAL_BYTES_KEPT = 64 * 2 ** 20;

export interface SqliteFile {
  readonly path: string;
  readonly db: DatabaseSync;
  /** Runs all or nothing, with the right to write from the start: a later upgrade could fail half-way. */
  inTransaction<T>(work: () => T): T;
  /** @throws StoreTrouble when other processes would not see what is written here any more. */
  assertInPlace(): void;
}

/**
 * @param fingerprint of the key that rows are encrypted with; undefined without one. `any` to count and delete only.
 * @throws StoreTrouble, or what node:fs and node:sqlite throw. Nothing stays open then.
 */
export function openSqliteFile(
  givenPath: string,
  busyTimeoutMs: number,
  fingerprint: string | undefined | { readonly any: true },
): SqliteFile {
  const sqlite = process.getBuiltinModule('node:sqlite');
  if (!sqlite) throw new StoreTrouble('unsupported', 'this runtime has no node:sqlite: it takes Node 22.18 or later');
  const path = resolve(givenPath);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  makePrivate(path);
  const db = new sqlite.DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    untilFree(() => prepareSchema(db, path));
    if (typeof fingerprint !== 'object') untilFree(() => checkSeal(db, fingerprint));
    untilFree(() => db.exec('PRAGMA journal_mode = WAL'));
    db.exec(`PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}; PRAGMA cell_size_check = ON`);
    // The first read makes the -wal and -shm files.
    untilFree(() => db.prepare('SELECT count(*) FROM sqlite_schema').get());
  } catch (error) {
    db.close();
    throw error;
  }
  const files = [path, `${path}-wal`, `${path}-shm`];
  for (const file of files) keepPrivate(file);
  return { path, db, inTransaction: (work) => inTransaction(db, work), assertInPlace: placeCheck(files) };
}

/**
 * SQLite would make it for everybody to read; its -wal and -shm files get the mode of this one. The file itself is never
 * opened here: closing it would end the locks of all other threads of this process on it (POSIX), and two could write at once.
 */
function makePrivate(path: string): void {
  if (existsSync(path)) return;
  const fresh = `${path}.${process.pid}-${threadId}.new`;
  closeSync(openSync(fresh, 'w', 0o600));
  try {
    linkSync(fresh, path);
  } catch {
    // Somebody was faster, or this disk has no links: then its mode is put right after it was opened.
  } finally {
    rmSync(fresh, { force: true });
  }
}

function prepareSchema(db: DatabaseSync, path: string): void {
  if (isCurrent(db)) return;
  inTransaction(db, () => {
    // Another process may have been faster.
    if (isCurrent(db)) return;
    const id = pragma(db, 'application_id');
    const version = pragma(db, 'user_version');
    if (id === APPLICATION_ID) {
      throw new StoreTrouble(
        'newer',
        `${path} has version ${version}, this Headroom knows versions up to ${SEALED_VERSION}`,
      );
    }
    const tables = Number(db.prepare('SELECT count(*) AS count FROM sqlite_schema').get()!['count']);
    if (id !== 0 || version !== 0 || tables > 0) {
      throw new StoreTrouble('foreign', `${path} is a database of another program`);
    }
    db.exec(SCHEMA);
  });
}

function isCurrent(db: DatabaseSync): boolean {
  const version = pragma(db, 'user_version');
  return pragma(db, 'application_id') === APPLICATION_ID && (version === VERSION || version === SEALED_VERSION);
}

/** The fingerprint of the key of a file's encrypted rows; undefined when it has none. */
export function sealOf(db: DatabaseSync): string | undefined {
  if (pragma(db, 'user_version') !== SEALED_VERSION) return undefined;
  return String(db.prepare('SELECT fingerprint FROM seal').get()?.['fingerprint']);
}

/** The first key that comes is the file's key from then on. */
function checkSeal(db: DatabaseSync, fingerprint: string | undefined): void {
  const found = sealOf(db) ?? (fingerprint === undefined ? undefined : sealWith(db, fingerprint));
  if (found === fingerprint) return;
  throw new StoreTrouble(
    'sealed',
    fingerprint === undefined ? 'it is encrypted, and no key is given' : 'it is encrypted with another key',
  );
}

function sealWith(db: DatabaseSync, fingerprint: string): string {
  return inTransaction(db, () => {
    // Another process may have been faster.
    const found = sealOf(db);
    if (found !== undefined) return found;
    db.exec(`CREATE TABLE seal (fingerprint TEXT NOT NULL) STRICT; PRAGMA user_version = ${SEALED_VERSION}`);
    db.prepare('INSERT INTO seal (fingerprint) VALUES (?)').run(fingerprint);
    return fingerprint;
  });
}

/** For a file without rows: the next key may be another one. */
export function breakSeal(db: DatabaseSync): void {
  if (sealOf(db) !== undefined) db.exec(`DROP TABLE seal; PRAGMA user_version = ${VERSION}`);
}

function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // Some errors have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** SQLite's own waiting does not cover the change to WAL, nor the recovery after a killed process. */
function untilFree(work: () => unknown): void {
  for (let attempt = 1; ; attempt++) {
    try {
      work();
      return;
    } catch (error) {
      if (kindOf(error) !== 'busy' || attempt === OPEN_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ATTEMPT_PAUSE_MS);
    }
  }
}

function keepPrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch {
    // Not ours to change, or no such file on a disk that cannot do WAL.
  }
}

function placeCheck(files: readonly string[]): () => void {
  const opened = files.map(fileIdentity);
  return () => {
    const gone = files.find((file, index) => fileIdentity(file) !== opened[index]);
    if (gone !== undefined) throw new StoreTrouble('vanished', `${gone} is not the file that was opened`);
  };
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()![name]);
}

/** Counts and empties the database file, also while proxies use it. */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { breakSeal, openSqliteFile, sealOf } from './sqlite-file.ts';
import { HOUR_MS } from './terms.ts';
import { forgetMeters } from './meters-sqlite.ts';
import { forgetLearned } from './learned-sqlite.ts';
import { type KindStats, ROW_KINDS, type Upkeep } from './upkeep.ts';

const BUSY_TIMEOUT_MS = 10_000;

const COUNT = `
  SELECT 'originals' AS kind, count(*) AS count, sum(octet_length(text)) AS bytes, min(used) AS oldest, max(used) AS newest
  FROM originals
  UNION ALL
  SELECT CASE WHEN text IS NULL THEN 'left-alone' WHEN tokens_before = 0 THEN 'exchanges' ELSE 'shortened' END AS what,
    count(*), sum(octet_length(text)), min(used), max(used)
  FROM pins GROUP BY what`;

export function sqliteUpkeep(givenPath: string): Upkeep {
  const file = openSqliteFile(givenPath, BUSY_TIMEOUT_MS, { any: true });
  const { path, db } = file;
  return {
    stats: () => ({
      kind: 'sqlite',
      path,
      isEncrypted: sealOf(db) !== undefined,
      bytes: sizeOf(path) + sizeOf(`${path}-wal`),
      kinds: kindsIn(db),
    }),
    purge(usedBefore) {
      const before = usedBefore === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(usedBefore / HOUR_MS);
      const count = file.inTransaction(() => {
        const gone = ['originals', 'pins'].map((table) =>
          Number(db.prepare(`DELETE FROM ${table} WHERE used < ?`).run(before).changes),
        );
        forgetLedger(db, usedBefore);
        if (usedBefore === undefined) forgetLearned(db);
        if (usedBefore === undefined) forgetMeters(db);
        if (usedBefore === undefined) breakSeal(db);
        return gone.reduce((sum, rows) => sum + rows, 0);
      });
      wipe(db);
      return count;
    },
    close: () => db.close(),
  };
}

/** Requests that came before that time, or all. Not every file has a ledger. */
function forgetLedger(db: DatabaseSync, before: number = Number.MAX_SAFE_INTEGER): void {
  if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'ledger'").get()) return;
  db.prepare('DELETE FROM ledger WHERE at < ?').run(before);
  db.prepare('DELETE FROM prompt_keys WHERE at < ?').run(before);
  db.prepare('DELETE FROM prompts WHERE at < ?').run(before);
}

/** Deleted rows still stand in the files until these are written anew. Others may be at work there: then at a later time. */
function wipe(db: DatabaseSync): void {
  try {
    db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // What was asked for is done; the space is used again.
  }
}

function kindsIn(db: DatabaseSync): readonly KindStats[] {
  const rows = new Map(
    db
      .prepare(COUNT)
      .all()
      .map((row) => [row['kind'], row]),
  );
  return ROW_KINDS.map((kind) => {
    const { count = 0, bytes = 0, oldest = null, newest = null } = rows.get(kind) ?? {};
    return { kind, count: Number(count), bytes: Number(bytes), oldestUse: timeOf(oldest), newestUse: timeOf(newest) };
  });
}

function timeOf(hour: unknown): number | undefined {
  return hour === null ? undefined : Number(hour) * HOUR_MS;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

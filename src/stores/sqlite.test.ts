import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import { writeMarker } from '../core/marker.ts';
import type { Pin } from '../core/sent-log.ts';
import { Shelf } from './shelf.ts';
import { type SqliteOptions, sqliteStores } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const freshPath = (): string => join(folder, `${count++}`, 'headroom.db');
const pinOf = (part: string, text?: string): Pin => ({ key: hashOf(part), text, tokensBefore: 9, tokensAfter: 3 });
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const edit = (path: string, sql: string): void => {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
};
const countRows = (path: string, table: string): number => {
  const db = new DatabaseSync(path);
  const row = db.prepare(`SELECT count(*) AS count FROM ${table}`).get()!;
  db.close();
  return Number(row['count']);
};

const countUses = (path: string): number[] => {
  const db = new DatabaseSync(path);
  const rows = db.prepare('SELECT used FROM originals').all();
  db.close();
  return rows.map((row) => Number(row['used']));
};

describe('the database file', () => {
  test('is for its owner only, and so are its companions and its folder (R-55)', () => {
    const path = freshPath();
    const previous = process.umask(0);
    const stores = sqliteStores(path);
    process.umask(previous);
    stores.originals('a').put('text');
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['600', '600', '600']);
    expect(modeOf(join(path, '..'))).toBe('700');
    stores.close();
  });

  test('becomes for its owner only when it was not (R-55)', () => {
    const path = freshPath();
    sqliteStores(path).close();
    chmodSync(path, 0o644);
    const stores = sqliteStores(path);
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['600', '600', '600']);
    stores.close();
  });

  test('keeps everything over a restart (R-20)', () => {
    const path = freshPath();
    const first = sqliteStores(path);
    const key = first.originals('a').put('original \ud800\0');
    first.sentLog('a').pin([pinOf('1', 'text \udfff'), pinOf('2')]);
    first.close();
    const second = sqliteStores(path);
    expect(second.originals('a').get(key)).toBe('original \ud800\0');
    expect(second.originals('b').get(key)).toBeUndefined();
    expect(second.sentLog('a').recall([hashOf('1'), hashOf('2')])).toEqual([pinOf('1', 'text \udfff'), pinOf('2')]);
    second.close();
  });

  test('shows each opener what another one has written', () => {
    const path = freshPath();
    const [one, two] = [sqliteStores(path), sqliteStores(path)];
    const key = one.originals('a').put('text');
    expect(two.originals('a').get(key)).toBe('text');
    expect(two.sentLog('a').recall([hashOf('1')])).toEqual([undefined]);
    one.sentLog('a').pin([pinOf('1', 'one')]);
    expect(two.sentLog('a').pin([pinOf('1', 'two')])).toEqual([pinOf('1', 'one')]);
    one.close();
    two.close();
  });

  test('takes all pins of a call or none', () => {
    const path = freshPath();
    const stores = sqliteStores(path, { shelf: new Shelf(2) });
    // Not a number cannot be stored.
    expect(() => stores.sentLog('a').pin([pinOf('1'), { ...pinOf('2'), tokensBefore: NaN }])).toThrow();
    expect(stores.sentLog('a').recall([hashOf('1'), hashOf('2')])).toEqual([undefined, undefined]);
    expect(stores.sentLog('a').pin([pinOf('1', 'text')])).toEqual([pinOf('1', 'text')]);
    const other = sqliteStores(path);
    expect(other.sentLog('a').recall([hashOf('1')])).toEqual([pinOf('1', 'text')]);
    other.close();
    stores.close();
  });

  test('of another program, or no database at all, is refused and stays as it is', () => {
    const foreign = join(folder, 'foreign.db');
    const db = new DatabaseSync(foreign);
    db.exec('CREATE TABLE theirs (x)');
    db.close();
    const garbage = join(folder, 'garbage.db');
    writeFileSync(garbage, 'no database, but somebody may need it\n'.repeat(200));
    for (const [path, reason] of [
      [foreign, 'another program'],
      [garbage, 'not a database'],
    ] as const) {
      const before = readFileSync(path);
      expect(() => sqliteStores(path)).toThrow(reason);
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test('of a newer version is refused and stays as it is', () => {
    const path = freshPath();
    sqliteStores(path).close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const before = readFileSync(path);
    expect(() => sqliteStores(path)).toThrow('version 99');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('with a damaged row never hands it out: it counts as missing, which is said once', () => {
    const path = freshPath();
    const told: string[] = [];
    const stores = sqliteStores(path, { shelf: new Shelf(2), tell: (message) => told.push(message) });
    const key = stores.originals('a').put('original');
    stores.sentLog('a').pin([pinOf('1', 'pinned'), pinOf('2', 'other')]);
    edit(path, `UPDATE originals SET text = 'orjginal'; UPDATE pins SET text = 'pjnned' WHERE key = '${hashOf('1')}'`);
    expect(stores.originals('a').get(key)).toBeUndefined();
    expect(stores.findOriginal(key)).toBeUndefined();
    expect(stores.sentLog('a').recall([hashOf('2'), hashOf('1')])).toEqual([pinOf('2', 'other'), undefined]);
    expect(told).toEqual([expect.stringContaining(`the original ${key} is not as it was written`)]);
    stores.close();
  });

  test('with a damaged row is mended by what is put and pinned next', () => {
    const path = freshPath();
    const stores = sqliteStores(path, { shelf: new Shelf(2) });
    const key = stores.originals('a').put('original');
    stores.sentLog('a').pin([pinOf('1', 'pinned'), pinOf('2', 'other')]);
    edit(path, `UPDATE originals SET text = x'00'; UPDATE pins SET tokens_after = 4 WHERE key = '${hashOf('1')}'`);
    stores.originals('a').put('original');
    expect(stores.sentLog('a').pin([pinOf('1', 'anew'), pinOf('2', 'late')])).toEqual([
      pinOf('1', 'anew'),
      pinOf('2', 'other'),
    ]);
    const other = sqliteStores(path);
    expect(other.originals('a').get(key)).toBe('original');
    expect(other.sentLog('a').recall([hashOf('1')])).toEqual([pinOf('1', 'anew')]);
    other.close();
    stores.close();
  });
});

describe('retention', () => {
  const HOUR = 3_600_000;
  const DAY = 24 * HOUR;
  const start = 1_800_000_000_000;

  /** Opens, works and closes at a time, as a process would. */
  function at<T>(
    path: string,
    now: number,
    work: (stores: ReturnType<typeof sqliteStores>) => T,
    options: SqliteOptions = {},
  ): T {
    const stores = sqliteStores(path, { ...options, now: () => now });
    try {
      return work(stores);
    } finally {
      stores.close();
    }
  }

  test('forgets what was idle for longer than its window, and nothing else', () => {
    const path = freshPath();
    const key = at(path, start, (stores) => {
      stores.sentLog('a').pin([pinOf('idle', 'idle'), pinOf('live', 'live')]);
      return stores.originals('a').put('original');
    });
    at(path, start + 29 * DAY, (stores) => {
      expect(stores.sentLog('a').recall([hashOf('live')])).toEqual([pinOf('live', 'live')]);
      expect(stores.originals('a').get(key)).toBe('original');
    });
    at(path, start + 31 * DAY, (stores) => {
      expect(stores.sentLog('a').recall([hashOf('idle'), hashOf('live')])).toEqual([undefined, pinOf('live', 'live')]);
      expect(stores.originals('a').get(key)).toBe('original');
    });
    at(path, start + 62 * DAY, (stores) => {
      expect(stores.sentLog('a').recall([hashOf('live')])).toEqual([undefined]);
      expect(stores.originals('a').get(key)).toBeUndefined();
    });
  });

  test('keeps an original for as long as a text that refers to it is sent (R-20)', () => {
    const path = freshPath();
    const key = at(path, start, (stores) => {
      const original = stores.originals('a').put('original');
      stores.originals('b').put('original');
      stores.sentLog('a').pin([pinOf('part', `view\n${writeMarker(original)}`)]);
      return original;
    });
    for (const day of [20, 40, 60])
      at(path, start + day * DAY, (stores) => stores.sentLog('a').recall([hashOf('part')]));
    at(path, start + 80 * DAY, (stores) => {
      expect(stores.originals('a').get(key)).toBe('original');
      expect(stores.originals('b').get(key)).toBeUndefined();
    });
  });

  test('notes use while running, too: a long life without a restart counts', () => {
    const path = freshPath();
    let now = start;
    const stores = sqliteStores(path, { now: () => now });
    stores.sentLog('a').pin([pinOf('old', 'old')]);
    now += 25 * DAY;
    stores.sentLog('a').recall([hashOf('old')]);
    stores.sentLog('a').pin([pinOf('new', 'new')]);
    now += 25 * DAY;
    // No close before: a killed process has noted it with the pin that came after.
    at(path, now, (other) => expect(other.sentLog('a').recall([hashOf('old')])).toEqual([pinOf('old', 'old')]));
    stores.close();
  });

  test('stays near its bound while writing, deleting the least recently used first', () => {
    const path = freshPath();
    const maxBytes = 2_000_000;
    let now = start;
    const stores = sqliteStores(path, { maxBytes, now: () => now });
    stores.sentLog('a').pin([pinOf('live', 'live'), pinOf('idle', 'idle')]);
    const live = stores.originals('a').put('live');
    const idle = stores.originals('a').put('idle');
    for (let index = 0; index < 300; index++) {
      now += HOUR;
      stores.originals('a').put(`${index}`.padEnd(20_000, 'x'));
      stores.originals('a').get(live);
      stores.sentLog('a').recall([hashOf('live')]);
      if (index % 150 === 0) stores.sentLog('a').pin([pinOf(`${index}`)]);
    }
    stores.close();
    expect(statSync(path).size).toBeLessThan(maxBytes * 1.5);
    at(path, now, (other) => {
      expect(other.originals('a').get(live)).toBe('live');
      expect(other.originals('a').get(idle)).toBeUndefined();
      expect(other.originals('a').get(hashOf('299'.padEnd(20_000, 'x')))).toBeDefined();
      expect(other.sentLog('a').recall([hashOf('live'), hashOf('idle')])).toEqual([pinOf('live', 'live'), undefined]);
    });
  });

  test('deletes at opening when the bound has become smaller', () => {
    const path = freshPath();
    at(path, start, (stores) => {
      for (let index = 0; index < 100; index++) stores.originals('a').put(`${index}`.padEnd(20_000, 'x'));
    });
    at(path, start + 2 * DAY, () => undefined, { maxBytes: 1_000_000 });
    expect(countRows(path, 'originals')).toBeLessThan(50);
    expect(countRows(path, 'originals')).toBeGreaterThan(20);
  });

  test('never deletes for its bound what was used within 24 hours, and says so once (R-20)', () => {
    const path = freshPath();
    const told: string[] = [];
    const options = { maxBytes: 1_000_000, tell: (message: string) => told.push(message) };
    at(path, start, (stores) => {
      for (let index = 0; index < 100; index++) stores.originals('a').put(`${index}`.padEnd(20_000, 'x'));
    });
    at(path, start + 23 * HOUR, (stores) => stores.sentLog('a').pin([pinOf('part')]), options);
    expect(countRows(path, 'originals')).toBe(100);
    expect(told).toEqual([expect.stringContaining('raise --store-max-mb')]);
  });

  test('never deletes for its bound what a live conversation can ask for, however long ago it was put (R-20)', () => {
    const path = freshPath();
    const options = { maxBytes: 1_000_000 };
    const key = at(path, start, (stores) => {
      const original = stores.originals('a').put('original');
      stores.sentLog('a').pin([pinOf('part', `view\n${writeMarker(original)}`)]);
      return original;
    });
    // Another process sends the conversation again and again, pins nothing new and is killed: nothing is written at its end.
    for (const day of [3, 4]) {
      let now = start + day * DAY;
      const killed = sqliteStores(path, { ...options, now: () => now });
      for (let hour = 0; hour < 8; hour++, now += HOUR) killed.sentLog('a').recall([hashOf('part')]);
    }
    at(
      path,
      start + 5 * DAY,
      (stores) => {
        for (let index = 0; index < 100; index++) stores.originals('b').put(`${index}`.padEnd(20_000, 'x'));
      },
      options,
    );
    at(
      path,
      start + 5 * DAY + 6 * HOUR,
      (stores) => {
        expect(stores.originals('a').get(key)).toBe('original');
        expect(stores.sentLog('a').recall([hashOf('part')])[0]?.text).toContain(key);
      },
      options,
    );
  });

  test('keeps the original of a conversation that goes on under another credential (R-20)', () => {
    const path = freshPath();
    const key = at(path, start, (stores) => {
      const original = stores.originals('old').put('original');
      stores.sentLog('old').pin([pinOf('part', `view\n${writeMarker(original)}`)]);
      return original;
    });
    for (const day of [20, 40]) at(path, start + day * DAY, (stores) => stores.sentLog('new').recall([hashOf('part')]));
    at(path, start + 60 * DAY, (stores) => expect(stores.findOriginal(key)).toBe('original'));
  });

  test('writes an original again when another process may be about to delete it, or has just done so', () => {
    const path = freshPath();
    let now = start;
    const stores = sqliteStores(path, { now: () => now });
    stores.originals('a').put('original');
    for (const isGone of [false, true]) {
      now += 2 * DAY;
      if (isGone) edit(path, 'DELETE FROM originals');
      stores.originals('a').put('original');
      expect(countUses(path)).toEqual([Math.floor(now / HOUR)]);
    }
    stores.close();
  });
});

import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Stores } from '../core/stores.ts';
import { failOpenStores } from './fail-open.ts';
import { openStores } from './index.ts';
import { memoryStores } from './memory.ts';
import { Shelf } from './shelf.ts';
import { sqliteStores } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-fail-open-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const freshPath = (): string => join(folder, `${count++}`, 'headroom.db');
const pinOf = (part: string, text?: string): Pin => ({ key: hashOf(part), text, tokensBefore: 9, tokensAfter: 3 });
const tryPut = (stores: Stores, text: string): string | undefined => {
  try {
    return stores.originals('a').put(text);
  } catch {
    return undefined;
  }
};

interface Rig {
  readonly stores: Stores;
  readonly warnings: string[];
}

function rig(path: string, shelfBytes = 1_000_000): Rig {
  const warnings: string[] = [];
  const shelf = new Shelf(shelfBytes);
  const stores = failOpenStores({
    path,
    open: () => sqliteStores(path, { shelf, busyTimeoutMs: 20 }),
    memory: memoryStores({ shelf }),
    warn: (message) => warnings.push(message),
    retryEvery: 10,
  });
  return { stores, warnings };
}

/** A request's worth of calls, with what each may do while the database is out. */
function expectRequestsToGoOn(stores: Stores, name: string): void {
  const pin = pinOf(`part of ${name}`, 'text');
  expect(stores.sentLog('a').pin([pin])).toEqual([pin]);
  expect(stores.sentLog('a').pin([{ ...pin, text: 'later' }])).toEqual([pin]);
  expect(stores.sentLog('a').recall([pin.key])).toEqual([pin]);
  const text = `original of ${name}`;
  const key = tryPut(stores, text);
  expect(stores.originals('a').get(key ?? hashOf(text))).toBe(text);
}

function overwrite(path: string, from: number): void {
  const file = openSync(path, 'r+');
  const garbage = Buffer.alloc(statSync(path).size - from, 'garbage ');
  writeSync(file, garbage, 0, garbage.length, from);
  closeSync(file);
}

describe('a database that cannot be opened', () => {
  test('because it is garbage: it stays as it is, requests go on, one warning says what to do', () => {
    const path = join(folder, 'garbage.db');
    writeFileSync(path, 'not a database\n'.repeat(500));
    const before = readFileSync(path);
    const { stores, warnings } = rig(path);
    for (let index = 0; index < 30; index++) expectRequestsToGoOn(stores, `garbage ${index}`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(path);
    expect(warnings[0]).toContain('move it away');
    expect(stores.status().problem).toBe(warnings[0]);
    stores.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('because it is garbage is not opened again and again', () => {
    const path = join(folder, 'garbage-once.db');
    writeFileSync(path, 'not a database\n'.repeat(500));
    let opened = 0;
    const open = (): Stores => {
      opened += 1;
      return sqliteStores(path);
    };
    const stores = failOpenStores({ path, open, memory: memoryStores(), warn: () => undefined, retryEvery: 3 });
    for (let index = 0; index < 30; index++) expectRequestsToGoOn(stores, `${index}`);
    expect(opened).toBe(1);
    stores.close();
  });

  test('because it is a directory: requests go on, and the database is made once the place is free', () => {
    const path = join(folder, 'directory.db');
    mkdirSync(path);
    const { stores, warnings } = rig(path);
    expectRequestsToGoOn(stores, 'directory');
    expect(warnings).toHaveLength(1);
    rmSync(path, { recursive: true });
    for (let index = 0; index < 12; index++) expectRequestsToGoOn(stores, 'directory');
    expect(stores.status()).toEqual({ kind: 'sqlite', path, problem: undefined });
    stores.close();
    const later = sqliteStores(path);
    expect(later.sentLog('a').recall([hashOf('part of directory')])).toEqual([pinOf('part of directory', 'text')]);
    later.close();
  });

  test('because it was garbage is used again as soon as another file stands there', () => {
    const path = join(folder, 'moved.db');
    writeFileSync(path, 'not a database\n'.repeat(500));
    const { stores } = rig(path);
    renameSync(path, `${path}.old`);
    for (let index = 0; index < 12; index++) expectRequestsToGoOn(stores, 'moved');
    expect(stores.status().problem).toBeUndefined();
    stores.close();
  });

  test('refuses to vouch for originals, so that nothing is left out of a request', () => {
    const path = join(folder, 'no-originals.db');
    mkdirSync(path);
    const { stores } = rig(path);
    expect(() => stores.originals('a').put('text')).toThrow('in memory only');
    expect(stores.originals('a').get(hashOf('text'))).toBe('text');
    expect(stores.originals('b').get(hashOf('text'))).toBeUndefined();
    expect(stores.findOriginal(hashOf('text'))).toBe('text');
    stores.close();
  });

  test('but may know what was sent before is not answered for: unknown parts are an error, not "never sent"', () => {
    const garbage = join(folder, 'unknown.db');
    writeFileSync(garbage, 'not a database\n'.repeat(500));
    const { stores } = rig(garbage);
    expect(() => stores.sentLog('a').recall([hashOf('part')])).toThrow('unknown');
    stores.sentLog('a').pin([pinOf('part')]);
    expect(stores.sentLog('a').recall([hashOf('part'), hashOf('new')])).toEqual([pinOf('part'), undefined]);
    stores.close();
    const directory = join(folder, 'known.db');
    mkdirSync(directory);
    const fresh = rig(directory).stores;
    expect(fresh.sentLog('a').recall([hashOf('part')])).toEqual([undefined]);
    fresh.close();
  });
});

describe('a database that breaks while in use', () => {
  test.each([
    ['from the middle on', 4096],
    ['from the beginning', 0],
  ])('overwritten %s: requests go on, what was sent lately is still known', (_, from) => {
    const path = freshPath();
    const { stores, warnings } = rig(path);
    for (let index = 0; index < 50; index++) expectRequestsToGoOn(stores, `before ${index}`);
    // Everything into the main file, or the -wal file would hide the damage.
    const db = new DatabaseSync(path);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    overwrite(path, from);
    for (let index = 0; index < 50; index++) expectRequestsToGoOn(stores, `after ${index}`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('damaged');
    expect(stores.status().problem).toBe(warnings[0]);
    expect(stores.sentLog('a').recall([hashOf('part of before 3')])).toEqual([pinOf('part of before 3', 'text')]);
    stores.close();
  });

  test.each(['', '-wal', '-shm'])(
    'whose file "headroom.db%s" is removed: requests go on, in a database that others see',
    (suffix) => {
      const path = freshPath();
      const { stores, warnings } = rig(path);
      expectRequestsToGoOn(stores, 'before');
      rmSync(path + suffix);
      expectRequestsToGoOn(stores, 'after');
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('vanished');
      expect(stores.status().problem).toBeUndefined();
      expect(stores.sentLog('a').recall([hashOf('part of before')])).toEqual([pinOf('part of before', 'text')]);
      const other = sqliteStores(path);
      expect(other.sentLog('a').recall([hashOf('part of after')])).toEqual([pinOf('part of after', 'text')]);
      if (suffix !== '') expect(other.originals('a').get(hashOf('original of before'))).toBe('original of before');
      other.close();
      stores.close();
      expect(existsSync(path)).toBe(true);
    },
  );

  test('replaced by a backup: the backup is used from then on', () => {
    const path = freshPath();
    const old = sqliteStores(path);
    const key = old.originals('a').put('in the backup');
    old.close();
    copyFileSync(path, `${path}.backup`);
    const { stores, warnings } = rig(path);
    expectRequestsToGoOn(stores, 'before');
    for (const file of [`${path}-wal`, `${path}-shm`]) rmSync(file);
    renameSync(`${path}.backup`, path);
    expectRequestsToGoOn(stores, 'after');
    expect(warnings).toHaveLength(1);
    expect(stores.originals('a').get(key)).toBe('in the backup');
    stores.close();
  });

  test('locked by another process: pins made meanwhile are written once it is free', () => {
    const path = freshPath();
    const { stores, warnings } = rig(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    stores.sentLog('a').pin([pinOf('meanwhile', 'text'), pinOf('taken', 'ours')]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('busy');
    expect(stores.sentLog('a').recall([hashOf('meanwhile')])).toEqual([pinOf('meanwhile', 'text')]);
    other.exec('ROLLBACK');
    other.close();
    const faster = sqliteStores(path);
    faster.sentLog('a').pin([pinOf('taken', 'theirs')]);
    for (let index = 0; index < 10; index++) stores.sentLog('a').recall([hashOf('meanwhile')]);
    expect(stores.status().problem).toBeUndefined();
    expect(faster.sentLog('a').recall([hashOf('meanwhile')])).toEqual([pinOf('meanwhile', 'text')]);
    expect(stores.sentLog('a').recall([hashOf('taken')])).toEqual([pinOf('taken', 'theirs')]);
    expect(warnings).toHaveLength(1);
    faster.close();
    stores.close();
  });

  test('locked until the end: pins made meanwhile are written when closing', () => {
    const path = freshPath();
    const { stores } = rig(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    stores.sentLog('a').pin([pinOf('meanwhile', 'text')]);
    other.exec('ROLLBACK');
    stores.close();
    other.close();
    const later = sqliteStores(path);
    expect(later.sentLog('a').recall([hashOf('meanwhile')])).toEqual([pinOf('meanwhile', 'text')]);
    later.close();
  });

  test('on a full disk: reading goes on from the file, writing from memory, until there is space', () => {
    const path = freshPath();
    const first = sqliteStores(path);
    const key = first.originals('a').put('kept before');
    first.sentLog('a').pin([pinOf('before', 'text')]);
    first.close();
    const disk = { isFull: true };
    const warnings: string[] = [];
    const stores = failOpenStores({
      path,
      open: () => fillable(sqliteStores(path), disk),
      memory: memoryStores(),
      warn: (message) => warnings.push(message),
      retryEvery: 10,
    });
    expectRequestsToGoOn(stores, 'full');
    expect(stores.originals('a').get(key)).toBe('kept before');
    expect(stores.sentLog('a').recall([hashOf('before')])).toEqual([pinOf('before', 'text')]);
    expect(tryPut(stores, 'never durable')).toBeUndefined();
    for (let index = 0; index < 30; index++) expectRequestsToGoOn(stores, `full ${index}`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('free some space');
    disk.isFull = false;
    for (let index = 0; index < 10; index++) expectRequestsToGoOn(stores, 'not full');
    expect(stores.status().problem).toBeUndefined();
    stores.close();
    const later = sqliteStores(path);
    const keys = [hashOf('part of full'), hashOf('part of full 7'), hashOf('part of not full')];
    expect(
      later
        .sentLog('a')
        .recall(keys)
        .map((pin) => pin?.text),
    ).toEqual(['text', 'text', 'text']);
    later.close();
  });
});

/** As SQLite answers on a full disk: it reads, and refuses to write. */
function fillable(stores: Stores, disk: { readonly isFull: boolean }): Stores {
  const refuseWhenFull = (): void => {
    if (disk.isFull)
      throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
  };
  return {
    originals: (tenant) => ({
      put: (text) => (refuseWhenFull(), stores.originals(tenant).put(text)),
      get: (key) => stores.originals(tenant).get(key),
    }),
    sentLog: (tenant) => ({
      recall: (keys) => stores.sentLog(tenant).recall(keys),
      pin: (pins) => (refuseWhenFull(), stores.sentLog(tenant).pin(pins)),
    }),
    ledger: () => stores.ledger(),
    learned: () => stores.learned(),
    meters: () => stores.meters(),
    findOriginal: (key) => stores.findOriginal(key),
    countOriginals: () => stores.countOriginals(),
    status: () => stores.status(),
    close: () => stores.close(),
  };
}

test('every call may fail once, at any point, and the requests around it go on', () => {
  for (let failing = 0; failing < 40; failing++) {
    const path = freshPath();
    const shelf = new Shelf(1_000_000);
    let calls = 0;
    const warnings: string[] = [];
    const stores = failOpenStores({
      path,
      open: () => failingAt(sqliteStores(path, { shelf }), () => calls++ === failing),
      memory: memoryStores({ shelf }),
      warn: (message) => warnings.push(message),
      retryEvery: 3,
    });
    for (let index = 0; index < 6; index++) expectRequestsToGoOn(stores, `${index}`);
    expect(warnings.length).toBe(failing < calls ? 1 : 0);
    const keys = Array.from({ length: 6 }, (_, index) => hashOf(`part of ${index}`));
    expect(
      stores
        .sentLog('a')
        .recall(keys)
        .map((pin) => pin?.text),
    ).toEqual(Array(6).fill('text'));
    stores.close();
  }
});

function failingAt(stores: Stores, isDue: () => boolean): Stores {
  const check = (): void => {
    if (isDue()) throw new Error('disk I/O error');
  };
  return {
    ...fillable(stores, { isFull: false }),
    originals: (tenant) => ({
      put: (text) => (check(), stores.originals(tenant).put(text)),
      get: (key) => (check(), stores.originals(tenant).get(key)),
    }),
    sentLog: (tenant) => ({
      recall: (keys) => (check(), stores.sentLog(tenant).recall(keys)),
      pin: (pins) => (check(), stores.sentLog(tenant).pin(pins)),
    }),
  };
}

test('warns once for each kind of trouble, not for each opener method or request', () => {
  const path = join(folder, 'once.db');
  mkdirSync(path);
  const warnings: string[] = [];
  const stores = openStores({ path, warn: (message) => warnings.push(message) });
  for (let index = 0; index < 350; index++) stores.sentLog('a').pin([pinOf(`${index}`)]);
  expect(warnings).toHaveLength(1);
  stores.close();
});

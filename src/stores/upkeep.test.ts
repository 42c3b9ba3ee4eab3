import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import { sqliteStores } from './sqlite.ts';
import { type KindStats, withUpkeep } from './upkeep.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-upkeep-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const freshPath = (): string => join(folder, `${count++}`, 'headroom.db');
const pinOf = (part: string, text?: string): Pin => ({ key: hashOf(part), text, tokensBefore: 9, tokensAfter: 3 });
const DAY = 86_400_000;
const now = Date.now();

function at(path: string, time: number, texts: readonly string[]): void {
  const stores = sqliteStores(path, { now: () => time });
  for (const text of texts) {
    stores.originals('a').put(text);
    stores.sentLog('a').pin([pinOf(text, `short ${text}`), pinOf(`${text} alone`)]);
  }
  stores.sentLog('a').pin([{ ...pinOf(`hidden ${time}`, '[]'), tokensBefore: 0, tokensAfter: 0 }]);
  stores.close();
}

test('counts rows and bytes by kind, and says when they were last used', () => {
  const path = freshPath();
  at(path, now - 9 * DAY, ['old']);
  at(path, now, ['new 1', 'new 2']);
  const { kind, bytes, isEncrypted, kinds } = withUpkeep({ path }, (upkeep) => upkeep.stats());
  expect({ kind, isEncrypted }).toEqual({ kind: 'sqlite', isEncrypted: false });
  expect(bytes).toBeGreaterThan(4_096);
  const sums = (row: KindStats): unknown[] => [row.kind, row.count, row.bytes];
  expect(kinds.map(sums)).toEqual([
    ['originals', 3, 13],
    ['shortened', 3, 31],
    ['left-alone', 3, 0],
    ['exchanges', 2, 4],
  ]);
  for (const { oldestUse, newestUse } of kinds) {
    expect(now - 9 * DAY - oldestUse!).toBeLessThan(DAY / 24);
    expect(now - newestUse!).toBeLessThan(DAY / 24);
  }
});

test('an empty store has nothing of each kind', () => {
  const path = freshPath();
  sqliteStores(path).close();
  const { kinds } = withUpkeep({ path }, (upkeep) => upkeep.stats());
  expect(kinds.map(({ kind, count: rows, oldestUse }) => [kind, rows, oldestUse])).toEqual(
    ['originals', 'shortened', 'left-alone', 'exchanges'].map((kind) => [kind, 0, undefined]),
  );
});

test('forgets what was not used since then, and nothing else, also while a proxy uses the store', () => {
  const path = freshPath();
  at(path, now - 9 * DAY, ['old']);
  at(path, now, ['new']);
  const proxy = sqliteStores(path);
  expect(withUpkeep({ path }, (upkeep) => upkeep.purge(now - 7 * DAY))).toBe(4);
  expect(proxy.originals('a').get(hashOf('old'))).toBeUndefined();
  expect(proxy.originals('a').get(hashOf('new'))).toBe('new');
  expect(proxy.sentLog('a').recall([hashOf('old'), hashOf('new')])).toEqual([undefined, pinOf('new', 'short new')]);
  const fresh = proxy.originals('a').put('after');
  proxy.close();
  const later = sqliteStores(path);
  expect(later.originals('a').get(fresh)).toBe('after');
  later.close();
});

test('forgets everything, and leaves no byte of it in the files (R-55)', () => {
  const path = freshPath();
  at(
    path,
    now,
    Array.from({ length: 50 }, (_, index) => `canary ${index} `.repeat(2_000)),
  );
  expect(withUpkeep({ path }, (upkeep) => upkeep.purge(undefined))).toBe(151);
  for (const file of readdirSync(join(path, '..')))
    expect(readFileSync(join(path, '..', file)).includes('canary')).toBe(false);
});

test('a file that is no store of ours is refused in words, and stays as it is', () => {
  const path = join(folder, 'garbage.db');
  writeFileSync(path, 'no database\n'.repeat(1_000));
  expect(() => withUpkeep({ path }, (upkeep) => upkeep.purge(undefined))).toThrow(
    expect.objectContaining({ code: 'UNREADABLE_FILE', message: expect.stringContaining('move it away') }),
  );
});

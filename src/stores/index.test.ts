import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import { storesContract } from '../testing/store-contract.ts';
import { failOpenStores } from './fail-open.ts';
import { openStores } from './index.ts';
import { memoryStores } from './memory.ts';
import { Shelf } from './shelf.ts';
import { sqliteStores } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-stores-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const freshPath = (): string => join(folder, `${count++}`, 'headroom.db');
const noWarning = (message: string): never => {
  throw new Error(`unexpected warning: ${message}`);
};

describe('memory stores', () => storesContract(() => memoryStores(), { test, expect }));
describe('sqlite stores', () => storesContract(() => sqliteStores(freshPath()), { test, expect }));
// A shelf that keeps nothing: every read comes from the file.
describe('sqlite stores, always cold', () => {
  storesContract(() => sqliteStores(freshPath(), { shelf: new Shelf(2) }), { test, expect });
});
describe('fail-open stores with a working database', () => {
  storesContract(() => openStores({ path: freshPath(), warn: noWarning }), { test, expect });
});
describe('fail-open stores on separate memory', () => {
  storesContract(
    () => {
      const path = freshPath();
      return failOpenStores({ path, open: () => sqliteStores(path), memory: memoryStores(), warn: noWarning });
    },
    { test, expect },
  );
});

describe('openStores', () => {
  test('without a path remembers in memory, which is no problem', () => {
    const stores = openStores({ path: undefined, warn: noWarning });
    expect(stores.status()).toEqual({ kind: 'memory', path: undefined, problem: undefined });
    const key = stores.originals('a').put('text');
    expect(stores.originals('a').get(key)).toBe('text');
  });

  test('says where the database is', () => {
    const path = freshPath();
    const stores = openStores({ path, warn: noWarning });
    expect(stores.status()).toEqual({ kind: 'sqlite', path, problem: undefined });
    stores.close();
  });

  test('with a path that cannot be opened remembers in memory and says so', () => {
    const file = join(folder, 'plain-file');
    writeFileSync(file, 'x');
    const warnings: string[] = [];
    const path = join(file, 'headroom.db');
    const stores = openStores({ path, warn: (message) => warnings.push(message) });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(path);
    expect(stores.status()).toEqual({ kind: 'memory', path: undefined, problem: warnings[0] });
    stores.close();
  });
});

describe('memory stores', () => {
  test('stay within their bound, forgetting what was not used for the longest time', () => {
    const originals = memoryStores({ maxBytes: 100_000 }).originals('a');
    const first = originals.put('first');
    const second = originals.put('second');
    for (let index = 0; index < 200; index++) {
      originals.put(`${index}`.repeat(100));
      originals.get(first);
    }
    expect(originals.get(first)).toBe('first');
    expect(originals.get(second)).toBeUndefined();
  });

  test('refuse an original that they cannot keep', () => {
    const originals = memoryStores({ maxBytes: 1_000 }).originals('a');
    expect(() => originals.put('x'.repeat(1_000))).toThrow('too big');
    expect(originals.get(hashOf('x'.repeat(1_000)))).toBeUndefined();
  });
});

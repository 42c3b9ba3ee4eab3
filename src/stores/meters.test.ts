/** Meters where they are kept: with several processes at once, encrypted, purged, and out of reach. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Meters } from '../core/limits.ts';
import type { Stores } from '../core/stores.ts';
import { openStores } from './index.ts';
import { hasRedis, startRedis, whyNot } from './redis-server.fixture.ts';
import { sqliteStores } from './sqlite.ts';
import { withUpkeep } from './upkeep.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-meters-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const freshPath = (): string => join(folder, `${count++}`, 'headroom.db');
const warnings: string[] = [];
const warn = (message: string): void => void warnings.push(message);

const AT = Date.parse('2026-11-20T00:00:00Z');

function write(
  stores: Stores,
  key: string,
  text: string | undefined,
  until: number = AT + 3_600_000,
): string | undefined {
  return stores.meters().change([key], ([before]) => ({ texts: [text], at: AT, until, result: before }));
}

function increment(meters: Meters): number {
  return meters.change(['n'], ([before = '0']) => {
    const next = Number(before) + 1;
    return { texts: [String(next)], at: AT, until: AT + 3_600_000, result: next };
  });
}

/** Counts one on, so many times. */
const COUNTER = `import { openStores } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
const [path, times] = process.argv.slice(2);
const stores = openStores({ path, waitMs: 20000, warn: (message) => console.error(message) });
for (let count = 0; count < Number(times); count++)
  stores.meters().change(['n'], ([before = '0']) => ({ texts: [String(Number(before) + 1)], at: ${AT}, until: ${AT} + 3600000 }));
stores.close();`;

async function counting(path: string, times: number): Promise<void> {
  // A file: threads cannot be started from a script on the command line.
  const script = join(folder, 'counter.mjs');
  writeFileSync(script, COUNTER);
  const child = spawn(process.execPath, [script, path, String(times)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  expect(said).toBe('');
}

describe('in a database', () => {
  test('R-60: several processes that count at once lose no count, and it is there when they are gone', async () => {
    const path = freshPath();
    await Promise.all([counting(path, 200), counting(path, 200), counting(path, 200)]);
    const stores = sqliteStores(path);
    expect(increment(stores.meters())).toBe(601);
    stores.close();
  });

  test('R-55: an encrypted one shows neither whose they are nor what they say', () => {
    const path = freshPath();
    const stores = sqliteStores(path, { key: Buffer.alloc(32, 7) });
    write(stores, 'project secret-project', 'secret-text');
    expect(write(stores, 'project secret-project', undefined)).toBe('secret-text');
    const bytes = [path, `${path}-wal`].map((file) => readFileSync(file).toString('latin1')).join('');
    expect(bytes).not.toContain('secret');
    stores.close();
  });

  test('a change that throws changes nothing', () => {
    const stores = sqliteStores(freshPath());
    write(stores, 'a', '1');
    const failing = (): void =>
      stores.meters().change(['a'], () => {
        throw new TypeError('no');
      });
    expect(failing).toThrow('no');
    expect(write(stores, 'a', '2')).toBe('1');
    stores.close();
  });

  test('rows that nobody needs any more go, and a purge takes all along', () => {
    const path = freshPath();
    const stores = sqliteStores(path);
    write(stores, 'old', '1', AT - 1);
    for (let times = 0; times < 256; times++) write(stores, 'kept', String(times));
    expect([write(stores, 'old', undefined), write(stores, 'kept', undefined)]).toEqual([undefined, '255']);
    withUpkeep({ path }, (upkeep) => upkeep.purge(undefined));
    expect(write(stores, 'kept', undefined)).toBeUndefined();
    stores.close();
  });
});

test('where the database is out of reach it goes on counting in memory, and says so once', () => {
  const stores = openStores({ path: '/dev/null/headroom.db', warn });
  expect([1, 2, 3].map(() => increment(stores.meters()))).toEqual([1, 2, 3]);
  expect(warnings.length).toBe(1);
  stores.close();
});

describe.skipIf(!hasRedis)(`in a Redis${whyNot}`, () => {
  test('several proxies that count at once lose no count', async () => {
    await using server = await startRedis();
    await Promise.all([counting(server.url, 150), counting(server.url, 150), counting(server.url, 150)]);
    const stores = openStores({ path: server.url, waitMs: 10_000, warn });
    expect(increment(stores.meters())).toBe(451);
    stores.close();
  });

  test('rows go by themselves, a purge takes all along, and encrypted ones show nothing', async () => {
    await using server = await startRedis();
    const key = Buffer.alloc(32, 7);
    const stores = openStores({ path: server.url, waitMs: 10_000, key, warn });
    write(stores, 'project secret-project', 'secret-text');
    const [row = ''] = server.cli('KEYS', 'headroom:meter:*').split('\n');
    expect(Number(server.cli('PTTL', row))).toBeGreaterThan(3_500_000);
    expect(row + server.cli('GET', row)).not.toContain('secret');
    withUpkeep({ path: server.url }, (upkeep) => upkeep.purge(undefined));
    expect(server.cli('KEYS', '*')).toBe('');
    stores.close();
  });

  test('one that goes away in mid-run is counted on in memory', async () => {
    await using server = await startRedis();
    const stores = openStores({ path: server.url, waitMs: 10_000, warn: () => undefined });
    expect([increment(stores.meters()), increment(stores.meters())]).toEqual([1, 2]);
    await server.kill();
    expect(increment(stores.meters())).toBe(1);
    stores.close();
  });
});

/** The ledger where it is kept: with several processes at once, killed ones among them; encrypted; and purged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { entriesIn, type LedgerEntry } from '../core/ledger.ts';
import { failOpenStores } from './fail-open.ts';
import { openStores } from './index.ts';
import { memoryStores } from './memory.ts';
import { hasRedis, startRedis, whyNot } from './redis-server.fixture.ts';
import { sqliteStores } from './sqlite.ts';
import { withUpkeep } from './upkeep.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const freshPath = (): string => join(folder, `${count++}`, 'headroom.db');
const warnings: string[] = [];
const warn = (message: string): void => void warnings.push(message);

const NOTHING = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };
const entryOf = (at: number): LedgerEntry => ({
  at,
  tenant: 'secret-tenant',
  project: 'secret-project',
  format: 'f',
  model: 'm',
  conversation: 'c',
  road: 'shortened',
  hops: 1,
  complete: true,
  usage: NOTHING,
  clientTokens: 0,
  sentTokens: 0,
  with: NOTHING,
  without: NOTHING,
  rates: undefined,
  bust: undefined,
  saved: [],
  froze: false,
});
const promptOf = (id: string, at: number, until = at + 1e9) => ({
  id,
  keys: ['secret-key'],
  at,
  until,
  body: 'secret-body',
});

/** Records for ever, each entry with a prompt that stands for the last one; says what it has recorded. */
const WRITER = `import { openStores } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
const [path, name, entry] = process.argv.slice(1);
const fs = process.getBuiltinModule('node:fs');
const stores = openStores({ path, warn: (message) => fs.writeSync(1, 'warning ' + message + '\\n') });
for (let at = 1; ; at++) {
  const prompt = { id: name + at, keys: [name], at, until: 1e13, body: 'x'.repeat(3000) };
  stores.ledger().record({ ...JSON.parse(entry), at, tenant: name }, prompt, [name + (at - 1)]);
  fs.writeSync(1, at + '\\n');
}`;

async function killedAfter(lines: number, path: string, name: string): Promise<number> {
  const flags = ['--input-type=module', '-e', WRITER, path, name, JSON.stringify(entryOf(0))];
  const child: ChildProcess = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  await once(child, 'close');
  expect(said).not.toContain('warning');
  return Number(said.trimEnd().split('\n').at(-1));
}

describe('in a database', () => {
  test('R-64: two processes write at once, and kill -9 loses at most the row that was being written', async () => {
    const path = freshPath();
    const [left, right] = await Promise.all([killedAfter(120, path, 'left'), killedAfter(80, path, 'right')]);
    const stores = sqliteStores(path);
    const entries = Array.from(entriesIn(stores.ledger()), ({ entry }) => entry);
    for (const [name, said] of [
      ['left', left],
      ['right', right],
    ] as const) {
      const times = entries.filter(({ tenant }) => tenant === name).map(({ at }) => at);
      expect(times).toEqual(Array.from({ length: times.length }, (_, at) => at + 1));
      expect(times.length - said).toBeLessThanOrEqual(1);
      expect(times.length).toBeGreaterThanOrEqual(said);
      // The prompt is there with its entry, or neither is.
      expect(
        stores
          .ledger()
          .recall([name])
          .map(({ at }) => at),
      ).toEqual([times.length]);
    }
    stores.close();
  });

  test('R-55: an encrypted one shows nothing of what it holds, and nothing without its key', () => {
    const path = freshPath();
    const key = Buffer.alloc(32, 7);
    const stores = sqliteStores(path, { key });
    stores.ledger().record(entryOf(1), promptOf('one', 1), []);
    stores.ledger().record(entryOf(2), promptOf('two', 2), ['one']);
    expect(stores.ledger().recall(['secret-key'])).toEqual([promptOf('two', 2)]);
    expect(stores.ledger().read({}, 9).length).toBe(2);
    stores.close();
    const bytes = [path, `${path}-wal`].map((file) => {
      try {
        return readFileSync(file).toString('latin1');
      } catch {
        return '';
      }
    });
    expect(bytes.join('')).not.toContain('secret');
  });

  test('an altered entry counts as missing, and those behind it do not', () => {
    const path = freshPath();
    const stores = sqliteStores(path);
    for (const at of [1, 2, 3]) stores.ledger().record(entryOf(at), undefined, []);
    const db = new DatabaseSync(path);
    db.exec(`UPDATE ledger SET text = replace(text, 'secret', 'forged') WHERE at = 2`);
    db.close();
    expect(Array.from(entriesIn(stores.ledger()), ({ entry }) => entry.at)).toEqual([1, 3]);
    stores.close();
  });

  test('prompts that nobody needs any more go, by the time of the entries', () => {
    const path = freshPath();
    const stores = sqliteStores(path);
    stores.ledger().record(entryOf(1), promptOf('old', 1, 10), []);
    for (let at = 0; at < 256; at++) stores.ledger().record(entryOf(1_000 + at), undefined, []);
    expect(stores.ledger().recall(['secret-key'])).toEqual([]);
    stores.close();
  });

  test('a purge takes it along, and an older file without one can be purged', () => {
    const path = freshPath();
    const stores = sqliteStores(path);
    stores.originals('a').put('text');
    expect(withUpkeep({ path }, (upkeep) => upkeep.purge(undefined))).toBe(1);
    stores.ledger().record(entryOf(1), promptOf('one', 1), []);
    stores.ledger().record(entryOf(9), undefined, []);
    withUpkeep({ path }, (upkeep) => upkeep.purge(5));
    expect(
      stores
        .ledger()
        .read({}, 9)
        .map(({ entry }) => entry.at),
    ).toEqual([9]);
    withUpkeep({ path }, (upkeep) => upkeep.purge(undefined));
    expect([stores.ledger().read({}, 9), stores.ledger().recall(['secret-key'])]).toEqual([[], []]);
    stores.close();
  });
});

test('where it fails, its entries are lost and nothing else', () => {
  const stores = openStores({ path: '/dev/null/headroom.db', warn });
  stores.ledger().record(entryOf(1), promptOf('one', 1), []);
  expect([stores.ledger().read({}, 9), stores.ledger().recall(['secret-key'])]).toEqual([[], []]);
  stores.close();
  const broken = {
    ...memoryStores(),
    ledger: () => {
      throw new Error('broken');
    },
  };
  const open = failOpenStores({ path: freshPath(), open: () => broken, memory: memoryStores(), warn });
  open.ledger().record(entryOf(1), undefined, []);
  expect(open.ledger().read({}, 9)).toEqual([]);
  open.close();
});

test.skipIf(!hasRedis)(`in a Redis it is there for all proxies, and a purge takes it along${whyNot}`, async () => {
  await using server = await startRedis();
  const [one, two] = [1, 2].map(() => openStores({ path: server.url, waitMs: 10_000, warn }));
  one!.ledger().record(entryOf(1_000), promptOf('one', 1), []);
  two!.ledger().record(entryOf(2_000), promptOf('two', 2), ['one']);
  expect(
    one!
      .ledger()
      .read({}, 9)
      .map(({ entry }) => entry.at),
  ).toEqual([1_000, 2_000]);
  expect(
    one!
      .ledger()
      .recall(['secret-key'])
      .map(({ id }) => id),
  ).toEqual(['two']);
  expect(Number(server.cli('TTL', 'headroom:prompt:two'))).toBeGreaterThan(0);
  withUpkeep({ path: server.url }, (upkeep) => upkeep.purge(undefined));
  expect(server.cli('KEYS', '*')).toBe('');
  for (const stores of [one!, two!]) stores.close();
});

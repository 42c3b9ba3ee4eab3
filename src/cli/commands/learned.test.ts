/** `headroom learned` as a person types it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hashOf } from '../../core/hash.ts';
import { type Counts, type LearnedRow, NO_COUNTS } from '../../core/importance.ts';
import { openStores } from '../../stores/index.ts';
import { Machine } from '../run-program.fixture.ts';

const machine = new Machine();
afterAll(() => machine.close());
const folder = machine.home;
let count = 0;

function rowOf(shape: string, place: string, counts: Partial<Counts>): LearnedRow {
  const name = place === '' ? '' : hashOf(place);
  return { owner: hashOf('owner'), shape: hashOf(shape), place: name, counts: { ...NO_COUNTS, ...counts } };
}

const ROWS = [rowOf('list', '', { views: 9, fetched: 9 }), rowOf('list', 'column', { fetched: 9 })];

function within<T>(home: string, work: (learned: ReturnType<ReturnType<typeof openStores>['learned']>) => T): T {
  const stores = openStores({ path: join(home, 'headroom.db'), warn: () => undefined });
  try {
    return work(stores.learned());
  } finally {
    stores.close();
  }
}

/** A home whose store knows these rows. */
function homeWith(rows: readonly LearnedRow[]): string {
  const home = join(folder, `${count++}`);
  within(home, (learned) => {
    learned.salt();
    learned.add(rows, []);
  });
  return home;
}

const sorted = (rows: readonly LearnedRow[]): readonly LearnedRow[] =>
  rows.toSorted((a, b) => (`${a.shape} ${a.place}` < `${b.shape} ${b.place}` ? -1 : 1));
const rowsIn = (home: string): readonly LearnedRow[] => sorted(within(home, (learned) => learned.read()));

async function exported(home: string, ...flags: readonly string[]): Promise<string> {
  const { code, stdout } = await machine.run(['learned', 'export', '--home', home, ...flags]);
  expect(code).toBe(0);
  const file = join(folder, `${count++}.json`);
  writeFileSync(file, stdout);
  return file;
}

test('a file that cannot be read is named with the reason', async () => {
  const home = homeWith([]);
  const of = async (path: string): Promise<string> =>
    (await machine.run(['learned', 'import', path, '--home', home])).stderr;
  expect(await of('/nope')).toBe('headroom: /nope cannot be read: there is no such file; check the path\n');
  expect(await of(folder)).toContain('it is a folder');
});

test('shows how much was counted and what follows from it', async () => {
  const home = homeWith(ROWS);
  const { code, stdout } = await machine.run(['learned', '--home', home]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/columns and templates that views say in full +1$/m);
  const json = await machine.run(['learned', '--home', home, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ rows: 2, views: 9, fetched: 9, kept: 1 });
});

test('an export comes back as it was, after all was deleted', async () => {
  const home = homeWith(ROWS);
  const file = await exported(home);
  expect(readFileSync(file, 'utf8')).not.toContain('salt');
  expect((await machine.run(['learned', 'merge', file, '--home', home])).code).toBe(0);
  expect(rowsIn(home)[0]!.counts.fetched).toBe(18);
  expect((await machine.run(['learned', 'import', file, '--home', home])).code).toBe(0);
  expect(rowsIn(home)).toEqual(sorted(ROWS));
  const withSalt = await exported(home, '--with-salt');
  expect((await machine.run(['learned', 'delete', '--home', home])).stdout).toBe('forgot 2 rows\n');
  expect(rowsIn(home)).toEqual([]);
  expect((await machine.run(['learned', 'import', file, '--home', home])).code).toBe(2);
  expect((await machine.run(['learned', 'import', withSalt, '--home', home])).code).toBe(0);
  expect(rowsIn(home)).toEqual(sorted(ROWS));
});

test('what another installation knows is taken with its salt, and only where nothing is known', async () => {
  const file = await exported(homeWith(ROWS), '--with-salt');
  const fresh = homeWith([]);
  expect((await machine.run(['learned', 'merge', file, '--home', fresh])).code).toBe(0);
  expect(rowsIn(fresh)).toEqual(sorted(ROWS));
  const other = homeWith([rowOf('other', '', { views: 1 })]);
  const { code, stderr } = await machine.run(['learned', 'merge', file, '--home', other]);
  expect(code).toBe(2);
  expect(stderr).toContain('of another installation');
  expect(rowsIn(other)).toEqual([rowOf('other', '', { views: 1 })]);
});

test('a file that is no export changes nothing', async () => {
  const home = homeWith(ROWS);
  const file = join(folder, 'none.json');
  writeFileSync(file, '{"rows":[]}');
  expect((await machine.run(['learned', 'import', file, '--home', home])).code).toBe(1);
  expect((await machine.run(['learned', 'import', join(folder, 'missing'), '--home', home])).code).toBe(1);
  expect(rowsIn(home)).toEqual(sorted(ROWS));
});

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStores } from '../../stores/index.ts';
import { hasRedis, startRedis, whyNot } from '../../stores/redis-server.fixture.ts';
import { Machine } from '../run-program.fixture.ts';

let machine: Machine;
beforeAll(() => {
  machine = new Machine();
});
afterAll(() => machine.close());

let homes = 0;
/** A home in which a proxy has kept these texts. */
function homeWith(texts: readonly string[]): string {
  const home = join(machine.home, `home-${homes++}`);
  const stores = openStores({ path: join(home, 'headroom.db'), warn: () => undefined });
  for (const text of texts) stores.originals('a').put(text);
  stores.close();
  return home;
}

interface Stats {
  readonly store: string;
  readonly encrypted: boolean;
  readonly kinds: { readonly originals: { readonly count: number; readonly bytes: number } };
}
const statsOf = async (home: string): Promise<Stats> =>
  JSON.parse((await machine.run(['store', 'stats', '--json', '--home', home])).stdout) as Stats;

describe('store stats', () => {
  test('says what is kept, for people and for programs', async () => {
    const home = homeWith(['one', 'two']);
    const { code, stdout, stderr } = await machine.run(['store', '--home', home]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/headroom\.db: \d+\.\d MB\n/);
    expect(stdout).toMatch(/^ {2}originals +2 +0\.0 MB +20\d\d-\d\d-\d\dT\d\dZ/m);
    const hour = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\dZ$/);
    expect(await statsOf(home)).toMatchObject({
      store: 'sqlite',
      encrypted: false,
      kinds: {
        originals: { count: 2, bytes: 6, oldest_use: hour, newest_use: hour },
        shortened: { count: 0, bytes: 0, oldest_use: null },
      },
    });
  });

  test('of a store that is not there says so, and makes none', async () => {
    const home = join(machine.home, 'nowhere');
    const { code, stderr } = await machine.run(['store', 'stats', '--home', home]);
    expect([code, existsSync(home)]).toEqual([1, false]);
    expect(stderr).toContain(`there is no store at ${home}`);
    expect((await machine.run(['store'], '', { HEADROOM_STORE: 'memory' })).stderr).toContain('the store is in memory');
  });
});

describe('store purge', () => {
  test('forgets everything, or only what is old', async () => {
    const home = homeWith(['one', 'two']);
    expect((await machine.run(['store', 'purge', '--older-than', '7d', '--yes', '--home', home])).stdout).toContain(
      'removed 0 entries',
    );
    expect((await statsOf(home)).kinds.originals.count).toBe(2);
    const { code, stdout } = await machine.run(['store', 'purge', '--all', '--yes', '--home', home]);
    expect([code, stdout]).toEqual([0, `removed 2 entries from ${join(home, 'headroom.db')}\n`]);
    expect((await statsOf(home)).kinds.originals.count).toBe(0);
  });

  test.each([
    [[], 'either --older-than or --all'],
    [['--all', '--older-than', '7d'], 'either --older-than or --all'],
    [['--older-than', 'seven', '--yes'], '"seven" is no time; write 7d or 12h'],
    [['--all'], 'nobody can answer here: add --yes'],
  ])('with %j removes nothing and says what is missing', async (words, reason) => {
    const home = homeWith(['one']);
    const { code, stderr } = await machine.run(['store', 'purge', ...words, '--home', home]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
    expect((await statsOf(home)).kinds.originals.count).toBe(1);
  });
});

describe('store key', () => {
  test('makes one that only its owner can read, where it is said, and never over another', async () => {
    const home = join(machine.home, 'keys');
    const { code, stdout } = await machine.run(['store', 'key', '--home', home]);
    const file = join(home, 'store.key');
    expect([code, (statSync(file).mode & 0o777).toString(8)]).toEqual([0, '600']);
    expect(stdout).toContain(`--store-key-file ${file}`);
    expect(stdout).not.toContain(readFileSync(file, 'utf8').trim());
    expect((await machine.run(['store', 'key', '--home', home])).code).toBe(2);
    const other = join(home, 'other.key');
    expect((await machine.run(['store', 'key'], '', { HEADROOM_STORE_KEY_FILE: other })).code).toBe(0);
    expect(existsSync(other)).toBe(true);
  });

  test('encrypts what is kept from then on; it is needed to read, and not to count and to forget (R-55)', async () => {
    const home = join(machine.home, 'sealed');
    const file = join(home, 'store.key');
    await machine.run(['store', 'key', '--home', home]);
    const hits = Array.from({ length: 900 }, (_, n) => `src/canary${n % 30}.ts:${n}:  const value${n} = f(${n});`);
    const sealed = { HEADROOM_STORE_KEY_FILE: file, HEADROOM_HOME: home };
    const { stdout: view } = await machine.run(['compress'], hits.join('\n'), sealed);
    const [, hash] = /hash=([0-9a-f]{24})/.exec(view)!;
    for (const name of readdirSync(home)) expect(readFileSync(join(home, name)).includes('canary')).toBe(false);
    expect((await machine.run(['retrieve', hash!], '', sealed)).stdout).toBe(hits.join('\n'));
    expect((await machine.run(['expand'], view, sealed)).stdout).toBe(hits.join('\n'));
    const without = await machine.run(['retrieve', hash!, '--home', home]);
    expect([without.code, without.stdout]).toEqual([2, '']);
    expect(without.stderr).toContain('it is encrypted, and no key is given');
    expect(await statsOf(home)).toMatchObject({ encrypted: true, kinds: { originals: { count: 1 } } });
    await machine.run(['store', 'purge', '--all', '--yes', '--home', home]);
    expect(await statsOf(home)).toMatchObject({ encrypted: false, kinds: { originals: { count: 0 } } });
  });
});

describe('a proxy with a key', () => {
  test.each([
    ['that is missing', undefined, 'is missing'],
    ['that is none', 'secret-word', 'does not hold a key'],
    ['that is not the store’s', '07'.repeat(32), 'encrypted with another key'],
  ])('%s does not start, says why, and shows nothing of it', async (name, text, reason) => {
    const home = join(machine.home, `proxy ${name}`);
    mkdirSync(home);
    const stores = openStores({ path: join(home, 'headroom.db'), key: Buffer.alloc(32, 1), warn: () => undefined });
    stores.close();
    const file = join(home, 'key');
    if (text !== undefined) writeFileSync(file, text);
    const words = ['proxy', '--port', '0', '--home', home, '--store-key-file', file];
    const { code, stdout, stderr } = await machine.run(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/secret-word|0707/);
  });
});

describe(`a redis${whyNot}`, () => {
  test.skipIf(!hasRedis)('is used with its login, which is never printed (R-55)', async () => {
    await using redis = await startRedis(['--requirepass', 'pass-canary']);
    const store = redis.url.replace('//', '//default:pass-canary@');
    const environment = { HEADROOM_STORE: store };
    const hits = Array.from({ length: 900 }, (_, n) => `src/file${n % 30}.ts:${n}:  const value${n} = f(${n});`);
    const shown = [await machine.run(['compress'], hits.join('\n'), environment)];
    const [, hash] = /hash=([0-9a-f]{24})/.exec(shown[0]!.stdout)!;
    shown.push(await machine.run(['retrieve', hash!], '', environment));
    expect(shown[1]!.stdout).toBe(hits.join('\n'));
    shown.push(await machine.run(['proxy', '--print-config'], '', environment));
    expect(shown[2]!.stdout).toContain('redis://***@127.0.0.1');
    shown.push(await machine.run(['store', 'stats'], '', environment));
    expect(shown[3]!.stdout).toMatch(/^ {2}originals +1 /m);
    const proxy = machine.start(['proxy', '--port', '0'], environment);
    const [, url] = await proxy.printed(/listens on (\S+)[^]*store/);
    const health = await (await fetch(`${url}/health`)).text();
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    expect(JSON.parse(health)).toMatchObject({ store: { kind: 'redis', path: redis.url } });
    proxy.child.kill('SIGTERM');
    shown.push(await proxy.ended);
    shown.push(await machine.run(['store', 'purge', '--all', '--yes'], '', environment));
    expect(shown.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(JSON.stringify(shown) + health).not.toContain('pass-canary');
  });
});

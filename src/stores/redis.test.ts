/** Against a real redis-server: the contract, what several proxies see of each other, and what happens when it is slow or gone. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import { writeMarker } from '../core/marker.ts';
import type { Pin } from '../core/sent-log.ts';
import type { StoreSettings, Stores } from '../core/stores.ts';
import { storesContract } from '../testing/store-contract.ts';
import { checkStores, openStores } from './index.ts';
import { RedisLink } from './redis-link.ts';
import { hasRedis, type RedisServer, startRedis, whyNot } from './redis-server.fixture.ts';
import { type RedisOptions, redisStores } from './redis.ts';
import { Shelf } from './shelf.ts';
import { mayHoldMemories } from './trouble.ts';
import { withUpkeep } from './upkeep.ts';

const PATIENT = { waitMs: 10_000 };
const DAY_SECONDS = 86_400;
const key: Uint8Array = randomBytes(32);

let server: RedisServer;
const opened: Stores[] = [];
beforeAll(async () => {
  if (hasRedis) server = await startRedis();
});
afterEach(() => {
  for (const stores of opened.splice(0)) stores.close();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const pinOf = (part: string, text?: string): Pin => ({ key: hashOf(part), text, tokensBefore: 9, tokensAfter: 3 });

function open(options: RedisOptions = {}): Stores {
  const stores = redisStores(server.url, { ...PATIENT, shelf: new Shelf(2), ...options });
  opened.push(stores);
  return stores;
}

interface Rig {
  readonly stores: Stores;
  readonly warnings: string[];
}

/** As a proxy has them. */
function rig(url: string, settings: StoreSettings = {}): Rig {
  const warnings: string[] = [];
  const stores = openStores({ path: url, waitMs: 2_000, ...settings, warn: (message) => warnings.push(message) });
  opened.push(stores);
  return { stores, warnings };
}

/** @returns whether the store vouches for the original. */
function tryPut(stores: Stores, text: string): boolean {
  try {
    stores.originals('a').put(text);
    return true;
  } catch {
    return false;
  }
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** How often it is asked until the store vouches for originals again. */
async function callsUntilBack(stores: Stores): Promise<number> {
  for (let calls = 1; ; calls++) {
    if (tryPut(stores, 'text')) return calls;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Well below the number of calls after which it would be tried anyway. */
const FEW_CALLS = 50;
const REDIS = { skip: !hasRedis };
const empty = (): string => {
  server.cli('FLUSHALL');
  return server.url;
};

describe(`redis stores${whyNot}`, REDIS, () => {
  storesContract(() => redisStores(empty(), PATIENT), { test, expect });
});
describe(`redis stores, always cold${whyNot}`, REDIS, () => {
  storesContract(() => redisStores(empty(), { ...PATIENT, shelf: new Shelf(2) }), { test, expect });
});
describe(`encrypted redis stores${whyNot}`, REDIS, () => {
  storesContract(() => redisStores(empty(), { ...PATIENT, key, shelf: new Shelf(2) }), { test, expect });
});
describe(`several proxies on one redis${whyNot}`, REDIS, () => {
  test('see what another one kept and pinned; the first pin holds for all', () => {
    empty();
    const [one, two] = [open(), open()];
    const original = one.originals('a').put('text');
    expect(two.originals('a').get(original)).toBe('text');
    expect(two.originals('b').get(original)).toBeUndefined();
    one.sentLog('a').pin([pinOf('1', 'one')]);
    expect(two.sentLog('a').pin([pinOf('1', 'two'), pinOf('2', 'two')])).toEqual([
      pinOf('1', 'one'),
      pinOf('2', 'two'),
    ]);
    expect(one.sentLog('a').recall([hashOf('2'), hashOf('1')])).toEqual([pinOf('2', 'two'), pinOf('1', 'one')]);
  });

  test('of which one has no key, or another one: that is said at the start (R-55)', () => {
    const path = empty();
    const { stores } = rig(path, { key });
    stores.sentLog('a').pin([pinOf('1', 'one')]);
    for (const other of [undefined, randomBytes(32)]) {
      expect(() => checkStores({ path, key: other })).toThrow(
        expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining('--store-key-file') }),
      );
      const { stores: strange, warnings } = rig(path, { key: other });
      expect(warnings).toEqual([expect.stringContaining('sealed')]);
      expect(tryPut(strange, 'text')).toBe(false);
    }
    checkStores({ path, key });
  });

  test('read what was kept before there was a key, and encrypt what is new (R-55)', () => {
    empty();
    const plainly = open();
    const old = plainly.originals('a').put('put openly');
    plainly.sentLog('a').pin([pinOf('old', 'pinned openly')]);
    const sealed = open({ key });
    const fresh = sealed.originals('a').put('put with a key');
    expect(sealed.sentLog('a').pin([pinOf('old', 'again'), pinOf('new', 'pinned with a key')])).toEqual([
      pinOf('old', 'pinned openly'),
      pinOf('new', 'pinned with a key'),
    ]);
    expect([old, fresh].map((one) => sealed.originals('a').get(one))).toEqual(['put openly', 'put with a key']);
    const rows = server.cli('KEYS', '*').split('\n');
    const all = rows.map((row) => `${row} ${server.cli('DUMP', row)}`).join('\n');
    for (const secret of ['with a key', fresh, hashOf('new')]) expect(all).not.toContain(secret);
  });

  test('keep originals and pins for 30 days after the last use, and a view keeps its original (R-20)', () => {
    empty();
    const stores = open();
    const original = stores.originals('a').put('original');
    stores.sentLog('a').pin([pinOf('1', `view\n${writeMarker(original)}`)]);
    const rows = server.cli('KEYS', '*').split('\n');
    expect(rows).toHaveLength(2);
    const days = (): number[] => rows.map((row) => Number(server.cli('TTL', row)) / DAY_SECONDS);
    for (const age of days()) expect(age).toBeCloseTo(30, 2);
    for (const row of rows) server.cli('EXPIRE', row, '1000');
    open()
      .sentLog('a')
      .recall([hashOf('1')]);
    return expect.poll(() => days().every((age) => age > 29)).toBe(true);
  });

  test('never hand out a row that was altered, say so once, and mend it', () => {
    empty();
    const told: string[] = [];
    const stores = open({ tell: (message) => told.push(message) });
    const original = stores.originals('a').put('original');
    stores.sentLog('a').pin([pinOf('1', 'pinned')]);
    server.cli('HSET', `headroom:original:${original}`, 'text', 'torn');
    server.cli('SET', `headroom:pin:${hashOf('1')}`, 'nonsense');
    expect(stores.originals('a').get(original)).toBeUndefined();
    expect(stores.findOriginal(original)).toBeUndefined();
    expect(stores.sentLog('a').recall([hashOf('1')])).toEqual([undefined]);
    expect(told).toEqual([expect.stringContaining(original)]);
    stores.originals('a').put('original');
    expect(stores.sentLog('a').pin([pinOf('1', 'anew')])).toEqual([pinOf('1', 'anew')]);
    expect(open().originals('a').get(original)).toBe('original');
    expect(
      open()
        .sentLog('a')
        .recall([hashOf('1')]),
    ).toEqual([pinOf('1', 'anew')]);
  });

  test('count what they keep, and forget it: nothing else in that redis', () => {
    const path = empty();
    server.cli('SET', 'somebody', 'else');
    const { stores } = rig(path, { key });
    stores.originals('a').put('original');
    stores.sentLog('a').pin([pinOf('1', 'text'), pinOf('2'), { ...pinOf('3', '[]'), tokensBefore: 0 }]);
    const stats = withUpkeep({ path }, (upkeep) => upkeep.stats());
    expect(stats).toMatchObject({ kind: 'redis', path, isEncrypted: true });
    expect(stats.kinds.map(({ kind, count }) => [kind, count])).toEqual([
      ['originals', 1],
      ['shortened', 1],
      ['left-alone', 1],
      ['exchanges', 1],
    ]);
    for (const { oldestUse } of stats.kinds) expect(Math.abs(Date.now() - oldestUse!)).toBeLessThan(2 * 3_600_000);
    server.cli('EXPIRE', server.cli('KEYS', '*original*'), String(20 * DAY_SECONDS));
    const weekAgo = Date.now() - 7 * DAY_SECONDS * 1_000;
    expect(withUpkeep({ path }, (upkeep) => upkeep.purge(weekAgo))).toBe(1);
    expect(withUpkeep({ path }, (upkeep) => upkeep.purge(undefined))).toBe(3);
    expect(server.cli('KEYS', '*')).toBe('somebody');
  });
});

/** Requests go on, and what was sent in this process is known. */
function expectRequestsToGoOn({ stores }: Rig, name: string): void {
  const pin = pinOf(`part of ${name}`, 'text');
  expect(stores.sentLog('a').pin([pin])).toEqual([pin]);
  expect(stores.sentLog('a').recall([pin.key])).toEqual([pin]);
  tryPut(stores, `original of ${name}`);
  expect(stores.originals('a').get(hashOf(`original of ${name}`))).toBe(`original of ${name}`);
}

describe(`a redis that is not there${whyNot}`, REDIS, () => {
  test('may yet hold what was sent', () => expect(mayHoldMemories('rediss://a.example:6379/0')).toBe(true));

  test('at the start: requests go on, one warning names it, and it is used as soon as it is there', async () => {
    await using late = await startRedis();
    await late.kill();
    const proxy = rig(late.url);
    for (let index = 0; index < 20; index++) expectRequestsToGoOn(proxy, `${index}`);
    expect(tryPut(proxy.stores, 'only in memory')).toBe(false);
    // Another proxy may have sent these parts: unknown is not "never sent".
    expect(() => proxy.stores.sentLog('a').recall([hashOf('unknown')])).toThrow('unknown');
    expect(proxy.warnings).toEqual([expect.stringMatching(/redis:\/\/127.*disconnected: .*ECONNREFUSED/)]);
    expect(proxy.stores.status()).toMatchObject({ kind: 'memory', problem: proxy.warnings[0] });
    checkStores({ path: late.url });
    await late.restart();
    expect(await callsUntilBack(proxy.stores)).toBeLessThan(FEW_CALLS);
    expect(proxy.stores.status()).toEqual({ kind: 'redis', path: late.url, problem: undefined });
    const other = rig(late.url, PATIENT);
    // What was pinned meanwhile was written then.
    expect(other.stores.sentLog('a').recall([hashOf('part of 3')])).toEqual([pinOf('part of 3', 'text')]);
  });

  test('any more: nobody waits for it, what was sent is known, and it is used again when it is back', async () => {
    await using mortal = await startRedis();
    const proxy = rig(mortal.url);
    expectRequestsToGoOn(proxy, 'before');
    await mortal.kill();
    expectRequestsToGoOn(proxy, 'after');
    expect(timed(() => expectRequestsToGoOn(proxy, 'without'))).toBeLessThan(1_000);
    expect(proxy.stores.sentLog('a').recall([hashOf('part of before')])).toEqual([pinOf('part of before', 'text')]);
    expect(proxy.warnings).toHaveLength(1);
    await mortal.restart();
    expect(await callsUntilBack(proxy.stores)).toBeLessThan(FEW_CALLS);
    const other = rig(mortal.url, PATIENT);
    expect(other.stores.sentLog('a').recall([hashOf('part of after')])).toEqual([pinOf('part of after', 'text')]);
  });

  test('in time: the wait ends, the rest of the requests do not wait, and it is used again once it is fast', async () => {
    await using slow = await startRedis();
    const proxy = rig(slow.url, { waitMs: 300 });
    expectRequestsToGoOn(proxy, 'before');
    slow.process.kill('SIGSTOP');
    expect(timed(() => proxy.stores.sentLog('a').pin([pinOf('meanwhile', 'text')]))).toBeGreaterThan(250);
    expect(timed(() => expectRequestsToGoOn(proxy, 'after'))).toBeLessThan(250);
    expect(proxy.warnings).toEqual([expect.stringContaining('slow: no answer within 300 ms')]);
    slow.process.kill('SIGCONT');
    expect(await callsUntilBack(proxy.stores)).toBeLessThan(FEW_CALLS);
    const other = rig(slow.url, PATIENT);
    expect(other.stores.sentLog('a').recall([hashOf('meanwhile')])).toEqual([pinOf('meanwhile', 'text')]);
  });
});

describe(`a redis that refuses${whyNot}`, REDIS, () => {
  test('a wrong password, or none: requests go on, and no password is in any warning (R-55)', async () => {
    await using guarded = await startRedis(['--requirepass', 'right-password']);
    for (const login of [undefined, { password: 'wrong-password' }]) {
      const proxy = rig(guarded.url, { login });
      expectRequestsToGoOn(proxy, 'refused');
      expect(proxy.warnings).toEqual([expect.stringMatching(/refused: (NOAUTH|WRONGPASS).*Check user name, password/)]);
      expect(proxy.warnings[0]).not.toContain('wrong-password');
    }
    const { stores, warnings } = rig(guarded.url, { login: { username: 'default', password: 'right-password' } });
    expect(tryPut(stores, 'text')).toBe(true);
    expect(warnings).toEqual([]);
  });

  test('to write, because it is full: it is read meanwhile', async () => {
    await using full = await startRedis(['--maxmemory-policy', 'noeviction']);
    const proxy = rig(full.url);
    expect(tryPut(proxy.stores, 'kept before')).toBe(true);
    full.cli('CONFIG', 'SET', 'maxmemory', '1');
    expectRequestsToGoOn(proxy, 'full');
    expect(tryPut(proxy.stores, 'never kept')).toBe(false);
    const other = rig(full.url);
    expect(other.stores.originals('a').get(hashOf('kept before'))).toBe('kept before');
    expect(proxy.warnings).toEqual([expect.stringMatching(/no-writes: OOM/)]);
    full.cli('CONFIG', 'SET', 'maxmemory', '0');
    for (let index = 0; index < 100; index++) proxy.stores.sentLog('a').pin([pinOf('after')]);
    expect(tryPut(proxy.stores, 'kept after')).toBe(true);
  });
});

describe(`the waiting for answers${whyNot}`, REDIS, () => {
  test('drops what comes late: every answer is that of its own question', () => {
    const link = new RedisLink({ address: server.url, login: undefined, waitMs: 30 });
    const patient = new RedisLink({ address: server.url, login: undefined, waitMs: 10_000 });
    const text = (value: string): Buffer => Buffer.from(value);
    patient.ask(Array.from({ length: 50 }, (_, index) => ['SET', `slot ${index}`, `${index}`]));
    let late = 0;
    for (let round = 0; round < 200; round++) {
      try {
        // Now and then it answers nobody for longer than this one waits.
        if (round % 10 === 0) patient.ask([['CLIENT', 'PAUSE', '50']]);
        const [value] = link.ask([['GET', `slot ${round % 50}`]]);
        expect(Buffer.from(value as Uint8Array)).toEqual(text(`${round % 50}`));
      } catch (error) {
        expect(error).toMatchObject({ kind: 'slow' });
        late += 1;
      }
    }
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(150);
    link.close();
    patient.close();
  });

  test('for a thread that fails says so, and the next call starts another one', async () => {
    const link = new RedisLink({
      address: server.url,
      login: undefined,
      waitMs: 100,
      entry: new URL(
        'data:text/javascript,import { workerData } from "node:worker_threads"; const signals = new Int32Array(workerData.signals); Atomics.store(signals, 0, 1); Atomics.notify(signals, 0); throw new Error("broken thread")',
      ),
    });
    expect(() => link.ask([['PING']])).toThrow('no answer');
    await expect
      .poll(() => {
        try {
          link.ask([['PING']]);
        } catch (error) {
          return String(error);
        }
        return 'answered';
      })
      .toContain('broken thread');
    link.close();
  });
});

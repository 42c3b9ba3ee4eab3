/** What one call of each kind of stores costs, in microseconds: `node bench/stores.ts`. Redis only where redis-server is installed. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from '../src/core/hash.ts';
import type { Pin } from '../src/core/sent-log.ts';
import type { Stores } from '../src/core/stores.ts';
import { hasRedis, startRedis } from '../src/stores/redis-server.fixture.ts';
import { redisStores } from '../src/stores/redis.ts';
import { Shelf } from '../src/stores/shelf.ts';
import { sqliteStores } from '../src/stores/sqlite.ts';

const TEXT_LENGTH = 20_000;
const ROUNDS = 1_000;
const PARTS_A_TURN = 20;

const folder = mkdtempSync(join(tmpdir(), 'headroom-bench-'));
await using redis = hasRedis ? await startRedis() : undefined;
const key = randomBytes(32);
let files = 0;
const file = (): string => join(folder, `${files++}.db`);
/** A shelf that keeps nothing: every read comes from where things are kept. */
const shelf = new Shelf(2);

const KINDS: Readonly<Record<string, () => Stores>> = {
  sqlite: () => sqliteStores(file(), { shelf }),
  'sqlite, encrypted': () => sqliteStores(file(), { shelf, key }),
  ...(redis && {
    redis: () => redisStores(redis.url, { shelf, waitMs: 5_000 }),
    'redis, encrypted': () => (redis.cli('FLUSHALL'), redisStores(redis.url, { shelf, key, waitMs: 5_000 })),
  }),
};

function timed(work: (round: number) => void): string {
  const times = Array.from({ length: ROUNDS }, (_, round) => {
    const start = performance.now();
    work(round);
    return (performance.now() - start) * 1_000;
  }).toSorted((a, b) => a - b);
  return `${Math.round(times[ROUNDS >> 1]!)} (p99 ${Math.round(times[Math.floor(ROUNDS * 0.99)]!)})`;
}

const pinOf = (part: string, text: string | undefined): Pin => ({
  key: hashOf(part),
  text,
  tokensBefore: 9,
  tokensAfter: 3,
});
const textOf = (round: number): string => `${round} `.padEnd(TEXT_LENGTH, 'a line of some tool result\n');
const turnOf = (round: number): Pin[] =>
  Array.from({ length: PARTS_A_TURN }, (_, part) => pinOf(`${round} ${part}`, undefined));

console.log('| µs, median | put 20 KB | put again | get 20 KB | pin one of 2 KB | recall 20 parts |');
console.log('| --- | --: | --: | --: | --: | --: |');
for (const [name, open] of Object.entries(KINDS)) {
  const stores = open();
  const [originals, log] = [stores.originals('a'), stores.sentLog('a')];
  originals.put('warm');
  const cells = [
    timed((round) => originals.put(textOf(round))),
    timed((round) => originals.put(textOf(round))),
    timed((round) => originals.get(hashOf(textOf(round)))),
    timed((round) => log.pin([pinOf(`one ${round}`, textOf(round).slice(0, 2_000))])),
    (log.pin(turnOf(0)), timed(() => log.recall(turnOf(0).map(({ key: part }) => part)))),
  ];
  console.log(`| ${name} | ${cells.join(' | ')} |`);
  stores.close();
}
rmSync(folder, { recursive: true });

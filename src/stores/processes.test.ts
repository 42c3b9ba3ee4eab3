/** Real processes on one file: what one of them acknowledged is there for all, whoever was killed meanwhile. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import { sqliteStores } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-processes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPEN = `import { openStores } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
import { hashOf } from ${JSON.stringify(new URL('../core/hash.ts', import.meta.url).href)};
// Threads of a data: URL have no script in their arguments.
const [path, name, rounds, hexKey] = process.argv.slice(1).filter((word) => !word.startsWith('data:'));
const say = (line) => require('node:fs').writeSync(1, line + '\\n');
import { createRequire } from 'node:module';
const require = createRequire('/');
const key = hexKey ? Buffer.from(hexKey, 'hex') : undefined;
const stores = openStores({ path, key, warn: (message) => say('warning ' + message) });
`;

/** Each round puts an original, pins a part of its own and races for a shared one; then it says what it got. */
const WRITER = `${OPEN}
for (let round = 0; round < Number(rounds); round++) {
  const text = name + ' ' + round + ' \\ud800 ' + 'x'.repeat(round * 97 % 9000);
  const original = stores.originals('a').put(text);
  const pin = (part, text) => ({ key: hashOf(part), text, tokensBefore: 2, tokensAfter: 1 });
  const [own, shared] = stores.sentLog('a').pin([pin(name + round, text), pin('shared ' + round, name)]);
  say(['done', round, original, own.key, shared.text, name].join(' '));
}
say('end');
stores.close();
`;

interface Writer {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<number | null>;
}

function startWriter(path: string, name: string, rounds: number, script: string = WRITER, key = ''): Writer {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path, name, `${rounds}`, key], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WRITER },
  });
  const lines: string[] = [];
  let rest = '';
  const take = (chunk: Buffer): void => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop()!;
    lines.push(...parts);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return { child, lines, ended: new Promise((resolve) => child.on('close', resolve)) };
}

test('eight writers at once, three of them killed: no lock error, nothing acknowledged is lost (R-64, R-20)', async () => {
  const path = join(folder, 'eight', 'headroom.db');
  // The first three would write for ever.
  const writers = Array.from({ length: 8 }, (_, index) =>
    startWriter(path, `writer-${index}`, index < 3 ? Infinity : 150),
  );
  for (const [index, { child, lines }] of writers.slice(0, 3).entries()) {
    child.stdout!.on('data', () => {
      if (lines.length > 20 + 30 * index) child.kill('SIGKILL');
    });
  }
  const codes = await Promise.all(writers.map(({ ended }) => ended));
  expect(codes.slice(3)).toEqual(Array(5).fill(0));
  expect(writers.slice(0, 3).map(({ child }) => child.signalCode)).toEqual(Array(3).fill('SIGKILL'));
  for (const { lines } of writers.slice(3)) expect(lines.at(-1)).toBe('end');

  const db = new DatabaseSync(path);
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  db.close();
  const stores = sqliteStores(path);
  const shared = new Map<string, string>();
  for (const [index, { lines }] of writers.entries()) {
    const done = lines.filter((line) => line.startsWith('done '));
    expect(
      lines.filter((line) => line !== 'end' && !/^done \d+ [0-9a-f]{24} [0-9a-f]{24} writer-\d writer-\d$/.test(line)),
    ).toEqual([]);
    expect(done.length).toBeGreaterThan(20);
    for (const line of done) {
      const [, round, original, own, winner] = line.split(' ');
      const text = `writer-${index} ${round} \ud800 ${'x'.repeat((Number(round) * 97) % 9000)}`;
      expect(stores.originals('a').get(original!) === text).toBe(true);
      expect(stores.sentLog('a').recall([own!])[0]?.text === text).toBe(true);
      // All who asked about a shared part were told of the same winner.
      expect(shared.get(round!) ?? winner).toBe(winner);
      shared.set(round!, winner!);
    }
  }
  for (const [round, winner] of shared)
    expect(stores.sentLog('a').recall([hashOf(`shared ${round}`)])[0]?.text).toBe(winner);
  stores.close();
});

/** Ten threads of one process, each of which writes as WRITER does. */
const TEN_WRITERS = `
const { Worker } = process.getBuiltinModule('node:worker_threads');
const [path, name, rounds, key] = process.argv.slice(1);
const code = process.env.WRITER;
for (let thread = 0; thread < 10; thread++) {
  const argv = [path, name + '-' + thread, rounds, key];
  new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)), { argv });
}
`;

test.each([
  ['open', ''],
  ['encrypted', '07'.repeat(32)],
])(
  'twenty writers in two processes on one store, %s; one process is killed: nothing is lost, nothing is torn (R-64, R-20)',
  async (kind, hexKey) => {
    const path = join(folder, `twenty-${kind}`, 'headroom.db');
    const key = hexKey === '' ? undefined : Buffer.from(hexKey, 'hex');
    const [killed, whole] = [
      startWriter(path, 'killed', Infinity, TEN_WRITERS, hexKey),
      startWriter(path, 'whole', 40, TEN_WRITERS, hexKey),
    ];
    killed.child.stdout!.on('data', () => {
      if (killed.lines.length > 120) killed.child.kill('SIGKILL');
    });
    const codes = await Promise.all([killed.ended, whole.ended]);
    expect([codes, whole.lines.filter((line) => !line.startsWith('done ') && line !== 'end')]).toEqual([[null, 0], []]);
    expect(whole.lines.filter((line) => line === 'end')).toHaveLength(10);

    const db = new DatabaseSync(path);
    expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    // Nothing of a pin that was not acknowledged is there in part.
    const pins = db.prepare('SELECT count(*) AS count FROM pins').get()!['count'];
    db.close();
    const told: string[] = [];
    const stores = sqliteStores(path, { key, tell: (message) => told.push(message) });
    const done = [...killed.lines, ...whole.lines].filter((line) => line !== 'end');
    expect(done.filter((line) => !/^done \d+ [0-9a-f]{24} [0-9a-f]{24} \w+-\d \w+-\d$/.test(line))).toEqual([]);
    expect(done.length).toBeGreaterThan(500);
    const winners = new Map<string, string>();
    for (const line of done) {
      const [, round, original, own, winner, name] = line.split(' ') as [string, ...string[]];
      const text = `${name} ${round} \ud800 ${'x'.repeat((Number(round) * 97) % 9000)}`;
      expect(stores.originals('a').get(original!) === text).toBe(true);
      expect(stores.sentLog('a').recall([own!])[0]?.text === text).toBe(true);
      expect(winners.get(round!) ?? winner).toBe(winner);
      winners.set(round!, winner!);
    }
    for (const [round, winner] of winners)
      expect(stores.sentLog('a').recall([hashOf(`shared ${round}`)])[0]?.text).toBe(winner);
    expect(told).toEqual([]);
    stores.close();
    expect(Number(pins)).toBeGreaterThanOrEqual(done.length + winners.size);
  },
);

/** Waits until all threads are ready, opens and pins, for one fresh file after the other. */
const OPENER = `
const { parentPort, workerData: { urls, folder, files, threads, gate } } = require('node:worker_threads');
const arrived = new Int32Array(gate);
const errors = [];
(async () => {
  const { sqliteStores } = await import(urls[0]);
  const { hashOf } = await import(urls[1]);
  for (let file = 0; file < files; file++) {
    const before = Atomics.add(arrived, file, 1);
    if (before + 1 === threads) Atomics.notify(arrived, file);
    else for (let seen = before + 1; seen < threads; seen = Atomics.load(arrived, file)) Atomics.wait(arrived, file, seen);
    try {
      const stores = sqliteStores(folder + '/' + file + '/headroom.db');
      stores.sentLog('a').pin([{ key: hashOf('part'), text: 'text', tokensBefore: 2, tokensAfter: 1 }]);
      stores.close();
    } catch (error) {
      errors.push(file + ' ' + error.stack);
    }
  }
  parentPort.postMessage(errors);
})();
`;

test('threads that open the same new database at the same moment all succeed (R-64)', async () => {
  const [threads, files] = [4, 25];
  const urls = ['./sqlite.ts', '../core/hash.ts'].map((path) => new URL(path, import.meta.url).href);
  const gate = new SharedArrayBuffer(4 * files);
  const workerData = { urls, folder: join(folder, 'threads'), files, threads, gate };
  const openers = Array.from({ length: threads }, () => new Worker(OPENER, { eval: true, workerData }));
  const errors = await Promise.all(openers.map(async (opener) => (await once(opener, 'message'))[0]));
  expect(errors.flat()).toEqual([]);
});

const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', folder]).status === 0;

/** Runs a script with a folder on a small disk of its own, which ends with the process. */
function runOnSmallDisk(name: string, mount: string, script: string): readonly string[] {
  const disk = mkdtempSync(join(folder, `${name}-`));
  const command = `mount -t tmpfs -o size=600k none "$1" && ${mount} exec "$0" --input-type=module -e "$2" "$1/headroom.db"`;
  const run = spawnSync('unshare', ['-m', 'sh', '-c', command, process.execPath, disk, script], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  return run.stdout.trim().split('\n');
}

test.skipIf(!canMount)(
  'a disk that is really full: requests go on, and are written once there is space (needs mount)',
  () => {
    const lines = runOnSmallDisk(
      'full',
      '',
      `${OPEN}
const pin = (part) => ({ key: hashOf(part), text: 'text of ' + part, tokensBefore: 2, tokensAfter: 1 });
const fs = require('node:fs');
const kept = stores.originals('a').put('kept');
stores.sentLog('a').pin([pin('before')]);
fs.writeFileSync(path + '.filler', '');
try { for (;;) fs.appendFileSync(path + '.filler', 'x'.repeat(1000)); } catch (error) { say(error.code); }
let refused = 0;
for (let index = 0; index < 40; index++) {
  try { stores.originals('a').put(index + 'x'.repeat(20000)); } catch { refused++; }
  stores.sentLog('a').pin([pin('full ' + index)]);
}
say('refused ' + (refused > 0));
say('read ' + stores.originals('a').get(kept) + ', ' + stores.sentLog('a').recall([hashOf('full 39')])[0].text);
fs.rmSync(path + '.filler');
for (let index = 0; index < 100; index++) stores.sentLog('a').pin([pin('after')]);
say('problem ' + stores.status().problem);
stores.close();
const { DatabaseSync } = require('node:sqlite');
say('rows ' + new DatabaseSync(path).prepare('SELECT count(*) AS count FROM pins').get().count);
`,
    );
    expect(lines.filter((line) => line.startsWith('warning '))).toHaveLength(1);
    expect(lines.find((line) => line.startsWith('warning '))).toContain('free some space');
    expect(lines.filter((line) => !line.startsWith('warning '))).toEqual([
      'ENOSPC',
      'refused true',
      'read kept, text of full 39',
      'problem undefined',
      'rows 42',
    ]);
  },
);

test.skipIf(!canMount)('a disk that may only be read: requests go on, and the warning says why (needs mount)', () => {
  const lines = runOnSmallDisk(
    'read-only',
    'mount -o remount,ro "$1" &&',
    `${OPEN}
const [pin] = stores.sentLog('a').pin([{ key: hashOf('part'), text: 'text', tokensBefore: 2, tokensAfter: 1 }]);
say(stores.sentLog('a').recall([pin.key])[0].text);
say(stores.status().problem === undefined ? 'well' : 'problem');
stores.close();
`,
  );
  expect(lines).toEqual([expect.stringMatching(/^warning .*read-only.*check its permissions/), 'text', 'problem']);
});

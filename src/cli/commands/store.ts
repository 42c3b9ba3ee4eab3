/** `headroom store`: what is kept on this machine or in its Redis, forgetting it, and the key that it is encrypted with. */
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { HeadroomError } from '../../core/errors.ts';
import { makeKeyFile } from '../../stores/key-file.ts';
import { type StoreStats, type Upkeep, withUpkeep } from '../../stores/upkeep.ts';
import type { Command, Invocation } from '../command.ts';
import { existingStore } from '../stores.ts';
import { columns, counted, remark, say, thousands } from '../terminal.ts';

const KEY_FILE = 'store.key';

const WHERE = ['store', 'store-days', 'home'] as const;

const statsCommand: Command = {
  summary: 'Shows how much is kept, of which kind, and since when.',
  examples: [
    ['headroom store stats', 'for people'],
    ['headroom store stats --json', 'for programs'],
  ],
  flags: [{ name: 'json', doc: 'Print one JSON object.' }],
  options: WHERE,
  run: stats,
};

const purgeCommand: Command = {
  summary: 'Forgets what is kept.',
  examples: [
    ['headroom store purge --older-than 7d', 'what was not used for seven days'],
    ['headroom store purge --all --yes', 'everything, without asking'],
  ],
  notes:
    'Of what was purged no original can be fetched any more, and running conversations may lose their prompt cache.\n' +
    'Proxies that run remember the latest in memory, and go on with it until they end: end them first to forget it all.',
  flags: [
    { name: 'older-than', valueName: 'TIME', doc: 'What was not used for so long: 90d, 12h.' },
    { name: 'all', doc: 'Everything. An encrypted store may be used with another key, or without one, after it.' },
    { name: 'yes', doc: 'Do not ask.' },
  ],
  options: WHERE,
  run: purge,
};

const keyCommand: Command = {
  summary: 'Makes a key to encrypt with, in a file that only you can read.',
  examples: [
    ['headroom store key', `${KEY_FILE} in the home folder`],
    ['headroom store key --store-key-file FILE', 'somewhere else'],
  ],
  notes: 'It is used once a proxy is started with --store-key-file. A file that is there already is not replaced.',
  flags: [],
  options: ['store-key-file', 'home'],
  run: key,
};

export const store: Command = {
  ...statsCommand,
  summary: 'Shows how much is kept; its own commands forget it, and make a key to encrypt it with.',
  commands: [
    { name: 'stats', summary: 'the same as headroom store', load: () => Promise.resolve(statsCommand) },
    { name: 'purge', summary: 'forget what is kept', load: () => Promise.resolve(purgeCommand) },
    { name: 'key', summary: 'make a key to encrypt with', load: () => Promise.resolve(keyCommand) },
  ],
};

function wrong(problem: string): HeadroomError {
  return new HeadroomError('BAD_OPTION', `store purge: ${problem}; headroom store purge --help shows what there is`);
}

function keep<T>({ config }: Invocation, work: (upkeep: Upkeep) => T): T {
  const { storeLogin: login, values } = config;
  return withUpkeep({ path: existingStore(config), login, idleDays: values['store-days'] }, work);
}

async function stats(invocation: Invocation): Promise<number> {
  const found = keep(invocation, (upkeep) => upkeep.stats());
  if (invocation.flags.has('json')) say(JSON.stringify(asJson(found)));
  else print(found);
  return 0;
}

function asJson({ kind, path, isEncrypted, bytes, kinds }: StoreStats): object {
  return {
    store: kind,
    path,
    encrypted: isEncrypted,
    bytes,
    kinds: Object.fromEntries(
      kinds.map(({ kind: name, oldestUse, newestUse, ...sums }) => [
        name,
        { ...sums, oldest_use: isoOf(oldestUse) ?? null, newest_use: isoOf(newestUse) ?? null },
      ]),
    ),
  };
}

const WORDS: Readonly<Record<StoreStats['kinds'][number]['kind'], string>> = {
  originals: 'originals',
  shortened: 'parts sent shorter',
  'left-alone': 'parts left alone',
  exchanges: 'hidden exchanges',
};

function print({ path, isEncrypted, bytes, kinds }: StoreStats): void {
  say(`${path}: ${megabytes(bytes)}${isEncrypted ? ', encrypted' : ''}`);
  const rows = kinds.map(({ kind, count, bytes: size, oldestUse, newestUse }) => [
    `  ${WORDS[kind]}`,
    thousands(count),
    megabytes(size),
    isoOf(oldestUse) ?? '-',
    isoOf(newestUse) ?? '-',
  ]);
  columns([['  kind', 'count', 'size', 'oldest use', 'newest use'], ...rows]).forEach(say);
}

function isoOf(time: number | undefined): string | undefined {
  return time === undefined ? undefined : `${new Date(time).toISOString().slice(0, 13)}Z`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

async function purge(invocation: Invocation): Promise<number> {
  const usedBefore = limitOf(invocation.flags);
  const path = existingStore(invocation.config);
  const what = usedBefore === undefined ? 'everything' : `what was not used since ${isoOf(usedBefore)}`;
  if (!invocation.flags.has('yes') && !(await isWanted(`Forget ${what} in ${path}?`))) {
    remark('headroom: nothing was removed');
    return 1;
  }
  const count = keep(invocation, (upkeep) => upkeep.purge(usedBefore));
  say(`removed ${counted(count, 'entry', 'entries')} from ${path}`);
  return 0;
}

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24 };

/** @returns undefined for everything. */
function limitOf(flags: Invocation['flags']): number | undefined {
  const age = flags.get('older-than');
  if (flags.has('all') === (age !== undefined)) throw wrong('it takes either --older-than or --all');
  if (typeof age !== 'string') return undefined;
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(age) ?? [];
  if (!unit) throw wrong(`--older-than: ${JSON.stringify(age)} is no time; write 7d or 12h`);
  return Date.now() - Number(count) * HOURS[unit]! * 3_600_000;
}

async function isWanted(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw wrong('it asks first, and nobody can answer here: add --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function key({ config }: Invocation): Promise<number> {
  const path = config.values['store-key-file'] ?? join(config.values.home, KEY_FILE);
  makeKeyFile(path);
  say(`made the key ${path}, readable by you only. Keep a copy: without it nothing that is encrypted can be read.`);
  say(`  headroom proxy --store-key-file ${path}`);
  return 0;
}

/** `headroom learned`: what is known of what matters in results; as a file, from files, and forgetting it. */
import { readFileSync } from 'node:fs';
import { HeadroomError } from '../../core/errors.ts';
import type { Learned, LearnedLog } from '../../core/importance.ts';
import { type ExportedFile, readExport, writeExport } from '../../importance/exported.ts';
import { realmOf } from '../../importance/names.ts';
import { merge } from '../../importance/rows.ts';
import { takeSnapshot } from '../../importance/snapshot.ts';
import type { Command, Invocation } from '../command.ts';
import { unreadable } from '../input.ts';
import { existingStore, openConfiguredStores } from '../stores.ts';
import { columns, counted, say, thousands } from '../terminal.ts';

const WHERE = ['store', 'store-key-file', 'home'] as const;
const FILE = { name: 'FILE', isRequired: true } as const;
const RUNNING = 'Proxies that run go on with what they knew at their start.';

const showCommand: Command = {
  summary: 'Shows what is known of what matters in results.',
  examples: [
    ['headroom learned', 'how much was counted, and what follows from it'],
    ['headroom learned --json', 'for programs'],
  ],
  notes: 'Columns, templates and tools are known by salted hashes alone: no name, value or text is kept.',
  flags: [{ name: 'json', doc: 'Print one JSON object.' }],
  options: WHERE,
  run: (invocation) => withLearned(invocation, (learned) => show(learned, invocation.flags.has('json'))),
};

const exportCommand: Command = {
  summary: 'Prints all that is known, as a file for `import` and `merge`.',
  examples: [
    ['headroom learned export > learned.json', 'to keep it'],
    ['headroom learned export --with-salt > learned.json', 'for another machine'],
  ],
  notes:
    'The file has counts and hashes. With its salt it also serves an installation that knows nothing yet; but whoever has\n' +
    'the salt can test whether a column that he can guess is among the hashes.',
  flags: [{ name: 'with-salt', doc: 'Also what the hashes are salted with, which is a secret of this installation.' }],
  options: WHERE,
  run: (invocation) =>
    withLearned(invocation, (learned) => {
      process.stdout.write(writeExport(all(learned), invocation.flags.has('with-salt')));
    }),
};

const importCommand: Command = {
  summary: 'Takes a file in place of all that is known.',
  examples: [['headroom learned import learned.json', 'what another one knew']],
  notes: RUNNING,
  argument: FILE,
  flags: [],
  options: WHERE,
  run: (invocation) =>
    withLearned(invocation, (learned) => {
      const file = fileIn(invocation);
      learned.replace({ salt: saltFor(file, learned), rows: file.rows });
      say(`took ${counted(file.rows.length, 'row')}`);
    }),
};

const mergeCommand: Command = {
  summary: 'Adds the counts of a file to those that are there.',
  examples: [['headroom learned merge learned.json', 'what both know']],
  notes: `${RUNNING} The same file twice counts twice.`,
  argument: FILE,
  flags: [],
  options: WHERE,
  run: (invocation) =>
    withLearned(invocation, (learned) => {
      const file = fileIn(invocation);
      const salt = saltFor(file, learned);
      learned.replace({ salt, rows: merge(learned.read(), file.rows) });
      say(`added ${counted(file.rows.length, 'row')}`);
    }),
};

const deleteCommand: Command = {
  summary: 'Forgets all that is known, and the salt of its hashes.',
  examples: [['headroom learned delete', 'as if nothing had been counted']],
  notes: RUNNING,
  flags: [],
  options: WHERE,
  run: (invocation) =>
    withLearned(invocation, (learned) => {
      const count = learned.read().length;
      learned.replace(undefined);
      say(`forgot ${counted(count, 'row')}`);
    }),
};

export const learned: Command = {
  ...showCommand,
  summary: 'Shows what is known of what matters in results; its own commands move and forget it.',
  commands: [
    { name: 'show', summary: 'the same as headroom learned', load: () => Promise.resolve(showCommand) },
    { name: 'export', summary: 'print it as a file', load: () => Promise.resolve(exportCommand) },
    { name: 'import', summary: 'take a file in place of it', load: () => Promise.resolve(importCommand) },
    { name: 'merge', summary: 'add the counts of a file', load: () => Promise.resolve(mergeCommand) },
    { name: 'delete', summary: 'forget it', load: () => Promise.resolve(deleteCommand) },
  ],
};

function withLearned({ config }: Invocation, work: (learned: LearnedLog) => void): Promise<number> {
  existingStore(config);
  const stores = openConfiguredStores(config);
  try {
    work(stores.learned());
    return Promise.resolve(0);
  } finally {
    stores.close();
  }
}

function all(learned: LearnedLog): Learned {
  const salt = learned.salt();
  if (salt === undefined) throw new HeadroomError('UNREADABLE_FILE', 'the store is out of reach');
  return { salt, rows: learned.read() };
}

function fileIn({ positionals: [path] }: Invocation): ExportedFile {
  let text: string;
  try {
    text = readFileSync(path!, 'utf8');
  } catch (error) {
    throw unreadable(path!, error);
  }
  return readExport(text);
}

/** Hashes of another installation mean nothing here, unless here is nothing yet and their salt comes along. */
function saltFor({ realm, salt }: ExportedFile, learned: LearnedLog): string {
  const own = all(learned);
  if (realmOf(own.salt) === realm) return own.salt;
  if (own.rows.length === 0 && salt !== undefined) return salt;
  throw new HeadroomError(
    'BAD_OPTION',
    own.rows.length === 0
      ? 'this file is of another installation: export it there with --with-salt'
      : 'this file is of another installation, and what is known here would be lost by its salt: headroom learned delete comes first',
  );
}

function show(log: LearnedLog, isJson: boolean): void {
  const known = all(log);
  const { kept, lost, tools } = takeSnapshot(known);
  const sums = { views: 0, fetched: 0 };
  for (const { place, counts } of known.rows) {
    if (place !== '') continue;
    sums.views += counts.views;
    sums.fetched += counts.fetched;
  }
  const found = { rows: known.rows.length, kept: kept.length, lost: lost.length, tools: tools.length };
  if (isJson) return say(JSON.stringify({ realm: realmOf(known.salt), ...found, ...sums }));
  const rows = [
    ['rows of counts', found.rows],
    ['views of these structures, tools counted too', sums.views],
    ['of them fetched', sums.fetched],
    ['columns and templates that views say in full', found.kept],
    ['structures and tools that get no views', found.lost],
  ] as const;
  columns(rows.map(([name, count]) => [name, thousands(count)])).forEach(say);
}

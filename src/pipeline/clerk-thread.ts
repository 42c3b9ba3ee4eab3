/** The thread of clerk.ts: records one request after the other. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { entriesIn } from '../core/ledger.ts';
import { formats } from '../formats/index.ts';
import { type Savings, SavingsSum } from '../ledger/savings.ts';
import { openStores } from '../stores/index.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { openAccounts, type Receipt } from './account.ts';
import type { ClerkOptions, FromClerk, ToClerk } from './clerk.ts';
import type { Learning } from './learning.ts';
import { openModels } from './models.ts';
import { observationPattern } from './observations.ts';

/** Requests go first. Elsewhere than on Linux this would slow the whole process. */
const NICENESS = 15;
if (process.platform === 'linux') setPriority(NICENESS);

const port = parentPort!;
const reply = (message: FromClerk): void => port.postMessage(message);
const {
  storePath: path,
  store,
  holdout = 0,
  learned,
  learns,
  textObservations,
  models: ownModels,
} = workerData as ClerkOptions;
const stores = openStores({ path, ...store, warn: (warning) => reply({ kind: 'warning', warning }) });
const record = openAccounts({ formats, stores, models: openModels(ownModels), tokenizer: o200k, holdout });
const observations = textObservations === undefined ? undefined : observationPattern(textObservations);

let learning: Promise<Learning> | undefined;
/** All lessons so far. */
let taught: Promise<void> = Promise.resolve();
/** Sums so far: only what came after them is read again. */
const sums = new Map<number, { readonly sum: SavingsSum; after: string | undefined }>();

port.on('message', (message: ToClerk) => {
  switch (message.kind) {
    case 'record':
      reply({ kind: 'receipt', id: message.id, receipt: quietly(() => record(message.job)) });
      if (message.job.sent) teach((learning) => learning.sent(message.job));
      return;
    case 'learn':
      teach((learning) => learning.fetched(message.step));
      void taught.then(() => reply({ kind: 'learnt', id: message.id }));
      return;
    case 'savings':
      reply({ kind: 'savings', id: message.id, savings: quietly(() => savingsSince(message.since)) });
      return;
    case 'close':
      void taught.finally(() => {
        stores.close();
        port.close();
      });
  }
});

/** After the answer to whoever waits for an account: what learns takes longest to load. */
function teach(lesson: (learning: Learning) => void): void {
  if (!learns) return;
  learning ??= openLearning();
  taught = Promise.all([taught, learning]).then(
    ([, opened]) => lesson(opened),
    () => undefined,
  );
}

/** Loaded only where it is wanted: it knows all compressors. */
async function openLearning(): Promise<Learning> {
  const [{ compressors }, { Learning: Opened }] = await Promise.all([
    import('../compressors/index.ts'),
    import('./learning.ts'),
  ]);
  return new Opened({ formats, compressors, stores, learned, observations });
}

function quietly<Result extends Receipt | Savings | undefined>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    // A body that is no request, or a store out of reach: that was said where it matters.
    return undefined;
  }
}

function savingsSince(since: number): Savings {
  const known = sums.get(since) ?? { sum: new SavingsSum(), after: undefined };
  sums.set(since, known);
  for (const { position, entry } of entriesIn(stores.ledger(), { since, after: known.after })) {
    known.sum.add(entry);
    known.after = position;
  }
  return known.sum.result();
}

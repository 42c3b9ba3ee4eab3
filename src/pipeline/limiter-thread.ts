/** The thread of limiter.ts: asks the stores, which may be a Redis far away, while requests of others go on. */
import { parentPort, workerData } from 'node:worker_threads';
import { openStores } from '../stores/index.ts';
import { openAdmissions } from './admission.ts';
import type { FromLimiter, LimiterOptions, ToLimiter } from './limiter.ts';
import { openModels } from './models.ts';

const port = parentPort!;
const reply = (message: FromLimiter): void => port.postMessage(message);
const warn = (warning: string): void => reply({ kind: 'warning', warning });
const { storePath: path, store, limits, models: ownModels } = workerData as LimiterOptions;
const models = openModels(ownModels);
const stores = openStores({ path, ...store, warn });
const admissions = openAdmissions({ limits, meters: () => stores.meters(), models, warn });
// The first request would wait for the table.
models.find('');

port.on('message', (message: ToLimiter) => {
  switch (message.kind) {
    case 'admit':
      reply({ kind: 'admission', id: message.ask.id, admission: quietly(() => admissions.admit(message.ask)) ?? {} });
      return;
    case 'settle':
      quietly(() => admissions.settle(message.done));
      return;
    case 'correct':
      quietly(() => admissions.correct(message.correction));
      return;
    case 'close':
      stores.close();
      port.close();
  }
});

/** A store that is out of reach was said where it matters; nobody is refused for it. */
function quietly<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

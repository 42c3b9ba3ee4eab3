/** What a proxy that starts now knows of what matters. Never in the way of the start: without it nothing is known. */
import type { Config } from '../config/load.ts';
import type { LearnedSnapshot } from '../core/importance.ts';
import type { StoreSettings } from '../core/stores.ts';
import { takeSnapshot } from '../importance/snapshot.ts';
import { openStores } from '../stores/index.ts';
import { isStoreThere } from './stores.ts';

const WAIT_MS = 500;

export interface LearningOptions {
  readonly learned: LearnedSnapshot | undefined;
  readonly learns: boolean;
}

export function learningOf(config: Config, store: StoreSettings): LearningOptions {
  const { values } = config;
  // Without views there is nothing to fetch.
  const learns = values.learned === 'auto' && values.profile !== 'off' && values.profile !== 'lossless';
  return { learns, learned: learns && isStoreThere(config) ? readSnapshot(config, store) : undefined };
}

function readSnapshot({ storePath: path }: Config, store: StoreSettings): LearnedSnapshot | undefined {
  const stores = openStores({ path, ...store, waitMs: WAIT_MS, warn: () => undefined });
  try {
    const learned = stores.learned();
    const rows = learned.read();
    const salt = rows.length > 0 ? learned.salt() : undefined;
    return salt === undefined ? undefined : takeSnapshot({ salt, rows });
  } catch {
    return undefined;
  } finally {
    stores.close();
  }
}

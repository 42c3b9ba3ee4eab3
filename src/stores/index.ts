/** Opens what this installation remembers. Never throws, and never deletes or overwrites a file that it cannot read. */
import { existsSync } from 'node:fs';
import { HeadroomError } from '../core/errors.ts';
import { type StoreSettings, type Stores, storeKindOf } from '../core/stores.ts';
import { failOpenStores } from './fail-open.ts';
import { memoryStores } from './memory.ts';
import { redisStores } from './redis.ts';
import { fingerprintOf } from './sealed.ts';
import { Shelf } from './shelf.ts';
import { sqliteStores } from './sqlite.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { SHELF_BYTES } from './terms.ts';
import { describeTrouble, kindOf } from './trouble.ts';

export interface OpenOptions extends StoreSettings {
  /** The database file, or the address of a Redis without a login; undefined remembers in memory only. */
  readonly path: string | undefined;
  /** Told once for each kind of trouble. */
  readonly warn: (message: string) => void;
}

const OPENERS = { sqlite: sqliteStores, redis: redisStores } as const;

export function openStores({ path, warn, ...settings }: OpenOptions): Stores {
  if (path === undefined) return memoryStores();
  const shelf = new Shelf(SHELF_BYTES);
  return failOpenStores({
    path,
    open: () => OPENERS[storeKindOf(path) as 'sqlite' | 'redis'](path, { ...settings, shelf, tell: warn }),
    memory: memoryStores({ shelf }),
    warn,
  });
}

/**
 * For the start: what only the operator can put right is better said then, and aloud. All else is left to `openStores`.
 * @throws HeadroomError BAD_OPTION for a missing or wrong key, and for a missing package.
 */
export function checkStores({ path, ...settings }: StoreSettings & { readonly path: string | undefined }): void {
  if (path === undefined) return;
  try {
    if (storeKindOf(path) === 'redis') checkRedis(path, settings);
    else if (existsSync(path)) openSqliteFile(path, CHECK_MS, settings.key && fingerprintOf(settings.key)).db.close();
  } catch (error) {
    if (!['sealed', 'unsupported'].includes(kindOf(error))) return;
    throw new HeadroomError('BAD_OPTION', describeTrouble(error, path, ''), { cause: error });
  }
}

const CHECK_MS = 1_000;

function checkRedis(path: string, settings: StoreSettings): void {
  const stores = redisStores(path, { ...settings, waitMs: CHECK_MS });
  try {
    stores.check?.();
  } finally {
    stores.close();
  }
}

/** Opens what this installation remembers. Never throws, and never deletes or overwrites a file that it cannot read. */
import type { Stores } from '../core/stores.ts';
import { failOpenStores } from './fail-open.ts';
import { memoryStores } from './memory.ts';
import { Shelf } from './shelf.ts';
import { sqliteStores } from './sqlite.ts';

export interface OpenOptions {
  /** The database file; undefined remembers in memory only. */
  readonly path: string | undefined;
  /** Told once for each kind of trouble with the database. */
  readonly warn: (message: string) => void;
  /** Beyond this the least recently used go. */
  readonly maxBytes?: number;
  /** What was not used for so long goes. */
  readonly idleDays?: number;
}

const SHELF_BYTES = 64 * 2 ** 20;

export function openStores({ path, warn, ...retention }: OpenOptions): Stores {
  if (path === undefined) return memoryStores();
  const shelf = new Shelf(SHELF_BYTES);
  return failOpenStores({
    path,
    open: () => sqliteStores(path, { ...retention, shelf }),
    memory: memoryStores({ shelf }),
    warn,
  });
}

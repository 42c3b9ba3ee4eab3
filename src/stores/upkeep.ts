/** For the operator: what is kept, and forgetting it. Needs no key: it counts and deletes, and reads nothing. */
import { HeadroomError } from '../core/errors.ts';
import { type StoreKind, type StoreSettings, storeKindOf } from '../core/stores.ts';
import { redisUpkeep } from './redis-upkeep.ts';
import { sqliteUpkeep } from './sqlite-upkeep.ts';
import { describeTrouble } from './trouble.ts';

/** Originals; parts that went out shorter, parts that were left alone; hidden exchanges and other decisions. */
export type RowKind = 'originals' | 'shortened' | 'left-alone' | 'exchanges';

export interface KindStats {
  readonly kind: RowKind;
  readonly count: number;
  readonly bytes: number;
  /** To the hour, in milliseconds since 1970; undefined where there are none. */
  readonly oldestUse: number | undefined;
  readonly newestUse: number | undefined;
}

export interface StoreStats {
  readonly kind: StoreKind;
  readonly path: string;
  readonly isEncrypted: boolean;
  /** What it takes where it lives, everything included. */
  readonly bytes: number;
  readonly kinds: readonly KindStats[];
}

export interface Upkeep {
  stats(): StoreStats;
  /** Forgets what was last used before that time, or everything. @returns how many rows that were. */
  purge(usedBefore: number | undefined): number;
  close(): void;
}

export const ROW_KINDS: readonly RowKind[] = ['originals', 'shortened', 'left-alone', 'exchanges'];

/** @throws HeadroomError UNREADABLE_FILE when it cannot be done. */
export function withUpkeep<T>(
  { path, ...settings }: StoreSettings & { readonly path: string },
  work: (upkeep: Upkeep) => T,
): T {
  let upkeep: Upkeep | undefined;
  try {
    upkeep = storeKindOf(path) === 'redis' ? redisUpkeep(path, settings) : sqliteUpkeep(path);
    return work(upkeep);
  } catch (error) {
    throw new HeadroomError('UNREADABLE_FILE', describeTrouble(error, path, ''), { cause: error });
  } finally {
    upkeep?.close();
  }
}

/** What was found row by row, added up. */
export class Tally {
  readonly #kinds = new Map<RowKind, { count: number; bytes: number; uses: readonly number[] }>();

  add(kind: RowKind, bytes: number, usedAt: number): void {
    const so = this.#kinds.get(kind) ?? { count: 0, bytes: 0, uses: [] };
    const uses = [Math.min(usedAt, ...so.uses), Math.max(usedAt, ...so.uses)];
    this.#kinds.set(kind, { count: so.count + 1, bytes: so.bytes + bytes, uses });
  }

  kinds(): readonly KindStats[] {
    return ROW_KINDS.map((kind) => {
      const { count = 0, bytes = 0, uses = [] } = this.#kinds.get(kind) ?? {};
      return { kind, count, bytes, oldestUse: uses[0], newestUse: uses[1] };
    });
  }
}

/** What this installation remembers, opened once a process and handed out bound to one tenant. */
import type { LearnedLog } from './importance.ts';
import type { Ledger } from './ledger.ts';
import type { Meters } from './limits.ts';
import type { OriginalStore } from './original-store.ts';
import type { SentLog } from './sent-log.ts';

export type StoreKind = 'sqlite' | 'redis' | 'memory';

/** How stores are kept, as plain values: they cross into worker threads. Login and key must never be printed. */
export interface StoreSettings {
  /** Beyond this the least recently used go; a Redis has a limit of its own. */
  readonly maxBytes?: number | undefined;
  /** What was not used for so long goes. */
  readonly idleDays?: number | undefined;
  /** 32 bytes that everything kept is encrypted with. */
  readonly key?: Uint8Array | undefined;
  /** Who we are to a Redis. */
  readonly login?: StoreLogin | undefined;
  /** Longest wait for a Redis, in milliseconds. */
  readonly waitMs?: number | undefined;
}

export interface StoreLogin {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export interface StoresStatus {
  readonly kind: StoreKind;
  /** Where it lives, without a login; undefined in memory. */
  readonly path: string | undefined;
  /** Why it is not what the operator asked for, in words for people; undefined when all is well. */
  readonly problem: string | undefined;
}

export interface Stores {
  originals(tenant: string): OriginalStore;
  sentLog(tenant: string): SentLog;
  /** What every request cost, and what a provider's cache may hold of it. */
  ledger(): Ledger;
  /** What models fetched and used, of all tenants. */
  learned(): LearnedLog;
  /** What is used of budgets and limits. */
  meters(): Meters;
  /** For the operator on this machine only: an original whoever it belongs to. */
  findOriginal(key: string): string | undefined;
  /** How many originals are kept, of all tenants. */
  countOriginals(): number;
  status(): StoresStatus;
  close(): void;
}

/** What kind of stores a path means: a file, the address of a Redis, or nothing. */
export function storeKindOf(path: string | undefined): StoreKind {
  if (path === undefined) return 'memory';
  return /^rediss?:\/\//i.test(path) ? 'redis' : 'sqlite';
}

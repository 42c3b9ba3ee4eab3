/** What this installation remembers, opened once a process and handed out bound to one tenant. */
import type { OriginalStore } from './original-store.ts';
import type { SentLog } from './sent-log.ts';

export interface StoresStatus {
  /** `sqlite` or `memory`. */
  readonly kind: string;
  /** Where it lives; undefined in memory. */
  readonly path: string | undefined;
  /** Why it is not what the operator asked for, in words for people; undefined when all is well. */
  readonly problem: string | undefined;
}

export interface Stores {
  originals(tenant: string): OriginalStore;
  sentLog(tenant: string): SentLog;
  /** For the operator on this machine only: an original whoever it belongs to. */
  findOriginal(key: string): string | undefined;
  status(): StoresStatus;
  close(): void;
}

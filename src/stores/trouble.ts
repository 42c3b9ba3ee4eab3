/** What can be wrong with a database or a Redis, told apart by what the operator and Headroom can do about it. */
import { statSync } from 'node:fs';
import { storeKindOf } from '../core/stores.ts';

export type TroubleKind =
  | 'busy'
  | 'full'
  | 'read-only'
  | 'unreachable'
  | 'vanished'
  | 'damaged'
  | 'foreign'
  | 'newer'
  | 'sealed'
  | 'unsupported'
  | 'disconnected'
  | 'slow'
  | 'refused'
  | 'no-writes'
  | 'failing';

interface TroubleEntry {
  /** What to do about it. */
  readonly advice: string;
  /**
   * `call`: the same connection may work at a later call. `write`: the same, and reading works all along. `reopen`: a
   * new connection may work, later. `at once`: a new connection, now. `replaced`: only another file at the same place.
   */
  readonly retry: 'call' | 'write' | 'reopen' | 'at once' | 'replaced';
}

const MOVE_AWAY = 'Headroom leaves it alone: move it away, with its -wal and -shm files, and a new one is made.';

const TROUBLES: Readonly<Record<TroubleKind, TroubleEntry>> = {
  busy: { advice: 'Another process holds it locked; end that process if it hangs.', retry: 'call' },
  full: { advice: 'The disk is full: free some space.', retry: 'write' },
  'read-only': {
    advice: 'It may not be written: check its permissions, its owner and how its disk is mounted.',
    retry: 'reopen',
  },
  unreachable: {
    advice: 'Check that the folder exists, that it may be written, and that the path names a file.',
    retry: 'reopen',
  },
  vanished: {
    advice: 'The file or its -wal or -shm file was removed or replaced while in use; it is opened anew.',
    retry: 'at once',
  },
  damaged: { advice: MOVE_AWAY, retry: 'replaced' },
  foreign: { advice: MOVE_AWAY, retry: 'replaced' },
  newer: { advice: 'Update Headroom, or choose another path.', retry: 'replaced' },
  unsupported: { advice: 'Install what is missing, then start again.', retry: 'replaced' },
  sealed: {
    advice: 'Give the key that it was encrypted with, by --store-key-file; headroom store purge --all empties it.',
    retry: 'replaced',
  },
  disconnected: { advice: 'Check that it runs and can be reached from here; it is used again then.', retry: 'call' },
  slow: { advice: 'It is used again once it answers in time.', retry: 'call' },
  refused: { advice: 'Check user name, password and permissions.', retry: 'call' },
  'no-writes': { advice: 'It is read meanwhile. Give it room, or the address of the primary.', retry: 'write' },
  failing: { advice: 'Check where it lives.', retry: 'reopen' },
};

/** Thrown by our own checks, where SQLite has no error code for it. */
export class StoreTrouble extends Error {
  override readonly name = 'StoreTrouble';
  readonly kind: TroubleKind;

  constructor(kind: TroubleKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const BY_SQLITE_CODE: Readonly<Record<number, TroubleKind>> = {
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  11: 'damaged',
  13: 'full',
  14: 'unreachable',
  26: 'damaged',
};

const BY_SYSTEM_CODE: Readonly<Record<string, TroubleKind>> = {
  EACCES: 'unreachable',
  EISDIR: 'unreachable',
  ENOENT: 'unreachable',
  ENOTDIR: 'unreachable',
  EEXIST: 'unreachable',
  EPERM: 'unreachable',
  EROFS: 'read-only',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

export function kindOf(error: unknown): TroubleKind {
  if (error instanceof StoreTrouble) return error.kind;
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown };
  // The low byte is the kind of error, the rest its finer points.
  if (typeof errcode === 'number') return BY_SQLITE_CODE[errcode & 0xff] ?? 'failing';
  return (typeof code === 'string' && BY_SYSTEM_CODE[code]) || 'failing';
}

export function retryOf(kind: TroubleKind): TroubleEntry['retry'] {
  return TROUBLES[kind].retry;
}

const MEANWHILE = ' Until it works again, what was sent is remembered in memory only.';

/** For people: what happened, with which file, what it means and what to do. */
export function describeTrouble(error: unknown, path: string, meanwhile: string = MEANWHILE): string {
  const kind = kindOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  const meaning = retryOf(kind) === 'at once' ? '' : meanwhile;
  return `The store ${path} is out of use (${kind}: ${detail}).${meaning} ${TROUBLES[kind].advice}`;
}

/** For people: a row that is not what was written. */
export function describeDamage(row: string, path: string): string {
  return `In the store ${path} the ${row} is not as it was written: it was torn or altered, and counts as missing. More of them would not be said.`;
}

/** Which file stands at a path: changes when it is replaced by another one; undefined when there is none. */
export function fileIdentity(path: string): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat && `${stat.dev}:${stat.ino}`;
  } catch {
    return undefined;
  }
}

/** Whether a database that cannot be read may yet hold what was remembered earlier. */
export function mayHoldMemories(path: string): boolean {
  // Others use a Redis too.
  if (storeKindOf(path) === 'redis') return true;
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat !== undefined && stat.isFile() && stat.size > 0;
  } catch {
    return true;
  }
}

/** A client's file: read with care for where it really is, and replaced whole or not at all. */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, isAbsolute } from 'node:path';
import { HeadroomError } from '../../core/errors.ts';
import type { Place } from './clients.ts';

export interface FoundFile {
  /** Where it really is, links followed. */
  readonly path: string;
  /** Undefined when there is none yet. */
  readonly bytes: Buffer | undefined;
}

/** @throws HeadroomError UNREADABLE_FILE, also for a file that is none, or that a link takes out of its folder. */
export function findFile({ path, within }: Place): FoundFile {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() && !existsSync(path)) throw unreadable(path, 'it is a link that leads nowhere');
  const real = stat ? realpathSync(path) : join(realFolder(dirname(path)), basename(path));
  if (!isInside(real, existsSync(within) ? realpathSync(within) : within)) {
    throw unreadable(path, `a link takes it to ${real}, outside of ${within}: put the entry there by hand`);
  }
  if (!stat) return { path: real, bytes: undefined };
  if (!statSync(real).isFile()) throw unreadable(path, 'it is no file');
  try {
    return { path: real, bytes: readFileSync(real) };
  } catch (error) {
    throw unreadable(path, String((error as NodeJS.ErrnoException).code), error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): HeadroomError {
  return new HeadroomError('UNREADABLE_FILE', `${path}: ${reason}; nothing was changed`, { cause });
}

/** The real path of a folder, of which the last parts may be missing. */
function realFolder(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path);
  return join(realFolder(dirname(path)), basename(path));
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/**
 * @returns the folders that had to be made, outermost first.
 * @throws HeadroomError NOT_WRITTEN when the file is not any more as it was found.
 */
export function replaceFile({ path, bytes }: FoundFile, next: Uint8Array): readonly string[] {
  const made = makeFolders(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.headroom-${process.pid}`);
  try {
    writeNew(temporary, next, statSync(path, { throwIfNoEntry: false }));
    assertUnchanged(path, bytes);
    renameSync(temporary, path);
    return made;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error instanceof HeadroomError
      ? error
      : notWritten(path, String((error as NodeJS.ErrnoException).code), error);
  }
}

/** Removes the file, and of these folders those that are empty then. */
export function removeFile({ path, bytes }: FoundFile, folders: readonly string[]): void {
  assertUnchanged(path, bytes);
  rmSync(path);
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody else has put something there.
    }
  }
}

function makeFolders(path: string): readonly string[] {
  if (existsSync(path)) return [];
  const made = [...makeFolders(dirname(path)), path];
  mkdirSync(path, { mode: 0o700 });
  return made;
}

/** With mode and owner of the file that it replaces; a new one is its owner's alone, it may come to hold keys. */
function writeNew(path: string, bytes: Uint8Array, like: Stats | undefined): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, bytes);
    if (like) {
      if (like.uid !== process.getuid?.()) fchownSync(file, like.uid, like.gid);
      fchmodSync(file, like.mode & 0o7777);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Clients write their files while they run: what they wrote must not be lost. */
function assertUnchanged(path: string, expected: Buffer | undefined): void {
  const now = existsSync(path) ? readFileSync(path) : undefined;
  if (now === undefined ? expected === undefined : expected?.equals(now)) return;
  throw notWritten(path, 'another program has changed it just now');
}

function notWritten(path: string, reason: string, cause?: unknown): HeadroomError {
  return new HeadroomError('NOT_WRITTEN', `${path}: ${reason}; it was left as it is, try again`, { cause });
}

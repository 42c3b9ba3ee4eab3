/** Putting the server into a client's file and taking it out: first as a plan that can be looked at, then done. */
import { HeadroomError } from '../../core/errors.ts';
import type { Backups } from './backup.ts';
import type { Client, Entry, Launch, Place } from './clients.ts';
import { findFile, type FoundFile, removeFile, replaceFile } from './config-file.ts';

/** A change of one file that nobody has made yet. */
export interface Change {
  readonly path: string;
  /** Undefined: there is no file. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** @throws HeadroomError NOT_WRITTEN; nothing has changed then. */
  make(): void;
}

const BOM = '\ufeff';

/** Undefined when it is there already. @throws HeadroomError for a file that is not to be touched. */
export function planInstall(client: Client, place: Place, launch: Launch, backups: Backups): Change | undefined {
  const file = findFile(place);
  const { syntax } = client;
  const { text, mark } = textOf(file, syntax.empty);
  return refusing(file.path, () => {
    const there = syntax.find(text);
    if (there) return sameOrRefused(there, launch, client, file);
    const added = syntax.add(text, launch);
    const after = Buffer.from(mark + added);
    const make = (): void => {
      const backup = { path: file.path, before: file.bytes, after, madeHolder: syntax.makesHolder(text) };
      // First the way back: a change that cannot be undone is not made.
      backups.keep({ ...backup, madeFolders: [] });
      try {
        const madeFolders = replaceFile(file, after);
        if (madeFolders.length > 0) backups.keep({ ...backup, madeFolders });
      } catch (error) {
        backups.forget(file.path);
        throw error;
      }
    };
    return { path: file.path, before: shown(file), after: added, make };
  });
}

/** Undefined when it is not there. @throws HeadroomError for a file that is not to be touched. */
export function planUninstall({ syntax }: Client, place: Place, backups: Backups): Change | undefined {
  const file = findFile(place);
  const { path, bytes } = file;
  if (!bytes) return undefined;
  const backup = backups.find(path);
  const done = (work: () => void): void => {
    work();
    backups.forget(path);
  };
  if (backup?.isAfter(bytes)) {
    const { before, madeFolders } = backup;
    const make = (): void => done(() => void (before ? replaceFile(file, before) : removeFile(file, madeFolders)));
    return { path, before: shown(file), after: before && textOf({ path, bytes: before }, '').text, make };
  }
  const { text, mark } = textOf(file, syntax.empty);
  return refusing(path, () => {
    const there = syntax.find(text);
    if (!there) return undefined;
    if (!isOurs(there)) {
      const reason = `its server "headroom" starts ${JSON.stringify(there.command)}, which is not this program`;
      throw new HeadroomError('NOT_WRITTEN', `${path}: ${reason}; it was left as it is`);
    }
    const after = syntax.remove(text, backup?.madeHolder === true);
    return { path, before: text, after, make: () => done(() => void replaceFile(file, Buffer.from(mark + after))) };
  });
}

function sameOrRefused(there: Entry, launch: Launch, { name }: Client, { path }: FoundFile): undefined {
  if (there.command === launch.command && there.args.join('\0') === launch.args.join('\0')) return undefined;
  const started = [there.command, ...there.args].join(' ');
  const advice = isOurs(there) ? `take it out first: headroom mcp uninstall ${name}` : 'rename or remove it';
  throw new HeadroomError(
    'NOT_WRITTEN',
    `${path}: there is a server "headroom" already, which starts ${started}; ${advice}. Nothing was changed`,
  );
}

function isOurs({ command, args }: Entry): boolean {
  return args.includes('mcp') && [command, ...args].some((word) => word.includes('headroom'));
}

/** @throws HeadroomError UNREADABLE_FILE when it is no UTF-8. */
function textOf({ path, bytes }: FoundFile, empty: string): { readonly text: string; readonly mark: string } {
  if (!bytes) return { text: empty, mark: '' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith(BOM) ? { text: text.slice(1), mark: BOM } : { text, mark: '' };
  } catch (error) {
    throw new HeadroomError('UNREADABLE_FILE', `${path}: it is no UTF-8 text; nothing was changed`, { cause: error });
  }
}

function shown(file: FoundFile): string | undefined {
  return file.bytes && textOf(file, '').text;
}

/** What a syntax cannot read or change is the file's fault, and said so. */
function refusing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof HeadroomError) throw error;
    const reason = (error as Error).message;
    throw new HeadroomError('UNREADABLE_FILE', `${path}: ${reason}; correct the file first, nothing was changed`, {
      cause: error,
    });
  }
}

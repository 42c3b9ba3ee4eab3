/** What a file was before we changed it, kept in Headroom's own home folder: that is how a change is undone to the byte. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../../core/hash.ts';

export interface Backup {
  readonly path: string;
  /** Undefined when there was no file. */
  readonly before: Buffer | undefined;
  readonly after: Buffer;
  /** What holds entries was made along with ours. */
  readonly madeHolder: boolean;
  readonly madeFolders: readonly string[];
}

interface Written {
  readonly path: string;
  readonly before: string | null;
  /** A hash is enough to know it again. */
  readonly after: string;
  readonly madeHolder: boolean;
  readonly madeFolders: readonly string[];
}

export type KeptBackup = Omit<Backup, 'after'> & { isAfter(bytes: Buffer): boolean };

export class Backups {
  readonly #folder: string;

  /** @param home Headroom's home folder. */
  constructor(home: string) {
    this.#folder = join(home, 'mcp-backups');
  }

  keep({ before, after, ...rest }: Backup): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const written: Written = { ...rest, before: before?.toString('base64') ?? null, after: digest(after) };
    writeFileSync(this.#fileOf(rest.path), `${JSON.stringify(written, undefined, 1)}\n`, { mode: 0o600 });
  }

  /** Undefined when there is none, or none that can be read. */
  find(path: string): KeptBackup | undefined {
    try {
      const { before, after, ...rest } = JSON.parse(readFileSync(this.#fileOf(path), 'utf8')) as Written;
      return {
        ...rest,
        before: before === null ? undefined : Buffer.from(before, 'base64'),
        isAfter: (bytes) => digest(bytes) === after,
      };
    } catch {
      return undefined;
    }
  }

  forget(path: string): void {
    rmSync(this.#fileOf(path), { force: true });
  }

  #fileOf(path: string): string {
    return join(this.#folder, `${hashOf(path)}.json`);
  }
}

function digest(bytes: Buffer): string {
  return hashOf(bytes.toString('latin1'));
}

/**
 * Which proxies run here: each writes an entry into the home folder's `run/`, for its owner's eyes only. An entry proves
 * nothing, because a killed proxy leaves its own behind; whoever answers at its port with the entry's secret is alive.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/load.ts';
import { OPTION_NAMES, type OptionName, valueText } from '../../config/options.ts';
import { hashOf } from '../../core/hash.ts';

export interface Entry {
  /** Equal for proxies that do the same to a request: the same version with the same options. */
  readonly key: string;
  readonly version: string;
  readonly pid: number;
  /** Where sessions report, on loopback. */
  readonly port: number;
  readonly secret: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}

export interface FoundEntry extends Entry {
  readonly path: string;
}

/** What makes no difference to a request. */
const IRRELEVANT: ReadonlySet<OptionName> = new Set(['host', 'port', 'token', 'log-level']);

/** How a proxy reaches its provider. */
const WAYS_OUT = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'NODE_OPTIONS'];

export function keyOf(version: string, { values }: Pick<Config, 'values'>): string {
  const ways = WAYS_OUT.map((name) => process.env[name.toLowerCase()] ?? process.env[name] ?? null);
  const said = OPTION_NAMES.filter((name) => !IRRELEVANT.has(name)).map((name) => {
    const value = values[name];
    return [name, value === undefined ? null : valueText(name, value)];
  });
  return hashOf(JSON.stringify([version, ways, ...said]));
}

export function newSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** What each side says first: nobody else can. */
export function proofOf(secret: string, side: 'proxy' | 'session'): string {
  return createHmac('sha256', secret).update(side).digest('base64url');
}

export function runFolder(home: string): string {
  return join(home, 'run');
}

/** Whole or not at all. @returns its path. */
export function writeEntry(home: string, entry: Entry): string {
  const folder = runFolder(home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `proxy-${entry.pid}-${entry.port}.json`);
  writeFileSync(`${path}.new`, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return path;
}

/** The oldest first, so that whoever looks takes the same one. */
export function readEntries(home: string): readonly FoundEntry[] {
  const folder = runFolder(home);
  return namesIn(folder)
    .filter((name) => /^proxy-.*\.json$/.test(name))
    .flatMap((name): FoundEntry[] => {
      const entry = readEntry(join(folder, name));
      return entry ? [entry] : [];
    })
    .toSorted((a, b) => a.startedAt - b.startedAt || a.pid - b.pid);
}

export function removeEntry(path: string): void {
  rmSync(path, { force: true });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readEntry(path: string): FoundEntry | undefined {
  try {
    const entry = JSON.parse(readFileSync(path, 'utf8')) as Entry;
    const isWhole = typeof entry.key === 'string' && typeof entry.secret === 'string' && entry.port > 0;
    return isWhole ? { ...entry, path } : undefined;
  } catch {
    return undefined;
  }
}

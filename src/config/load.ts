/**
 * Finds the value of every option: a flag beats the environment, that beats config.toml, that beats the default.
 * What is misspelt or not allowed stops the start, with a message that names where it stands.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { HeadroomError } from '../core/errors.ts';
import type { StoreLogin } from '../core/stores.ts';
import { suggestion } from './nearest.ts';
import {
  OPTION_NAMES,
  OPTIONS,
  OTHER_VARIABLES,
  type OptionName,
  type OptionRow,
  type OptionValues,
  type StoreChoice,
} from './options.ts';

export const CONFIG_FILE = 'config.toml';
export const STORE_FILE = 'headroom.db';
const REDIS_PORT = 6379;
/** The source of what nobody has said. */
const DEFAULT = 'default';

export interface Config {
  readonly values: OptionValues;
  /** Where each value came from: `--port`, `HEADROOM_PORT`, `/home/me/.headroom/config.toml line 3`, `default`. */
  readonly sources: Readonly<Record<OptionName, string>>;
  /** Things worth saying that do not stop the start. */
  readonly warnings: readonly string[];
  readonly configPath: string;
  /** The database file, or the address of a Redis without its login; undefined when everything is in memory. */
  readonly storePath: string | undefined;
  /** Who we are to the Redis; never printed. */
  readonly storeLogin: StoreLogin | undefined;
}

export interface ConfigInput {
  readonly flags: Readonly<Partial<Record<OptionName, string>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** In place of the table's. */
  readonly defaults?: Partial<OptionValues> | undefined;
}

interface Given {
  readonly text: string;
  readonly source: string;
}

/** @throws HeadroomError BAD_OPTION for what cannot be understood. */
export async function loadConfig({ flags, environment, defaults = {} }: ConfigInput): Promise<Config> {
  const home = resolve(
    expandTilde(read('home', [fromFlag('home', flags), fromEnvironment('home', environment)]).value!),
  );
  const configPath = join(home, CONFIG_FILE);
  const file = await readFile(configPath);
  const values: Partial<Record<OptionName, unknown>> = {};
  const sources: Partial<Record<OptionName, string>> = {};
  for (const name of OPTION_NAMES) {
    const { value, source } = read(name, [fromFlag(name, flags), fromEnvironment(name, environment), file.get(name)]);
    const { resolved } = OPTIONS[name] as OptionRow<unknown>;
    const said = source === DEFAULT ? (defaults[name] ?? value) : value;
    values[name] = name === 'home' ? home : resolved ? resolved(said, wholePath) : said;
    sources[name] = source;
  }
  const config = {
    values: values as unknown as OptionValues,
    sources: sources as Record<OptionName, string>,
    warnings: unknownVariables(environment),
    configPath,
    ...placeOf(values.store as StoreChoice, home),
  };
  checkLoop(config);
  checkDoor(config);
  return config;
}

function read<Name extends OptionName>(
  name: Name,
  candidates: readonly (Given | undefined)[],
): { value: OptionValues[Name]; source: string } {
  const row = OPTIONS[name];
  const given = candidates.find((candidate) => candidate !== undefined);
  if (!given) return { value: row.default, source: DEFAULT };
  const value = row.parse(given.text);
  if (value === undefined) {
    const shown = row.isSecret ? 'the value (not shown)' : JSON.stringify(row.redact?.(given.text) ?? given.text);
    throw new HeadroomError('BAD_OPTION', `${given.source}: ${shown} is not allowed; ${name} must be ${row.allowed}`);
  }
  return { value, source: given.source };
}

function fromFlag(name: OptionName, flags: ConfigInput['flags']): Given | undefined {
  const text = flags[name];
  return text === undefined ? undefined : { text, source: `--${name}` };
}

/** An empty variable counts as not set: that is how shells and compose files leave one out. */
function fromEnvironment(name: OptionName, environment: ConfigInput['environment']): Given | undefined {
  const { variable } = OPTIONS[name];
  const text = environment[variable];
  return text === undefined || text === '' ? undefined : { text, source: variable };
}

async function readFile(path: string): Promise<ReadonlyMap<string, Given>> {
  const given = new Map<string, Given>();
  if (!existsSync(path)) return given;
  const text = readText(path);
  const { parse } = await import('smol-toml');
  let table: Readonly<Record<string, unknown>>;
  try {
    table = parse(text);
  } catch (error) {
    const [reason] = String((error as Error).message).split('\n');
    const line = (error as { line?: number }).line;
    throw new HeadroomError('BAD_OPTION', `${path}${line ? ` line ${line}` : ''}: ${reason}; correct the file`, {
      cause: error,
    });
  }
  for (const [key, value] of Object.entries(table))
    given.set(key, fileValue(key, value, `${path}${lineOf(text, key)}`));
  return given;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new HeadroomError('BAD_OPTION', `${path}: cannot be read (${code}); make it readable or move it away`, {
      cause: error,
    });
  }
}

function fileValue(key: string, value: unknown, source: string): Given {
  const keys = OPTION_NAMES.filter((name) => !OPTIONS[name].isOutsideFile);
  if (Object.hasOwn(OPTIONS, key) && OPTIONS[key as OptionName].isOutsideFile) {
    const { variable } = OPTIONS[key as OptionName];
    throw new HeadroomError('BAD_OPTION', `${source}: ${key} cannot stand in the file; use --${key} or ${variable}`);
  }
  if (!(keys as readonly string[]).includes(key)) {
    const hint = suggestion(key, keys) || `; the keys are ${keys.join(', ')}`;
    throw new HeadroomError('BAD_OPTION', `${source}: unknown key ${JSON.stringify(key)}${hint}`);
  }
  if (OPTIONS[key as OptionName].isTable && kindOf(value) === 'table') {
    const pairs = Object.entries(value as object).map(([name, entry]) => `${name}=${String(entry)}`);
    return { text: pairs.join(','), source };
  }
  if (OPTIONS[key as OptionName].isList && Array.isArray(value)) return { text: value.map(String).join(','), source };
  const isSwitch = typeof value === 'boolean' && typeof OPTIONS[key as OptionName].default === 'boolean';
  if (!TEXTUAL.has(typeof value) && !isSwitch) {
    const { allowed } = OPTIONS[key as OptionName];
    throw new HeadroomError('BAD_OPTION', `${source}: ${key} must be ${allowed}, not a ${kindOf(value)}`);
  }
  return { text: String(value as string | number | bigint | boolean), source };
}

const TEXTUAL: ReadonlySet<string> = new Set(['string', 'number', 'bigint']);

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'date';
  return typeof value === 'object' ? 'table' : typeof value;
}

function lineOf(text: string, key: string): string {
  const line = text.split('\n').findIndex((candidate) => {
    const [, found] = /^\s*\[?\s*["']?([^"'\]=\s.]+)/.exec(candidate) ?? [];
    return found === key;
  });
  return line < 0 ? '' : ` line ${line + 1}`;
}

/** A variable that does nothing is said aloud: it may be a slip, or a name that another Headroom knows. */
function unknownVariables(environment: ConfigInput['environment']): readonly string[] {
  const known = [...OPTION_NAMES.map((name) => OPTIONS[name].variable), ...Object.keys(OTHER_VARIABLES)];
  const ours = known.filter((name) => name.startsWith('HEADROOM_'));
  return Object.keys(environment)
    .filter((name) => name.startsWith('HEADROOM_') && !known.includes(name))
    .sort()
    .map((name) => `the variable ${name} has no effect${suggestion(name, ours)}`);
}

/** A proxy that is its own upstream would send each request round for ever. */
function checkLoop({ values, sources }: Config): void {
  for (const name of ['anthropic-url', 'openai-url', 'gemini-url'] as const) {
    const { hostname, port, protocol } = new URL(values[name]);
    const isHere =
      hostname === values.host || (isLoopback(hostname) && (isLoopback(values.host) || isEverywhere(values.host)));
    if (!isHere || protocol !== 'http:' || Number(port || 80) !== values.port) continue;
    throw new HeadroomError(
      'BAD_OPTION',
      `${sources[name]}: ${name} is ${values[name]}, which is this proxy itself; give the address of the model provider`,
    );
  }
}

/** Without a token nobody could use it, and it should not be found out one refused request at a time. */
function checkDoor({ values: { host, token }, sources }: Config): void {
  if (isLoopback(host) || token !== undefined) return;
  throw new HeadroomError(
    'BAD_OPTION',
    `${sources.host}: other machines can reach ${host}, so a token is needed; set HEADROOM_TOKEN, or leave the host at 127.0.0.1`,
  );
}

export function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host);
}

/** The addresses that mean all addresses of this machine. */
export function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function placeOf(store: StoreChoice, home: string): Pick<Config, 'storePath' | 'storeLogin'> {
  if (store === 'memory') return { storePath: undefined, storeLogin: undefined };
  if (store === 'sqlite') return { storePath: join(home, STORE_FILE), storeLogin: undefined };
  const { protocol, hostname, port, pathname, username, password } = new URL(store);
  return {
    storePath: `${protocol}//${hostname}:${port || REDIS_PORT}/${pathname.slice(1) || 0}`,
    storeLogin: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

function wholePath(path: string): string {
  return resolve(expandTilde(path));
}

function expandTilde(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

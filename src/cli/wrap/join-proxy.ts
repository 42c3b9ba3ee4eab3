/** Finds the proxy that a session shares with others, or starts it: a process of its own that ends with its last session. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config/load.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, valueText } from '../../config/options.ts';
import { counted } from '../terminal.ts';
import { keyOf, readEntries, runFolder } from './entries.ts';
import { ask, holdLine, type Line } from './line.ts';

export const PROGRAM: string = fileURLToPath(new URL('../../../bin/headroom.js', import.meta.url));

const START_MS = 15_000;
const LOOK_MS = 25;
const LOG_FILE = 'proxy.log';
const MAX_LOG_BYTES = 4 * 1_048_576;

export interface Joining {
  readonly version: string;
  readonly config: Config;
  readonly agent: string;
  /** Told of other versions that still serve sessions. */
  readonly remark: (line: string) => void;
}

/** @throws Error that says why there is no proxy. */
export async function joinProxy(joining: Joining): Promise<Line> {
  const { version, config, agent, remark } = joining;
  const key = keyOf(version, config);
  const { home } = config.values;
  const shared = await joinOne(home, key, agent);
  if (shared) return shared;
  await remarkOthers(joining, remark);
  const starting = start(config);
  const { child } = starting;
  const until = performance.now() + START_MS;
  try {
    while (performance.now() < until && child.exitCode === null && child.signalCode === null) {
      await sleep(LOOK_MS);
      const line = await joinOne(home, key, agent);
      if (line) return line;
    }
    throw new Error(starting.failure());
  } finally {
    child.unref();
  }
}

async function joinOne(home: string, key: string, agent: string): Promise<Line | undefined> {
  for (const entry of readEntries(home)) {
    const line = entry.key === key ? await holdLine(entry, agent) : undefined;
    if (line) return line;
  }
  return undefined;
}

/** A session gets its own version, and hears of it: two versions at the same time are seldom meant. */
async function remarkOthers({ version, config }: Joining, remark: Joining['remark']): Promise<void> {
  for (const entry of readEntries(config.values.home)) {
    if (entry.version === version) continue;
    const other = await ask(entry, 'look');
    if (!other) continue;
    remark(
      `a proxy of version ${other.version} still serves ${counted(other.sessions.length, 'session')}; this one gets its own, of version ${version}`,
    );
  }
}

interface Starting {
  readonly child: ChildProcess;
  failure(): string;
}

function start(config: Config): Starting {
  const folder = runFolder(config.values.home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, LOG_FILE);
  const length = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const isLong = length > MAX_LOG_BYTES;
  const log = openSync(path, isLong ? 'w' : 'a', 0o600);
  const child = spawn(process.execPath, [PROGRAM, 'proxy', '--for-sessions'], {
    // A session of its own: Ctrl-C in the agent's terminal is not for it.
    detached: true,
    cwd: config.values.home,
    env: environmentOf(config),
    stdio: ['ignore', 'ignore', log],
    windowsHide: true,
  });
  closeSync(log);
  child.on('error', () => undefined);
  const failure = (): string => {
    const said = readFileSync(path, 'utf8')
      .slice(isLong ? 0 : length)
      .trim()
      .split('\n')
      .at(-1);
    return said ? said.replace(/^headroom: /, '') : `it did not start within ${START_MS / 1000} s`;
  };
  return { child, failure };
}

/** By the environment, which nobody else on this machine can read; flags stand in the process list. */
function environmentOf({ values, sources }: Config): NodeJS.ProcessEnv {
  const given = OPTION_NAMES.filter((name) => sources[name] !== 'default' && values[name] !== undefined);
  const told = Object.fromEntries(
    given.map((name: OptionName) => [OPTIONS[name].variable, valueText(name, values[name])]),
  );
  const level = sources['log-level'] === 'default' ? { HEADROOM_LOG_LEVEL: 'warn' } : {};
  const { npm_command: _npm, ...rest } = process.env;
  return { ...rest, ...told, ...level, HEADROOM_HOST: '127.0.0.1', HEADROOM_PORT: '0' };
}

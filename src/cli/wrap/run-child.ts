/** Runs the agent as if nobody stood between it and its terminal: streams, signals and the exit code are its own. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { HeadroomError } from '../../core/errors.ts';
import { remark } from '../terminal.ts';

export interface Child {
  readonly program: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** From a terminal these reach the whole group, the agent too: passed on they would be two. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR2'];

/** @returns the exit code; that of a signal as shells say it. @throws HeadroomError BAD_OPTION when it cannot be started. */
export function runChild({ program, words, environment }: Child): Promise<number> {
  return new Promise((resolve, reject) => {
    const isWindows = process.platform === 'win32';
    // There, npm's programs are batch files, which only the shell can start.
    const child = spawn(program, isWindows ? words.map(quoted) : words, {
      stdio: 'inherit',
      env: environment,
      shell: isWindows,
    });
    const isAtTerminal = process.stdin.isTTY === true;
    for (const signal of FROM_TERMINAL) onSignal(signal, () => isAtTerminal || child.kill(signal));
    for (const signal of PASSED_ON) onSignal(signal, () => child.kill(signal));
    // Whatever fails here, the agent's port must go on answering.
    process.on('uncaughtException', (error) => remark(`headroom: ${String(error)}; the session goes on`));
    child.on('error', (error: NodeJS.ErrnoException) => reject(notStarted(program, error)));
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}

function onSignal(signal: NodeJS.Signals, listener: () => void): void {
  try {
    process.on(signal, listener);
  } catch {
    // This platform has no such signal.
  }
}

function quoted(word: string): string {
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

function notStarted(program: string, error: NodeJS.ErrnoException): HeadroomError {
  const reason = error.code === 'ENOENT' ? 'there is no such program in PATH; install it first' : error.message;
  return new HeadroomError('BAD_OPTION', `wrap: ${program} cannot be started: ${reason}`, { cause: error });
}

/** Ours, less what bin/headroom.js put into it for itself, plus what the agent is told; loopback never through an HTTP proxy. */
export function childEnvironment(told: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: cache, ...rest } = process.env;
  const isOurs = cache?.endsWith(join('.cache', 'headroom')) ?? true;
  return { ...rest, ...(!isOurs && { NODE_COMPILE_CACHE: cache }), ...straightToLoopback(rest), ...told };
}

function straightToLoopback(environment: NodeJS.ProcessEnv): Record<string, string> {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
  if (!proxies.some((name) => environment[name])) return {};
  const added = (name: string): [string, string] => {
    const list = environment[name] ?? environment[name === 'NO_PROXY' ? 'no_proxy' : 'NO_PROXY'] ?? '';
    const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
    const missing = ['127.0.0.1', 'localhost'].filter((host) => !entries.includes(host) && !entries.includes('*'));
    return [name, [...entries, ...missing].join(',')];
  };
  return Object.fromEntries([added('NO_PROXY'), added('no_proxy')]);
}

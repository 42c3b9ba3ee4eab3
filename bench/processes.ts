/** Starts the servers that a bench measures, each a process of its own on loopback, and ends them by their id. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT: string = resolve(import.meta.dirname, '..');
/** A Headroom elsewhere, an installed one say, can be measured instead of this one. */
const LAUNCHER = process.env['BENCH_LAUNCHER'] ?? join(ROOT, 'bin/headroom.js');
const READY_MS = 20_000;
/** The kernel counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

export interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A script of ours that sends `{ port }` to its parent once it listens. */
export async function startScript(name: string, file: string, args: readonly string[] = []): Promise<Server> {
  const child = fork(join(import.meta.dirname, file), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise<number>((resolvePort, reject) => {
    child.once('message', (message) => resolvePort((message as { port: number }).port));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it listened`)));
  });
  return { name, url: `http://127.0.0.1:${port}`, pid: child.pid!, stop: () => end(child) };
}

export interface HeadroomOptions {
  readonly upstream: string;
  readonly port?: number;
}

export interface Spawned {
  readonly child: ChildProcess;
  readonly home: string;
  /** Resolves with the address once it is announced. */
  readonly url: Promise<string>;
  stop(): Promise<void>;
}

/** Headroom as a person starts it, with a home of its own that goes when it stops. */
export function spawnHeadroom({ upstream, port = 0 }: HeadroomOptions): Spawned {
  const home = mkdtempSync(join(tmpdir(), 'headroom-bench-'));
  const log = join(home, 'stderr.log');
  const upstreams = ['--anthropic-url', '--openai-url', '--gemini-url'].flatMap((flag) => [flag, upstream]);
  const stderr = openSync(log, 'w');
  const child = spawn(
    process.execPath,
    [
      ...wordsOf('BENCH_NODE_ARGS'),
      LAUNCHER,
      'proxy',
      '--port',
      String(port),
      '--home',
      home,
      ...upstreams,
      ...wordsOf('BENCH_ARGS'),
    ],
    { env: cleanEnvironment(), stdio: ['ignore', 'pipe', stderr] },
  );
  closeSync(stderr);
  const said = (): string => readFileSync(log, 'utf8').slice(0, 2000);
  return {
    child,
    home,
    url: announcedUrl(child, said),
    async stop() {
      await end(child);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export async function startHeadroom(options: HeadroomOptions): Promise<Server> {
  const spawned = spawnHeadroom(options);
  const url = await spawned.url;
  return { name: 'headroom', url, pid: spawned.child.pid!, stop: () => spawned.stop() };
}

function announcedUrl(child: ChildProcess, said: () => string): Promise<string> {
  const found = new Promise<string>((resolveUrl, reject) => {
    let text = '';
    const timer = setTimeout(
      () => reject(new Error(`headroom did not say where it listens; stderr: ${said()}`)),
      READY_MS,
    );
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      // The address is followed by more text: a chunk may end in the middle of it.
      const url = /(http:\/\/127\.0\.0\.1:\d+)\D/.exec(text)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolveUrl(url);
    });
    child.once('exit', (code) => reject(new Error(`headroom ended with ${code}; stderr: ${said()}`)));
  });
  // Whoever only measures the start never asks for the address.
  found.catch(() => undefined);
  return found;
}

/** Words for the proxy's command line, from a variable: to profile it, or to try an option. */
function wordsOf(variable: string): readonly string[] {
  return (process.env[variable] ?? '').split(' ').filter((word) => word !== '');
}

/** What is set on this machine for a Headroom in use must not steer the one that is measured. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^HEADROOM_|_TARGET_API_URL$|^NODE_OPTIONS$/.test(name)),
  );
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolveEnd) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolveEnd();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolveEnd();
    });
    child.kill('SIGTERM');
  });
}

/** Resident memory of a process in megabytes. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** Processor time that a process has used in all its threads, in milliseconds: hardly moved by what else runs. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolvePause) => setTimeout(resolvePause, milliseconds));
}

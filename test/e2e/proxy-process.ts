/** A real proxy process for a test: its own home folder, any free port, nothing of this machine's environment, ended by id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const UNALIGNED = ['--cache-align', 'off'];
const BIN = resolve(import.meta.dirname, '../../bin/headroom.js');

export interface ProxyStart {
  /** Where requests for every vendor go. */
  readonly upstream: string;
  /** Its home folder; a fresh one that is removed afterwards unless given. */
  readonly home?: string;
  readonly flags?: readonly string[];
  /** Prefixes are aligned, as they are by default; without it bodies can be compared byte for byte. */
  readonly aligns?: boolean;
}

export interface ProxyProcess {
  readonly url: string;
  readonly home: string;
  readonly pid: number;
  /** All that it has printed so far, both streams. */
  said(): string;
  /** Resolves once it has printed something that matches. */
  says(pattern: RegExp): Promise<void>;
  /** Resolves once it is gone. SIGKILL gives it no chance to tidy up. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it and removes a home folder of its own. */
  [Symbol.asyncDispose](): Promise<void>;
}

export function temporaryHome(): string {
  return mkdtempSync(join(tmpdir(), 'headroom-test-'));
}

/** The environment of a program that must not see this machine's proxies, keys and settings. */
export function bareEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, HEADROOM_HOME: home, TMPDIR: tmpdir(), NO_COLOR: '1' };
}

export async function startProxyProcess({
  upstream,
  home: given,
  flags = [],
  aligns = false,
}: ProxyStart): Promise<ProxyProcess> {
  const home = given ?? temporaryHome();
  const upstreams = ['anthropic', 'openai', 'gemini'].flatMap((vendor) => [`--${vendor}-url`, upstream]);
  const child = spawn(
    process.execPath,
    [BIN, 'proxy', '--port', '0', ...upstreams, ...(aligns ? [] : UNALIGNED), ...flags],
    {
      env: bareEnvironment(home),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const gone = once(child, 'exit');
  const output = listen(child);
  await output.says(/listens on http:\S+/).catch((cause: unknown) => {
    child.kill('SIGKILL');
    throw cause;
  });
  const kill = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  return {
    url: /listens on (http:\/\/[^\s/]+)/.exec(output.said())![1]!,
    home,
    pid: child.pid!,
    ...output,
    kill,
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL');
      if (given === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface KillableProxy {
  /** Another one after each kill. */
  readonly url: string;
  readonly home: string;
  /** Ends it without notice and starts another one on the same home. */
  killAndRestart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startKillableProxy(start: ProxyStart): Promise<KillableProxy> {
  const first = await startProxyProcess(start);
  let current = first;
  return {
    get url() {
      return current.url;
    },
    home: first.home,
    async killAndRestart() {
      await current.kill('SIGKILL');
      current = await startProxyProcess({ ...start, home: first.home });
    },
    async [Symbol.asyncDispose]() {
      await current[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
    },
  };
}

function listen(child: ChildProcess): Pick<ProxyProcess, 'said' | 'says'> {
  let text = '';
  let isGone = false;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resume of woken) resume();
  };
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      wake();
    });
  }
  child.on('close', () => {
    isGone = true;
    wake();
  });
  return {
    said: () => text,
    async says(pattern) {
      while (!pattern.test(text)) {
        if (isGone) throw new Error(`the proxy ended without saying ${String(pattern)}; it said:\n${text}`);
        await new Promise<void>((resume) => waiting.push(resume));
      }
    },
  };
}

/** Runs another command of the program to its end, with this text on its standard input. */
export async function runHeadroom(
  words: readonly string[],
  input: string | Uint8Array,
  home: string,
): Promise<{ readonly exitCode: number | null; readonly stdout: Buffer; readonly stderr: string }> {
  const child = spawn(process.execPath, [BIN, ...words], {
    env: bareEnvironment(home),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined).end(input);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

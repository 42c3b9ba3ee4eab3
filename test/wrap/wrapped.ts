/** A home, a scripted provider and programs called like agents: what `headroom wrap` does to them is looked at from inside. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../../src/cli/wrap/entries.ts';
import { readEntries } from '../../src/cli/wrap/entries.ts';
import {
  type ScriptedProvider,
  type ScriptSource,
  startScriptedProvider,
} from '../../src/testing/scripted-provider.ts';

const PROGRAM = resolve(import.meta.dirname, '../../bin/headroom.js');

/** Says what it was told, asks the model when told to, and ends as told to. */
const AGENT = `#!${process.execPath}
const say = (it) => process.stdout.write(JSON.stringify(it) + '\\n');
process.on('SIGTERM', () => { say({ signal: 'SIGTERM' }); process.exit(43); });
process.on('SIGINT', () => say({ signal: 'SIGINT' }));
say({ words: process.argv.slice(2), environment: process.env, pid: process.pid, tty: process.stdin.isTTY === true });
require('node:readline').createInterface(process.stdin).on('line', async (line) => {
  const [word, value] = line.split(' ');
  if (word === 'exit') process.exit(Number(value));
  if (word === 'die') process.kill(process.pid, value);
  const flag = process.argv.find((word) => word.startsWith('openai_base_url='));
  const base = flag ? JSON.parse(flag.slice(16)).replace('/v1', '') : process.env.ANTHROPIC_BASE_URL;
  const headers = { 'X-Api-Key': 'k', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' };
  const body = JSON.stringify({ model: 'claude-x', max_tokens: 9, stream: word === 'stream', messages: [{ role: 'user', content: value ?? 'hi' }] });
  try {
    const response = await fetch(base + '/v1/messages', { method: 'POST', headers, body });
    say({ status: response.status, text: await response.text() });
  } catch (error) {
    say({ failed: String(error.cause ?? error) });
  }
});
`;

export interface Told {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly pid: number;
}

export interface Answered {
  readonly status?: number;
  readonly text?: string;
  readonly failed?: string;
  readonly signal?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export class WrappedAgent {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  stderr = '';
  readonly #lines: string[] = [];
  #told: Told | undefined;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      this.#lines.push(...lines);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    child.stdin.on('error', () => undefined);
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr: this.stderr }) as Ended);
  }

  async told(): Promise<Told> {
    return (this.#told ??= JSON.parse(await this.#line()) as Told);
  }

  async ask(word = 'ask hi'): Promise<Answered> {
    await this.told();
    this.child.stdin.write(`${word}\n`);
    return this.said();
  }

  async said(): Promise<Answered> {
    return JSON.parse(await this.#line()) as Answered;
  }

  async exit(code = 0): Promise<Ended> {
    await this.told();
    this.child.stdin.write(`exit ${code}\n`);
    return this.ended;
  }

  async #line(): Promise<string> {
    const until = Date.now() + 20_000;
    while (this.#lines.length === 0) {
      if (this.child.exitCode !== null || Date.now() > until) throw new Error(`said nothing; stderr: ${this.stderr}`);
      await sleep(10);
    }
    return this.#lines.shift()!;
  }
}

export class WrapStage {
  readonly root: string = mkdtempSync(join(tmpdir(), 'headroom-wrap-'));
  readonly home: string = join(this.root, 'home');
  readonly headroom: string = join(this.root, 'headroom');
  readonly #bin: string = join(this.root, 'bin');
  readonly #agents: WrappedAgent[] = [];
  readonly provider: ScriptedProvider;

  private constructor(provider: ScriptedProvider) {
    this.provider = provider;
    mkdirSync(this.home);
    for (const name of ['claude', 'codex']) {
      mkdirSync(this.#bin, { recursive: true });
      writeFileSync(join(this.#bin, name), AGENT);
      chmodSync(join(this.#bin, name), 0o755);
    }
  }

  static async set(script: ScriptSource = { text: 'The answer.' }): Promise<WrapStage> {
    return new WrapStage(await startScriptedProvider(script));
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.home, path)), { recursive: true });
    writeFileSync(join(this.home, path), text);
  }

  start(words: readonly string[], variables: Readonly<Record<string, string>> = {}): WrappedAgent {
    const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: this.home, env: this.#environment(variables) });
    const agent = new WrappedAgent(child);
    this.#agents.push(agent);
    return agent;
  }

  wrap(agent: string, ...words: readonly string[]): WrappedAgent {
    return this.start(['wrap', agent, ...(words.length > 0 ? ['--', ...words] : [])]);
  }

  /** Another command of the program, to its end. */
  async run(
    words: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Ended & { readonly stdout: string }> {
    const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: this.home, env: this.#environment(variables) });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.stdin.end();
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout, stderr };
  }

  entries(): readonly Entry[] {
    return readEntries(this.headroom);
  }

  /** The process of the one proxy that runs. */
  proxyPid(): number {
    const [entry] = this.entries();
    return entry!.pid;
  }

  killProxies(): void {
    for (const { pid } of this.entries()) if (isHeadroom(pid)) process.kill(pid, 'SIGKILL');
  }

  /** Everything in the person's home, by path: what is in it, byte for byte, and its mode. */
  snapshot(): Readonly<Record<string, string>> {
    const found = readdirSync(this.home, { recursive: true, encoding: 'utf8' }).toSorted();
    return Object.fromEntries(
      found.map((path) => {
        const stat = lstatSync(join(this.home, path));
        const content = stat.isFile() ? readFileSync(join(this.home, path)).toString('base64') : 'folder';
        return [path, `${(stat.mode & 0o777).toString(8)} ${content}`];
      }),
    );
  }

  async close(): Promise<void> {
    for (const { child } of this.#agents) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all(this.#agents.map(({ ended }) => ended));
    this.killProxies();
    await this.provider.close();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  #environment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    return {
      PATH: `${this.#bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: this.home,
      SHELL: '/bin/bash',
      TMPDIR: tmpdir(),
      NO_COLOR: '1',
      HEADROOM_HOME: this.headroom,
      ANTHROPIC_TARGET_API_URL: this.provider.url,
      OPENAI_TARGET_API_URL: this.provider.url,
      GEMINI_TARGET_API_URL: this.provider.url,
      ...variables,
    };
  }
}

/** An entry may name any process: only ours are ended. */
function isHeadroom(pid: number): boolean {
  if (pid === process.pid || !isRunning(pid)) return false;
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) ? readFileSync(path, 'utf8').includes(PROGRAM) : pid > 1;
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that nobody has waited for is dead too.
    const path = `/proc/${pid}/stat`;
    return !existsSync(path) || !/^\d+ \(.*\) [ZX]/.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

/** Resolves once it is so. @throws when it is not after so long. */
export async function until(isSo: () => boolean, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('waited in vain');
    await sleep(25);
  }
}

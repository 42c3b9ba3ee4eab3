/** A real redis-server of a test's own: any free port on loopback, nothing on disk, ended by id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasRedis: boolean = spawnSync('redis-server', ['--version']).status === 0;
/** For the names of tests that need one. */
export const whyNot: string = hasRedis ? '' : ' (skipped: no redis-server is installed)';

const ATTEMPTS = 5;

export interface RedisServer {
  /** `redis://127.0.0.1:port/0` */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Runs one command with redis-cli. @returns what it prints. */
  cli(...words: string[]): string;
  /** Ends it at once, and starts another one on the same port: it has forgotten everything. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startRedis(flags: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-redis-'));
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = await start(port, folder, flags);
    if (child) return serverOf(child, port, folder, flags);
    if (attempt === ATTEMPTS) throw new Error('redis-server does not start');
  }
}

function serverOf(first: ChildProcess, port: number, folder: string, flags: readonly string[]): RedisServer {
  let child = first;
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url: `redis://127.0.0.1:${port}/0`,
    port,
    get process() {
      return child;
    },
    cli: (...words) =>
      spawnSync('redis-cli', ['-p', `${port}`, ...words], { encoding: 'utf8' }).stdout.replace(/\n$/, ''),
    kill,
    async restart() {
      await kill();
      const next = await start(port, folder, flags);
      if (!next) throw new Error('redis-server does not start again');
      child = next;
    },
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns undefined when it ended, as it does where somebody else has taken the port. */
async function start(port: number, folder: string, flags: readonly string[]): Promise<ChildProcess | undefined> {
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = spawn('redis-server', [...words, ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve) => {
    child.once('exit', () => resolve(undefined));
    child.stdout!.on('data', (chunk: Buffer) => {
      if (chunk.includes('Ready to accept connections')) resolve(child);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

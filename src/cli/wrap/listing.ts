/**
 * A running proxy makes itself known here: whoever knows its entry's secret may ask about it, stop it, or hold a line to
 * it, and as long as a line is held a session lives. A line ends with its process however that ends, so nothing is left to
 * count wrongly after kill -9 or a reboot.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type Config, isLoopback } from '../../config/load.ts';
import { warn } from '../terminal.ts';
import { keyOf, newSecret, proofOf, removeEntry, writeEntry } from './entries.ts';

/** What somebody wants of a proxy: its particulars, its end, or to be counted. */
export type Wish = 'look' | 'stop' | 'stay';

export interface Hello {
  readonly proof: string;
  readonly wish: Wish;
  readonly agent: string;
  readonly pid: number;
}

export interface Session {
  readonly agent: string;
  readonly pid: number;
  readonly since: number;
}

export interface Particulars {
  readonly proof: string;
  readonly version: string;
  readonly profile: string;
  readonly url: string;
  readonly pid: number;
  readonly startedAt: number;
  /** It ends with the last of its sessions. */
  readonly isForSessions: boolean;
  readonly sessions: readonly Session[];
}

export interface Listed {
  readonly url: string;
  readonly version: string;
  readonly config: Config;
  readonly isForSessions: boolean;
}

/** What a proxy says that is about to end. */
export const GOODBYE = 'bye';

/** For a first session to come, and after the last one has gone: scripts that start one agent after another keep their proxy. */
const FIRST_MS = 10_000;
const LAST_MS = 2_000;
const MAX_HELLO_MS = 2_000;

/** Never fails: a proxy that nobody can find is still a proxy. @param end what ends this process in order. */
export function list(proxy: Listed, end: () => void): Promise<void> {
  const listing = new Listing(proxy, end);
  return listing.open().catch((error: unknown) => {
    warn(`other programs will not find this proxy: ${String(error)}`);
  });
}

class Listing {
  readonly #proxy: Listed;
  readonly #end: () => void;
  readonly #secret = newSecret();
  readonly #startedAt = Date.now();
  readonly #sessions = new Map<Socket, Session>();
  #idle: NodeJS.Timeout | undefined;

  constructor(proxy: Listed, end: () => void) {
    this.#proxy = proxy;
    this.#end = end;
  }

  async open(): Promise<void> {
    const { config, version } = this.#proxy;
    const server = createServer((socket) => this.#meet(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    server.unref();
    const path = writeEntry(config.values.home, {
      // One that other machines can reach asks everybody for its token: sessions do not share it.
      key: isLoopback(config.values.host) ? keyOf(version, config) : 'open',
      version,
      pid: process.pid,
      port: (server.address() as AddressInfo).port,
      secret: this.#secret,
      startedAt: this.#startedAt,
    });
    process.on('exit', () => removeEntry(path));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => this.#leaveAll(path));
    this.#endWhenIdle(FIRST_MS);
  }

  #meet(socket: Socket): void {
    socket.unref();
    socket.on('error', () => socket.destroy()).on('close', () => this.#leave(socket));
    const late = setTimeout(() => socket.destroy(), MAX_HELLO_MS).unref();
    // It repeats the socket's errors.
    const lines = createInterface(socket).on('error', () => undefined);
    let isKnown = false;
    lines.on('line', (line) => {
      if (isKnown) return void socket.write('pong\n');
      const hello = helloIn(line);
      if (!hello || !isSame(hello.proof, proofOf(this.#secret, 'session'))) return void socket.destroy();
      isKnown = true;
      clearTimeout(late);
      this.#grant(hello, socket);
    });
  }

  #grant({ wish, agent, pid }: Hello, socket: Socket): void {
    if (wish === 'stay') {
      clearTimeout(this.#idle);
      this.#sessions.set(socket, { agent, pid, since: Date.now() });
    }
    socket.write(`${JSON.stringify(this.#particulars())}\n`);
    if (wish !== 'stay') socket.end();
    if (wish === 'stop') this.#end();
  }

  #particulars(): Particulars {
    const { url, version, config, isForSessions } = this.#proxy;
    return {
      proof: proofOf(this.#secret, 'proxy'),
      version,
      profile: config.values.profile,
      url,
      pid: process.pid,
      startedAt: this.#startedAt,
      isForSessions,
      sessions: [...this.#sessions.values()],
    };
  }

  /** It ends what it has begun and takes nothing more: sessions go elsewhere with what is new. */
  #leaveAll(path: string): void {
    removeEntry(path);
    for (const socket of this.#sessions.keys()) socket.write(`${GOODBYE}\n`);
  }

  #leave(socket: Socket): void {
    if (this.#sessions.delete(socket) && this.#sessions.size === 0) this.#endWhenIdle(LAST_MS);
  }

  #endWhenIdle(afterMs: number): void {
    if (this.#proxy.isForSessions) this.#idle = setTimeout(this.#end, afterMs).unref();
  }
}

function helloIn(line: string): Hello | undefined {
  try {
    return JSON.parse(line) as Hello;
  } catch {
    return undefined;
  }
}

function isSame(shown: unknown, expected: string): boolean {
  if (typeof shown !== 'string' || shown.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(shown), Buffer.from(expected));
}

/**
 * Asks a Redis and waits: the engine uses its stores synchronously, and a socket cannot be. A thread of its own
 * (redis-thread.ts) talks to the Redis; this side sleeps until the answer is there, or its time is up. A late answer is
 * dropped. See docs/decisions/007-waiting-for-redis.md.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { StoreLogin } from '../core/stores.ts';
import { StoreTrouble, type TroubleKind } from './trouble.ts';

export type Word = string | number | Uint8Array;
export type Command = readonly [name: string, ...words: Word[]];
export type Reply = Uint8Array | number | null | readonly Reply[];

export interface Asked {
  /** 0 when nobody waits for the answer. */
  readonly id: number;
  readonly commands: readonly Command[];
  /** All or none of them. */
  readonly isAtomic: boolean;
  /** Until when the answer is of use, by the process's clock in milliseconds. */
  readonly until: number;
}

export type Answered =
  | { readonly id: number; readonly replies: readonly Reply[] }
  | { readonly id: number; readonly trouble: TroubleKind; readonly message: string };

/** What the thread is started with. */
export interface RedisThread {
  /** `redis://host:port/db`, without a login. */
  readonly address: string;
  readonly login: StoreLogin | undefined;
  readonly port: MessagePort;
  readonly signals: SharedArrayBuffer;
}

/** Places in the signals. */
export const STARTED = 0;
export const ANSWERS = 1;
export const PULSE = 2;
const SIGNALS = 3;

/** For the thread's own start, in milliseconds: on a busy machine it takes its time. */
const START_MS = 10_000;

export interface RedisLinkOptions {
  readonly address: string;
  readonly login: StoreLogin | undefined;
  /** Longest wait for an answer, in milliseconds. */
  readonly waitMs: number;
  /** Another thread script, for tests. */
  readonly entry?: URL;
}

export class RedisLink {
  readonly #waitMs: number;
  readonly #signals: Int32Array;
  readonly #thread: Worker;
  readonly #port: MessagePort;
  #failure: string | undefined;
  #asked = 0;

  constructor({ address, login, waitMs, entry }: RedisLinkOptions) {
    const signals = new SharedArrayBuffer(SIGNALS * Int32Array.BYTES_PER_ELEMENT);
    const { port1, port2 } = new MessageChannel();
    // Type stripping runs the source; the build has its own extension.
    const script = import.meta.url.endsWith('.ts') ? './redis-thread.ts' : './redis-thread.js';
    const workerData: RedisThread = { address, login, port: port2, signals };
    this.#waitMs = waitMs;
    this.#signals = new Int32Array(signals);
    this.#port = port1;
    // Its process ends without asking it; what it prints would be somebody else's output.
    this.#thread = new Worker(entry ?? new URL(script, import.meta.url), { workerData, transferList: [port2] });
    this.#thread.on('error', (error) => (this.#failure = error.message));
    this.#thread.on('exit', () => (this.#failure ??= 'it ended'));
    this.#thread.unref();
    this.#port.unref();
  }

  /** Changes when the Redis may work again. */
  pulse(): number {
    return Atomics.load(this.#signals, PULSE);
  }

  /** @throws StoreTrouble; whether the commands were carried out is unknown then. */
  ask(commands: readonly Command[], isAtomic = false): readonly Reply[] {
    this.#awaitStart();
    const id = ++this.#asked;
    const until = clock() + this.#waitMs;
    this.#port.postMessage({ id, commands, isAtomic, until } satisfies Asked);
    for (;;) {
      const seen = Atomics.load(this.#signals, ANSWERS);
      const answer = this.#take(id);
      if (answer && 'replies' in answer) return answer.replies;
      if (answer) throw new StoreTrouble(answer.trouble, answer.message);
      const restMs = until - clock();
      if (restMs <= 0) throw new StoreTrouble('slow', `no answer within ${this.#waitMs} ms`);
      Atomics.wait(this.#signals, ANSWERS, seen, restMs);
    }
  }

  /** Without waiting, and without knowing whether it was done. */
  tell(commands: readonly Command[]): void {
    this.#port.postMessage({ id: 0, commands, isAtomic: false, until: 0 } satisfies Asked);
  }

  close(): void {
    this.#port.close();
    void this.#thread.terminate();
  }

  #take(id: number): Answered | undefined {
    for (;;) {
      const taken = receiveMessageOnPort(this.#port) as { readonly message: Answered } | undefined;
      if (!taken || taken.message.id === id) return taken?.message;
    }
  }

  #awaitStart(): void {
    if (this.#failure !== undefined) throw new StoreTrouble('failing', `the thread that talks to it: ${this.#failure}`);
    Atomics.wait(this.#signals, STARTED, 0, START_MS);
  }
}

const ROWS_A_STEP = 1_000;

/** The names of all rows that fit, each once, some at a time. */
export function* scan(link: RedisLink, pattern: string): Generator<readonly string[]> {
  const seen = new Set<string>();
  let cursor = '0';
  do {
    const [scanned] = link.ask([['SCAN', cursor, 'MATCH', pattern, 'COUNT', ROWS_A_STEP]]);
    const [next, found] = scanned as readonly [Uint8Array, readonly Uint8Array[]];
    cursor = Buffer.from(next).toString();
    const names = found.map((name) => Buffer.from(name).toString()).filter((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    if (names.length > 0) yield names;
  } while (cursor !== '0');
}

/** The same in all threads of a process. */
export function clock(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

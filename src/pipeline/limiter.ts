/**
 * Holds budgets and limits: a thread of its own keeps them, so that no store holds up other requests. Where it cannot be
 * asked nobody is refused, which is said once.
 */
import { Worker } from 'node:worker_threads';
import type { Limits } from '../core/limits.ts';
import type { StoreSettings } from '../core/stores.ts';
import type { Admission } from '../limits/limits.ts';
import type { Ask, Correction, Done } from './admission.ts';

/** Plain values only: they cross into the thread. */
export interface LimiterOptions {
  readonly storePath: string | undefined;
  readonly store?: StoreSettings | undefined;
  readonly limits: Limits;
  /** The operator's models file, as it was read when the process started. */
  readonly models?: object | undefined;
}

export type Asked = Omit<Ask, 'at'>;
/** When it was let in; `admittedAt` is undefined for an answer that nobody asked for. */
export type Over = Omit<Done, 'at'>;
export type Corrected = Omit<Correction, 'at'>;

export interface Admitted extends Admission {
  readonly at: number;
}

export interface Limiter {
  /** Never rejects. */
  admit(asked: Asked): Promise<Admitted>;
  /** What is admitted afterwards knows of it. */
  settle(over: Over): void;
  /** What it really cost, where that is known only later. */
  correct(corrected: Corrected): void;
  /** Resolves once everything that was given is booked. */
  close(): Promise<void>;
}

export type ToLimiter =
  | { readonly kind: 'admit'; readonly ask: Ask }
  | { readonly kind: 'settle'; readonly done: Done }
  | { readonly kind: 'correct'; readonly correction: Correction }
  | { readonly kind: 'close' };

export type FromLimiter =
  | { readonly kind: 'admission'; readonly id: string; readonly admission: Admission }
  | { readonly kind: 'warning'; readonly warning: string };

export interface LimiterHooks {
  readonly warn: (message: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** Another thread script, for tests. */
  readonly entry?: URL;
}

/** For the thread's own start, and then for an answer; a request that waited so long goes on. */
const START_MS = 10_000;
const ANSWER_MS = 2_000;
const CLOSE_MS = 5_000;
/** A thread that died so often is not started again. */
const MOST_STARTS = 5;

export function openLimiter(options: LimiterOptions, hooks: LimiterHooks): Limiter {
  return new ThreadLimiter(options, hooks);
}

class ThreadLimiter implements Limiter {
  readonly #options: LimiterOptions;
  readonly #hooks: LimiterHooks;
  readonly #waiting = new Map<string, (admission: Admission) => void>();
  #worker: Worker | undefined;
  #starts = 0;
  #waitMs = START_MS;
  #isClosed = false;
  #isSilenceTold = false;

  constructor({ storePath, store, limits, models }: LimiterOptions, hooks: LimiterHooks) {
    this.#options = { storePath, store, limits, models };
    this.#hooks = hooks;
    this.#worker = this.#start();
  }

  async admit(asked: Asked): Promise<Admitted> {
    const at = this.#now();
    const worker = this.#running();
    if (!worker) return { at };
    const answer = new Promise<Admission>((resolve) => {
      const timer = setTimeout(() => this.#giveUp(asked.id), this.#waitMs).unref();
      this.#waiting.set(asked.id, (admission) => {
        clearTimeout(timer);
        resolve(admission);
      });
    });
    worker.postMessage({ kind: 'admit', ask: { ...asked, at } } satisfies ToLimiter);
    return { ...(await answer), at };
  }

  settle(over: Over): void {
    this.#running()?.postMessage({ kind: 'settle', done: { ...over, at: this.#now() } } satisfies ToLimiter);
  }

  correct(corrected: Corrected): void {
    const correction = { ...corrected, at: this.#now() };
    this.#running()?.postMessage({ kind: 'correct', correction } satisfies ToLimiter);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (!worker) return;
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ kind: 'close' } satisfies ToLimiter);
    await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
    await worker.terminate();
  }

  #now(): number {
    return (this.#hooks.now ?? Date.now)();
  }

  #running(): Worker | undefined {
    return this.#isClosed ? undefined : (this.#worker ??= this.#start());
  }

  #start(): Worker | undefined {
    if (this.#starts++ >= MOST_STARTS) return undefined;
    // Type stripping runs the source; the build has its own extension.
    const script = import.meta.url.endsWith('.ts') ? './limiter-thread.ts' : './limiter-thread.js';
    const worker = new Worker(this.#hooks.entry ?? new URL(script, import.meta.url), { workerData: this.#options });
    this.#waitMs = START_MS;
    worker.on('message', (message: FromLimiter) => this.#hear(message));
    worker.on('error', (error) => this.#lose(worker, `failed: ${error.message}`));
    worker.on('exit', () => this.#lose(worker, 'ended'));
    return worker;
  }

  #hear(message: FromLimiter): void {
    this.#waitMs = ANSWER_MS;
    if (message.kind === 'warning') return this.#hooks.warn(message.warning);
    this.#answer(message.id, message.admission);
  }

  #answer(id: string, admission: Admission): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(admission);
  }

  #giveUp(id: string): void {
    if (!this.#isSilenceTold)
      this.#hooks.warn('budgets and limits could not be looked up in time; some requests went on without');
    this.#isSilenceTold = true;
    this.#answer(id, {});
  }

  #lose(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const id of this.#waiting.keys()) this.#answer(id, {});
    if (!this.#isClosed)
      this.#hooks.warn(`the thread that keeps budgets and limits ${why}; some requests went on without`);
  }
}

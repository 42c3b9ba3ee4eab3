/**
 * Keeps the accounts off the way of requests: a thread of its own, started with the first request that is over, that
 * takes one after the other. Its failure costs entries of the ledger and nothing else.
 */
import { Worker } from 'node:worker_threads';
import type { LearnedSnapshot } from '../core/importance.ts';
import type { StoreSettings } from '../core/stores.ts';
import type { Savings } from '../ledger/savings.ts';
import type { AccountJob, Receipt } from './account.ts';
import type { HopStep } from './advance.ts';

/** Plain values only: they cross into the thread. */
export interface ClerkOptions {
  readonly storePath: string | undefined;
  readonly store?: StoreSettings | undefined;
  readonly holdout?: number | undefined;
  /** What the views of this process are made by, and whether what becomes of them is counted. */
  readonly learned?: LearnedSnapshot | undefined;
  readonly learns?: boolean | undefined;
  readonly textObservations?: string | undefined;
  /** The operator's models file, as it was read when the process started. */
  readonly models?: object | undefined;
}

export interface Clerk {
  /** Never rejects; undefined when nothing was recorded. */
  record(job: AccountJob): Promise<Receipt | undefined>;
  /** The calls of a hop were answered: what they teach. Nobody waits for it. */
  learn(step: HopStep): void;
  /** Over requests that came since then, all that were given before included; undefined when nobody knows. */
  savings(since: number): Promise<Savings | undefined>;
  /** Resolves once everything that was given is recorded. */
  close(): Promise<void>;
}

export type ToClerk =
  | { readonly kind: 'record'; readonly id: number; readonly job: AccountJob }
  | { readonly kind: 'learn'; readonly id: number; readonly step: HopStep }
  | { readonly kind: 'savings'; readonly id: number; readonly since: number }
  | { readonly kind: 'close' };

export type FromClerk =
  | { readonly kind: 'receipt'; readonly id: number; readonly receipt: Receipt | undefined }
  | { readonly kind: 'learnt'; readonly id: number }
  | { readonly kind: 'savings'; readonly id: number; readonly savings: Savings | undefined }
  | { readonly kind: 'warning'; readonly warning: string };

/** What waits to be recorded holds its bodies, here and in the thread: more than that is not taken. */
const MOST_WAITING_BYTES = 64 * 2 ** 20;
/** Of what a request leaves behind before it is cleared away: more takes memory and saves no time. */
const YOUNG_MB = 12;
const CLOSE_MS = 5_000;
/** Nobody waits longer for an answer; what was asked is done all the same. */
const ANSWER_MS = 10_000;
/** A thread that died so often is not started again. */
const MOST_STARTS = 5;

type Answer = Receipt | Savings | undefined;

export interface ClerkHooks {
  readonly warn: (message: string) => void;
  /** Another thread script, for tests. */
  readonly entry?: URL;
}

export function openClerk(options: ClerkOptions, hooks: ClerkHooks): Clerk {
  return new ThreadClerk(options, hooks);
}

class ThreadClerk implements Clerk {
  readonly #options: ClerkOptions;
  readonly #hooks: ClerkHooks;
  readonly #waiting = new Map<number, { readonly bytes: number; readonly resolve: (answer: Answer) => void }>();
  #worker: Worker | undefined;
  #starts = 0;
  #asked = 0;
  #bytes = 0;
  #isClosed = false;

  constructor(options: ClerkOptions, hooks: ClerkHooks) {
    const { storePath, store, holdout, learned, learns, textObservations, models } = options;
    this.#options = { storePath, store, holdout, learned, learns, textObservations, models };
    this.#hooks = hooks;
  }

  async record(job: AccountJob): Promise<Receipt | undefined> {
    return (await this.#ask((id) => ({ kind: 'record', id, job }), bytesOf(job))) as Receipt | undefined;
  }

  learn(step: HopStep): void {
    if (this.#options.learns === true) void this.#ask((id) => ({ kind: 'learn', id, step }), bytesOf(step));
  }

  async savings(since: number): Promise<Savings | undefined> {
    return (await this.#ask((id) => ({ kind: 'savings', id, since }), 0)) as Savings | undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (!worker) return;
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ kind: 'close' } satisfies ToClerk);
    await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
    await worker.terminate();
  }

  #ask(messageFor: (id: number) => ToClerk, bytes: number): Promise<Answer> {
    const worker = this.#bytes + bytes > MOST_WAITING_BYTES ? undefined : this.#thread();
    if (!worker) return Promise.resolve(undefined);
    const id = ++this.#asked;
    this.#bytes += bytes;
    worker.postMessage(messageFor(id));
    return new Promise((resolve) => {
      this.#waiting.set(id, { bytes, resolve });
      setTimeout(() => resolve(undefined), ANSWER_MS).unref();
    });
  }

  #thread(): Worker | undefined {
    return this.#isClosed ? undefined : (this.#worker ?? this.#start());
  }

  #start(): Worker | undefined {
    if (this.#starts++ >= MOST_STARTS) return undefined;
    // Type stripping runs the source; the build has its own extension.
    const script = import.meta.url.endsWith('.ts') ? './clerk-thread.ts' : './clerk-thread.js';
    const worker = new Worker(this.#hooks.entry ?? new URL(script, import.meta.url), {
      workerData: this.#options,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker = worker;
    worker.on('message', (message: FromClerk) => this.#hear(message));
    worker.on('error', (error) => this.#lose(worker, `failed: ${error.message}`));
    worker.on('exit', () => this.#lose(worker, 'ended'));
    return worker;
  }

  #hear(message: FromClerk): void {
    if (message.kind === 'warning') this.#hooks.warn(message.warning);
    else if (message.kind === 'learnt') this.#answer(message.id, undefined);
    else this.#answer(message.id, message.kind === 'receipt' ? message.receipt : message.savings);
  }

  #answer(id: number, answer: Answer): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    this.#bytes -= waiting.bytes;
    waiting.resolve(answer);
  }

  #lose(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const id of this.#waiting.keys()) this.#answer(id, undefined);
    if (!this.#isClosed)
      this.#hooks.warn(`the thread that keeps the accounts ${why}; some requests are missing in them`);
  }
}

function bytesOf({ received, sent }: Pick<AccountJob, 'received' | 'sent'>): number {
  return (received?.byteLength ?? 0) + (sent?.byteLength ?? 0);
}

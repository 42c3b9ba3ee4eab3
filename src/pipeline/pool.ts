/**
 * Runs the engine off the event loop: worker threads with a hard time limit each. A worker that overruns it or dies
 * costs its request nothing but the saving: another one replays what was pinned, and the rest goes out as it came.
 */
import { Worker } from 'node:worker_threads';
import type { StoresStatus } from '../core/stores.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { EngineOptions } from './defaults.ts';
import { findVolatile } from '../transforms/cache-aligner/volatile.ts';
import type { Advance, HopStep } from './advance.ts';
import { UNCACHED_BYTES } from './align.ts';
import type { KeptAnswer } from '../core/kept-answers.ts';
import type { Job, KeptQuestion, Mending, Verdict } from './engine.ts';

/** What every API calls the list that the retrieval tool is added to. */
const TOOLS_MARK = '"tools"';
/** How long past its deadline a worker may take to notice it, in milliseconds. */
const GRACE_MS = 1_000;
/** Of what a request leaves behind before it is cleared away: more takes memory and saves no time. */
const YOUNG_MB = 12;
/** For a replay, in milliseconds: it decides nothing, and what it pins is what the next request is held to. */
const REPLAY_MS = 10_000;
/** How long a thread may take to start, in milliseconds. */
const START_MS = 15_000;

export interface PoolOptions extends EngineOptions {
  /** Most worker threads at once; the second and later ones are started when there is work for them. */
  readonly workers: number;
  readonly warn: (message: string) => void;
  /** Of these formats a body without a tool result is answered at once. */
  readonly formats?: readonly WireFormat[];
  /** Another worker script, for tests. */
  readonly entry?: URL;
}

export interface Optimizer {
  /** Never rejects: whatever happens, the answer says what to send. */
  run(job: Job): Promise<Verdict>;
  /** The tenant's original with this key, wherever it is kept. */
  original(tenant: string, key: string): Promise<string | undefined>;
  /** Answers the hidden calls of a hop; undefined when nobody can. */
  advance(step: HopStep): Promise<Advance | undefined>;
  /** What the client was shown of an answer that its provider keeps; undefined when it is not known here. */
  kept(question: KeptQuestion): Promise<KeptAnswer | undefined>;
  /** What to send in place of a request whose signed reasoning was refused; undefined when there is nothing. */
  mend(mending: Mending): Promise<Uint8Array | undefined>;
  /** From now on nothing new is done in this conversation. */
  freeze?(tenant: string, conversation: string): Promise<void>;
  /** How the first worker's stores are; undefined while there is none. */
  status(): Promise<StoresStatus | undefined>;
  /** Resolves once the first worker is up, or could not be started. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export type ToWorker =
  /** A replay begins nothing: what was pinned goes out again. */
  | { readonly kind: 'job'; readonly job: Job; readonly isReplay: boolean }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'warning'; readonly warning: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer };

export type Question =
  | { readonly about: 'original'; readonly tenant: string; readonly key: string }
  | { readonly about: 'hop'; readonly step: HopStep }
  | ({ readonly about: 'kept' } & KeptQuestion)
  | { readonly about: 'mending'; readonly mending: Mending }
  | { readonly about: 'freeze'; readonly tenant: string; readonly conversation: string }
  | { readonly about: 'status' };
export interface Answer {
  readonly text?: string | undefined;
  readonly advance?: Advance;
  readonly body?: Uint8Array | undefined;
  readonly kept?: KeptAnswer | undefined;
  readonly status?: StoresStatus;
}

interface Waiting {
  readonly job: Job;
  /** A worker was lost over it. */
  readonly isReplay: boolean;
  readonly resolve: (verdict: Verdict) => void;
}

interface Crew {
  readonly worker: Worker;
  readonly asked: Map<number, (answer: Answer) => void>;
  isReady: boolean;
  running: Waiting | undefined;
  timer: NodeJS.Timeout | undefined;
}

export function openOptimizer(options: PoolOptions): Optimizer {
  return new Pool(options);
}

class Pool implements Optimizer {
  readonly ready: Promise<void>;
  readonly #options: PoolOptions;
  readonly #size: number;
  readonly #crews = new Set<Crew>();
  readonly #queue: Waiting[] = [];
  #markReady: () => void = () => undefined;
  #lastStatus: StoresStatus | undefined;
  #questions = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    // What lives in memory lives in one thread.
    this.#size = options.storePath === undefined ? 1 : Math.max(1, options.workers);
    this.ready = new Promise((resolve) => (this.#markReady = resolve));
    this.#start();
  }

  run(job: Job): Promise<Verdict> {
    if (this.#isUndecidable(job)) return Promise.resolve(untouched(job));
    return new Promise((resolve) => {
      this.#queue.push({ job, isReplay: false, resolve });
      this.#next();
    });
  }

  async original(tenant: string, key: string): Promise<string | undefined> {
    for (const crew of this.#crews) {
      const { text } = await this.#ask(crew, { about: 'original', tenant, key });
      if (text !== undefined) return text;
    }
    return undefined;
  }

  async advance(step: HopStep): Promise<Advance | undefined> {
    return (await this.#askAnyone({ about: 'hop', step })).advance;
  }

  async kept(question: KeptQuestion): Promise<KeptAnswer | undefined> {
    return (await this.#askAnyone({ about: 'kept', ...question })).kept;
  }

  async mend(mending: Mending): Promise<Uint8Array | undefined> {
    return (await this.#askAnyone({ about: 'mending', mending })).body;
  }

  async freeze(tenant: string, conversation: string): Promise<void> {
    await this.#askAnyone({ about: 'freeze', tenant, conversation });
  }

  async status(): Promise<StoresStatus | undefined> {
    const [first] = this.#crews;
    // A worker in the middle of a job answers after it; health must not wait for that.
    if (!first?.isReady || first.running) return this.#lastStatus;
    return (this.#lastStatus = (await this.#ask(first, { about: 'status' })).status);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const exits = Array.from(this.#crews, (crew) => new Promise((resolve) => crew.worker.once('exit', resolve)));
    for (const crew of this.#crews) crew.worker.postMessage({ kind: 'close' } satisfies ToWorker);
    await Promise.race([Promise.all(exits), new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
    await Promise.all(Array.from(this.#crews, (crew) => crew.worker.terminate()));
  }

  #isUndecidable({ format, body, isBatch = false, isCounted }: Job): boolean {
    const known = this.#options.formats?.find(({ name }) => name === format);
    if (!known || isCounted || this.#options.textObservations !== undefined) return false;
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const says = (marks: readonly string[]): boolean => marks.some((mark) => bytes.includes(mark));
    const { offersTool = false, aligns = false } = this.#options;
    const mayAdd =
      !isBatch && ((offersTool && says([TOOLS_MARK])) || (aligns && isWorthAligning(bytes) && !says(known.cacheMarks)));
    return !mayAdd && !says(known.resultMarks);
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const idle = [...this.#crews].find((crew) => !crew.running) ?? this.#grow();
    if (!idle) return;
    const waiting = this.#queue.shift()!;
    idle.running = waiting;
    this.#watch(idle, idle.isReady ? 0 : START_MS);
    const { job, isReplay } = waiting;
    idle.worker.postMessage({ kind: 'job', job, isReplay } satisfies ToWorker);
  }

  async #askAnyone(question: Question): Promise<Answer> {
    const crew = [...this.#crews].find((one) => one.isReady && !one.running) ?? [...this.#crews][0] ?? this.#grow();
    const late = new Promise<Answer>((resolve) => {
      setTimeout(() => resolve({}), this.#options.deadlineMs + GRACE_MS).unref();
    });
    return crew ? Promise.race([this.#ask(crew, question), late]) : {};
  }

  #ask(crew: Crew, question: Question): Promise<Answer> {
    const id = ++this.#questions;
    return new Promise((resolve) => {
      crew.asked.set(id, resolve);
      crew.worker.postMessage({ kind: 'ask', id, question } satisfies ToWorker);
    });
  }

  #watch(crew: Crew, extraMs: number): void {
    clearTimeout(crew.timer);
    const { deadlineMs, fits, deepens } = this.#options;
    // A step of either kind has a time of its own.
    const steps = [fits, deepens].filter((one) => one === true);
    const jobMs = crew.running?.isReplay ? REPLAY_MS : deadlineMs * (1 + steps.length) + GRACE_MS;
    const limitMs = jobMs + extraMs;
    crew.timer = setTimeout(() => this.#lose(crew, 'overran its deadline'), limitMs);
  }

  #grow(): Crew | undefined {
    return this.#crews.size < this.#size && !this.#isClosed ? this.#start() : undefined;
  }

  #start(): Crew {
    const {
      level,
      tools,
      allowLoss,
      offersTool,
      aligns,
      fits,
      deepens,
      prose,
      holdout,
      learned,
      storePath,
      store,
      textObservations,
      models,
      vocabularies,
      deadlineMs,
    } = this.#options;
    // Type stripping runs the source; the build has its own extension.
    const entry =
      this.#options.entry ?? new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
    const workerData = {
      level,
      tools,
      allowLoss,
      offersTool,
      aligns,
      fits,
      deepens,
      prose,
      holdout,
      learned,
      storePath,
      store,
      textObservations,
      models,
      vocabularies,
      deadlineMs,
    } satisfies EngineOptions;
    const worker = new Worker(entry, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const crew: Crew = { worker, asked: new Map(), isReady: false, running: undefined, timer: undefined };
    this.#crews.add(crew);
    worker.on('message', (message: FromWorker) => this.#hear(crew, message));
    worker.on('error', (error) => this.#lose(crew, `failed: ${error.message}`));
    worker.on('exit', () => this.#lose(crew, 'ended'));
    return crew;
  }

  #hear(crew: Crew, message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#markReady();
        crew.isReady = true;
        if (crew.running) this.#watch(crew, 0);
        return;
      case 'warning':
        this.#options.warn(message.warning);
        return;
      case 'answer':
        crew.asked.get(message.id)?.(message.answer);
        crew.asked.delete(message.id);
        return;
      case 'verdict': {
        const done = crew.running;
        clearTimeout(crew.timer);
        crew.running = undefined;
        this.#next();
        done?.resolve(message.verdict);
      }
    }
  }

  /** The worker is gone or given up: its job and its questions are answered without it. */
  #lose(crew: Crew, why: string): void {
    if (!this.#crews.delete(crew)) return;
    clearTimeout(crew.timer);
    this.#markReady();
    for (const resolve of crew.asked.values()) resolve({});
    void crew.worker.terminate();
    const lost = crew.running;
    if (!this.#isClosed)
      this.#options.warn(
        `a worker ${why}; ${lost ? 'its request goes out without new shortening' : 'another one starts when needed'}`,
      );
    if (lost && !lost.isReplay && !this.#isClosed) this.#queue.unshift({ ...lost, isReplay: true });
    else if (lost) lost.resolve({ ...untouched(lost.job), problem: 'no worker got through with it' });
    this.#next();
  }
}

/** No provider caches so little; but a value that changes is taken out from the start (align.ts). */
function isWorthAligning(body: Buffer): boolean {
  return body.length > UNCACHED_BYTES || findVolatile(body.toString().replaceAll(/\\n|"/g, '\n')).length > 0;
}

/** Where clients name the model, among what they send first; for the log only. */
const MODEL = /"model"\s*:\s*"([^"\\]{1,200})"/;
const HEAD_BYTES = 1024;

function untouched({ format, body }: Job): Verdict {
  const model = MODEL.exec(Buffer.from(body.subarray(0, HEAD_BYTES)).toString('latin1'))?.[1] ?? '';
  return {
    body: undefined,
    format,
    model,
    notes: [],
    parts: [],
    totals: undefined,
    isOffered: false,
    problem: undefined,
  };
}

/**
 * The library: the proxy's pipeline in your own process. Nothing heavy is loaded before the first call, and nothing is
 * sent anywhere.
 */
import { HeadroomError } from '../core/errors.ts';
import type { JsonValue } from '../core/json/value.ts';
import { checkCallOptions, checkOptions } from './check-options.ts';
import type { Engines, WayBack } from './engines.ts';
import type { CompressOptions, HeadroomOptions } from './options.ts';
import {
  CompressedText,
  type CompressedMessages,
  type CompressedRequest,
  type Figures,
  type Simulation,
} from './results.ts';
import { type RetrieveTool, retrieveToolWith } from './retrieve-tool.ts';
import type { MessageLike, RequestLike } from './shapes.ts';

/** Whose it is where nobody says. */
const TENANT = 'library';

/** What of an original is wanted: as in a call of the retrieval tool. */
export interface Selection {
  /** Words or a piece of text: the lines or rows that fit best. */
  readonly query?: string;
  /** `120` or `120-180`, counted from 1. */
  readonly lines?: string;
  /** The same for rows of a table or list. */
  readonly rows?: string;
  /** Where it is JSON: `$.items[3].name`. */
  readonly path?: string;
  /** Most hits of a query, or else most lines. Default 20 hits. */
  readonly limit?: number;
}

/** Of the requests that clients sent: a result counts in each request that repeats it, and only where it is shorter. */
export interface Savings {
  readonly requests: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly tokensSaved: number;
}

/** What the wrappers of clients need of a Headroom, and programs do not. */
export interface Inside {
  readonly options: HeadroomOptions;
  open(): Promise<Engines>;
  /** Whose request it is, from here on: `retrieve` finds the originals of all of them. */
  serve(credential: string): string;
  /** A request was decided. */
  count(said: Figures): void;
  /**
   * `compress`, for a request that stands for a framework's: what it says of calls stays.
   * @param beside what the model reads that is not in the request, as texts.
   */
  shorten<R extends RequestLike>(
    request: R,
    options: CompressOptions,
    beside: readonly string[],
  ): Promise<CompressedRequest<R>>;
}

export let insideOf: (headroom: Headroom) => Inside;

/** The library: options and a store, and what can be done with them. */
export class Headroom {
  static {
    insideOf = (headroom) => ({
      options: headroom.options,
      open: () => headroom.#open(),
      serve: (credential) => headroom.#serve(credential),
      count: (said) => headroom.#count(said),
      shorten: (request, options, beside) => headroom.#shorten(request, options, beside),
    });
  }

  /** As they were given. */
  readonly options: HeadroomOptions;
  /** The tool by which a model gets originals, for loops that you write yourself. */
  readonly retrieveTool: RetrieveTool;
  readonly #tenants: Set<string>;
  #engines: Promise<Engines> | undefined;
  #savings: Savings = { requests: 0, tokensBefore: 0, tokensAfter: 0, tokensSaved: 0 };

  /** @throws TypeError for options that there are not, or with values that they cannot have. */
  constructor(options: HeadroomOptions = {}) {
    checkOptions(options);
    this.options = options;
    this.#tenants = new Set([options.tenant ?? TENANT]);
    this.retrieveTool = retrieveToolWith(async (input) => {
      const { answerOf } = await import('./engines.ts');
      // A model may name any hash: it gets what this program itself had shortened, and nothing that clients sent.
      return answerOf(input, [options.tenant ?? TENANT], (await this.#open()).stores);
    });
  }

  /**
   * Says something shorter. A text, or a JSON value as the text that a model reads of it, comes back as `text`; messages
   * as `messages` and a request body as `request`, with shorter tool results and everything else as it was. Send the
   * whole history each time: what was decided for a message once comes out the same again. What cannot be read comes back as
   * it came, and `problem` or `reason` says why. Where originals can be fetched a request is also made to fit what its
   * model reads.
   * @throws TypeError for options that there are not, HeadroomError BAD_OPTION for a tokenizer that is not known, and as
   * `prepare` does; DOES_NOT_FIT for a request that is longer than its model reads, whatever is left out.
   */
  compress(input: string, options?: CompressOptions): Promise<CompressedText>;
  compress<M extends readonly MessageLike[]>(input: M, options?: CompressOptions): Promise<CompressedMessages<M>>;
  compress<R extends RequestLike>(input: R, options?: CompressOptions): Promise<CompressedRequest<R>>;
  compress(input: unknown, options?: CompressOptions): Promise<CompressedText>;
  async compress(input: unknown, options: CompressOptions = {}): Promise<Compressed> {
    const { compressed } = await import('./compressed.ts');
    return compressed(input, options, await this.#setting(options));
  }

  /** What `compress` would do, and why. Nothing is decided by it and nothing is kept. */
  async simulate(input: unknown, options: CompressOptions = {}): Promise<Simulation> {
    const { simulated } = await import('./compressed.ts');
    return simulated(input, options, await this.#setting(options));
  }

  /**
   * The original of a shorter text: by what `compress` gave, by the text, or by a hash. Undefined when it is not kept here,
   * and for undefined, such as the first hash of a result that has none.
   * @throws HeadroomError BAD_REQUEST for a result with several originals: ask for one of its `hashes`. TypeError for
   * anything else.
   */
  async retrieve(shorter: string | Figures | undefined, selection?: Selection): Promise<string | undefined> {
    const asked = handleOf(shorter);
    const { originalOf, answerOf } = await import('./engines.ts');
    const { stores } = await this.#open();
    const tenants = [...this.#tenants];
    const original = asked === undefined ? undefined : originalOf(asked, tenants, stores);
    if (selection === undefined || original === undefined) return original;
    const { hashOf } = await import('../core/hash.ts');
    const key = hashOf(original);
    return answerOf({ ...selection, hash: key } as JsonValue, tenants, stores);
  }

  /** The original of a form that loses nothing, read from the form alone; undefined when the text is none. */
  async expand(text: string): Promise<string | undefined> {
    const { expand } = await import('./compressed.ts');
    return expand(text);
  }

  /**
   * Loads now what the first call would load.
   * @throws HeadroomError BAD_OPTION, and for options that need packages which are not installed.
   */
  async prepare(): Promise<void> {
    await this.#open();
  }

  /** What was decided for requests of clients, in sum. */
  get savings(): Savings {
    return this.#savings;
  }

  /** Closes the store. What is asked afterwards opens it again. */
  async close(): Promise<void> {
    const open = this.#engines;
    this.#engines = undefined;
    (await open)?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #open(): Promise<Engines> {
    return (this.#engines ??= import('./engines.ts')
      .then(({ Engines }) => Engines.open(this.options))
      .catch((error: unknown) => {
        this.#engines = undefined;
        throw error;
      }));
  }

  #serve(credential: string): string {
    const tenant = this.options.tenant ?? credential;
    this.#tenants.add(tenant);
    return tenant;
  }

  #count({ tokensBefore, tokensAfter }: Figures): void {
    const { requests, tokensBefore: before, tokensAfter: after } = this.#savings;
    const sum = { tokensBefore: before + tokensBefore, tokensAfter: after + tokensAfter };
    this.#savings = { requests: requests + 1, ...sum, tokensSaved: sum.tokensBefore - sum.tokensAfter };
  }

  async #shorten<R extends RequestLike>(
    request: R,
    options: CompressOptions,
    beside: readonly string[],
  ): Promise<CompressedRequest<R>> {
    const { compressed } = await import('./compressed.ts');
    return compressed(request, options, { ...(await this.#setting(options)), beside }) as CompressedRequest<R>;
  }

  async #setting(options: CompressOptions): Promise<Setting> {
    checkCallOptions(options);
    const { offersRetrieval = this.options.offersRetrieval } = options;
    const engines = await this.#open();
    const way = offersRetrieval === undefined ? undefined : offersRetrieval ? 'tool' : 'none';
    return { engines, way, tenant: this.options.tenant ?? TENANT, hooks: this.options.hooks ?? {} };
  }
}

export type Compressed = CompressedText | CompressedMessages<unknown> | CompressedRequest<unknown>;

/** What a call works with. */
export interface Setting {
  readonly engines: Engines;
  /** Undefined: as the request says. */
  readonly way: WayBack | undefined;
  readonly tenant: string;
  readonly hooks: NonNullable<HeadroomOptions['hooks']>;
  /** Of requests that stand for a framework's, of which only results come back: what the model reads beside them. */
  readonly beside?: readonly string[] | undefined;
}

function handleOf(result: string | Figures | undefined): string | undefined {
  if (result === undefined || typeof result === 'string') return result;
  if (!Array.isArray((result as Partial<Figures> | null)?.hashes))
    throw new TypeError(`retrieve takes a result of compress, a text or a hash, not ${JSON.stringify(result)}.`);
  if (result instanceof CompressedText) return result.compressed ? result.hashes[0] : result.text;
  const [hash, ...more] = result.hashes;
  if (more.length === 0) return hash;
  throw new HeadroomError('BAD_REQUEST', `This result has ${more.length + 1} originals: ask for one of its hashes.`);
}

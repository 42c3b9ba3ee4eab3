/** The library: the proxy's pipeline in your own process, on request bodies that you send yourself. */
import type { Level } from '../core/compressor.ts';
import { HeadroomError } from '../core/errors.ts';
import type { StoreSettings } from '../core/stores.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import { type CodeLanguage, isCodeLanguage, outline } from '../compressors/code/code.ts';
import { compressors, openEngine, type OpenEngine, prepareEngine } from '../pipeline/defaults.ts';
import { expandText } from '../pipeline/expand.ts';

export type { Level, StoreSettings, ToolRule };
export { HeadroomError, type CodeLanguage, isCodeLanguage, outline };

export interface HeadroomOptions {
  /** How far results may be shortened. Default `balanced`. */
  readonly profile?: Level;
  /** Another profile for the results of some tools, `*` in a name stands for anything; the first that fits counts. */
  readonly tools?: readonly ToolRule[];
  /**
   * True when the model has a tool of yours that gives it what `retrieve` gives: then long results may become views,
   * which leave something out and end in the key of their original. Default false: lossless forms only.
   */
  readonly offersRetrieval?: boolean;
  /** Also leave out the sentences of ordinary prose that matter least to the call; only where views are made. */
  readonly prose?: boolean;
  /** The database file, or redis://host:port/db, that keeps originals and decisions; without it both live in memory. */
  readonly storePath?: string;
  /** How the store is kept: its limits, and the key that it is encrypted with. */
  readonly store?: StoreSettings;
  /** Longest time for the decisions of one request, in milliseconds. Default 2,000. */
  readonly deadlineMs?: number;
  /** Told about trouble with the store. Default: silence. */
  readonly warn?: (message: string) => void;
}

export interface CompressOptions {
  /** `json`: a program reads the results, so JSON among them stays valid JSON. */
  readonly responseFormat?: 'json';
}

export interface CompressResult<T> {
  /** The same request with shorter tool results. */
  readonly request: T;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Keys for `retrieve`. */
  readonly originals: readonly string[];
}

export interface Headroom {
  /** Loads the parsers that outlines of code need (profile or a tool's level `aggressive`); without it there are none. */
  prepare(): Promise<void>;
  /**
   * Shortens the tool results of a request body of a known API (Anthropic Messages, OpenAI Chat Completions and
   * Responses, Gemini). Send the whole history each time: what was decided for a message once comes out the same again.
   * @throws HeadroomError BAD_REQUEST when no format recognises the body.
   */
  compress<T extends object>(request: T, options?: CompressOptions): CompressResult<T>;
  /** The original text of a shortened result, by its key; undefined when it is not kept here. */
  retrieve(key: string): string | undefined;
  close(): void;
}

const TENANT = 'library';

export function openHeadroom(options: HeadroomOptions = {}): Headroom {
  const { profile = 'balanced', tools, prose, storePath, store, deadlineMs = 2_000, warn = () => undefined } = options;
  const engine = openEngine(
    { level: profile, tools, prose, allowLoss: options.offersRetrieval, storePath, store, deadlineMs },
    warn,
  );
  return {
    prepare: () => prepareEngine({ level: profile, tools }),
    compress: (request, { responseFormat } = {}) => compressWith(engine, request, responseFormat),
    retrieve: (key) => engine.stores.originals(TENANT).get(key),
    close: () => engine.close(),
  };
}

function compressWith<T extends object>(
  engine: OpenEngine,
  request: T,
  responseFormat: 'json' | undefined,
): CompressResult<T> {
  const body = Buffer.from(JSON.stringify(request));
  const job = { body, format: undefined, tenant: TENANT, intent: 'send', isCounted: true, responseFormat } as const;
  const verdict = engine.run(job);
  if (verdict.problem !== undefined || !verdict.totals) {
    throw new HeadroomError(
      'BAD_REQUEST',
      `compress() could not read the request: ${verdict.problem}. Pass a whole body: { model, messages }`,
    );
  }
  const shorter = verdict.body ? (JSON.parse(Buffer.from(verdict.body).toString()) as T) : request;
  return { request: shorter, ...verdict.totals };
}

/** The original of a lossless form, whichever compressor made it; undefined when the text holds no such form. */
export function expand(text: string): string | undefined {
  return expandText(text, compressors);
}

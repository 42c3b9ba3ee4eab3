/** What a program may say when it makes a Headroom, and with each call. */
import type { Level } from '../core/compressor.ts';
import type { JsonObject, JsonValue } from '../core/json/value.ts';
import type { StoreSettings } from '../core/stores.ts';
import type { Tokenizer, VocabularyFile } from '../core/tokenizer.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import type { Figures } from './results.ts';

/** Where originals and decisions are kept. */
export interface LibraryStore extends StoreSettings {
  /** A database file, or redis://host:port/db. */
  readonly path: string;
}

/** How a Headroom works; all of it may be left out. */
export interface HeadroomOptions {
  /** How far results may be shortened. Default `balanced`. */
  readonly profile?: Level | undefined;
  /** Another profile for the results of some tools, `*` in a name stands for anything; the first that fits counts. */
  readonly tools?: readonly ToolRule[] | undefined;
  /**
   * True when whoever reads the shorter texts can ask for originals, by `retrieveTool` or a tool of your own. Then long
   * results may become views, which leave something out and end in the hash of their original. By default that is so
   * for requests that have `retrieveTool` among their tools, and everything else takes forms that lose nothing.
   */
  readonly offersRetrieval?: boolean | undefined;
  /**
   * What becomes of a request that is longer than its model reads. `auto`, the default: in the profiles `balanced` and
   * `aggressive`, where originals can be fetched, its results are said shorter, then the least worthy are left out, each
   * named in its place; where that is not enough the call ends in an error, DOES_NOT_FIT. `off`: it is sent as it is.
   */
  readonly contextFit?: 'auto' | 'off' | undefined;
  /**
   * Whether what stands before the messages is kept equal from request to request, so that providers' prompt caches hit:
   * dates, ids and the like move into a note at the end, prefixes are marked or named. `auto`, the default: in the
   * profiles `balanced` and `aggressive`, in requests that clients send through here, or that `compress` is asked to
   * align, and that say nothing of caches themselves. `off`: never.
   */
  readonly cacheAlign?: 'auto' | 'off' | undefined;
  /** What you know of models beside what is built in, such as how much they read: a file, or the object in one (docs/models.md). */
  readonly modelsFile?: string | object | undefined;
  /** The `tokenizer.json` of open models, by the names of their tokenizers: whether a request fits is then counted exactly. */
  readonly vocabulary?: readonly VocabularyFile[] | undefined;
  /** Also leave out the sentences of ordinary prose that matter least to the call; only where views are made. */
  readonly prose?: boolean | undefined;
  /** A database file, redis://host:port/db, or one of them with settings. Without it all lives in this process's memory. */
  readonly store?: string | LibraryStore | undefined;
  /** Whose originals and decisions these are, where one store serves several. */
  readonly tenant?: string | undefined;
  /** What tokens are counted with: the name of one that is built in, or your own. Default `o200k`. */
  readonly tokenizer?: string | Tokenizer | undefined;
  /** Longest time for the decisions of one request, in milliseconds. Default 2,000. */
  readonly deadlineMs?: number | undefined;
  /** Your own code before and after each decision. */
  readonly hooks?: Hooks | undefined;
  /** Told about trouble with the store, once for each kind. Default: a warning of the process. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Of one call. */
export interface CompressOptions {
  /** The model that will read it, where the input does not say so. */
  readonly model?: string | undefined;
  /** Of a text: the name of the tool that it is the result of. It says what matters in the text, like `input`. */
  readonly tool?: string | undefined;
  /** What that tool was asked, as a JSON value. */
  readonly input?: JsonValue | undefined;
  /** Of a text: it is the report of a failure, and stays as it is. */
  readonly isError?: boolean | undefined;
  /** In place of what the options of the Headroom say. */
  readonly offersRetrieval?: boolean | undefined;
  /**
   * `auto`: a request is also aligned for its provider's prompt cache. Then its system prompt, its tools and texts in it may
   * come back as other values than strings, and with more members. Default `off`: only results change.
   */
  readonly cacheAlign?: 'auto' | 'off' | undefined;
  /** `json`: a program reads the results, so JSON among them stays valid JSON. */
  readonly responseFormat?: 'json' | undefined;
}

/** Looks on, and has a say. What throws costs that step and nothing else. */
export interface Hooks {
  /** Before anything is decided. A request that it returns takes the place of the one that came. */
  before?(request: RequestEvent): JsonObject | undefined | void;
  /** For every shorter text that would take a result's place, when that result first appears. False: it stays as it is. */
  edit?(edit: ProposedEdit): boolean | undefined | void;
  /** After all is decided. */
  after?(outcome: OutcomeEvent): void;
}

/** A request, or messages, that is about to be decided. */
export interface RequestEvent {
  /** The API: `anthropic-messages`, `openai-chat`, `openai-responses`, `gemini`. */
  readonly api: string;
  /** Empty where nobody says. */
  readonly model: string;
  /** The body as an object; messages stand in one. */
  readonly request: JsonObject;
}

/** A shorter text that would take a tool result's place. */
export interface ProposedEdit {
  /** The tool that the result is of; undefined where the request does not say. */
  readonly tool: string | undefined;
  /** What it was asked. */
  readonly input: JsonValue | undefined;
  /** The result as it came. */
  readonly source: string;
  /** What would be sent instead. */
  readonly text: string;
  /** `recoverable`: a view, whose original can be fetched. */
  readonly loss: 'none' | 'recoverable';
  /** The compressor that made it. */
  readonly by: string;
}

/** What became of a request. */
export interface OutcomeEvent extends Figures {
  readonly api: string;
  readonly model: string;
}

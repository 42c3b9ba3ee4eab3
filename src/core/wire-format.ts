/** One API's request and response shape: the only code that knows where things stand in its JSON. */
import type { HeaderList } from './backend.ts';
import type { Continuation } from './continuation.ts';
import type { Conversation } from './conversation.ts';
import type { Edit } from './edit.ts';
import type { ErrorCode, HeadroomError } from './errors.ts';
import type { FrameFormat } from './frames.ts';
import type { KeptAnswers } from './kept-answers.ts';
import type { JsonDocument, JsonEdit } from './json/document.ts';
import type { JsonPath, JsonValue } from './json/value.ts';
import type { Prompt } from './ledger.ts';
import type { CacheRules } from './model.ts';
import type { PrefixKeeping } from './prefix-keeping.ts';

/** Tokens by the classes that providers price apart. `inputTokens` is the uncached rest only. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  /** Written for the provider's default time to live. */
  readonly cacheWriteTokens: number;
  /** Written for one hour. */
  readonly cacheWrite1hTokens: number;
  /** Of the output, what was thought; absent where the provider does not say. */
  readonly reasoningTokens?: number;
}

export interface ResponseSummary {
  readonly usage: Usage | undefined;
  readonly stopReason: string | undefined;
  /** False when the response was cut short; usage is then what had been seen. */
  readonly complete: boolean;
}

/** Watches a decoded response body go by. Never delays, changes or stops it, never throws. */
export interface ResponseReader {
  push(chunk: Uint8Array): void;
  end(): ResponseSummary;
}

/** A request path that speaks this format. */
export interface WirePath {
  /** Its group `model` is the model's name, where the path says that. */
  readonly pattern: RegExp;
  /**
   * The path at the provider, from the root of its API, version included. Groups of the pattern stand in it as they do
   * in String.replace: `$&` is the path as it came.
   */
  readonly upstream: string;
  /** Who has this path, where that is not the format's own backend. */
  readonly backend?: string;
  /** It only counts a request's tokens: transformed alike, but never written to the sent log. */
  readonly isCount: boolean;
}

/** How an API takes many requests in one body, to answer them some time later. */
export interface BatchFormat {
  readonly paths: readonly Pick<WirePath, 'pattern' | 'upstream'>[];
  /** Where the body of each request stands in a batch, in their order. */
  bodiesIn(batch: JsonValue): readonly JsonPath[];
}

export interface WireFormat {
  readonly name: string;
  /** The backend that speaks it natively. */
  readonly backend: string;
  readonly paths: readonly WirePath[];
  /** Keys that never reach the model's context and may change from turn to turn (cache marks). */
  readonly volatileKeys: ReadonlySet<string>;
  /** A body that spells none of these has no tool result in it, nor refers to one: there is nothing to decide about results. */
  readonly resultMarks: readonly string[];
  /** A body that spells one of these says itself what providers' caches keep: nothing in it is aligned. */
  readonly cacheMarks: readonly string[];
  /** How much these headers ask the model to read, in tokens; undefined: as much as it does. */
  windowFrom?(headers: HeaderList): number | undefined;
  /** Whether a body that came without a path is of this format; the first of the list that says so gets it. */
  recognizes(body: JsonValue): boolean;
  read(document: JsonDocument): Conversation;
  write(edit: Edit, document: JsonDocument): readonly JsonEdit[];
  readResponse(contentType: string): ResponseReader;
  /** How a provider that speaks this caches, where the model does not tell. */
  readonly cacheKind: CacheRules['kind'];
  /** A request as its provider's cache sees it. */
  segments(document: JsonDocument): Prompt;
  /** How calls of our own tool are hidden from the client; an API without it is never offered one. */
  readonly continuation?: Continuation;
  /** How it takes batches, where their requests stand in the body itself. */
  readonly batch?: BatchFormat;
  /** How its provider keeps prefixes under a name, where it does. */
  readonly keeping?: PrefixKeeping;
  /** How this API speaks over a WebSocket; frames of an API without it pass unread. */
  readonly frames?: FrameFormat;
  /** How answers that the provider keeps are asked for later, where they can be. */
  readonly kept?: KeptAnswers;
  /** An error of ours in this API's own shape, so that its client libraries understand it. */
  errorBody(error: HeadroomError): Uint8Array;
  /** Where this API has another status for it. */
  readonly errorStatus?: Readonly<Partial<Record<ErrorCode, number>>>;
}

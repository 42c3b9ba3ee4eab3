/**
 * Calls of our own tool are answered here, and neither they nor their answers are seen by the client: the model's next
 * answer goes on in the same response. Each API says how its responses are carried on, and how its later requests get
 * back what the client never had.
 */
import type { Conversation, Part, ToolCall } from './conversation.ts';
import type { JsonDocument, JsonEdit } from './json/document.ts';
import type { JsonValue } from './json/value.ts';

/** A call that the client does not see: of our tool, or one that is sent back to the model. */
export interface HiddenCall {
  readonly id: string;
  /** What the model gave; undefined when it was no JSON. */
  readonly input: JsonValue | undefined;
  /** A call of one of the client's tools, which it never gets. */
  readonly isRefused?: boolean;
}

/** Which calls of a response are hidden. */
export interface Hiding {
  /** All calls of this tool. */
  readonly toolName: string;
  /**
   * Whether a call of another tool is sent back to the model. Asked once the call is whole, and its answer is the same for
   * as long as the hop lasts. Without it no other call is held back; not every call of every API can be.
   */
  readonly refuses?: ((call: Pick<ToolCall, 'name' | 'input'>) => boolean) | undefined;
}

export interface HiddenResult {
  readonly id: string;
  readonly text: string;
  readonly isError: boolean;
}

/** One answer of the provider to one request of an exchange. */
export interface Hop {
  /** All that the model said, exactly, in the pieces in which its API wants it back (blocks, items, parts, one message). */
  readonly pieces: readonly JsonValue[];
  /** Which of the pieces are calls of ours, by index. An API whose calls are inside a piece says so in the piece. */
  readonly hidden: readonly number[];
  /** One for each hidden call, in their order. */
  readonly results: readonly HiddenResult[];
  /** As its end said it. */
  readonly id?: string;
}

/** How a hop ended. */
export interface HopEnd {
  readonly pieces: readonly JsonValue[];
  readonly hidden: readonly number[];
  readonly calls: readonly HiddenCall[];
  /** Whether the client has something to answer too: then our answers wait for its next request. */
  readonly isMixed: boolean;
  /** What later requests may call this answer by, where the provider keeps it for them. */
  readonly id?: string;
}

/**
 * Carries one visible response over all its hops. What is not ours goes on as it came, byte for byte, as long as nothing
 * was hidden; after that with places and ids that fit the response that the client has begun to read.
 */
export interface ResponseSplicer {
  /** What of these bytes of the present hop the client gets now. */
  push(chunk: Uint8Array): Uint8Array;
  /**
   * The present hop is over. No calls: nothing was hidden in it, or nothing that can be answered (cut off, refused).
   * With calls that are not mixed, either another hop is pushed or `finish` says the end without it.
   */
  endHop(): HopEnd;
  /** The end of the visible response, of which nothing has been shown before. */
  finish(): Uint8Array;
  /** Keeps the connection busy while nothing can be shown; harmless at any point between two pushes. */
  heartbeat(): Uint8Array;
  /** The provider refused a later hop: its error, in the way of a response that has begun. */
  fail(status: number, body: string): Uint8Array;
}

export interface TurnName {
  readonly name: string;
  /** Whether no other turn has this name: ids of calls are unique, words may be said twice. */
  readonly isUnique: boolean;
}

/** A turn of the model in a request, under a name that is the same in the response that it came from. */
export interface VisibleTurn extends TurnName {
  /** Where it stands: the first of its turns, where it has several. */
  readonly turn: number;
}

export interface Continuation {
  /** Undefined for a content type that cannot be carried on. */
  splice(contentType: string, hiding: Hiding): ResponseSplicer | undefined;
  /** The list at the root of a request that hops are appended to, where that is all that adding them does. */
  readonly grows?: string;
  /** The edits that add a hop and its results to the request that was sent. */
  extend(hop: Hop, document: JsonDocument): readonly JsonEdit[];
  /** What the visible pieces of some hops are called; undefined when there is nothing to know them by. */
  nameOf(hops: readonly Hop[]): TurnName | undefined;
  /** What else some clients may know them by. */
  otherNames?(hops: readonly Hop[]): readonly TurnName[];
  /** A turn may come under several names, the best first. */
  visibleTurns(conversation: Conversation): readonly VisibleTurn[];
  /**
   * The edits that put hops back where the client's turn stands; the results of a mixed last hop stand with the client's
   * own. Undefined when the turn is not what it was: then it stays as the client has it.
   */
  restore(turn: number, hops: readonly Hop[], document: JsonDocument): readonly JsonEdit[] | undefined;
  /**
   * Where a request may name an answer that its provider keeps: the edits by which it goes on from the last hop of that
   * answer, and gives the results that this hop still waits for.
   */
  goOn?(id: string, unanswered: Hop | undefined, document: JsonDocument): readonly JsonEdit[];
  /** Whether a refusal says that signed reasoning is not of the conversation that it stands in. */
  isMismatch?(status: number, body: string): boolean;
  /** The edits that leave out these parts, and nothing that would then be empty. */
  leaveOut?(parts: readonly Part[], document: JsonDocument): readonly JsonEdit[];
}

/** What a request says, independent of which API says it. Formats make it, transforms read it, nobody mutates it. */
import type { JsonPath, JsonValue } from './json/value.ts';
import type { Preamble } from './preamble.ts';

export type Role = 'system' | 'user' | 'assistant' | 'tool';
export type PartKind = 'text' | 'tool-call' | 'tool-result' | 'image' | 'reasoning' | 'opaque';

/** The tool call that a result answers: what its decision may depend on beside its own bytes. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: JsonValue;
}

/** One readable piece of a request, and the place in the body that holds it. */
export interface Part {
  readonly index: number;
  readonly kind: PartKind;
  readonly role: Role;
  /** Index in `Conversation.turns`; -1 for what stands outside the messages (a top-level system prompt). */
  readonly turn: number;
  /** Index in that turn's `blocks`; -1 for what stands in its `head`. */
  readonly block: number;
  readonly path: JsonPath;
  /** As the client sent it; empty for kinds that nobody may change. */
  readonly source: string;
  /** As it will go out, given the edits accepted so far. */
  readonly text: string;
  /** Decided before: it goes out exactly as `text` says. */
  readonly frozen: boolean;
  /** Of a call itself: what it was. */
  readonly call?: ToolCall;
  /** Of a call: with what it will go out, where that is not as it came. */
  readonly input?: JsonValue;
  /** The id of the call that a result answers, where the call itself is not in the request. */
  readonly answers?: string;
  /** The client says that this result is a failure. */
  readonly isError?: boolean;
  /** Reasoning that the provider signed or encrypted: proof that this history was sent before. */
  readonly isSigned?: boolean;
}

/** A message as its provider understands it, in pieces: what the hash chain of the sent log covers. */
export interface Turn {
  readonly role: Role;
  /** Everything of the message but its content. */
  readonly head: JsonValue;
  readonly blocks: readonly JsonValue[];
  /** What its provider calls it, where that is no part of what it says. */
  readonly id?: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonValue;
}

export interface Conversation {
  readonly format: string;
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly parts: readonly Part[];
  readonly toolNames: readonly string[];
  /** Their definitions, as the body has them. */
  readonly tools?: readonly JsonValue[];
  /** Some of the tools stand among what is said: a request that goes on from its answer has them without naming them. */
  readonly bringsTools?: boolean;
  /** Nothing is asked and nothing said so far: what goes on from its answer begins the conversation. */
  readonly onlyWarms?: boolean;
  /** Nothing may be added to the tools of this request, or nobody could answer their calls. */
  readonly refusesTools?: boolean;
  /** The id of the answer that this request goes on from: all before it is with the provider. */
  readonly continues?: string;
  /** False when the provider itself may clear earlier results: then nothing may refer to them. */
  readonly keepsResults: boolean;
  /** Whether the texts in tool calls stand there as they are; false where a call is JSON inside a string. */
  readonly showsInputs: boolean;
  /** What the answer may hold at most, where the request says so. */
  readonly maxOutputTokens?: number;
  /** What its model is asked to read at most, where the request says more than usual. */
  readonly windowTokens?: number;
  /** What stands before the messages; absent where nothing of it may change. */
  readonly preamble?: Preamble;
}

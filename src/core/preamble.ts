/** What stands before the messages of a request, and what the request says about prompt caches: what the cache aligner works on. */
import type { JsonPath, JsonValue } from './json/value.ts';

/** A system text. */
export interface PreambleText {
  readonly path: JsonPath;
  readonly text: string;
}

/** The definition of a tool, as the client sent it. */
export interface PreambleTool {
  readonly path: JsonPath;
  readonly name: string;
  readonly value: JsonValue;
}

/** Where a prefix that is worth keeping can end: after the tools, after the system texts, after the turn of this index. */
export type CachePlace = 'tools' | 'system' | number;

export interface Preamble {
  readonly texts: readonly PreambleText[];
  readonly tools: readonly PreambleTool[];
  /** The client says itself what is cached: then caches are its business alone. */
  readonly isManaged: boolean;
  /** The model's reasoning may be signed over all that stands before it. */
  readonly signsReasoning: boolean;
  /** The places that can carry a cache mark, where this API has such marks; without `system` when there is none. */
  readonly places: readonly CachePlace[];
  /** Those of them that are strings: a mark makes a block of them, and so they must stay one in every later request. */
  readonly strings: readonly CachePlace[];
  /** The API takes a name for the prefix of this request, and the request has none. */
  readonly takesKey: boolean;
}

/** What aligning changes in a request: values move behind what people said, the order of its tools is settled, marks are set. */
export interface Alignment {
  readonly kind: 'align';
  readonly texts: readonly PreambleText[];
  readonly tools: readonly PreambleTool[];
  /** Goes behind the first message of the user, and stands there for good. */
  readonly footnote: string | undefined;
  /** Goes to the very end, behind everything that a cache may keep. */
  readonly postscript: string | undefined;
  readonly marks: readonly CachePlace[];
  /** Strings of the user become blocks, all of them. */
  readonly opens: boolean;
  readonly key: string | undefined;
}

/** A value that the preamble refers to by its number, from 1. */
export interface Value {
  /** What announces it there. */
  readonly label: string;
  readonly text: string;
}

export interface SettledPreamble {
  /** By index of the preamble's texts and tools. */
  readonly texts: readonly string[];
  readonly tools: readonly JsonValue[];
  /** By their numbers, less one. */
  readonly values: readonly Value[];
}

/** What was decided when this conversation began, and what is known of its tools. */
export interface AlignPolicy {
  /** The preamble with its values taken out. */
  readonly settled: SettledPreamble;
  /** Its texts and tools may be settled, and strings opened; false where only marks may be set. */
  readonly settles: boolean;
  /** The values that the conversation began with, as they were said then; undefined in its first request. */
  readonly firstValues: readonly Value[] | undefined;
  /** The tools as the first request had them, as JSON: their order and the order of their keys stay so. */
  readonly firstTools: readonly JsonValue[];
  /** The same preamble began another conversation before. */
  readonly isPrefixKnown: boolean;
}

/** Answers that a provider keeps, and gives out again by their ids. */
import type { JsonDocument, JsonEdit } from './json/document.ts';
import type { JsonValue } from './json/value.ts';

/** What the client was shown of an answer, and what the provider knows it by. */
export interface KeptAnswer {
  /** The id that the client knows. */
  readonly id: string;
  /** Those of its hops, in order: the last one ended the answer. */
  readonly hops: readonly string[];
  /** All that was shown; undefined where nothing was hidden. */
  readonly output: readonly JsonValue[] | undefined;
}

export interface KeptAnswers {
  /** What a path asks for; undefined for paths of other kinds. */
  read(path: string): { readonly id: string; readonly isInput: boolean } | undefined;
  /** The edits that make the answer of the last hop the one that the client was shown. */
  show(answer: KeptAnswer, document: JsonDocument): readonly JsonEdit[];
  /** The edits that leave hidden exchanges of earlier turns out of what an answer was asked with. */
  showInput(toolName: string, document: JsonDocument): readonly JsonEdit[];
}

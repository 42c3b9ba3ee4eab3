/** The interface of everything that proposes edits to a conversation. */
import type { Level } from './compressor.ts';
import type { Conversation } from './conversation.ts';
import type { Deadline } from './deadline.ts';
import type { Edit } from './edit.ts';
import type { Importance } from './importance.ts';
import type { AlignPolicy } from './preamble.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { ToolRule } from './tool-rule.ts';

/** What may be done to this request: decided once, at the door, from configuration. */
export interface Policy {
  readonly level: Level;
  /** For the results of some tools another level; the first that fits counts. */
  readonly tools: readonly ToolRule[];
  /** Results are parsed by a program: JSON stays valid JSON. */
  readonly responseFormat?: 'json' | undefined;
  /** Results that stand before a turn take another level, but for those that show a file; undefined: none do. */
  readonly older?: { readonly level: Level; readonly beforeTurn: number } | undefined;
  /** The model has a way to fetch originals: the retrieval tool is offered and a store answers. */
  readonly allowLoss: boolean;
  readonly allowTools: boolean;
  /** How prefixes may be made to stay; undefined where nothing of them may change. */
  readonly align?: AlignPolicy | undefined;
}

/** Why a transform left a part alone: for reports. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly part: number;
  readonly by: string;
  readonly reason: string;
}

/** What a transform may look at. No store and no log: only the pipeline keeps things. */
export interface TransformContext {
  /** What was learned, for whose request it is; undefined: nothing. */
  readonly importance?: Importance | undefined;
  readonly tokenizer: Tokenizer;
  readonly policy: Policy;
  readonly deadline: Deadline;
}

/** Proposals one by one; each is answered by the edit as the gate accepted it, or undefined when it did not. */
export type Plan = Generator<Edit | Refusal, void, Edit | undefined>;

export interface Transform {
  readonly name: string;
  /** What it adds is cheap, certain and part of the request's prefix: it runs also where there is no time to shorten. */
  readonly isStructural?: boolean;
  /** Propose edits. May read anything, must change nothing; throwing ends this transform, never the request. */
  plan(conversation: Conversation, context: TransformContext): Plan;
}

/** The interface of everything that says one kind of text shorter. */
import type { ToolCall } from './conversation.ts';
import type { Deadline } from './deadline.ts';
import type { Loss } from './edit.ts';
import type { Structure, ToolImportance } from './importance.ts';
import type { Sample } from './sample.ts';
import type { Tokenizer } from './tokenizer.ts';

/** How far a text may be shortened. */
export type Level = 'lossless' | 'balanced' | 'aggressive';

/** A shorter text. */
export interface Compressed {
  readonly text: string;
  readonly loss: Loss;
}

/** What a compressor may know beside the text. */
export interface CompressOptions {
  /** What this part may take: profile, size, failure and way back are already weighed. */
  readonly level: Level;
  /** The tool call that this text answers. Relevance comes from here, never from later text. */
  readonly call: ToolCall | undefined;
  /** `json`: whoever asked wants to parse the result; forms of JSON stay valid JSON then. */
  readonly responseFormat?: 'json' | undefined;
  /** What was learned about results of this tool, as this process found it at its start. Shapes views, never their length. */
  readonly importance?: ToolImportance | undefined;
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
}

/** Files that a program recorded as it ran; code that whoever reads it cannot change, or has no reason to. */
export type ViewedFile = 'recorded' | 'settled-code';

/** Knows one kind of text and how to say it shorter. No store, no clock, no network, no state. */
export interface Compressor {
  readonly name: string;
  /** Its views keep every failure verbatim: results that failed may take them too. */
  readonly keepsFailures?: boolean;
  /** Its views may stand for files of this sort that a call shows, as long as nobody edits them. */
  readonly viewsFiles?: ViewedFile;
  /** Loads what `compress` needs and cannot load itself, once; until then it declines. Rejects when that is not installed. */
  prepare?(): Promise<void>;
  /** No claim of it is higher: where another kind is as sure, it need not be asked. Undefined: 1. */
  readonly highestClaim?: number;
  /** How surely the sample is this compressor's kind: 0 not mine, 1 certain. Highest claim wins, earlier wins ties. */
  claim(sample: Sample): number;
  /** A shorter text, or undefined to decline. The same arguments always give the same answer. */
  compress(text: string, options: CompressOptions): Compressed | undefined;
  /** How a text is built, so that what is learned about it holds for others like it. Undefined: it has nothing of the kind. */
  readonly structure?: (text: string, deadline: Deadline) => Structure | undefined;
  /** The original of a lossless form; undefined when the text holds no form of this compressor. */
  expand(text: string): string | undefined;
  /** Whether an expanded text says the same as the source: the same bytes unless the kind ignores some (JSON: white space). */
  same(source: string, expanded: string): boolean;
}

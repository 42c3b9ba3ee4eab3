/** What transforms propose, as data: nothing changes until the pipeline accepts an edit and a format writes it. */
import type { Part, Tool } from './conversation.ts';
import type { JsonValue } from './json/value.ts';
import type { Alignment } from './preamble.ts';

/** `none`: the original can be rebuilt from the text. `recoverable`: it can be fetched from the original store. */
export type Loss = 'none' | 'recoverable';

export interface Rewrite {
  readonly kind: 'rewrite';
  readonly part: Part;
  readonly text: string;
  readonly loss: Loss;
  /** Who made it: a compressor's name. */
  readonly by: string;
}

/** A call of the model that goes out with less in it. */
export interface CallRewrite {
  readonly kind: 'rewrite-call';
  readonly part: Part;
  readonly input: JsonValue;
}

export type Edit = Rewrite | CallRewrite | Alignment | { readonly kind: 'add-tool'; readonly tool: Tool };

/** How many tokens a whole request is, its tools and calls included, each text counted once. */
import { LRUCache } from 'lru-cache';
import type { Conversation } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import type { JsonValue } from '../core/json/value.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import { estimate } from '../tokenizers/estimate.ts';

/** Of a message, for its role and its frame. */
const TURN_TOKENS = 4;
/** Of a picture of usual size. */
const IMAGE_TOKENS = 1_600;
/** No real request has so much more than the estimate of its length. */
const ESTIMATE_MARGIN = 1.4;
const MAX_COUNTS = 50_000;
/** Shorter texts are counted sooner than hashed. */
const HASHED_CHARS = 64;

export class Sizes {
  readonly tokenizer: Required<Pick<Tokenizer, 'error'>> & Tokenizer;
  readonly #counts = new LRUCache<string, number>({ max: MAX_COUNTS });

  constructor(tokenizer: Tokenizer) {
    const count = (text: string): number => this.#count(tokenizer, text);
    this.tokenizer = { ...tokenizer, error: tokenizer.error ?? 0, count };
  }

  /** As good as certain from the lengths of the texts alone. */
  isSurelyBelow(conversation: Conversation, limitTokens: number): boolean {
    let most = 0;
    for (const text of textsOf(conversation)) {
      most += estimate.count(text) * ESTIMATE_MARGIN;
      if (most > limitTokens) return false;
    }
    return true;
  }

  of(conversation: Conversation): number {
    const images = conversation.parts.filter(({ kind }) => kind === 'image').length;
    let tokens = images * IMAGE_TOKENS + conversation.turns.length * TURN_TOKENS;
    for (const text of textsOf(conversation)) tokens += this.tokenizer.count(text);
    return tokens;
  }

  #count(tokenizer: Tokenizer, text: string): number {
    if (text.length < HASHED_CHARS) return tokenizer.count(text);
    const key = hashOf(text);
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const count = tokenizer.count(text);
    this.#counts.set(key, count);
    return count;
  }
}

/** Texts, results, calls and tools. */
function* textsOf({ parts, turns, preamble }: Conversation): Generator<string> {
  for (const { value } of preamble?.tools ?? []) yield JSON.stringify(value);
  const calls = new Set<JsonValue | undefined>();
  for (const { kind, text, turn, block, call, input } of parts) {
    if (kind === 'tool-call' && call) yield `${call.name} ${JSON.stringify(input ?? call.input)}`;
    // Some APIs have their calls beside the content: there the head says them all.
    else if (kind === 'tool-call') calls.add(turns[turn]?.blocks[block] ?? turns[turn]?.head);
    else if (text !== '') yield text;
  }
  for (const call of calls) yield JSON.stringify(call ?? null);
}

/** How many tokens a whole request is, its tools and calls included, each text counted once. */
import { LRUCache } from 'lru-cache';
import type { Conversation } from '../core/conversation.ts';
import type { JsonValue } from '../core/json/value.ts';
import type { Tokenizer } from '../core/tokenizer.ts';

/** Of a message, for its role and its frame. */
const TURN_TOKENS = 4;
/** Of a picture of usual size. */
const IMAGE_TOKENS = 1_600;
/** In UTF-8; only rows of random letters have fewer. */
const FEWEST_BYTES_PER_TOKEN = 1.8;
/** Of the texts whose counts are remembered. */
const MAX_CHARS = 16_000_000;

export class Sizes {
  readonly tokenizer: Required<Pick<Tokenizer, 'error'>> & Tokenizer;
  readonly #counts = new LRUCache<string, number>({
    maxSize: MAX_CHARS,
    sizeCalculation: (_, text) => text.length + 1,
  });

  constructor(tokenizer: Tokenizer) {
    const count = (text: string): number => this.#count(tokenizer, text);
    this.tokenizer = { ...tokenizer, error: tokenizer.error ?? 0, count };
  }

  /** As good as certain from the length of the body alone. */
  isSurelyBelow(bodyBytes: number, limitTokens: number): boolean {
    return bodyBytes / FEWEST_BYTES_PER_TOKEN < limitTokens;
  }

  of(conversation: Conversation): number {
    const images = conversation.parts.filter(({ kind }) => kind === 'image').length;
    let tokens = images * IMAGE_TOKENS + conversation.turns.length * TURN_TOKENS;
    for (const text of textsOf(conversation)) tokens += this.tokenizer.count(text);
    return tokens;
  }

  #count(tokenizer: Tokenizer, text: string): number {
    const known = this.#counts.get(text);
    if (known !== undefined) return known;
    const count = tokenizer.count(text);
    this.#counts.set(text, count);
    return count;
  }
}

/** Texts, results, calls and tools. */
function* textsOf({ parts, turns, tools = [] }: Conversation): Generator<string> {
  for (const tool of tools) yield JSON.stringify(tool);
  const calls = new Set<JsonValue | undefined>();
  for (const { kind, text, turn, block, call, input } of parts) {
    if (kind === 'tool-call' && call) yield `${call.name} ${JSON.stringify(input ?? call.input)}`;
    // Some APIs have their calls beside the content: there the head says them all.
    else if (kind === 'tool-call') calls.add(turns[turn]?.blocks[block] ?? turns[turn]?.head);
    else if (text !== '') yield text;
  }
  for (const call of calls) yield JSON.stringify(call ?? null);
}

/**
 * Exact counts under o200k_base, the vocabulary of OpenAI's models since GPT-4o and a fair stand-in for the others.
 * Text that spells a special token (`<|endoftext|>`) counts as the ordinary text that it is.
 */
import type { Tokenizer } from '../core/tokenizer.ts';
import { pieceEnd } from './bpe/split.ts';
import { lazyCounter } from './bpe/vocabulary-file.ts';

export interface LazyTokenizer extends Tokenizer {
  /** Reads the vocabulary, which the first count would do otherwise. Importing this module does not. */
  load(): void;
}

/** For estimates too, which weigh its tokens by kind. */
export const o200kCounter: ReturnType<typeof lazyCounter> = lazyCounter('o200k_base.tiktoken', pieceEnd);

export const o200k: LazyTokenizer = {
  name: 'o200k',
  exact: true,
  load(): void {
    o200kCounter();
  },
  count(text: string): number {
    return o200kCounter().count(text);
  },
};

/** GPT-OSS: the same ranks, and more special tokens, which ordinary text has none of. */
export const harmony: Tokenizer = { ...o200k, name: 'o200k_harmony' };

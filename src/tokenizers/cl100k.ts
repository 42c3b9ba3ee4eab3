/** Exact counts under cl100k_base, the vocabulary of GPT-4, GPT-3.5 and the third embedding models. */
import type { Tokenizer } from '../core/tokenizer.ts';
import { pieceEndCl100k } from './bpe/split.ts';
import { lazyCounter } from './bpe/vocabulary-file.ts';

const counter = lazyCounter('cl100k_base.tiktoken', pieceEndCl100k);

export const cl100k: Tokenizer = {
  name: 'cl100k',
  exact: true,
  count(text: string): number {
    return counter().count(text);
  },
};

/**
 * Exact counts under o200k_base, the vocabulary of OpenAI's models since GPT-4o and a fair stand-in for the others.
 * Text that spells a special token (`<|endoftext|>`) counts as the ordinary text that it is.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Tokenizer } from '../core/tokenizer.ts';
import { Counter } from './bpe/counter.ts';
import { Vocabulary } from './bpe/vocabulary.ts';

export interface LazyTokenizer extends Tokenizer {
  /** Reads the vocabulary, which the first count would do otherwise. Importing this module does not. */
  load(): void;
}

let counter: Counter | undefined;

function load(): Counter {
  if (counter) return counter;
  const path = createRequire(import.meta.url).resolve('gpt-tokenizer/data/o200k_base.tiktoken');
  return (counter = new Counter(new Vocabulary(readFileSync(path))));
}

export const o200k: LazyTokenizer = {
  name: 'o200k',
  exact: true,
  load(): void {
    load();
  },
  count(text: string): number {
    return load().count(text);
  },
};

/** The tokenizers there are. A new one is one file and one line here. */
import type { Tokenizer } from '../core/tokenizer.ts';
import { estimate } from './estimate.ts';
import { o200k } from './o200k.ts';

export const tokenizers: readonly Tokenizer[] = [o200k, estimate];

export function findTokenizer(name: string): Tokenizer | undefined {
  return tokenizers.find((tokenizer) => tokenizer.name === name);
}

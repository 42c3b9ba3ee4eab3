/** The tokenizers there are. A new one is one file and one line here. */
import type { Tokenizer } from '../core/tokenizer.ts';
import { cl100k } from './cl100k.ts';
import { estimate } from './estimate.ts';
import { familyEstimates } from './family-estimates.ts';
import { harmony, o200k } from './o200k.ts';
import { loadVocabulary } from './open-vocabulary.ts';

export const tokenizers: readonly Tokenizer[] = [o200k, cl100k, harmony, ...familyEstimates, estimate];

export function findTokenizer(name: string, among: readonly Tokenizer[] = tokenizers): Tokenizer | undefined {
  return among.find((tokenizer) => tokenizer.name === name);
}

/** The tokenizer of that name, or else the estimate that suits any text. */
export function tokenizerFor(name: string, among: readonly Tokenizer[] = tokenizers): Tokenizer {
  return findTokenizer(name, among) ?? estimate;
}

/** @param files name of a tokenizer -> path of its `tokenizer.json`, which is exact and takes the estimate's place. */
export async function tokenizersWith(files: Readonly<Record<string, string>>): Promise<readonly Tokenizer[]> {
  const loaded = await Promise.all(Object.entries(files).map(([name, path]) => loadVocabulary(name, path)));
  return [...loaded, ...tokenizers];
}

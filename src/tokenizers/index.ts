/** The tokenizers there are. A new one is one file and one line here. */
import type { Tokenizer, VocabularyFile } from '../core/tokenizer.ts';
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

/** With those that have a file, which are exact and take the place of estimates. @throws where a file cannot be used. */
export async function tokenizersWith(files: readonly VocabularyFile[]): Promise<readonly Tokenizer[]> {
  const loaded = await Promise.all(files.map(({ tokenizer, path }) => loadVocabulary(tokenizer, path)));
  return [...loaded, ...tokenizers];
}

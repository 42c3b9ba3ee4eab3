/** Exact counts for open models, as the option `tokenizer` takes them. */
import type { Tokenizer } from '../core/tokenizer.ts';

/**
 * Counts by a model's own `tokenizer.json`, in tokens.
 * @param name what figures are said to be counted by.
 * @throws HeadroomError `BAD_OPTION` where the peer @huggingface/tokenizers is not installed, or the file is no vocabulary.
 */
export async function loadVocabulary(name: string, path: string): Promise<Tokenizer> {
  const loaded = await import('../tokenizers/open-vocabulary.ts');
  return loaded.loadVocabulary(name, path);
}

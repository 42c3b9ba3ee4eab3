/**
 * Exact counts for open models (Mistral, Llama, Qwen, Cohere) from the `tokenizer.json` that the operator has of them.
 * Needs @huggingface/tokenizers, an optional peer, loaded when the first such file is.
 */
import { readFileSync } from 'node:fs';
import type { Tokenizer as Vocabulary } from '@huggingface/tokenizers';
import { HeadroomError } from '../core/errors.ts';
import type { Tokenizer } from '../core/tokenizer.ts';

/**
 * Text without any white space for longer than this is counted in slices, at most a token too many for each: the merge of
 * one long piece takes a second where its slices take a tenth.
 */
const LONGEST_RUN = 1024;
const SPACE = 32;

interface Encoder {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: readonly number[] };
}

/** @throws where the peer is not installed, or the file is no vocabulary: the message says which. */
export async function loadVocabulary(name: string, path: string): Promise<Tokenizer> {
  const { Tokenizer: Encoding } = await loadPeer();
  let encoder: Encoder;
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as object;
    encoder = new Encoding({ ...file, post_processor: null }, {});
    encode(encoder, 'a');
  } catch (error) {
    throw new HeadroomError(
      'BAD_OPTION',
      `${path} is no tokenizer.json that can be used: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  return { name, exact: true, count: (text) => countSliced(encoder, text) };
}

async function loadPeer(): Promise<{ readonly Tokenizer: typeof Vocabulary }> {
  try {
    return await import('@huggingface/tokenizers');
  } catch (error) {
    throw new HeadroomError(
      'BAD_OPTION',
      'vocabulary files need the package @huggingface/tokenizers, which is not installed',
      {
        cause: error,
      },
    );
  }
}

function countSliced(encoder: Encoder, text: string): number {
  let count = 0;
  let start = 0;
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    run = unit <= SPACE ? 0 : run + 1;
    if (run <= LONGEST_RUN || isSecondHalf(unit)) continue;
    count += encode(encoder, text.slice(start, at));
    start = at;
    run = 1;
  }
  return count + encode(encoder, text.slice(start));
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function encode(encoder: Encoder, text: string): number {
  return text === '' ? 0 : encoder.encode(text, { add_special_tokens: false }).ids.length;
}

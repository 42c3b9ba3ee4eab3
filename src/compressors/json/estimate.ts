/** Counts tokens; of long texts only in pieces, because exact counts are slow and decide close calls only. */
import type { Tokenizer } from '../../core/tokenizer.ts';

const PIECES = 4;
const PIECE_CHARS = 700;

export function estimate(text: string, tokens: Tokenizer): number {
  if (text.length <= PIECES * PIECE_CHARS) return tokens.count(text);
  let counted = 0;
  for (let piece = 0; piece < PIECES; piece++) {
    const start = Math.floor(((text.length - PIECE_CHARS) * piece) / (PIECES - 1));
    counted += tokens.count(text.slice(start, start + PIECE_CHARS));
  }
  return (counted / (PIECES * PIECE_CHARS)) * text.length;
}

/** A tokenizer for long texts. */
export function estimating(tokens: Tokenizer): Tokenizer {
  return { name: tokens.name, exact: false, count: (text) => Math.ceil(estimate(text, tokens)) };
}

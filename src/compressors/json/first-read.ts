/**
 * Hands the parser that a claim has read the first piece of JSON with to whoever finds the JSON of the same text next, so
 * that it is not read twice. Nothing depends on it but time.
 */
import type { JsonParser } from './parse.ts';

/** Shorter texts are read fast; they are also what is looked at beside a longer one. */
const MIN_CHARS = 4096;

let last: { readonly text: string; readonly parser: JsonParser } | undefined;

/** @param parser of the text: it knows what it read last, and the shapes of its records. */
export function keepFirstRead(text: string, parser: JsonParser): void {
  if (text.length >= MIN_CHARS) last = { text, parser };
}

/** Undefined when another text was read last. */
export function takeFirstRead(text: string): JsonParser | undefined {
  if (last?.text !== text) return undefined;
  const { parser } = last;
  last = undefined;
  return parser;
}

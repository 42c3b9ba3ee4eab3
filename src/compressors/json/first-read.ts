/**
 * Hands the first piece of JSON that a claim has read to whoever finds the JSON of the same text next, so that it is not
 * read twice. Nothing depends on it but time.
 */
import type { JsonParser } from './parse.ts';
import type { Json } from './tree.ts';

export interface FirstRead {
  readonly text: string;
  /** The one that read it: it knows the shapes of its records. */
  readonly parser: JsonParser;
  readonly start: number;
  readonly end: number;
  readonly value: Json;
}

/** Shorter texts are read fast; they are also what is looked at beside a longer one. */
const MIN_CHARS = 4096;

let last: FirstRead | undefined;

export function keepFirstRead(read: FirstRead): void {
  if (read.text.length >= MIN_CHARS) last = read;
}

/** Undefined when another text was read last. */
export function takeFirstRead(text: string): FirstRead | undefined {
  if (last?.text !== text) return undefined;
  const read = last;
  last = undefined;
  return read;
}

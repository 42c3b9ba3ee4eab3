/** Writes and finds markers, the handle of every loss: the only code that knows their spelling. */
import { HASH_DIGITS } from './hash.ts';

const WORDS = 'headroom: shortened view, the original is intact: headroom_retrieve';
const MARKER = new RegExp(`\\[${WORDS} hash=([0-9a-f]{${HASH_DIGITS}})\\]`, 'g');

export function writeMarker(hash: string): string {
  return `[${WORDS} hash=${hash}]`;
}

/** The hashes of all markers in a text, in order. A bare hash (a git SHA, say) is no marker. */
export function findMarkers(text: string): readonly string[] {
  return Array.from(text.matchAll(MARKER), (match) => match[1]!);
}

/** Whether something is left out of a text, with a handle to it. */
export function hasHandle(text: string): boolean {
  return text.includes('headroom_retrieve hash=');
}

/** What Headroom writes into results: markers, heads of forms, references. None of it belongs into a file. */
const OWN_WORDS =
  /\[headroom: |headroom_retrieve hash=[0-9a-f]{24}|^\[(?:lines \d+-\d+|\d+ lines?): same as .*(?:, above|there)\]$/m;

export function hasOwnWords(text: string): boolean {
  return OWN_WORDS.test(text);
}

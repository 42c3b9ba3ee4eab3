/**
 * The tokens of a byte-pair encoding, in typed arrays: all bytes one after the other, and a hash table over them.
 * About 5 MB for 200,000 tokens, where a Map of strings takes 20.
 */

/** Slots of the table; more than twice the tokens. The low bits of a hash choose the slot. */
const SLOTS = 1 << 19;
/** An entry holds a rank + 1 in its low bits (0 means empty) and the high bits of its hash. */
const RANK_BITS = 18;
const RANK_MASK = (1 << RANK_BITS) - 1;

const NEWLINE = 10;
const SPACE = 32;
/** Four digits of base64, a space, a digit, a line break. */
const SHORTEST_LINE = 7;

export class Vocabulary {
  readonly size: number;
  /** No token has more bytes. */
  readonly maxLength: number;
  /** Rank of each token of two bytes, at first * 256 + second; -1 for none. */
  readonly pairs: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #table: Uint32Array;

  /** @param file lines of `base64 rank` in the order of their ranks, as tiktoken publishes them. It is written over. */
  constructor(file: Uint8Array) {
    const { bytes, starts } = decodeLines(file);
    this.#bytes = bytes;
    this.#starts = starts;
    this.#table = new Uint32Array(SLOTS);
    this.pairs = new Int32Array(65_536).fill(-1);
    this.size = starts.length - 1;
    if (this.size > RANK_MASK) throw new RangeError(`a vocabulary of ${this.size} tokens is too large`);
    let longest = 0;
    for (let rank = 0; rank < this.size; rank++) {
      const start = starts[rank]!;
      const end = starts[rank + 1]!;
      longest = Math.max(longest, end - start);
      if (end - start === 2) this.pairs[bytes[start]! * 256 + bytes[start + 1]!] = rank;
      this.#insert(hashBytes(bytes, start, end), rank);
    }
    this.maxLength = longest;
  }

  /** The rank of the token that is exactly these bytes, or -1. `hash` is their `hashBytes`. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const table = this.#table;
    for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const entry = table[slot]!;
      if (entry === 0) return -1;
      if ((entry ^ hash) >>> RANK_BITS === 0) {
        const rank = (entry & RANK_MASK) - 1;
        if (this.#isToken(rank, bytes, start, end)) return rank;
      }
    }
  }

  #isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
    let at = this.#starts[rank]!;
    if (this.#starts[rank + 1]! - at !== end - start) return false;
    for (let i = start; i < end; i++) if (this.#bytes[at++] !== bytes[i]) return false;
    return true;
  }

  #insert(hash: number, rank: number): void {
    let slot = hash & (SLOTS - 1);
    while (this.#table[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#table[slot] = (((hash >>> RANK_BITS) << RANK_BITS) | (rank + 1)) >>> 0;
  }
}

/** FNV-1a, 32 bits. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

/** Decodes the base64 of each line in place, as it only ever gets shorter: no string and no object for any token. */
function decodeLines(file: Uint8Array): { readonly bytes: Uint8Array; readonly starts: Uint32Array } {
  const digits = base64Digits();
  const starts = new Uint32Array(Math.ceil(file.length / SHORTEST_LINE) + 1);
  let rank = 0;
  let length = 0;
  for (let at = 0; at < file.length; at++) {
    let bits = 0;
    let held = 0;
    for (; at < file.length && file[at] !== SPACE; at++) {
      const digit = digits[file[at]!]!;
      if (digit < 0) continue;
      held = (held << 6) | digit;
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      file[length++] = held >> bits;
      held &= (1 << bits) - 1;
    }
    while (at < file.length && file[at] !== NEWLINE) at++;
    starts[++rank] = length;
  }
  return { bytes: new Uint8Array(file.subarray(0, length)), starts: starts.slice(0, rank + 1) };
}

function base64Digits(): Int8Array {
  const digits = new Int8Array(256).fill(-1);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < alphabet.length; i++) digits[alphabet.charCodeAt(i)] = i;
  return digits;
}

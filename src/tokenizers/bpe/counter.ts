/** Counts the tokens of texts under one vocabulary: splits, looks up, merges, and remembers what merging gave. */
import { countMerged } from './merge.ts';
import { pieceEnd } from './split.ts';
import { hashBytes } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Texts up to a third of this many characters are encoded without allocating. */
const SCRATCH_BYTES = 1 << 16;

/** Remembered pieces: one for each slot, the newest wins. Fixed size, and no influence on any count. */
const REMEMBERED_BITS = 14;
const REMEMBERED = 1 << REMEMBERED_BITS;
const REMEMBERED_BYTES = 24;

export class Counter {
  readonly #vocabulary: Vocabulary;
  readonly #encoder = new TextEncoder();
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  readonly #pieces = new Uint8Array(REMEMBERED * REMEMBERED_BYTES);
  readonly #lengths = new Uint8Array(REMEMBERED);
  readonly #counts = new Uint8Array(REMEMBERED);

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  count(text: string): number {
    let bytes = this.#scratch;
    let end: number;
    if (text.length * 3 <= bytes.length) {
      end = this.#encoder.encodeInto(text, bytes).written;
    } else {
      bytes = this.#encoder.encode(text);
      end = bytes.length;
    }
    let count = 0;
    for (let at = 0; at < end; ) {
      const next = pieceEnd(bytes, at, end);
      count += next - at === 1 ? 1 : this.#countPiece(bytes, at, next);
      at = next;
    }
    return count;
  }

  #countPiece(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > this.#vocabulary.maxLength) return countMerged(this.#vocabulary, bytes, start, end);
    const hash = hashBytes(bytes, start, end);
    // The high bits of this hash are the better mixed ones.
    const slot = hash >>> (32 - REMEMBERED_BITS);
    if (this.#isRemembered(slot, bytes, start, length)) return this.#counts[slot]!;
    const isToken = this.#vocabulary.find(bytes, start, end, hash) >= 0;
    const count = isToken ? 1 : countMerged(this.#vocabulary, bytes, start, end);
    if (length <= REMEMBERED_BYTES) this.#remember(slot, bytes, start, length, count);
    return count;
  }

  #remember(slot: number, bytes: Uint8Array, start: number, length: number, count: number): void {
    const at = slot * REMEMBERED_BYTES;
    for (let i = 0; i < length; i++) this.#pieces[at + i] = bytes[start + i]!;
    this.#lengths[slot] = length;
    this.#counts[slot] = count;
  }

  #isRemembered(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[slot] !== length) return false;
    const at = slot * REMEMBERED_BYTES;
    for (let i = 0; i < length; i++) if (this.#pieces[at + i] !== bytes[start + i]) return false;
    return true;
  }
}

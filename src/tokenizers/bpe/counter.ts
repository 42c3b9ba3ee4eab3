/** Counts the tokens of texts under one vocabulary: splits, looks up, merges, and remembers what merging gave. */
import { countMerged } from './merge.ts';
import { kindOfPiece } from './split.ts';
import type { PieceEnd, PieceKind } from './split.ts';
import { hashBytes } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Texts up to a third of this many characters are encoded without allocating. */
const SCRATCH_BYTES = 1 << 16;

/** Remembered pieces: one for each slot, the newest wins. Fixed size, and no influence on any count. */
const REMEMBERED_BITS = 14;
const REMEMBERED = 1 << REMEMBERED_BITS;
const REMEMBERED_BYTES = 24;

/** The tokens of a text by what they spell. */
export type TokenKinds = Readonly<Record<PieceKind, number>>;

export class Counter {
  readonly #vocabulary: Vocabulary;
  readonly #pieceEnd: PieceEnd;
  readonly #encoder = new TextEncoder();
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  /** The text that is being counted. */
  #bytes: Uint8Array = this.#scratch;
  #end = 0;
  readonly #pieces = new Uint8Array(REMEMBERED * REMEMBERED_BYTES);
  readonly #lengths = new Uint8Array(REMEMBERED);
  readonly #counts = new Uint8Array(REMEMBERED);

  constructor(vocabulary: Vocabulary, pieceEnd: PieceEnd) {
    this.#vocabulary = vocabulary;
    this.#pieceEnd = pieceEnd;
  }

  count(text: string): number {
    this.#encode(text);
    const bytes = this.#bytes;
    const end = this.#end;
    const pieceEnd = this.#pieceEnd;
    let count = 0;
    for (let at = 0; at < end; ) {
      const next = pieceEnd(bytes, at, end);
      count += next - at === 1 ? 1 : this.#countPiece(bytes, at, next);
      at = next;
    }
    // A long text is not kept longer than it is counted.
    this.#bytes = this.#scratch;
    return count;
  }

  countKinds(text: string): TokenKinds {
    this.#encode(text);
    const bytes = this.#bytes;
    const end = this.#end;
    const kinds: Record<PieceKind, number> = { words: 0, scripts: 0, numbers: 0, symbols: 0, white: 0 };
    for (let at = 0; at < end; ) {
      const next = this.#pieceEnd(bytes, at, end);
      kinds[kindOfPiece(bytes, at, next)] += this.#countPiece(bytes, at, next);
      at = next;
    }
    this.#bytes = this.#scratch;
    return kinds;
  }

  #encode(text: string): void {
    if (text.length * 3 <= SCRATCH_BYTES) {
      this.#bytes = this.#scratch;
      this.#end = this.#encoder.encodeInto(text, this.#scratch).written;
    } else {
      this.#bytes = this.#encoder.encode(text);
      this.#end = this.#bytes.length;
    }
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

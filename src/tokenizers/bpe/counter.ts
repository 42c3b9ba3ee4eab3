/** Counts the tokens of texts under one vocabulary: splits, looks up, merges, and remembers what merging gave. */
import { countMerged } from './merge.ts';
import { kindOfPiece } from './split.ts';
import type { PieceEnd, PieceKind } from './split.ts';
import { hashBytes } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Texts up to a third of this many characters are encoded without allocating. */
const SCRATCH_BYTES = 1 << 16;

/** Words, and what programs draw lines with: rules and blanks that fill a line. */
const WORDS = { bits: 14, bytes: 24 };
const RULES = { bits: 7, bytes: 1024 };

/** Remembered texts: whoever weighs the forms of one text asks for it, and for the best of them, again. */
const REMEMBERED_TEXTS = 8;
const MIN_TEXT = 256;
const MAX_TEXT = 1 << 17;

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
  readonly #words = new Remembered(WORDS);
  readonly #rules = new Remembered(RULES);
  readonly #texts: string[] = [];
  readonly #textCounts: number[] = [];
  /** Where the next text is remembered. */
  #nextText = 0;

  constructor(vocabulary: Vocabulary, pieceEnd: PieceEnd) {
    this.#vocabulary = vocabulary;
    this.#pieceEnd = pieceEnd;
  }

  count(text: string): number {
    if (text.length < MIN_TEXT || text.length > MAX_TEXT) return this.#countAll(text);
    const known = this.#texts.indexOf(text);
    if (known >= 0) return this.#textCounts[known]!;
    const count = this.#countAll(text);
    this.#texts[this.#nextText] = text;
    this.#textCounts[this.#nextText] = count;
    this.#nextText = (this.#nextText + 1) % REMEMBERED_TEXTS;
    return count;
  }

  #countAll(text: string): number {
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
    if (length > RULES.bytes) return countMerged(this.#vocabulary, bytes, start, end);
    const hash = hashBytes(bytes, start, end);
    const remembered = length <= WORDS.bytes ? this.#words : this.#rules;
    const slot = remembered.slotOf(hash);
    const known = remembered.find(slot, bytes, start, length);
    if (known > 0) return known;
    const isToken = length <= this.#vocabulary.maxLength && this.#vocabulary.find(bytes, start, end, hash) >= 0;
    const count = isToken ? 1 : countMerged(this.#vocabulary, bytes, start, end);
    remembered.put(slot, bytes, start, length, count);
    return count;
  }
}

/** Pieces and their counts: one for each slot, the newest wins. Fixed size, and no influence on any count. */
class Remembered {
  readonly #bits: number;
  readonly #bytes: number;
  readonly #pieces: Uint8Array;
  readonly #lengths: Uint16Array;
  readonly #counts: Uint16Array;

  constructor({ bits, bytes }: typeof WORDS) {
    this.#bits = bits;
    this.#bytes = bytes;
    this.#pieces = new Uint8Array(bytes << bits);
    this.#lengths = new Uint16Array(1 << bits);
    this.#counts = new Uint16Array(1 << bits);
  }

  slotOf(hash: number): number {
    // The high bits of this hash are the better mixed ones.
    return hash >>> (32 - this.#bits);
  }

  /** 0 when the piece is not remembered. */
  find(slot: number, bytes: Uint8Array, start: number, length: number): number {
    if (this.#lengths[slot] !== length) return 0;
    const at = slot * this.#bytes;
    for (let i = 0; i < length; i++) if (this.#pieces[at + i] !== bytes[start + i]) return 0;
    return this.#counts[slot]!;
  }

  put(slot: number, bytes: Uint8Array, start: number, length: number, count: number): void {
    const at = slot * this.#bytes;
    for (let i = 0; i < length; i++) this.#pieces[at + i] = bytes[start + i]!;
    this.#lengths[slot] = length;
    this.#counts[slot] = count;
  }
}

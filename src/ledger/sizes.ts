/** A request as the simulated cache compares and counts it: pieces with their hashes, and the tokens up to each. */
import { hashOf } from '../core/hash.ts';
import type { Level, Prompt, Ttl } from '../core/ledger.ts';
import type { Tokenizer } from '../core/tokenizer.ts';

/** Of what a cache without marks can read in part, in characters. */
const PIECE_CHARS = 1_024;
/** Digits of a piece's hash: it is only compared with those of a few related requests. */
export const PIECE_DIGITS = 12;
const REMEMBERED = 50_000;

export interface Piece {
  readonly level: Level;
  readonly message: number;
  readonly mark: Ttl | undefined;
}

export interface SizedPrompt {
  readonly pieces: readonly Piece[];
  readonly hashes: readonly string[];
  /** Tokens up to and with each piece, by our tokenizer. */
  readonly upTo: readonly number[];
  /** All of them. */
  readonly tokens: number;
}

/** Remembers what it has counted: requests of one conversation have nearly everything in common. */
export class Sizer {
  readonly #tokenizer: Pick<Tokenizer, 'count'>;
  readonly #counts = new Map<string, number>();

  constructor(tokenizer: Pick<Tokenizer, 'count'>) {
    this.#tokenizer = tokenizer;
  }

  /** @param isCut whether a text can be read in part: then it is several pieces. */
  size({ segments }: Prompt, isCut: boolean): SizedPrompt {
    const pieces: Piece[] = [];
    const hashes: string[] = [];
    const upTo: number[] = [];
    let tokens = 0;
    for (const { level, message, mark, identity, wording, otherTokens } of segments) {
      const segment = { level, message, mark };
      const hash = hashed(`${level} ${identity}`);
      const count = this.#count(hash, wording) + otherTokens;
      for (const cut of isCut ? cutsIn(wording) : []) {
        pieces.push(segment);
        hashes.push(hashed(`${level} ${wording.slice(cut - PIECE_CHARS, cut)}`));
        upTo.push(tokens + Math.floor((count * cut) / wording.length));
      }
      tokens += count;
      pieces.push(segment);
      hashes.push(hash);
      upTo.push(tokens);
    }
    return { pieces, hashes, upTo, tokens };
  }

  #count(hash: string, text: string): number {
    let count = this.#counts.get(hash);
    if (count === undefined) {
      count = this.#tokenizer.count(text);
      if (this.#counts.size >= REMEMBERED) this.#counts.clear();
      this.#counts.set(hash, count);
    }
    return count;
  }
}

/** Where a long text is cut; its rest is known by the whole. */
function cutsIn(wording: string): readonly number[] {
  const cuts = Math.max(0, Math.ceil(wording.length / PIECE_CHARS) - 2);
  return Array.from({ length: cuts }, (_, index) => (index + 1) * PIECE_CHARS);
}

function hashed(text: string): string {
  return hashOf(text).slice(0, PIECE_DIGITS);
}

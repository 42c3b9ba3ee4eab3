/** Finds the keys of a text. */
import { Recurring } from '../../core/recurring.ts';

const MAX_ENTRY = 20_000;
const KEY = /^(?:(?:[^\s#&*!|>%@`{}[\],'":?-]|-(?=\S))[^\s:]*(?::(?=\S)[^\s:]*)*|"[^"\\]*"|'[^']*')(?=:(?: .*)?$)/;
const NUMBER = /^\d+$/;
/** What ends a line for a regular expression, and for nobody else. */
const ODD_BREAK = /[\u2028\u2029]/;

const BLANK = 0x20;
const DASH = 0x2d;
const COLON = 0x3a;
const PLAIN = new Uint8Array(128);
for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./$-') PLAIN[sign.charCodeAt(0)] = 1;

/** Signs that keys are mostly made of. No value begins with them that is more than its letters, the dash aside. */
export function isPlain(code: number): boolean {
  return PLAIN[code] === 1;
}

export class Keys {
  readonly #text: string;
  readonly #guesses: boolean;
  readonly #recurring = new Recurring();

  constructor(text: string) {
    this.#text = text;
    this.#guesses = !ODD_BREAK.test(text);
  }

  /** Whether an entry begins here: a key, its colon and nothing or a blank behind it. */
  isAt(from: number, lineEnd: number): boolean {
    const end = Math.min(lineEnd, from + MAX_ENTRY);
    return this.#isGuess(from, end) || this.#end(from, end) >= 0;
  }

  /** The key of the entry that begins here; undefined where there is none that is read. */
  take(from: number, end: number): string | undefined {
    if (end - from > MAX_ENTRY) return undefined;
    if (this.#isGuess(from, end)) return this.#recurring.takeGuess();
    const to = this.#end(from, end);
    const key = this.#text.slice(from, Math.max(from, to));
    if (to < 0 || NUMBER.test(key) || key in {}) return undefined;
    return this.#guesses ? this.#recurring.take(key) : key;
  }

  #isGuess(from: number, end: number): boolean {
    const { guess } = this.#recurring;
    return guess !== undefined && this.#text.startsWith(guess, from) && this.#isColon(from + guess.length, end);
  }

  #isColon(at: number, end: number): boolean {
    const text = this.#text;
    return text.charCodeAt(at) === COLON && (at + 1 === end || text.charCodeAt(at + 1) === BLANK);
  }

  /** Where the colon behind a key stands; below 0 where there is none. */
  #end(from: number, end: number): number {
    const text = this.#text;
    if (!this.#guesses || text.charCodeAt(from) === DASH) return this.#oddEnd(from, end);
    let at = from;
    while (at < end && isPlain(text.charCodeAt(at))) at++;
    if (at > from) {
      // No key of plain signs holds a blank.
      if (at === end || text.charCodeAt(at) === BLANK) return -1;
      if (this.#isColon(at, end)) return at;
    }
    return this.#oddEnd(from, end);
  }

  #oddEnd(from: number, end: number): number {
    const key = KEY.exec(this.#text.slice(from, end));
    return key ? from + key[0].length : -1;
  }
}

/** Finds the keys of a text. */
import { Recurring } from '../../core/recurring.ts';

const MAX_ENTRY = 20_000;
const KEY = /^(?:(?:[^\s#&*!|>%@`{}[\],'":?-]|-(?=\S))[^\s:]*(?::(?=\S)[^\s:]*)*|"[^"\\]*"|'[^']*')(?=:(?: .*)?$)/;
const NUMBER = /^\d+$/;
/** What ends a line for a regular expression, and for nobody else. */
const ODD_BREAK = /[\u2028\u2029]/;

const LINE_FEED = 0x0a;
const BLANK = 0x20;
const DASH = 0x2d;
const COLON = 0x3a;
const PLAIN = new Uint8Array(128);
for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./$-') PLAIN[sign.charCodeAt(0)] = 1;

/** Signs that keys are mostly made of. No value begins with them that is more than its letters, the dash aside. */
export function isPlain(code: number): boolean {
  return PLAIN[code] === 1;
}

/** An object of such keys would put it elsewhere, lose it, or has it from the start. */
function isOdd(key: string): boolean {
  return NUMBER.test(key) || key in {};
}

/** Whether a key ends here: with a colon, and nothing or a blank behind it. */
function endsAt(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== COLON) return false;
  const next = text.charCodeAt(at + 1);
  return next === BLANK || next === LINE_FEED || at + 1 === text.length;
}

export class Keys {
  readonly #text: string;
  /** Undefined where signs are odd. */
  readonly #recurring: Recurring | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#recurring = ODD_BREAK.test(text) ? undefined : new Recurring(text, endsAt, isOdd);
  }

  /** Whether an entry begins here. */
  isAt(from: number, lineEnd: number): boolean {
    return this.#recurring?.standsAt(from) === true || this.#end(from, Math.min(lineEnd, from + MAX_ENTRY)) >= 0;
  }

  /** The key of the entry that begins here; undefined where there is none that is read. */
  take(from: number, end: number): string | undefined {
    if (end - from > MAX_ENTRY) return undefined;
    const likely = this.#recurring?.takeAt(from);
    if (likely !== undefined) return likely;
    const to = this.#end(from, end);
    if (to < 0) return undefined;
    const key = this.#text.slice(from, to);
    return this.#recurring ? this.#recurring.take(key) : isOdd(key) ? undefined : key;
  }

  /** Where the colon behind a key stands; below 0 where there is none. */
  #end(from: number, end: number): number {
    const text = this.#text;
    if (!this.#recurring || text.charCodeAt(from) === DASH) return this.#oddEnd(from, end);
    let at = from;
    while (at < end && isPlain(text.charCodeAt(at))) at++;
    if (at > from) {
      // No key of plain signs holds a blank.
      if (at === end || text.charCodeAt(at) === BLANK) return -1;
      if (text.charCodeAt(at) === COLON && (at + 1 === end || text.charCodeAt(at + 1) === BLANK)) return at;
    }
    return this.#oddEnd(from, end);
  }

  #oddEnd(from: number, end: number): number {
    const key = KEY.exec(this.#text.slice(from, end));
    return key ? from + key[0].length : -1;
  }
}

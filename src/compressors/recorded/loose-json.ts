/**
 * Reads one line of JSON that may be cut off, values as they are spelled. Unlike the reader of whole JSON it wants no more
 * than to show a line shorter.
 */

export type Loose =
  | { readonly kind: 'text'; readonly raw: string }
  | { readonly kind: 'word'; readonly raw: string }
  | { readonly kind: 'list'; readonly items: readonly Loose[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: Loose])[] };

export interface LooseLine {
  readonly value: Loose;
  /** The line ends before the value does. */
  readonly isCut: boolean;
}

/** Deeper lines are shown as plain text. */
const MAX_DEPTH = 48;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*("?)/y;
const WORD = /[^\s,:"[\]{}]+/y;
const SPACE = /\s*/y;
const ASCII = 128;

/** Undefined when the line is something else than an object, whole or cut off. */
export function readLoose(line: string): LooseLine | undefined {
  const reader = new Reader(line);
  return reader.read();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #isCut = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): LooseLine | undefined {
    this.#skipSpace();
    if (this.#text[this.#at] !== '{') return undefined;
    const value = this.#value(0);
    this.#skipSpace();
    if (!value || this.#at < this.#text.length) return undefined;
    return { value, isCut: this.#isCut };
  }

  /** Undefined for what is no JSON; at the end of the text, what there is so far. */
  #value(depth: number): Loose | undefined {
    const char = this.#text[this.#at];
    if (depth > MAX_DEPTH) return undefined;
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#list(depth);
    if (char === '"') return { kind: 'text', raw: this.#string() };
    const raw = this.#word();
    return raw === '' ? undefined : { kind: 'word', raw };
  }

  #object(depth: number): Loose | undefined {
    const members: (readonly [string, Loose])[] = [];
    const isRead = this.#members('}', () => {
      if (this.#text[this.#at] !== '"') return false;
      const key = this.#string();
      this.#skipSpace();
      if (this.#isEnd()) return true;
      if (this.#text[this.#at++] !== ':') return false;
      this.#skipSpace();
      if (this.#isEnd()) return true;
      const value = this.#value(depth + 1);
      if (value) members.push([key, value]);
      return value !== undefined;
    });
    return isRead ? { kind: 'object', members } : undefined;
  }

  #list(depth: number): Loose | undefined {
    const items: Loose[] = [];
    const isRead = this.#members(']', () => {
      const value = this.#value(depth + 1);
      if (value) items.push(value);
      return value !== undefined;
    });
    return isRead ? { kind: 'list', items } : undefined;
  }

  /** Members up to the bracket that closes, or to the end of the text. False when something else stands there. */
  #members(close: string, readOne: () => boolean): boolean {
    this.#at++;
    this.#skipSpace();
    if (this.#text[this.#at] === close) return this.#at++ >= 0;
    while (!this.#isEnd()) {
      if (!readOne()) return false;
      this.#skipSpace();
      if (this.#isEnd()) return true;
      const char = this.#text[this.#at++];
      if (char === close) return true;
      if (char !== ',') return false;
      this.#skipSpace();
    }
    return true;
  }

  /** What stands between the quotes, spelled as it is. */
  #string(): string {
    const first = this.#at + 1;
    const quote = this.#text.indexOf('"', first);
    if (quote >= 0) {
      const plain = this.#text.slice(first, quote);
      if (!plain.includes('\\')) {
        this.#at = quote + 1;
        return plain;
      }
    }
    STRING.lastIndex = this.#at;
    const match = STRING.exec(this.#text)!;
    if (match[1] === '') {
      // A backslash may be the last that is left.
      this.#isCut = true;
      const rest = this.#text.slice(this.#at + 1);
      this.#at = this.#text.length;
      return rest;
    }
    this.#at = STRING.lastIndex;
    return match[0].slice(1, -1);
  }

  /** Empty where none stands. */
  #word(): string {
    WORD.lastIndex = this.#at;
    const start = this.#at;
    if (WORD.test(this.#text)) this.#at = WORD.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  #skipSpace(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code > 0x20 && code < ASCII) return;
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #isEnd(): boolean {
    if (this.#at < this.#text.length) return false;
    this.#isCut = true;
    return true;
  }
}

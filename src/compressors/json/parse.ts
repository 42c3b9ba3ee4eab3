/** Reads JSON from any place in a text into a tree. What is not strict JSON, repeats a key or nests too deeply is refused. */
import { type Json, JsonRecord, Shape, Spelled } from './tree.ts';

export const MAX_DEPTH = 200;
/** What is shorter is read again sooner than it is looked up. */
const MIN_KNOWN_CHARS = 512;
/** Beyond this many keys the search for a repeated one uses a set. */
const SMALL_SHAPE = 24;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** The shape of an object with one more key. */
interface Key {
  readonly shape: Shape;
  readonly seen: Set<string> | undefined;
}

/** A value that was read, or (without one) where reading it ended in a refusal. */
interface Read {
  readonly start: number;
  readonly end: number;
  readonly value: Json | undefined;
}

/**
 * Its methods give undefined for what they refuse: nothing is thrown, because deep nesting would make that slow. The value
 * read last is known when it is asked for again, and so are, where that was refused (a list cut off), the values in it.
 */
export class JsonParser {
  readonly #text: string;
  readonly #root: Shape = new Shape();
  #at = 0;
  #last: Read | undefined;
  /** Of values that were refused: the containers that hold the place of the refusal, and those before it, by their start. */
  #known: Map<number, Read> | undefined;
  /** Of the value that is being read: where those of its containers start that are refused. */
  #refused: number[] = [];
  #isTooDeep = false;
  /** The containers that were read whole and stand in none such. */
  #wholeCount = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #values: Json[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the last value ended, or where the last refusal was. */
  get position(): number {
    return this.#at;
  }

  /** The value that starts exactly here, or undefined. */
  parse(start: number): Json | undefined {
    const known = this.#last?.start === start ? this.#last : this.#known?.get(start);
    if (known) {
      this.#at = known.end;
      return known.value;
    }
    this.#at = start;
    this.#wholeCount = 0;
    this.#isTooDeep = false;
    const value = this.#value(0);
    this.#last = { start, end: this.#at, value };
    if (value === undefined) {
      if (this.#at - start >= MIN_KNOWN_CHARS) this.#keepParts();
      this.#refused = [];
    }
    return value;
  }

  #keepParts(): void {
    const known = (this.#known ??= new Map<number, Read>());
    for (let at = 0; at < this.#wholeCount; at++) {
      const start = this.#starts[at]!;
      known.set(start, { start, end: this.#ends[at]!, value: this.#values[at] });
    }
    // By itself a value further in may not be too deep.
    if (this.#isTooDeep) return;
    for (const start of this.#refused) known.set(start, { start, end: this.#at, value: undefined });
  }

  skipSpace(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code <= 0x20 && isSpace(code)) code = this.#text.charCodeAt(++this.#at);
    return code;
  }

  #value(depth: number): Json | undefined {
    const code = this.#text.charCodeAt(this.#at);
    if (code === QUOTE) return this.#string();
    if (code === OPEN_BRACE || code === OPEN_BRACKET) return this.#container(code, depth + 1);
    if (code === MINUS || (code >= 0x30 && code <= 0x39)) return this.#number(code);
    if (code === 0x74) return this.#word('true', true);
    if (code === 0x66) return this.#word('false', false);
    return code === 0x6e ? this.#word('null', null) : undefined;
  }

  #container(code: number, depth: number): Json | undefined {
    if (depth > MAX_DEPTH) {
      this.#isTooDeep = true;
      return undefined;
    }
    const start = this.#at;
    const place = this.#wholeCount;
    const value = code === OPEN_BRACE ? this.#object(depth) : this.#list(depth);
    if (value !== undefined) {
      this.#starts[place] = start;
      this.#ends[place] = this.#at;
      this.#values[place] = value;
      this.#wholeCount = place + 1;
    } else this.#refused.push(start);
    return value;
  }

  #word<T>(word: string, value: T): T | undefined {
    if (!this.#text.startsWith(word, this.#at)) return undefined;
    this.#at += word.length;
    return value;
  }

  #number(first: number): Json | undefined {
    const start = this.#at;
    if (first !== MINUS && first !== 0x30) {
      let value = first - 0x30;
      let at = start + 1;
      let code = this.#text.charCodeAt(at);
      while (code >= 0x30 && code <= 0x39) {
        value = value * 10 + code - 0x30;
        code = this.#text.charCodeAt(++at);
      }
      if (at - start <= 15 && code !== 0x2e && code !== 0x65 && code !== 0x45) {
        this.#at = at;
        return value;
      }
    }
    NUMBER.lastIndex = start;
    const raw = NUMBER.exec(this.#text)?.[0];
    if (raw === undefined) return undefined;
    this.#at = start + raw.length;
    return numberOf(raw);
  }

  #string(): string | undefined {
    const text = this.#text;
    const start = this.#at + 1;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) return this.#escaped(at);
      if (!(code >= 0x20)) {
        this.#at = at;
        return undefined;
      }
      at++;
    }
    this.#at = at + 1;
    return text.slice(start, at);
  }

  #escaped(from: number): string | undefined {
    const start = this.#at;
    let at = from;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) break;
      if (Number.isNaN(code)) {
        this.#at = at;
        return undefined;
      }
      at += code === BACKSLASH ? 2 : 1;
    }
    this.#at = at + 1;
    try {
      return JSON.parse(this.#text.slice(start, at + 1)) as string;
    } catch {
      return undefined;
    }
  }

  #object(depth: number): JsonRecord | undefined {
    this.#at++;
    const values: Json[] = [];
    let shape = this.#root;
    let seen: Set<string> | undefined;
    if (this.skipSpace() === CLOSE_BRACE) {
      this.#at++;
      return new JsonRecord(shape, values);
    }
    for (;;) {
      if (shape.guessed && this.#text.startsWith(shape.guess, this.#at)) {
        this.#at += shape.guess.length;
        shape = shape.guessed;
        seen?.add(shape.key);
      } else {
        const next = this.#key(shape, seen);
        if (!next) return undefined;
        shape = next.shape;
        seen = next.seen;
      }
      if (this.skipSpace() !== COLON) return undefined;
      this.#at++;
      this.skipSpace();
      const value = this.#value(depth);
      if (value === undefined) return undefined;
      values.push(value);
      const code = this.skipSpace();
      if (code === CLOSE_BRACE) break;
      if (code !== COMMA) return undefined;
      this.#at++;
      this.skipSpace();
    }
    this.#at++;
    return new JsonRecord(shape, values);
  }

  #key(shape: Shape, seenBefore: Set<string> | undefined): Key | undefined {
    const start = this.#at;
    const key = this.#text.charCodeAt(start) === QUOTE ? this.#string() : undefined;
    if (key === undefined) return undefined;
    let seen = seenBefore;
    let next = shape.known(key);
    if (!next) {
      if (shape.size > SMALL_SHAPE) seen ??= new Set(shape.keys);
      if (seen ? seen.has(key) : hasKey(shape, key)) return undefined;
      next = shape.grow(key);
    }
    seen?.add(key);
    shape.guess = this.#text.slice(start, this.#at);
    shape.guessed = next;
    return { shape: next, seen };
  }

  #list(depth: number): Json[] | undefined {
    this.#at++;
    const values: Json[] = [];
    if (this.skipSpace() === CLOSE_BRACKET) {
      this.#at++;
      return values;
    }
    for (;;) {
      const value = this.#value(depth);
      if (value === undefined) return undefined;
      values.push(value);
      const code = this.skipSpace();
      if (code === CLOSE_BRACKET) break;
      if (code !== COMMA) return undefined;
      this.#at++;
      this.skipSpace();
    }
    this.#at++;
    return values;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** A number token as a JavaScript number where that prints the same, else as it was spelled. */
export function numberOf(raw: string): number | Spelled {
  const value = Number(raw);
  return String(value) === raw ? value : new Spelled(raw);
}

/** A text that is one JSON value and nothing else, or undefined. */
export function parseWhole(text: string): Json | undefined {
  const parser = new JsonParser(text);
  parser.skipSpace();
  const value = parser.parse(parser.position);
  if (value === undefined) return undefined;
  parser.skipSpace();
  return parser.position === text.length ? value : undefined;
}

function hasKey(shape: Shape, key: string): boolean {
  for (let at: Shape | undefined = shape; at?.parent; at = at.parent) if (at.key === key) return true;
  return false;
}

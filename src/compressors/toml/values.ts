/** TOML values that take one line, as JSON has them; what JSON cannot say stands as it is spelled, behind an equals sign. */

/** A table, a list, or a scalar. */
export type Node = string | number | boolean | readonly Node[] | { readonly [key: string]: Node };
export type Table = { readonly [key: string]: Node };

/** How a text spells what can be spelled in more ways than one: the same all through, or it is not read. */
export interface Spelling {
  /** Between key and value. */
  readonly equals: ' = ' | '=' | ': ';
  /** Text without quotes, as in INI files. */
  readonly isBare: boolean;
  /** `{ a = 1 }`, not `{a = 1}`. */
  readonly isLoose: boolean;
  /** Blanks before the items of a list that has a line for each. */
  readonly indent: number;
}

const NUMBER = /^-?(?:0|[1-9]\d{0,14})$/;
const STRING = /"[^"\\\n]*"/y;
const WORD = /[^\s,[\]{}"'#]+/y;
const KEY = /([\w-]+|"[^"\\\n]*") = /y;
const MAX_DEPTH = 12;
const RAW = '=';

class Cursor {
  at = 0;
  readonly #text: string;
  readonly #spelling: Spelling;

  constructor(text: string, spelling: Spelling) {
    this.#text = text;
    this.#spelling = spelling;
  }

  get isDone(): boolean {
    return this.at === this.#text.length;
  }

  value(depth: number): Node | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const first = this.#text[this.at];
    if (first === '"') return this.#string();
    if (first === '[') return this.#list(depth);
    if (first === '{') return this.#table(depth);
    const word = this.#take(WORD)?.[0];
    if (word === undefined) return undefined;
    if (word === 'true' || word === 'false') return word === 'true';
    return isNumber(word) ? Number(word) : RAW + word;
  }

  #string(): Node | undefined {
    const text = this.#take(STRING)?.[0].slice(1, -1);
    return text?.startsWith(RAW) ? undefined : text;
  }

  #list(depth: number): Node | undefined {
    this.at++;
    const items: Node[] = [];
    if (this.#skip(']')) return items;
    for (;;) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#skip(']')) return items;
      if (!this.#skip(', ')) return undefined;
    }
  }

  #table(depth: number): Node | undefined {
    const blank = this.#spelling.isLoose ? ' ' : '';
    if (!this.#skip(`{${blank}`)) return undefined;
    const entries: Record<string, Node> = {};
    for (;;) {
      const key = this.#take(KEY)?.[1];
      if (key === undefined || key === '__proto__' || NUMBER.test(key) || Object.hasOwn(entries, key)) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      entries[key] = value;
      if (this.#skip(`${blank}}`)) return entries;
      if (!this.#skip(', ')) return undefined;
    }
  }

  #skip(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }
}

function isNumber(raw: string): boolean {
  return raw.length < 16 && NUMBER.test(raw) && String(Number(raw)) === raw;
}

/** @param raw what stands behind the equals sign of an entry, or an item of a list. */
export function readValue(raw: string, spelling: Spelling): Node {
  if (spelling.isBare) return readBare(raw);
  const cursor = new Cursor(raw, spelling);
  const value = cursor.value(0);
  return value === undefined || !cursor.isDone ? RAW + raw : value;
}

function readBare(raw: string): Node {
  if (raw === 'true' || raw === 'false') return raw === 'true';
  return isNumber(raw) ? Number(raw) : raw;
}

/** @throws TypeError for what was read from no TOML. */
export function writeValue(value: Node, spelling: Spelling, depth = 0): string {
  if (depth > MAX_DEPTH) throw new TypeError('too deep');
  if (typeof value === 'string') {
    if (spelling.isBare) return value;
    return value.startsWith(RAW) ? value.slice(1) : `"${value}"`;
  }
  if (typeof value !== 'object') return String(value);
  const inner = (one: Node): string => writeValue(one, spelling, depth + 1);
  if (Array.isArray(value)) return `[${(value as readonly Node[]).map(inner).join(', ')}]`;
  const blank = spelling.isLoose ? ' ' : '';
  const entries = Object.entries(value as Table).map(([key, one]) => `${key} = ${inner(one)}`);
  return `{${blank}${entries.join(', ')}${blank}}`;
}

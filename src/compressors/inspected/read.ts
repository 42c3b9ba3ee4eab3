/**
 * Reads values as Node prints them and says them as JSON. What JSON has no word for (a date, `undefined`, `[Object]`)
 * stands as it is printed, in a text that says so.
 */
import { TextReader, Unreadable } from '../../core/text-reader.ts';
import { readText } from './text.ts';

/** Begins a text that is as Node printed it. */
export const AS_PRINTED = 'js:';
const MAX_DEPTH = 60;
const ITEMS_PER_CHECK = 512;
const WHITE = /[ \n]*/y;
const NUMBER = /-?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?)(?![\w-])/y;
const CONSTANT = /(?:true|false|null)(?![\w$])/y;
const TEXT = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\\n]|\\.)*)`/y;
/** A long text of several lines is printed in as many pieces. */
const GOES_ON = / \+\n */y;
const KEY = new RegExp(`(?:([A-Za-z_]\\w*)|${TEXT.source}):`, 'y');
const PRINTED =
  /(?:undefined|NaN|-?Infinity|-0|-?\d+n|Invalid Date)(?![\w$.])|\d{4}-\d\d-\d\dT[\d:.]+Z|\[(?:[A-Z][\w$.]*(?:: [^\]\n]*)?|Function[^\]\n]*|AsyncFunction[^\]\n]*|class [^\]\n]*|Circular \*\d+|Getter(?:\/Setter)?|Setter)\](?! \{)|[A-Z][\w$]*\((?:'[^'\n]*'|"[^"\n]*"|[^()'"\n]*)\)(?! [[{])|<(?:Buffer|\d+ empty items?)[^>\n]*>|\.\.\. \d+ more items?|\/(?:[^/\\\n]|\\.)+\/[a-z]*/y;

class ValueReader extends TextReader {
  readonly #check: () => void;
  #count = 0;

  constructor(text: string, at: number, check: () => void) {
    super(text, at);
    this.#check = check;
  }

  /** A value as JSON. */
  value(depth: number): string {
    if (depth > MAX_DEPTH) throw new Unreadable();
    const printed = this.match(PRINTED);
    if (printed) return JSON.stringify(AS_PRINTED + printed[0]);
    if (this.take('{')) return `{${this.#items('}', () => this.#field(depth))}}`;
    if (this.take('[')) return `[${this.#items(']', () => this.value(depth + 1))}]`;
    const plain = this.match(CONSTANT) ?? this.match(NUMBER);
    if (plain) return plain[0];
    return this.#string();
  }

  /** Up to the closing sign, with a comma between each two. */
  #items(close: string, read: () => string): string {
    this.match(WHITE);
    if (this.take(close)) return '';
    const items: string[] = [];
    do {
      if (++this.#count % ITEMS_PER_CHECK === 0) this.#check();
      this.match(WHITE);
      items.push(read());
    } while (this.take(','));
    this.match(WHITE);
    this.expect(close);
    return items.join(',');
  }

  #field(depth: number): string {
    const key = this.match(KEY);
    if (!key) throw new Unreadable();
    const name = key[1] ?? readText((key[2] ?? key[3] ?? key[4])!);
    // In JSON these would be read in another order, or as something else.
    if (name === '__proto__') throw new Unreadable();
    this.match(WHITE);
    return `${JSON.stringify(name)}:${this.value(depth + 1)}`;
  }

  #string(): string {
    let text = '';
    do {
      const match = this.match(TEXT);
      if (!match) throw new Unreadable();
      text += readText((match[1] ?? match[2] ?? match[3])!);
    } while (this.match(GOES_ON));
    if (text.startsWith(AS_PRINTED)) throw new Unreadable();
    return JSON.stringify(text);
  }
}

export interface ReadValue {
  /** Undefined where Node would have printed no such value. */
  readonly json: string | undefined;
  /** Behind it, or where it went wrong. */
  readonly end: number;
}

/**
 * The value that begins at a bracket.
 * @param check throws when there is no time left.
 */
export function readValue(text: string, start: number, check: () => void): ReadValue {
  const reader = new ValueReader(text, start, check);
  try {
    return { json: reader.value(0), end: reader.at };
  } catch (error) {
    if (error instanceof Unreadable) return { json: undefined, end: reader.at };
    throw error;
  }
}

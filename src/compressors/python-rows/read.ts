/**
 * Reads values as Python prints them and says them as JSON. What JSON has no word for (a date, a decimal, a tuple in a
 * value) stands as it is printed, in a text that says so.
 */
import { TextReader, Unreadable } from '../../core/text-reader.ts';
import { readText, spellText } from './text.ts';

/** Begins a text that is Python as printed. */
export const AS_PRINTED = 'py:';
const MAX_DEPTH = 40;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?/y;
const TEXT = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/y;
/** One that JSON spells alike but for its quotes: most are such. */
const PLAIN_TEXT = /'((?!py:)[ !#-&(-[\]-~]*)'/y;
const WORD = /[A-Za-z_][\w.]*/y;
/** What does not fit on a line may stand an item a line, and a text in pieces. */
const COMMA = /, |,\n */y;
const NEXT_PIECE = /\n *(?=['"])/y;
const CONSTANTS: Readonly<Record<string, string>> = { None: 'null', True: 'true', False: 'false' };

/** What rows are. */
export type RowKind = 'dicts' | 'tuples';

class ValueReader extends TextReader {
  /** A value as JSON. */
  value(depth: number): string {
    if (depth > MAX_DEPTH) throw new Unreadable();
    const first = this.text[this.at];
    if (first === "'" || first === '"') return this.#string();
    if (first === '{') return this.dict(depth);
    if (first === '[') return this.#list(depth);
    if (first === '(') return this.#printed(() => this.tuple(depth));
    const number = this.match(NUMBER);
    if (number) return number[0];
    return this.#word(depth);
  }

  #string(): string {
    const plain = this.match(PLAIN_TEXT);
    if (plain && !this.match(NEXT_PIECE)) return `"${plain[1]!}"`;
    if (plain) return this.#pieces(plain[1]!);
    const match = this.match(TEXT);
    if (!match) throw new Unreadable();
    const text = readText(match[1] ?? match[2]!);
    if (text.startsWith(AS_PRINTED)) throw new Unreadable();
    if (this.match(NEXT_PIECE)) return this.#pieces(text);
    return JSON.stringify(spellText(text) === match[0] ? text : AS_PRINTED + match[0]);
  }

  /** The rest of a text that is printed in pieces. */
  #pieces(first: string): string {
    let text = first;
    do {
      const match = this.match(TEXT);
      if (!match) throw new Unreadable();
      text += readText(match[1] ?? match[2]!);
    } while (this.match(NEXT_PIECE));
    return JSON.stringify(text);
  }

  #comma(): boolean {
    return this.match(COMMA) !== undefined;
  }

  /** What is read so stands as it is printed. */
  #printed(read: () => void, from = this.at): string {
    read();
    return JSON.stringify(AS_PRINTED + this.text.slice(from, this.at));
  }

  /** A constant, or a call as `Decimal('1.50')`. */
  #word(depth: number): string {
    const from = this.at;
    const word = this.match(WORD)?.[0];
    if (word === undefined) throw new Unreadable();
    const constant = CONSTANTS[word];
    if (constant !== undefined) return constant;
    if ((word === 'b' || word === 'r') && /['"]/.test(this.text[this.at] ?? '')) {
      return this.#printed(() => void this.match(TEXT), from);
    }
    if (this.text[this.at] !== '(') throw new Unreadable();
    return this.#printed(() => this.#arguments(depth), from);
  }

  #arguments(depth: number): void {
    this.expect('(');
    if (this.take(')')) return;
    do {
      const from = this.at;
      if (!this.match(WORD) || !this.take('=')) this.at = from;
      this.value(depth + 1);
    } while (this.#comma());
    this.expect(')');
  }

  #list(depth: number): string {
    this.expect('[');
    const items: string[] = [];
    if (this.take(']')) return '[]';
    do items.push(this.value(depth + 1));
    while (this.#comma());
    this.expect(']');
    return `[${items.join(',')}]`;
  }

  /** The values of a tuple. */
  tuple(depth: number): readonly string[] {
    this.expect('(');
    const items: string[] = [];
    if (this.take(')')) return items;
    do items.push(this.value(depth + 1));
    while (this.#comma());
    if (items.length === 1) this.expect(',');
    this.expect(')');
    return items;
  }

  dict(depth: number): string {
    this.expect('{');
    const fields: string[] = [];
    const keys = new Set<string>();
    if (this.take('}')) return '{}';
    do {
      const key = this.#string();
      if (keys.has(key)) throw new Unreadable();
      keys.add(key);
      this.expect(': ');
      fields.push(`${key}:${this.value(depth + 1)}`);
    } while (this.#comma());
    this.expect('}');
    return `{${fields.join(',')}}`;
  }
}

export interface Rows {
  readonly kind: RowKind;
  /** Each as JSON, the values of a tuple under `c1`, `c2` and so on. */
  readonly rows: readonly string[];
  /** Behind the last one. */
  readonly end: number;
  /** How far there was anything to read. */
  readonly read: number;
}

/** How rows stand in a text. */
export interface Layout {
  /** After each row but the last. */
  readonly between: string;
  /** A row as it must stand there; undefined where each is on one line. */
  readonly print: ((row: string, kind: RowKind) => string) | undefined;
}

function readRow(reader: ValueReader, kind: RowKind): string {
  if (kind === 'dicts') return reader.dict(0);
  return `{${reader
    .tuple(0)
    .map((item, i) => `"c${i + 1}":${item}`)
    .join(',')}}`;
}

/** The rows that begin here, up to what is none. */
export function readRows(text: string, at: number, { between, print }: Layout, check: () => void): Rows {
  const kind: RowKind = text[at] === '{' ? 'dicts' : 'tuples';
  const reader = new ValueReader(text, at);
  const rows: string[] = [];
  let end = at;
  try {
    for (let start = at; ; start = reader.at) {
      if (rows.length % 64 === 0) check();
      const row = readRow(reader, kind);
      const source = text.slice(start, reader.at);
      if (print ? print(row, kind) !== source : source.includes('\n')) break;
      rows.push(row);
      end = reader.at;
      if (!reader.take(between)) break;
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return { kind, rows, end, read: reader.at };
}

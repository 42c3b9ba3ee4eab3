/** Writes the lines that a document was read from. */
import { LINES, REMARK, TOP } from './read.ts';
import { type Node, type Spelling, type Table, writeValue } from './values.ts';

const MAX_LINES = 2_000_000;

class LineWriter {
  readonly lines: string[] = [];
  readonly #spelling: Spelling;

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  document(document: Table): void {
    for (const [key, value] of Object.entries(document)) {
      if (key === TOP) this.#entries(asTable(value), '');
      else if (Array.isArray(value)) for (const row of value as readonly Node[]) this.#table(key, asTable(row));
      else this.#table(key.startsWith('[') ? key.slice(0, key.lastIndexOf(']') + 1) : key, asTable(value));
    }
  }

  #table(heading: string, table: Table): void {
    if (this.lines.length > 0) this.#push('');
    this.#push(heading);
    this.#entries(table, heading.replace(/^\[\[(.*)\]\]$/, '$1'));
  }

  #entries(table: Table, name: string): void {
    for (const [key, value] of Object.entries(table)) {
      if (key.startsWith('[.')) this.#table(`[${name}${key.slice(1)}`, asTable(value));
      else if (key.startsWith(REMARK)) this.#push(asText(value));
      else if (key.startsWith(LINES)) this.#list(key.slice(1), value);
      else this.#push(key + this.#spelling.equals + writeValue(value, this.#spelling));
    }
  }

  #list(key: string, value: Node): void {
    const lead = ' '.repeat(this.#spelling.indent);
    this.#push(`${key}${this.#spelling.equals}[`);
    if (!Array.isArray(value)) throw new TypeError('no list');
    for (const item of value as readonly Node[]) this.#push(`${lead}${writeValue(item, this.#spelling)},`);
    this.#push(']');
  }

  #push(line: string): void {
    if (this.lines.length > MAX_LINES) throw new RangeError('too long');
    this.lines.push(line);
  }
}

function asTable(value: Node): Table {
  if (typeof value !== 'object' || Array.isArray(value)) throw new TypeError('no table');
  return value as Table;
}

function asText(value: Node): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

/** @throws TypeError, RangeError for what was read from no TOML. */
export function writeToml(document: Table, spelling: Spelling): readonly string[] {
  const writer = new LineWriter(spelling);
  writer.document(document);
  return writer.lines;
}

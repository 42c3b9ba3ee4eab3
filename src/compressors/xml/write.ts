/** Writes the XML that a value was read from. */
import {
  AFTER,
  ATTRIBUTES,
  BEFORE,
  BLANK_LINES,
  CHILDREN,
  COMMENT,
  type Entries,
  IN_LINE,
  isEntries,
  type Node,
  type Style,
  TEXT,
} from './style.ts';

const MAX_DEPTH = 250;
const MAX_CHARS = 1 << 27;
const MAX_BLANK_LINES = 100;

class Writer {
  readonly #style: Style;
  readonly #out: string[] = [];
  #chars = 0;

  constructor(style: Style) {
    this.#style = style;
  }

  get text(): string {
    return this.#out.join('');
  }

  push(said: string): void {
    this.#chars += said.length;
    if (this.#chars > MAX_CHARS) throw new RangeError('too long');
    this.#out.push(said);
  }

  element(name: string, value: Node, indent: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    if (value === null) this.push(`<${name}${this.#style.closing}`);
    else if (isEntries(value)) this.#entries(name, value, indent, depth);
    else this.push(`<${name}>${spell(value)}</${name}>`);
  }

  #entries(name: string, entries: Entries, indent: string, depth: number): void {
    const keys = Object.keys(entries);
    const attributes = keys.filter((key) => key.startsWith('@'));
    const rest = keys.slice(attributes.length);
    this.push(`<${name}`);
    for (const key of attributes) {
      const value = spell(entries[key]!);
      if (key !== ATTRIBUTES) this.push(` ${key.slice(1)}="${value}"`);
      // Closes itself without the blank that all others have.
      else if (value.endsWith('\0')) return this.push(`${value.slice(0, -1)}/>`);
      else this.push(value);
    }
    if (rest.length === 0) return this.push(this.#style.closing);
    this.push('>');
    if (rest[0] === TEXT) this.push(spell(entries[TEXT]!));
    else this.#children(name, rest, entries, { indent, depth });
    this.push(`</${name}>`);
  }

  #children(name: string, keys: readonly string[], entries: Entries, at: { indent: string; depth: number }): void {
    const layout = this.#style.exceptions.get(name) ?? this.#style.layout;
    const isInLine = layout === IN_LINE;
    const indent = isInLine ? at.indent : at.indent + layout;
    const child = (key: string, value: Node): void => {
      if (key === BLANK_LINES) return this.push('\n'.repeat(Math.min(MAX_BLANK_LINES, Number(value))));
      if (!isInLine) this.push(`\n${indent}`);
      if (key === COMMENT) this.push(`<!--${spell(value)}-->`);
      else this.element(key, value, indent, at.depth + 1);
    };
    for (const [key, value] of childrenOf(keys, entries)) child(key, value);
    if (!isInLine) this.push(`\n${at.indent}`);
  }
}

function* childrenOf(keys: readonly string[], entries: Entries): Generator<[string, Node]> {
  for (const key of keys) {
    const value = entries[key]!;
    const values = Array.isArray(value) ? (value as readonly Node[]) : [value];
    const mark = key.indexOf('#');
    for (const one of values) {
      if (key === CHILDREN && isEntries(one)) yield* Object.entries(one);
      else yield [mark < 0 ? key : key.slice(0, mark), one];
    }
  }
}

function spell(value: Node): string {
  if (typeof value === 'object') throw new TypeError('no scalar');
  return String(value);
}

/** @throws RangeError, TypeError when it is no document that was read from XML. */
export function writeXml(document: Entries, style: Style): string {
  const writer = new Writer(style);
  for (const [key, value] of Object.entries(document)) {
    if (key === BEFORE || key === AFTER) writer.push(spell(value));
    else writer.element(key, value, '', 0);
  }
  return writer.text;
}

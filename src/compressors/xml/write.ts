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
  text = '';
  readonly #style: Style;

  constructor(style: Style) {
    this.#style = style;
  }

  push(said: string): void {
    this.text += said;
    if (this.text.length > MAX_CHARS) throw new RangeError('too long');
  }

  element(name: string, value: Node, indent: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    if (value === null) this.push(`<${name}${this.#style.closing}`);
    else if (typeof value !== 'object') this.push(`<${name}>${value}</${name}>`);
    else this.#entries(name, asEntries(value), indent, depth);
  }

  #entries(name: string, entries: Entries, indent: string, depth: number): void {
    const keys = Object.keys(entries);
    this.push(`<${name}`);
    let at = 0;
    for (let key = keys[0]; key?.startsWith('@'); key = keys[++at]) {
      const value = spell(entries[key]!);
      if (key !== ATTRIBUTES) this.push(` ${key.slice(1)}="${value}"`);
      // Closes itself without the blank that all others have.
      else if (value.endsWith('\0')) return this.push(`${value.slice(0, -1)}/>`);
      else this.push(value);
    }
    if (at === keys.length) return this.push(this.#style.closing);
    this.push('>');
    if (keys[at] === TEXT) this.push(spell(entries[TEXT]!));
    else this.#children(name, at === 0 ? keys : keys.slice(at), entries, { indent, depth });
    this.push(`</${name}>`);
  }

  #children(name: string, keys: readonly string[], entries: Entries, at: { indent: string; depth: number }): void {
    const layout = this.#style.exceptions.get(name) ?? this.#style.layout;
    const isInLine = layout === IN_LINE;
    const indent = isInLine ? at.indent : at.indent + layout;
    const lead = isInLine ? '' : `\n${indent}`;
    const child = (key: string, value: Node): void => {
      if (key === BLANK_LINES) return this.push('\n'.repeat(Math.min(MAX_BLANK_LINES, Number(value))));
      this.push(lead);
      if (key === COMMENT) this.push(`<!--${spell(value)}-->`);
      else this.element(key, value, indent, at.depth + 1);
    };
    for (const key of keys) eachChild(key, entries[key]!, child);
    if (!isInLine) this.push(`\n${at.indent}`);
  }
}

function eachChild(key: string, value: Node, take: (key: string, value: Node) => void): void {
  const mark = key.indexOf('#');
  const name = mark < 0 ? key : key.slice(0, mark);
  if (!Array.isArray(value)) return take(name, value);
  for (const one of value as readonly Node[]) {
    if (key !== CHILDREN || !isEntries(one)) take(name, one);
    else for (const [inner, own] of Object.entries(one)) take(inner, own);
  }
}

function asEntries(value: Node): Entries {
  if (!isEntries(value)) throw new TypeError('no element');
  return value;
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

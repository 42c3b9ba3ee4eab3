/** Writes documents as the lines of YAML that they were read from. */
import type { Output } from '../../core/output.ts';
import { BLOCK_SCALAR, type Node, type Style } from './style.ts';

const MAX_DEPTH = 200;
const MAX_LINES = 2_000_000;

type Mapping = { readonly [key: string]: Node };

class LineWriter {
  /** Lines that were written. */
  count = 0;
  readonly #style: Style;
  readonly #out: Output;
  #blocks = 0;

  constructor(style: Style, out: Output) {
    this.#style = style;
    this.#out = out;
  }

  /** @param start of the line, which goes on with what is added next; before it a line break. */
  open(start: string): void {
    if (this.count > MAX_LINES) throw new RangeError('too long');
    this.#out.add(this.count === 0 ? start.slice(1) : start);
    this.count++;
  }

  /** @param dash the start of the first line. */
  mapping(node: Mapping, indent: number, depth: number, dash?: string): void {
    const lead = startAt(indent);
    let start = dash ?? lead;
    for (const key of Object.keys(node)) {
      const value = node[key]!;
      if (key.startsWith('#') && typeof value === 'string') {
        this.open(value === '' ? '\n' : start);
        this.#out.add(value);
      } else {
        this.open(start);
        this.#out.add(key);
        this.#value(value, indent, depth);
      }
      start = lead;
    }
  }

  /** What stands behind a key. */
  #value(value: Node, indent: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    if (typeof value !== 'object' || value === null || isEmpty(value)) return this.#scalar(spell(value), indent);
    this.#out.add(':');
    if (isMapping(value)) this.mapping(value, indent + this.#blanks(this.#style.step), depth + 1);
    else this.#list(value, indent + this.#blanks(this.#style.dashes), depth + 1);
  }

  #blanks(usual: number): number {
    return this.#style.odd.get(this.#blocks++) ?? usual;
  }

  #scalar(said: string, indent: number): void {
    if (said.includes('\n')) return this.#block(said.split('\n'), indent);
    this.#out.add(said === '' ? ':' : ': ');
    this.#out.add(said);
  }

  #block([sign, ...lines]: readonly string[], indent: number): void {
    if (!BLOCK_SCALAR.test(sign!)) throw new RangeError('no block text');
    this.#out.add(`: ${sign}`);
    const lead = startAt(indent + this.#blanks(this.#style.step));
    for (const line of lines) {
      this.open(line === '' ? '\n' : lead);
      this.#out.add(line);
    }
  }

  #list(items: readonly Node[], indent: number, depth: number): void {
    const dash = `${startAt(indent)}- `;
    for (const item of items) {
      if (isMapping(item) && !isEmpty(item)) this.mapping(item, indent + 2, depth + 1, dash);
      else {
        this.open(dash);
        this.#out.add(spell(item));
      }
    }
  }
}

function startAt(indent: number): string {
  return `\n${' '.repeat(indent)}`;
}

function isMapping(node: Node): node is Mapping {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function isEmpty(node: readonly Node[] | Mapping): boolean {
  return Object.keys(node).length === 0;
}

function spell(value: Node): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}';
  return String(value);
}

/** How many lines were written. @throws RangeError when they are no documents of YAML. */
export function writeYaml(documents: readonly Node[], style: Style, out: Output): number {
  const writer = new LineWriter(style, out);
  for (const [i, document] of documents.entries()) {
    if (!isMapping(document)) throw new RangeError('no document');
    if (i > 0 || style.marked) writer.open('\n---');
    writer.mapping(document, 0, 0);
  }
  return writer.count;
}

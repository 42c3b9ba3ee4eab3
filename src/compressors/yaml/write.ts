/** Writes documents as the lines of YAML that they were read from. */
import { BLOCK_SCALAR, type Node, type Style } from './style.ts';

const MAX_DEPTH = 200;
const MAX_LINES = 2_000_000;

type Mapping = { readonly [key: string]: Node };

class LineWriter {
  /** With a line break before each line. */
  text = '';
  count = 0;
  readonly #style: Style;
  #blocks = 0;

  constructor(style: Style) {
    this.#style = style;
  }

  document(document: Node, isMarked: boolean): void {
    if (!isMapping(document)) throw new RangeError('no document');
    if (isMarked) this.#line('\n---');
    this.#mapping(document, 0, 0);
  }

  #line(said: string): void {
    if (this.count > MAX_LINES) throw new RangeError('too long');
    this.text += said;
    this.count++;
  }

  /** @param dash the start of the first line. */
  #mapping(node: Mapping, indent: number, depth: number, dash?: string): void {
    const lead = startAt(indent);
    let start = dash ?? lead;
    for (const key of Object.keys(node)) {
      const value = node[key]!;
      if (key.startsWith('#') && typeof value === 'string') {
        this.#line(value === '' ? '\n' : start + value);
      } else {
        this.#line(start);
        this.text += key;
        this.#value(value, indent, depth);
      }
      start = lead;
    }
  }

  /** What stands behind a key. */
  #value(value: Node, indent: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    if (typeof value !== 'object' || value === null || isEmpty(value)) return this.#scalar(spell(value), indent);
    this.text += ':';
    if (isMapping(value)) this.#mapping(value, indent + this.#blanks(this.#style.step), depth + 1);
    else this.#list(value, indent + this.#blanks(this.#style.dashes), depth + 1);
  }

  #blanks(usual: number): number {
    return this.#style.odd.get(this.#blocks++) ?? usual;
  }

  #scalar(said: string, indent: number): void {
    if (said.includes('\n')) return this.#block(said.split('\n'), indent);
    this.text += said === '' ? ':' : `: ${said}`;
  }

  #block([sign, ...lines]: readonly string[], indent: number): void {
    if (!BLOCK_SCALAR.test(sign!)) throw new RangeError('no block text');
    this.text += `: ${sign}`;
    const lead = startAt(indent + this.#blanks(this.#style.step));
    for (const line of lines) this.#line(line === '' ? '\n' : lead + line);
  }

  #list(items: readonly Node[], indent: number, depth: number): void {
    const dash = `${startAt(indent)}- `;
    for (const item of items) {
      if (isMapping(item) && !isEmpty(item)) this.#mapping(item, indent + 2, depth + 1, dash);
      else this.#line(dash + spell(item));
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

export interface Written {
  readonly text: string;
  /** Lines. */
  readonly count: number;
}

/** @throws RangeError when they are no documents of YAML. */
export function writeYaml(documents: readonly Node[], style: Style): Written {
  const writer = new LineWriter(style);
  for (const [i, document] of documents.entries()) writer.document(document, i > 0 || style.marked);
  return { text: writer.text.slice(1), count: writer.count };
}

/** Writes documents as the lines of YAML that they were read from. */
import { BLOCK_SCALAR, type Node, type Style } from './style.ts';

const MAX_DEPTH = 200;
const MAX_LINES = 2_000_000;

function isMapping(node: Node): node is { readonly [key: string]: Node } {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

class LineWriter {
  readonly lines: string[] = [];
  readonly #style: Style;
  #blocks = 0;

  constructor(style: Style) {
    this.#style = style;
  }

  mapping(node: { readonly [key: string]: Node }, indent: number, depth: number, dash = ''): void {
    let start = dash;
    for (const [key, value] of Object.entries(node)) {
      const lead = start === '' ? ' '.repeat(indent) : start;
      start = '';
      if (key.startsWith('#') && typeof value === 'string') this.#push(value === '' ? '' : lead + value);
      else this.#entry(lead + key, value, indent, depth);
    }
  }

  #entry(lead: string, value: Node, indent: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    const isFilled = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    if (!isFilled) this.#scalar(lead, value, indent);
    else if (isMapping(value)) {
      this.#push(`${lead}:`);
      this.mapping(value, indent + this.#blanks(this.#style.step), depth + 1);
    } else {
      this.#push(`${lead}:`);
      this.#list(value as readonly Node[], indent + this.#blanks(this.#style.dashes), depth + 1);
    }
  }

  #blanks(usual: number): number {
    return this.#style.odd.get(this.#blocks++) ?? usual;
  }

  #scalar(lead: string, value: Node, indent: number): void {
    const [first, ...rest] = spell(value).split('\n');
    this.#push(first === '' ? `${lead}:` : `${lead}: ${first}`);
    if (rest.length > 0 && !BLOCK_SCALAR.test(first!)) throw new RangeError('no block text');
    const inner = rest.length > 0 ? ' '.repeat(indent + this.#blanks(this.#style.step)) : '';
    for (const line of rest) this.#push(line === '' ? '' : inner + line);
  }

  #list(items: readonly Node[], indent: number, depth: number): void {
    const dash = `${' '.repeat(indent)}- `;
    for (const item of items) {
      if (isMapping(item) && Object.keys(item).length > 0) this.mapping(item, indent + 2, depth + 1, dash);
      else this.#push(dash + spell(item));
    }
  }

  #push(line: string): void {
    if (this.lines.length > MAX_LINES) throw new RangeError('too long');
    this.lines.push(line);
  }
}

function spell(value: Node): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}';
  return String(value);
}

/** Undefined when they are no documents of YAML. */
export function writeYaml(documents: readonly Node[], style: Style): readonly string[] | undefined {
  const writer = new LineWriter(style);
  for (const [i, document] of documents.entries()) {
    if (!isMapping(document)) return undefined;
    if (i > 0 || style.marked) writer.lines.push('---');
    writer.mapping(document, 0, 0);
  }
  return writer.lines;
}

/** Reads how the lines of a tree are indented, and puts the nodes together again. */
import { MAX_DEPTH } from './parse.ts';

interface Lines {
  readonly text: string;
  at: number;
}

export class TreeOutline {
  /** Nodes that stand as JSON. */
  readonly whole: Map<number, string> = new Map();
  readonly #depths: number[] = [];
  readonly #parents: number[] = [];
  /** The last node of each depth, down to the last one. */
  readonly #path: number[] = [];

  /** @throws SyntaxError when a line is indented by more than one step. */
  take(lines: Lines, row: number): void {
    const start = lines.at;
    while (lines.text.charCodeAt(lines.at) === 0x20) lines.at++;
    const depth = lines.at - start;
    if (depth > this.#path.length || depth > MAX_DEPTH || (depth === 0) !== (row === 0))
      throw new SyntaxError(`row ${row} stands nowhere in the tree`);
    this.#path.length = depth;
    this.#parents.push(this.#path[depth - 1] ?? -1);
    this.#path.push(row);
    this.#depths.push(depth);
  }

  parentOf(row: number): number {
    const parent = this.#parents[row] ?? -1;
    if (parent < 0) throw new SyntaxError(`nothing is above row ${row}`);
    return parent;
  }

  /** @param parts the nodes as JSON objects, without what is below them. */
  assembled(parts: readonly string[], key: string): string {
    let text = '';
    for (let row = 0; row < parts.length; row++) {
      const depth = this.#depths[row]!;
      const next = this.#depths[row + 1] ?? 0;
      const part = parts[row]!;
      if (!part.endsWith('}')) throw new SyntaxError(`row ${row} is no object`);
      if (next > depth) text += `${part.slice(0, -1)}${part === '{}' ? '' : ','}"${key}":[`;
      else text += part + ']}'.repeat(depth - next) + (row + 1 < parts.length ? ',' : '');
    }
    return text;
  }
}

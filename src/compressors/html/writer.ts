/** Lines of text with lists in lists and quotes: collects what stands in a line until the line ends. */
import { collapse } from './tree.ts';

export class TextWriter {
  readonly lines: string[] = [];
  #line = '';
  #indent = '';
  /** Stands before the next line only: the sign of a list item. */
  #sign = '';

  add(text: string): void {
    this.#line += text;
  }

  endLine(): void {
    const text = collapse(this.#line).trim();
    this.#line = '';
    if (text !== '') this.push(text);
  }

  /** A line as it is. */
  push(line: string): void {
    this.lines.push(this.#start() + line);
  }

  /** An empty line, where none is yet. */
  gap(): void {
    this.endLine();
    if (this.lines.length > 0 && this.lines.at(-1) !== '') this.lines.push('');
  }

  within(indent: string, sign: string, body: () => void): void {
    this.endLine();
    const [outer, outerSign] = [this.#indent, this.#sign];
    this.#sign = outerSign === '' ? outer + sign : outerSign + sign;
    this.#indent = outer + indent;
    body();
    this.endLine();
    this.#indent = outer;
    this.#sign = '';
  }

  #start(): string {
    if (this.#sign === '') return this.#indent;
    const sign = this.#sign;
    this.#sign = '';
    return sign;
  }
}

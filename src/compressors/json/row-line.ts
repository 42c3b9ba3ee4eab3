/** One line of a table, read from left to right. */
import { JsonParser } from './parse.ts';
import type { Json } from './tree.ts';

export class RowLine {
  readonly text: string;
  at = 0;
  /** Inside a list: what also ends a bare text. */
  memberStop = '';

  constructor(text: string) {
    this.text = text;
  }

  get next(): string {
    return this.text.charAt(this.at);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Whether a word stands here, with the stop or the end of the line after it. */
  isWord(word: string, stop: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    const end = this.at + word.length;
    return end === this.text.length || (stop !== '' && this.text.startsWith(stop, end));
  }

  /** @throws SyntaxError when something else stands here. */
  expect(literal: string): void {
    if (!this.text.startsWith(literal, this.at)) throw new SyntaxError(`no ${JSON.stringify(literal)} in ${this.text}`);
    this.at += literal.length;
  }

  isAtStop(stop: string): boolean {
    return this.isAtEnd || (stop !== '' && this.text.startsWith(stop, this.at));
  }

  /** A bare text up to the stop. */
  until(stop: string): string {
    const found = this.#find(stop);
    const end = this.memberStop === '' ? found : Math.min(found, this.#find(this.memberStop));
    const text = this.text.slice(this.at, end);
    this.at = end;
    return text;
  }

  #find(stop: string): number {
    const found = stop === '' ? -1 : this.text.indexOf(stop, this.at);
    return found < 0 ? this.text.length : found;
  }

  json(): Json {
    const parser = new JsonParser(this.text);
    const value = parser.parse(this.at);
    if (value === undefined) throw new SyntaxError(`not JSON: ${this.text.slice(this.at, this.at + 40)}`);
    this.at = parser.position;
    return value;
  }

  /** What fills a slot: bare, or in JSON quotes. */
  fill(stop: string): string {
    if (this.next !== '"') return this.until(stop);
    const value = this.json();
    if (typeof value !== 'string') throw new SyntaxError('a slot is filled with text');
    return value;
  }

  /** What fills slots that stand beside each other, a space between. */
  fills(count: number, stop: string): string[] {
    const fills: string[] = [];
    for (let slot = 0; slot < count; slot++) {
      if (slot > 0) this.expect(' ');
      fills.push(this.fill(slot + 1 < count ? ' ' : stop));
    }
    return fills;
  }
}

/** Whether a text can fill a slot without quotes. */
export function isPlainFill(text: string): boolean {
  if (text === '' || text === '-') return false;
  const first = text.charCodeAt(0);
  return (
    first !== 0x22 && first !== 0x5b && first !== 0x7b && first !== 0x20 && text.charCodeAt(text.length - 1) !== 0x20
  );
}

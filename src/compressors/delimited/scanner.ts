/** Takes a text apart into rows of cells as they are spelled: cells in quotes may hold delimiters and line breaks. */
import type { Row } from './table.ts';

export const MAX_COLUMNS = 400;
const MAX_CELL = 65_536;

export class Scanner {
  /** By column: whether quotes stand in a cell of it. */
  readonly quotedColumns: boolean[] = [];
  /** By row: whether quotes stand in one of its lines. */
  readonly quotedRows: boolean[] = [];
  readonly #text: string;
  readonly #delimiter: string;
  #at = 0;
  /** Of the line last asked for. */
  #end = -1;
  /** The next ones from where somebody last asked. */
  #nextQuote = -1;
  #nextDelimiter = -1;
  /** After a quote that nothing closes, no other one is closed either. */
  #closes = true;
  #looked = 0;
  #isCut = false;

  constructor(text: string, delimiter: string) {
    this.#text = text;
    this.#delimiter = delimiter;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Hostile quoting could make this look again and again at the same text. */
  get isLost(): boolean {
    return this.#looked > 4 * this.#text.length + MAX_CELL;
  }

  /** Whether the rows are not all of the text. */
  get isCut(): boolean {
    return this.#isCut;
  }

  nextRow(): Row {
    const end = this.#lineEnd(this.#at);
    if (this.#nextQuote < this.#at) this.#nextQuote = placeOf('"', this.#text, this.#at);
    const isQuoted = this.#nextQuote < end;
    this.quotedRows.push(isQuoted);
    return isQuoted ? this.#quotedRow() : this.#plainRow(end);
  }

  #plainRow(end: number): Row {
    const row: string[] = [];
    for (let next = this.#delimiterFrom(this.#at); next < end; next = this.#delimiterFrom(this.#at)) {
      row.push(this.#text.slice(this.#at, next));
      this.#at = next + 1;
    }
    row.push(this.#text.slice(this.#at, end));
    this.#at = end + 1;
    return row;
  }

  #quotedRow(): Row {
    const row: string[] = [];
    for (;;) {
      const cellEnd = this.#cellEnd();
      const cell = this.#text.slice(this.#at, cellEnd);
      if (cell.includes('"')) this.quotedColumns[row.length] = true;
      row.push(cell);
      if (row.length > MAX_COLUMNS) this.#looked = Number.POSITIVE_INFINITY;
      this.#at = cellEnd + 1;
      if (this.#text[cellEnd] !== this.#delimiter) return row;
      if (this.isLost) {
        this.#isCut = true;
        return row;
      }
    }
  }

  #delimiterFrom(at: number): number {
    if (this.#nextDelimiter < at) this.#nextDelimiter = placeOf(this.#delimiter, this.#text, at);
    return this.#nextDelimiter;
  }

  #lineEnd(from: number): number {
    if (this.#end < from) this.#end = Math.min(placeOf('\n', this.#text, from), this.#text.length);
    return this.#end;
  }

  #cellEnd(): number {
    const quoted = this.#text[this.#at] === '"' && this.#closes ? this.#quotedEnd() : -1;
    return quoted >= 0 ? quoted : Math.min(this.#delimiterFrom(this.#at), this.#lineEnd(this.#at));
  }

  /** Where a cell in quotes ends; below 0 when the quote is part of the text. */
  #quotedEnd(): number {
    const start = this.#at;
    let at = start + 1;
    for (;;) {
      const close = this.#text.indexOf('"', at);
      if (close < 0) {
        this.#closes = false;
        return -1;
      }
      if (this.#text[close + 1] === '"') {
        at = close + 2;
        continue;
      }
      this.#looked += close - start;
      const after = this.#text[close + 1];
      const isEnd = after === undefined || after === '\n' || after === this.#delimiter;
      if (isEnd) return close + 1;
      return after === '\r' && this.#text[close + 2] === '\n' ? close + 2 : -1;
    }
  }
}

/** Infinite when there is none. */
function placeOf(sign: string, text: string, from: number): number {
  const at = text.indexOf(sign, from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/**
 * Prints values as `util.inspect` of Node lays them out: the way back of `read.ts`. What fits is on one line where it
 * holds no more than three levels; lists of many short items stand in columns.
 */
import type { JsonValue } from '../../core/json/value.ts';
import { AS_PRINTED } from './read.ts';
import { spellText } from './text.ts';

/** So many levels may stand on one line. */
const COMPACT = 3;
/** Lists of more items stand in columns. */
const MAX_IN_ROW = 6;
const MAX_COLUMNS = 15;
/** Longer texts that do not fit are printed a line a line. */
const MIN_SPLIT_LENGTH = 16;
const PLAIN_KEY = /^[A-Za-z_]\w*$/;
const MORE_ITEMS = /^js:\.\.\. \d+ more items?$/;
const NUMERIC = /^js:(?:-?\d+n|NaN|-?Infinity|-0)$/;

class Printer {
  readonly #width: number;
  #indentation = 0;
  /** Of the list or object that was begun last. */
  #depth = 0;

  constructor(width: number) {
    this.#width = width;
  }

  print(value: JsonValue, depth: number): string {
    if (typeof value === 'string') return this.#printText(value);
    if (value === null || typeof value !== 'object') return String(value);
    const isList = Array.isArray(value);
    const fields = Object.entries(value);
    if (fields.length === 0) return isList ? '[]' : '{}';
    this.#depth = depth;
    this.#indentation += 2;
    const items = fields.map(([key, item]) => {
      const printed = this.print(item as JsonValue, depth + 1);
      return isList ? printed : `${PLAIN_KEY.test(key) ? key : spellText(key)}: ${printed}`;
    });
    this.#indentation -= 2;
    const lines = isList && items.length > MAX_IN_ROW ? this.#inColumns(items, value as readonly JsonValue[]) : items;
    const [open, close] = isList ? '[]' : '{}';
    if (lines === items && this.#depth - depth < COMPACT && this.#fits(items)) {
      const joined = items.join(', ');
      if (!joined.includes('\n')) return `${open} ${joined} ${close}`;
    }
    const indent = `\n${' '.repeat(this.#indentation)}`;
    return `${open}${indent}  ${lines.join(`,${indent}  `)}${indent}${close}`;
  }

  #printText(text: string): string {
    if (text.startsWith(AS_PRINTED)) return text.slice(AS_PRINTED.length);
    if (text.length <= MIN_SPLIT_LENGTH || text.length <= this.#width - this.#indentation - 4) return spellText(text);
    return text
      .split(/(?<=\n)/)
      .map(spellText)
      .join(` +\n${' '.repeat(this.#indentation + 2)}`);
  }

  #fits(items: readonly string[]): boolean {
    let length = items.length + (items.length + this.#indentation + 1 + 10);
    if (length + items.length > this.#width) return false;
    for (const item of items) length += item.length;
    return length <= this.#width;
  }

  /** The same list where columns would not be narrower. */
  #inColumns(items: readonly string[], values: readonly JsonValue[]): readonly string[] {
    const isCut = isPrinted(values.at(-1), MORE_ITEMS);
    const count = items.length - (isCut ? 1 : 0);
    const widths = items.slice(0, count).map((item) => item.length + 2);
    const total = widths.reduce((sum, width) => sum + width, 0);
    const widest = Math.max(...widths);
    if (widest * 3 + this.#indentation >= this.#width || !(total / widest > 5 || widest - 2 <= 6)) return items;
    const columns = this.#columnsFor(items.length, count, total, widest);
    if (columns <= 1) return items;
    const columnWidths = Array.from({ length: columns }, (_, column) =>
      Math.max(...widths.filter((__, at) => at % columns === column)),
    );
    const isNumeric = values.slice(0, count).every((value) => typeof value === 'number' || isPrinted(value, NUMERIC));
    const rows: string[] = [];
    for (let start = 0; start < count; start += columns)
      rows.push(rowOf(items.slice(start, Math.min(start + columns, count)), columnWidths, isNumeric));
    return isCut ? [...rows, items.at(-1)!] : rows;
  }

  #columnsFor(items: number, count: number, total: number, widest: number): number {
    const bias = Math.sqrt(widest - total / items);
    const biased = Math.max(widest - 3 - bias, 1);
    return Math.min(
      Math.round(Math.sqrt(2.5 * biased * count) / biased),
      Math.floor((this.#width - this.#indentation) / widest),
      COMPACT * 4,
      MAX_COLUMNS,
    );
  }
}

function isPrinted(value: JsonValue | undefined, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function rowOf(items: readonly string[], widths: readonly number[], isNumeric: boolean): string {
  const last = items.length - 1;
  return items
    .map((item, column) => {
      const cell = column < last ? `${item}, ` : item;
      if (isNumeric) return cell.padStart(widths[column]! - (column < last ? 0 : 2));
      return column < last ? cell.padEnd(widths[column]!) : cell;
    })
    .join('');
}

/** @param width what Node was told to break lines at, 80 where it was told nothing. */
export function printValue(value: JsonValue, width: number): string {
  return new Printer(width).print(value, 0);
}

/** A table of text cells, however it was drawn, and its rows as JSON and back: a row is an object of its cells. */
import type { Deadline } from '../../core/deadline.ts';
import type { CellRows, JsonRows } from '../../core/json-compressor.ts';

export type Row = readonly string[];

export interface Table {
  /** Titles of the columns; undefined when there is no row of titles. */
  readonly names: Row | undefined;
  readonly rows: readonly Row[];
}

const ROWS_PER_CHECK = 256;
/** Names that an object would put elsewhere or lose. */
const ODD_NAME = /^(?:|\d+|__proto__)$/;
/** Only what comes back to the digit stands as a number. */
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/;
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** The keys of a row, one for each cell. */
export function keysOf(names: Row | undefined, count: number): readonly string[] {
  const seen = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const name = names?.[i] ?? `column ${i + 1}`;
    const key = ODD_NAME.test(name) || seen.has(name) ? `column ${i + 1} ${name}`.trimEnd() : name;
    seen.add(key);
    return key;
  });
}

export function widestRow(rows: readonly Row[]): number {
  return rows.reduce((most, row) => Math.max(most, row.length), 0);
}

export function isNumber(cell: string): boolean {
  const first = cell.charCodeAt(0);
  if (first !== 0x2d && !(first >= 0x30 && first <= 0x39)) return false;
  if (isWhole(cell)) return first !== 0x30 || cell.length === 1;
  if (isShortDecimal(cell)) return true;
  return cell.length < 28 && NUMBER.test(cell) && String(Number(cell)) === cell;
}

const MAX_WHOLE_DIGITS = 15;
const MAX_DECIMALS = 12;

/** Digits alone, few enough to come back from a number. */
function isWhole(cell: string): boolean {
  if (cell.length > MAX_WHOLE_DIGITS) return false;
  for (let at = 0; at < cell.length; at++) {
    const code = cell.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** Decimals so short that the number is printed with just these digits: most are. */
function isShortDecimal(cell: string): boolean {
  const first = cell.charCodeAt(0);
  const point = cell.indexOf('.');
  const last = cell.charCodeAt(cell.length - 1);
  if (cell.length > MAX_WHOLE_DIGITS || point < 1 || last <= 0x30 || last > 0x39) return false;
  // Very small ones are printed with an exponent.
  if (first <= 0x30 && (first !== 0x30 || point > 1 || cell.charCodeAt(2) === 0x30)) return false;
  for (let at = 1; at < cell.length; at++) {
    const code = cell.charCodeAt(at);
    if (at !== point && (code < 0x30 || code > 0x39)) return false;
  }
  return cell.length - point - 1 <= MAX_DECIMALS;
}

/** The rows for the compressor of JSON. Undefined when two columns cannot be told apart. */
export function jsonOf({ rows }: Table, keys: readonly string[], deadline: Deadline): JsonRows | undefined {
  if (new Set(keys).size < keys.length) return undefined;
  const numeric = keys.map((_, i) => rows.every((row) => !row[i] || isNumber(row[i])));
  return { keys, rows, numeric, spelled: () => toJson(rows, keys, numeric, deadline) };
}

function toJson(
  rows: readonly Row[],
  keys: readonly string[],
  numeric: readonly boolean[],
  deadline: Deadline,
): string {
  const heads = keys.map((key, i) => `${i === 0 ? '' : ','}${JSON.stringify(key)}:`);
  // Mostly its length is all that is asked for: joined, it would be written out.
  let said = '[';
  for (let at = 0; at < rows.length; at++) {
    if (at % ROWS_PER_CHECK === 0) deadline.check();
    const row = rows[at]!;
    said += at === 0 ? '{' : ',{';
    for (let i = 0; i < row.length; i++) {
      const cell = row[i]!;
      said += heads[i]! + (numeric[i] && cell !== '' ? cell : quote(cell));
    }
    said += '}';
  }
  return `${said}]`;
}

function quote(cell: string): string {
  return NEEDS_ESCAPE.test(cell) ? JSON.stringify(cell) : `"${cell}"`;
}

/** The rows of JSON that was made of `jsonOf`. Its keys are those of the first row, or what `keysFor` makes of their number. */
export function fromJson(
  json: string,
  keysFor: ((count: number) => readonly string[]) | undefined,
): CellRows | undefined {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const items = list as readonly unknown[];
  if (!items.every(isRecord)) return undefined;
  const keys = keysFor
    ? keysFor(items.reduce<number>((most, item) => Math.max(most, Object.keys(item).length), 0))
    : Object.keys(items[0]!);
  const rows: Row[] = [];
  for (const item of items) {
    const row: string[] = [];
    for (const key of Object.keys(item)) {
      const value = item[key];
      if (keys[row.length] !== key || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
      row.push(typeof value === 'string' ? value : String(value));
    }
    rows.push(row);
  }
  return { keys, rows };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

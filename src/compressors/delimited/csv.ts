/**
 * Values apart by commas, semicolons, tabs or bars. Which cells stand in quotes is found out column by column: a rule
 * that says it for all of them, or else the cells stay as they were spelled.
 */
import type { Deadline } from '../../core/deadline.ts';
import type { Dialect, Found, Spelled } from './dialect.ts';
import { MAX_COLUMNS, Scanner } from './scanner.ts';
import { type Row, widestRow } from './table.ts';

const ROWS_PER_CHECK = 256;
const MIN_ROWS = 3;
/** Share of the rows that have to have as many cells as most have. */
const ENOUGH = 0.9;

type Quoting = (value: string, delimiter: string) => boolean;

function mustQuote(value: string, delimiter: string): boolean {
  const own = delimiter.charCodeAt(0);
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x22 || code === own || code === 0x0a || code === 0x0d) return true;
  }
  return false;
}

/** The rules that writers of such files follow, by their letter in the form. */
const QUOTINGS: ReadonlyMap<string, Quoting> = new Map<string, Quoting>([
  ['needed', mustQuote],
  ['all', () => true],
  ['filled', (value) => value !== ''],
  ['texts', (value) => !/^-?\d+(?:\.\d+)?$/.test(value)],
  ['words', (value) => !/^[\w.+\-:/]*$/.test(value)],
  ['spaces', (value, delimiter) => mustQuote(value, delimiter) || /^\s|\s$/.test(value)],
]);
const AS_SPELLED = 'spelled';

function quote(value: string): string {
  return value.includes('"') ? `"${value.replaceAll('"', '""')}"` : `"${value}"`;
}

function isQuoted(raw: string): boolean {
  return raw.length > 1 && raw.startsWith('"');
}

function unquote(raw: string): string {
  if (!isQuoted(raw)) return raw;
  const inner = raw.slice(1, -1);
  return inner.includes('"') ? inner.replaceAll('""', '"') : inner;
}

/** The length that more than half of the rows have, if there is one. */
function usualLength(rows: readonly Row[]): number {
  let usual = 0;
  let lead = 0;
  for (const { length } of rows) {
    if (lead === 0) usual = length;
    lead += length === usual ? 1 : -1;
  }
  return usual;
}

/** The rule of each column. */
function quotingsOf(
  rows: readonly Row[],
  mayBeOdd: (column: number) => boolean,
  delimiter: string,
  deadline: Deadline,
): string[] {
  return Array.from({ length: widestRow(rows) }, (_, column) => {
    deadline.check();
    return mayBeOdd(column) ? quotingOf(rows, column, delimiter) : 'needed';
  });
}

/** The rule that holds for a column, or for the cells of one row. */
function quotingOf(rows: readonly Row[], column: number, delimiter: string): string {
  let isPlain = true;
  for (const row of rows) {
    const raw = row[column];
    if (raw === undefined || (!raw.includes('"') && !raw.includes('\r'))) continue;
    isPlain = false;
    break;
  }
  if (isPlain) return 'needed';
  for (const [name, isWritten] of QUOTINGS) {
    if (rows.every((row) => isSpelledBy(row[column], isWritten, delimiter))) return name;
  }
  return AS_SPELLED;
}

function isSpelledBy(raw: string | undefined, isWritten: Quoting, delimiter: string): boolean {
  if (raw === undefined) return true;
  if (!isQuoted(raw)) return !isWritten(raw, delimiter);
  const value = unquote(raw);
  return isWritten(value, delimiter) && quote(value) === raw;
}

/** Words that title columns, not values. */
function isTitles(row: Row): boolean {
  if (row.length < 2 || new Set(row).size < row.length) return false;
  return row.every(
    (cell) => cell !== '' && cell.length <= 80 && !/^[-+]?[\d.,:/]+$/.test(cell) && !cell.includes('\n'),
  );
}

const EVERY_COLUMN = /^quotes: (\w+)$/;
const BY_COLUMN = /^quotes: (\w+(?: \w+)+)$/;

function factsFor(kinds: readonly string[], titles: string, end: string): readonly string[] {
  const facts: string[] = [];
  if (end === '\r') facts.push('CRLF');
  const isOne = kinds.every((kind) => kind === kinds[0]);
  if (!isOne) facts.push(`quotes: ${kinds.join(' ')}`);
  else if (kinds[0] !== 'needed') facts.push(`quotes: ${kinds[0]}`);
  if (titles !== (isOne ? kinds[0] : 'needed')) facts.push(`titles in quotes: ${titles}`);
  return facts;
}

/** Whether so many rows of one cell are too many, of at most so many rows. */
function areTooMany(singles: number, most: number): boolean {
  return most - singles < most * ENOUGH;
}

/** The cells of a text as they are spelled. */
interface Cut {
  readonly rows: readonly Row[];
  /** By column, by row: whether there may be quotes in it. Empty for a text that has none. */
  readonly quotedColumns: readonly boolean[];
  readonly quotedRows: readonly boolean[];
}

/** Undefined when they are not all of the text, and as soon as too many rows have one cell only. */
function readRows(block: Block, delimiter: string, deadline: Deadline): Cut | undefined {
  const { lines } = block;
  // A last line that is empty is none.
  if (lines.length > 1 && lines.at(-1) === '') return undefined;
  if (!block.hasQuotes) {
    const plain = splitRows(lines, delimiter, deadline);
    return plain && { rows: plain, quotedColumns: [], quotedRows: [] };
  }
  const scanner = new Scanner(block.text, delimiter);
  const rows: Row[] = [];
  let singles = 0;
  while (!scanner.isDone) {
    if (rows.length % ROWS_PER_CHECK === 0) deadline.check();
    if (scanner.isLost) return undefined;
    const row = scanner.nextRow();
    if (row.length === 1 && areTooMany(++singles, lines.length)) return undefined;
    rows.push(row);
  }
  const { quotedColumns, quotedRows } = scanner;
  return scanner.isCut ? undefined : { rows, quotedColumns, quotedRows };
}

/** The rows of a text without quotes. */
function splitRows(lines: readonly string[], delimiter: string, deadline: Deadline): readonly Row[] | undefined {
  const rows: Row[] = [];
  let singles = 0;
  for (const line of lines) {
    if (rows.length % ROWS_PER_CHECK === 0) deadline.check();
    const row = split(line, delimiter);
    if (row.length === 1 && areTooMany(++singles, lines.length)) return undefined;
    rows.push(row);
  }
  return rows;
}

function split(line: string, delimiter: string): Row {
  const row: string[] = [];
  let at = 0;
  for (let end = line.indexOf(delimiter); end >= 0; end = line.indexOf(delimiter, at)) {
    row.push(line.slice(at, end));
    at = end + 1;
  }
  row.push(line.slice(at));
  return row;
}

/** Some lines of a text. */
class Block {
  readonly lines: readonly string[];
  readonly hasQuotes: boolean;
  readonly hasReturns: boolean;
  #text: string | undefined;

  constructor(lines: readonly string[]) {
    this.lines = lines;
    this.hasQuotes = lines.some((line) => line.includes('"'));
    this.hasReturns = lines.some((line) => line.includes('\r'));
  }

  get text(): string {
    return (this.#text ??= this.lines.join('\n'));
  }
}

/** Cheap: whether there are too many rows of one cell, with the last line or without it. Cells in quotes may hold lines. */
function isSparse({ lines, hasQuotes }: Block, delimiter: string): boolean {
  if (hasQuotes) return false;
  let singles = 0;
  for (let at = 0; at < lines.length - 2; at++) {
    if (!lines[at]!.includes(delimiter) && areTooMany(++singles, lines.length)) return true;
  }
  return false;
}

/** What all rows end with before the line break. */
function endOfRows(raw: readonly Row[], { hasReturns }: Block): string {
  return hasReturns && raw.every((row) => row.at(-1)!.endsWith('\r')) ? '\r' : '';
}

/** The rows of a text, or undefined when it is not made of such rows. */
function toFound(block: Block, delimiter: string, deadline: Deadline): Spelled | undefined {
  const read = readRows(block, delimiter, deadline);
  const raw = read?.rows ?? [];
  if (!read || raw.length < MIN_ROWS) return undefined;
  const usual = usualLength(raw);
  if (usual < 2 || usual > MAX_COLUMNS || raw.filter(({ length }) => length === usual).length < raw.length * ENOUGH)
    return undefined;
  const end = endOfRows(raw, block);
  const cut = end === '' ? raw : raw.map((row) => [...row.slice(0, -1), row.at(-1)!.slice(0, -1)]);
  const hasTitles = cut[0]!.length === usual && isTitles(cut[0]!.map(unquote));
  const body = hasTitles ? cut.slice(1) : cut;
  const mayBeOdd = (column: number): boolean => block.hasReturns || read.quotedColumns[column] === true;
  const kinds = quotingsOf(body, mayBeOdd, delimiter, deadline);
  const isOne = kinds.every((kind) => kind === kinds[0]);
  if (isOne) kinds.length = Math.min(kinds.length, usual);
  const first = cut[0]!.map((cell) => [cell]);
  const titles = hasTitles ? quotingOf(first, 0, delimiter) : isOne ? kinds[0]! : 'needed';
  const names = hasTitles ? cut[0]!.map((cell) => (titles === AS_SPELLED ? cell : unquote(cell))) : undefined;
  return { names, rows: unquoted(body, read, kinds), facts: factsFor(kinds, titles, end) };
}

/** The rows of a body without the quotes that the rules of their columns set. */
function unquoted(body: readonly Row[], { rows, quotedRows }: Cut, kinds: readonly string[]): readonly Row[] {
  if (quotedRows.length === 0) return body;
  const read = (cell: string, i: number): string => ((kinds[i] ?? kinds[0]) === AS_SPELLED ? cell : unquote(cell));
  const titles = rows.length - body.length;
  return body.map((row, at) => (quotedRows[at + titles] ? row.map(read) : row));
}

/** How a cell is written by a rule; as it stands by one that is unknown. */
function speller(kind: string, delimiter: string): (cell: string) => string {
  const isWritten = QUOTINGS.get(kind);
  return isWritten ? (cell) => (isWritten(cell, delimiter) ? quote(cell) : cell) : (cell) => cell;
}

const MAX_LINES_AFTER = 6;

/** The end of the rows: what a program says after them has no delimiter. */
function endOf(lines: readonly string[], delimiter: string): number {
  let end = lines.length;
  while (end > 1 && end > lines.length - MAX_LINES_AFTER && !lines[end - 1]!.includes(delimiter)) end--;
  return end;
}

function isRagged({ rows }: Spelled): boolean {
  return rows.at(-1)!.length < rows[0]!.length;
}

export function csvDialect(name: string, delimiter: string): Dialect {
  const write = ({ names, rows, facts }: Spelled): readonly string[] => {
    const end = facts.includes('CRLF') ? '\r' : '';
    const one = facts.map((fact) => EVERY_COLUMN.exec(fact)?.[1]).find((kind) => kind !== undefined);
    const each = facts.map((fact) => BY_COLUMN.exec(fact)?.[1]?.split(' ')).find((kinds) => kinds !== undefined);
    const said = facts.find((fact) => fact.startsWith('titles in quotes: '))?.slice('titles in quotes: '.length);
    const usual = speller(one ?? 'needed', delimiter);
    const own = each?.map((kind) => speller(kind, delimiter));
    const lines = rows.map((row) => {
      let line = '';
      for (let i = 0; i < row.length; i++) line += (i === 0 ? '' : delimiter) + (own?.[i] ?? usual)(row[i]!);
      return line + end;
    });
    const spellTitle = said === undefined ? usual : speller(said, delimiter);
    return names ? [names.map(spellTitle).join(delimiter) + end, ...lines] : lines;
  };
  return {
    name,
    separator: delimiter,
    isDrawn: false,
    begins: (lines, at) => lines[at]!.includes(delimiter),
    read(lines, at, deadline): Found | { past: number } {
      const end = endOf(lines, delimiter);
      const whole = new Block(lines.slice(at, end));
      if (isSparse(whole, delimiter)) return { past: lines.length };
      for (const last of [end, end - 1]) {
        const table = toFound(last === end ? whole : new Block(lines.slice(at, last)), delimiter, deadline);
        // A row that was cut off would have its quotes in a way of its own.
        if (table && (last < end || !isRagged(table))) return { ...table, start: at, end: last };
      }
      return { past: lines.length };
    },
    write,
  };
}

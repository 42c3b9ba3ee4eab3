/**
 * The lossless form: each table of the text as a line that says how it was written, and under it its rows in the
 * shortest spelling of the JSON of them. What stands around tables stays as it is.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { CellRows, JsonCompressor } from '../../core/json-compressor.ts';
import { areSame } from '../../core/keep-last.ts';
import { csvDialect } from './csv.ts';
import { type Dialect, type Found, type Spelled, isFound } from './dialect.ts';
import { frameDialect } from './frame.ts';
import { gridDialect, isFill } from './grid.ts';
import { pipesDialect } from './pipes.ts';
import { recordsDialect } from './records.ts';
import { ruledDialect } from './ruled.ts';
import { fromJson, jsonOf, keysOf, widestRow } from './table.ts';

const DRAWN: readonly Dialect[] = [pipesDialect, gridDialect, recordsDialect, ruledDialect, frameDialect];
const APART: readonly Dialect[] = [
  csvDialect('CSV', ','),
  csvDialect('TSV', '\t'),
  csvDialect('CSV with semicolons', ';'),
  csvDialect('CSV with bars', '|'),
];
const DIALECTS = [...DRAWN, ...APART];

const BAR = 0x7c;
const STAR = 0x2a;
const LINES_PER_CHECK = 1024;
const MIN_COLUMNS = 2;
const MAX_LINES_BEFORE = 6;
const HEAD_START = '[headroom: ';
const HEAD =
  /^\[headroom: ([A-Za-z ]+) of (\d{1,7}) rows?(?: \((.*)\))?, said in the next (\d{1,7}) lines?( ending in CRLF)?\]$/;
const FACTS_APART = '; ';
const TITLES = 'named ';
const NO_TITLES = 'no titles';
/** A table that is hardly shorter otherwise stays as it is. */
const MIN_SAVING = 0.95;
/** Characters. */
const MAX_WRITTEN = 256_000_000;
const MAX_ROWS = 1_000_000;

export interface Placed extends Found {
  readonly dialect: Dialect;
}

/** The tables of a text in their order, none of them within another. */
export function findTables(lines: readonly string[], deadline: Deadline): readonly Placed[] {
  const drawn = findDrawn(lines, deadline);
  return drawn.length > 0 ? drawn : findApart(lines, deadline);
}

export function findDrawn(lines: readonly string[], deadline: Deadline): readonly Placed[] {
  const found: Placed[] = [];
  let i = 0;
  while (i < lines.length) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    if (
      !mayBeDrawn(lines[i]!) &&
      (i + 1 === lines.length || !mayBeDrawn(lines[i + 1]!)) &&
      !frameDialect.begins(lines, i)
    ) {
      i++;
      continue;
    }
    let past = i + 1;
    for (const dialect of DRAWN) {
      if (!dialect.begins(lines, i)) continue;
      const read = dialect.read(lines, i, deadline);
      if (isFound(read) && widestRow(read.rows) >= MIN_COLUMNS) {
        found.push({ ...read, dialect });
        past = read.end;
        break;
      }
      if (!isFound(read)) past = Math.max(past, Math.min(read.past, lines.length));
    }
    i = past;
  }
  return found;
}

/** Cheap: whether a line starts like a rule or a heading, the first or the second line of all that is drawn but frames. */
function mayBeDrawn(line: string): boolean {
  const first = line.charCodeAt(0);
  return first === BAR || first === STAR || isFill(first) || isFill(line.charCodeAt(1));
}

/** Rows apart by signs are the whole text but for a few lines before and after. */
export function findApart(lines: readonly string[], deadline: Deadline): readonly Placed[] {
  let best: Placed | undefined;
  for (const dialect of APART) {
    deadline.check();
    const start = lines.slice(0, MAX_LINES_BEFORE).findIndex((_, i) => dialect.begins(lines, i));
    if (start < 0 || (best && start > best.start)) continue;
    const read = dialect.read(lines, start, deadline);
    if (!isFound(read)) continue;
    if (!best || start < best.start || widestRow(read.rows) > widestRow(best.rows)) best = { ...read, dialect };
  }
  return best ? [best] : [];
}

/** The lines of a text without the line ends, and whether those were all CRLF. */
export interface Lines {
  readonly lines: readonly string[];
  readonly crlf: boolean;
}

export function toLines(text: string): Lines {
  if (text.includes('\r\n')) {
    const lines = text.split('\r\n');
    if (!lines.some((line) => line.includes('\n') || line.includes('\r'))) return { lines, crlf: true };
  }
  return { lines: text.split('\n'), crlf: false };
}

interface Block {
  readonly table: Placed;
  readonly head: string;
  /** The JSON under it; whether that is a shorter spelling than the usual one, and under which keys the cells stand. */
  readonly said: string;
  readonly isShorter: boolean;
  readonly keys: readonly string[];
}

/** What says a table; undefined when there is no shorter way. */
function writeBlock(table: Placed, crlf: boolean, json: JsonCompressor, options: CompressOptions): Block | undefined {
  const { names, rows, facts, dialect } = table;
  const keys = keysOf(names, Math.max(widestRow(rows), names?.length ?? 0));
  const asJson = jsonOf(table, keys, options.deadline);
  if (asJson === undefined || rows.length > MAX_ROWS) return undefined;
  const shorter = json.openRows(asJson).compress({ ...options, level: 'lossless', call: undefined })?.text;
  const said = shorter ?? asJson.spelled();
  const isPlain = rows[0]!.length === keys.length && keys.every((key, i) => key === names?.[i]);
  const titles = isPlain ? [] : [names ? TITLES + JSON.stringify(names) : NO_TITLES];
  const all = [...facts, ...titles];
  if (all.some((fact) => fact.includes(FACTS_APART))) return undefined;
  const count = countLines(said);
  const how = all.length > 0 ? ` (${all.join(FACTS_APART)})` : '';
  const head = `[headroom: ${dialect.name} of ${rows.length} row${rows.length === 1 ? '' : 's'}${how}, said in the next ${count} line${count === 1 ? '' : 's'}${crlf ? ' ending in CRLF' : ''}]`;
  return { table, head, said, isShorter: shorter !== undefined, keys };
}

export interface Form {
  readonly text: string;
  /** What says tables in it. */
  readonly blocks: readonly Block[];
}

/** Undefined when nothing in the text is shorter so. */
export function writeForm(
  { lines, crlf }: Lines,
  tables: readonly Placed[],
  json: JsonCompressor,
  options: CompressOptions,
): Form | undefined {
  if (lines.some((line) => line.startsWith(HEAD_START) && HEAD.test(line))) return undefined;
  const out: string[] = [];
  const blocks: Block[] = [];
  let at = 0;
  for (const table of tables) {
    const block = writeBlock(table, crlf, json, options);
    if (!block || lengthOf(block) >= charsIn(lines, table) * MIN_SAVING) continue;
    for (; at < table.start; at++) out.push(lines[at]!);
    out.push(block.head, block.said);
    blocks.push(block);
    at = table.end;
  }
  for (; at < lines.length; at++) out.push(lines[at]!);
  return blocks.length > 0 ? { text: out.join('\n'), blocks } : undefined;
}

function lengthOf({ head, said }: Block): number {
  return head.length + said.length + 2;
}

function charsIn(lines: readonly string[], { start, end }: Placed): number {
  let chars = 0;
  for (let at = start; at < end; at++) chars += lines[at]!.length + 1;
  return chars;
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** What the head of a block says. */
interface Head {
  readonly dialect: Dialect;
  readonly count: number;
  readonly facts: readonly string[];
  readonly names: readonly string[] | undefined;
  readonly isUntitled: boolean;
}

function openHead(head: RegExpExecArray): Head | undefined {
  const dialect = DIALECTS.find(({ name }) => name === head[1]);
  const all = head[3]?.split(FACTS_APART) ?? [];
  const titles = all.find((fact) => fact.startsWith(TITLES))?.slice(TITLES.length);
  const names = titles === undefined ? undefined : (JSON.parse(titles) as unknown);
  if (!dialect || (names !== undefined && !isTexts(names))) return undefined;
  const facts = all.filter((fact) => !fact.startsWith(TITLES) && fact !== NO_TITLES);
  return { dialect, count: Number(head[2]), facts, names, isUntitled: all.includes(NO_TITLES) };
}

function tableOf({ names, isUntitled, facts }: Head, { keys, rows }: CellRows): Spelled {
  return { names: names ?? (isUntitled ? undefined : keys), rows, facts };
}

/** The lines that a block was made of, by its head and the JSON under it. */
type ReadBlock = (head: Head, said: string) => readonly string[] | undefined;

export function readBlockWith(readCells: ReadCells): ReadBlock {
  return (head, said) => {
    const { dialect, names, isUntitled, count } = head;
    const keysFor = isUntitled || names ? (places: number): readonly string[] => keysOf(names, places) : undefined;
    const cells = readCells(said, keysFor);
    if (!cells || cells.rows.length !== count) return undefined;
    const table = tableOf(head, cells);
    return isBounded(table) ? dialect.write(table) : undefined;
  };
}

/** Whether a form gives its source again, whose tables were read a moment ago: what they say need not be read from it. */
export function readsBack(
  { text, blocks }: Form,
  lines: readonly string[],
  source: string,
  readBlock: ReadBlock,
): boolean {
  let next = 0;
  const readOwn: ReadBlock = (head, said) => {
    const block = blocks[next++];
    if (!block?.isShorter || block.said !== said) return readBlock(head, said);
    const { table, keys } = block;
    const read = tableOf(head, { keys, rows: table.rows });
    if (head.count !== table.rows.length || !isBounded(read, charsIn(lines, table))) return undefined;
    return isSpelledAs(read, table) && head.dialect === table.dialect
      ? lines.slice(table.start, table.end)
      : head.dialect.write(read);
  };
  return readForm(text, readOwn) === source;
}

function isSpelledAs(some: Spelled, other: Spelled): boolean {
  const isNamed = some.names && other.names ? areSame(some.names, other.names) : some.names === other.names;
  return isNamed && some.rows === other.rows && areSame(some.facts, other.facts);
}

type KeysFor = (count: number) => readonly string[];

/** The cells of what a block says, under the keys that are known of them; undefined when they are under others. */
export type ReadCells = (said: string, keysFor: KeysFor | undefined) => CellRows | undefined;

export function readCellsWith(json: JsonCompressor): ReadCells {
  return (said, keysFor) => {
    const read = json.readRows(said);
    if (!read) return fromJson(json.expand(said) ?? said, keysFor);
    const most = widestRow(read.rows);
    const keys = keysFor ? keysFor(most) : read.keys.slice(0, read.rows[0]!.length);
    for (let at = 0; at < most; at++) if (keys[at] !== read.keys[at]) return undefined;
    return { keys, rows: read.rows };
  };
}

/**
 * A damaged form could ask for rows without end: what pads a row is no longer than its widest cells and the facts.
 * @param chars the cells hold no more.
 */
function isBounded({ names, rows, facts }: Spelled, chars: number = Number.POSITIVE_INFINITY): boolean {
  const stated = facts.reduce((sum, fact) => sum + Math.max(fact.length, statedWidth(fact)), 0);
  if ((stated + chars) * rows.length <= MAX_WRITTEN) return true;
  let most = stated;
  const widths: number[] = [];
  for (const row of names ? [names, ...rows] : rows) {
    for (let i = 0; i < row.length; i++) widths[i] = Math.max(widths[i] ?? 0, row[i]!.length);
  }
  for (const width of widths) most += width;
  return most * rows.length <= MAX_WRITTEN;
}

function statedWidth(fact: string): number {
  if (!fact.startsWith('widths ')) return 0;
  return fact
    .slice(7)
    .split(' ')
    .reduce((sum, width) => sum + (Number(width) || 0), 0);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The source of a form; undefined when the text is none or is damaged. */
export function readForm(text: string, readBlock: ReadBlock): string | undefined {
  const out: string[] = [];
  let crlf: boolean | undefined;
  let at = 0;
  for (let next = nextHead(text, 0); next; next = nextHead(text, at)) {
    const { head, start } = next;
    if (start > at) out.push(text.slice(at, start - 1));
    const from = start + head[0].length + 1;
    const end = endOfLines(text, from, Number(head[4]));
    const block = end < 0 ? undefined : tryBlock(head, text.slice(from, end), readBlock);
    if (!block) return undefined;
    for (const line of block) out.push(line);
    crlf = head[5] !== undefined;
    at = end + 1;
  }
  if (crlf === undefined) return undefined;
  if (at <= text.length) out.push(text.slice(at));
  const source = out.join('\n');
  return crlf ? source.replaceAll('\n', '\r\n') : source;
}

/** The next line that says how a table was written. */
function nextHead(text: string, from: number): { readonly head: RegExpExecArray; readonly start: number } | undefined {
  for (let start = text.indexOf(HEAD_START, from); start >= 0; start = text.indexOf(HEAD_START, start + 1)) {
    if (start > 0 && text[start - 1] !== '\n') continue;
    const end = text.indexOf('\n', start);
    const head = HEAD.exec(text.slice(start, end < 0 ? text.length : end));
    if (head) return { head, start };
  }
  return undefined;
}

/** Where so many lines end; below 0 when there are fewer. */
function endOfLines(text: string, from: number, count: number): number {
  let end = from - 1;
  for (let line = 0; line < count; line++) {
    if (end >= text.length) return -1;
    const next = text.indexOf('\n', end + 1);
    end = next < 0 ? text.length : next;
  }
  return end;
}

/** Damaged JSON may throw. */
function tryBlock(head: RegExpExecArray, said: string, readBlock: ReadBlock): readonly string[] | undefined {
  try {
    const opened = openHead(head);
    return opened && readBlock(opened, said);
  } catch {
    return undefined;
  }
}

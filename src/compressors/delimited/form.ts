/**
 * The lossless form: each table of the text as a line that says how it was written, and under it its rows in the
 * shortest spelling of the JSON of them. What stands around tables stays as it is.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { CellRows, JsonCompressor } from '../../core/json-compressor.ts';
import { csvDialect } from './csv.ts';
import { type Dialect, type Found, type Spelled, isFound } from './dialect.ts';
import { gridDialect } from './grid.ts';
import { pipesDialect } from './pipes.ts';
import { recordsDialect } from './records.ts';
import { ruledDialect } from './ruled.ts';
import { fromJson, jsonOf, keysOf, widestRow } from './table.ts';

const DRAWN: readonly Dialect[] = [pipesDialect, gridDialect, recordsDialect, ruledDialect];
const APART: readonly Dialect[] = [
  csvDialect('CSV', ','),
  csvDialect('TSV', '\t'),
  csvDialect('CSV with semicolons', ';'),
  csvDialect('CSV with bars', '|'),
];
const DIALECTS = [...DRAWN, ...APART];

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
  readonly lines: readonly string[];
  /** The JSON in it, and its cells where a shorter spelling than the usual one says them. */
  readonly said: string;
  readonly cells: CellRows | undefined;
}

/** What says a table; undefined when there is no shorter way. */
function writeBlock(table: Placed, crlf: boolean, json: JsonCompressor, options: CompressOptions): Block | undefined {
  const { names, rows, facts, dialect } = table;
  const count = Math.max(widestRow(rows), names?.length ?? 0);
  const keys = keysOf(names, count);
  const asJson = jsonOf(table, keys, options.deadline);
  if (asJson === undefined || rows.length > MAX_ROWS) return undefined;
  const shorter = json.openRows(asJson).compress({ ...options, level: 'lossless', call: undefined })?.text;
  const said = shorter ?? asJson.spelled();
  const isPlain = rows[0]!.length === keys.length && keys.every((key, i) => key === names?.[i]);
  const titles = isPlain ? [] : [names ? TITLES + JSON.stringify(names) : NO_TITLES];
  const all = [...facts, ...titles];
  if (all.some((fact) => fact.includes(FACTS_APART))) return undefined;
  const lines = said.split('\n');
  const how = all.length > 0 ? ` (${all.join(FACTS_APART)})` : '';
  const head = `[headroom: ${dialect.name} of ${rows.length} row${rows.length === 1 ? '' : 's'}${how}, said in the next ${lines.length} line${lines.length === 1 ? '' : 's'}${crlf ? ' ending in CRLF' : ''}]`;
  return { lines: [head, ...lines], said, cells: shorter === undefined ? undefined : { keys, rows } };
}

export interface Form {
  readonly text: string;
  /** The cells that it says, by how it says them. */
  readonly cells: ReadonlyMap<string, CellRows>;
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
  const cells = new Map<string, CellRows>();
  let at = 0;
  let isShorter = false;
  for (const table of tables) {
    const block = writeBlock(table, crlf, json, options);
    for (const line of lines.slice(at, table.start)) out.push(line);
    const source = lines.slice(table.start, table.end);
    const saves = block !== undefined && lengthOf(block.lines) < lengthOf(source) * MIN_SAVING;
    for (const line of saves ? block.lines : source) out.push(line);
    isShorter ||= saves;
    if (saves && block.cells) cells.set(block.said, block.cells);
    at = table.end;
  }
  for (const line of lines.slice(at)) out.push(line);
  return isShorter ? { text: out.join('\n'), cells } : undefined;
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** The lines that a block was made of. */
function readBlock(
  head: RegExpExecArray,
  said: readonly string[],
  readCells: ReadCells,
): readonly string[] | undefined {
  const dialect = DIALECTS.find(({ name }) => name === head[1]);
  const facts = head[3]?.split(FACTS_APART) ?? [];
  const spelled = said.join('\n');
  const titles = facts.find((fact) => fact.startsWith(TITLES))?.slice(TITLES.length);
  const names = titles === undefined ? undefined : (JSON.parse(titles) as unknown);
  if (!dialect || (names !== undefined && !isTexts(names))) return undefined;
  const isUntitled = facts.includes(NO_TITLES);
  const keysFor = isUntitled || names ? (places: number): readonly string[] => keysOf(names, places) : undefined;
  const wide = readCells(spelled, keysFor);
  if (!wide || wide.rows.length !== Number(head[2])) return undefined;
  const own = facts.filter((fact) => !fact.startsWith(TITLES) && fact !== NO_TITLES);
  const table = { names: names ?? (isUntitled ? undefined : wide.keys), rows: wide.rows, facts: own };
  return isBounded(table) ? dialect.write(table) : undefined;
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

/** A damaged form could ask for rows without end: what pads a row is no longer than its widest cells and the facts. */
function isBounded({ names, rows, facts }: Spelled): boolean {
  let most = facts.reduce((sum, fact) => sum + Math.max(fact.length, statedWidth(fact)), 0);
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
export function readForm(text: string, readCells: ReadCells): string | undefined {
  const lines = text.split('\n');
  const out: string[] = [];
  let crlf: boolean | undefined;
  for (let i = 0; i < lines.length; i++) {
    const head = lines[i]!.startsWith(HEAD_START) ? HEAD.exec(lines[i]!) : null;
    if (!head) {
      out.push(lines[i]!);
      continue;
    }
    const count = Number(head[4]);
    const said = lines.slice(i + 1, i + 1 + count);
    const block = said.length === count ? tryBlock(head, said, readCells) : undefined;
    if (!block) return undefined;
    for (const line of block) out.push(line);
    crlf = head[5] !== undefined;
    i += count;
  }
  if (crlf === undefined) return undefined;
  const source = out.join('\n');
  return crlf ? source.replaceAll('\n', '\r\n') : source;
}

/** Damaged JSON may throw. */
function tryBlock(head: RegExpExecArray, said: readonly string[], readCells: ReadCells): readonly string[] | undefined {
  try {
    return readBlock(head, said, readCells);
  } catch {
    return undefined;
  }
}

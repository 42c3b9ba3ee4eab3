/**
 * Reads a table aligned with blanks: where its columns stand is told by its titles and by what is blank in every row
 * below them. Undefined where that does not tell them.
 */
import { findEdges, readRow } from './columns.ts';

export interface Table {
  /** What stands above the titles. */
  readonly before: readonly string[];
  /** Empty when the rows have no titles. */
  readonly title: string;
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The rows as they were. */
  readonly lines: readonly string[];
  /** Lines between and below the rows that are not aligned as they are. */
  readonly odd: readonly string[];
}

const MIN_COLUMNS = 3;
const MAX_COLUMNS = 24;
/** So many have no titles: they are bytes of a dump, or words of a text. */
const MAX_UNTITLED = 15;
const MAX_TITLE_LINE = 12;
const MAX_LINE = 4000;
const SAMPLED_ROWS = 200;
/** Of the rows, how many are blank where two columns meet. */
const RIVER = 0.95;
const MIN_FITTING = 0.9;
const MAX_DIGIT_SHARE = 0.25;
const RULE = /^[-=+_ |]{3,}$/;
const BARE_NUMBER = /^[\d.,:%/-]+$/;
const TITLE_WORD = /\p{L}/u;

interface Word {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function wordsOf(line: string): readonly Word[] {
  return [...line.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ start: index, end: index + text.length, text }));
}

/** Whether a line could be titles: words without numbers, some of them two blanks or more apart. */
function mayBeTitle(words: readonly Word[], line: string): boolean {
  if (words.length < MIN_COLUMNS || line.length > MAX_LINE || line.includes('\t')) return false;
  const isApart = words.some(({ start }, i) => i > 0 && start - words[i - 1]!.end >= 2);
  const withDigits = words.filter(({ text }) => /\d/.test(text)).length;
  const isNamed = words.filter(({ text }) => TITLE_WORD.test(text)).length >= words.length / 2;
  return (
    isApart &&
    isNamed &&
    withDigits <= words.length * MAX_DIGIT_SHARE &&
    !words.some(({ text }) => BARE_NUMBER.test(text) && /\d/.test(text))
  );
}

/** A word without a letter belongs to the one before it, as in `CPU %`, and `/` to the one behind it too. */
function isOneTitle(before: Word, word: Word, isFirst: boolean): boolean {
  if (word.start - before.end > 1) return false;
  return !TITLE_WORD.test(word.text) || (!isFirst && /^[/&|-]$/.test(before.text));
}

/** The middle of the widest stretch between two titles where nearly every row is blank; undefined when there is none. */
function findCut(from: number, to: number, rows: readonly string[]): number | undefined {
  const enough = rows.length * RIVER;
  let best = { width: 0, at: 0 };
  let [width, most, at] = [0, 0, 0];
  for (let position = from; position < to; position++) {
    let blank = 0;
    for (const row of rows) if (position >= row.length || row.charCodeAt(position) === 0x20) blank++;
    if (blank < enough) {
      width = 0;
      most = 0;
      continue;
    }
    width++;
    if (blank >= most) [most, at] = [blank, position];
    if (width >= best.width) best = { width, at };
  }
  return best.width > 0 ? best.at : undefined;
}

interface Cut {
  readonly at: number;
  /** Only one blank stands between the titles: they may be the words of one. */
  readonly isWeak: boolean;
}

/** Undefined when titles that stand apart have no columns apart below them. */
function findCuts(words: readonly Word[], rows: readonly string[]): readonly number[] | undefined {
  const cuts: Cut[] = [];
  for (const [i, word] of words.entries()) {
    const before = words[i - 1];
    if (!before || isOneTitle(before, word, i === 1)) continue;
    const at = findCut(before.end, word.start, rows);
    const isWeak = word.start - before.end === 1;
    if (at === undefined && !isWeak) return undefined;
    if (at !== undefined) cuts.push({ at, isWeak });
  }
  const kept: number[] = [];
  let end = Infinity;
  for (const { at, isWeak } of cuts.toReversed()) {
    const filled = rows.filter((row) => isFilled(row, at, end)).length;
    if (isWeak && filled < rows.length / 2) continue;
    kept.unshift(at);
    end = at;
  }
  const weak = new Set(cuts.filter(({ isWeak }) => isWeak).map(({ at }) => at));
  return kept.filter(
    (at, i) => !weak.has(at) || rows.filter((row) => isFilled(row, kept[i - 1] ?? 0, at)).length * 2 >= rows.length,
  );
}

function isFilled(row: string, from: number, to: number): boolean {
  return row.slice(from, to).trim() !== '';
}

/** Where bars stand between the columns, in the titles and in nearly every row. */
function findBars(title: string, rows: readonly string[]): readonly number[] {
  const places = [...title.matchAll(/\|/g)].map(({ index }) => index);
  return places.filter((at) => rows.filter((row) => row[at] === '|').length >= rows.length * RIVER);
}

function withoutBars(line: string, bars: readonly number[]): string {
  if (!bars.every((at) => line[at] === '|')) return line;
  let out = line;
  for (const at of bars) out = `${out.slice(0, at)} ${out.slice(at + 1)}`;
  return out;
}

function cellsOf(line: string, cuts: readonly number[]): readonly string[] | undefined {
  if (line.length > MAX_LINE || line.includes('\t')) return undefined;
  const cells: string[] = [];
  let from = 0;
  for (const at of cuts) {
    if (at < line.length && line.charCodeAt(at) !== 0x20) return undefined;
    cells.push(line.slice(from, at).trim());
    from = at;
  }
  cells.push(line.slice(from).trim());
  const filled = cells.filter((cell) => cell !== '').length;
  return cells[0] !== '' && filled >= 2 ? cells : undefined;
}

type Row = readonly string[];
type Read = (line: string) => Row | undefined;

interface Titled {
  readonly at: number;
  readonly names: readonly string[];
  readonly read: Read;
  /** What was read of the first lines below the titles, rules aside. */
  readonly first: readonly (Row | undefined)[];
}

/** Whether titles say what the rows are, and are no row themselves: none of them is a value, and they look otherwise. */
function areTitles(names: readonly string[], title: string, rows: readonly (readonly string[])[]): boolean {
  // A letter may be both, as the state of `top`.
  const isValue = names.some((name, at) => name.length > 1 && rows.some((row) => row[at] === name));
  const isLoud = title === title.toUpperCase();
  return !isValue && (isLoud || rows.filter((row) => row.some((cell) => /\d/.test(cell))).length > rows.length / 2);
}

/** Undefined: there are none; false: there are titles, and they do not tell the columns. */
function findTitles(lines: readonly string[], minRows: number): Titled | false | undefined {
  let found: false | undefined;
  for (const [at, line] of lines.slice(0, MAX_TITLE_LINE).entries()) {
    if (!mayBeTitle(wordsOf(line.replaceAll('|', ' ')), line)) continue;
    const below = lines.slice(at + 1, at + 1 + SAMPLED_ROWS).filter((one) => !RULE.test(one));
    if (below.length < minRows) return found;
    const titled = readTitles(line, below);
    if (titled) return { at, ...titled };
    if (line === line.toUpperCase() && TITLE_WORD.test(line)) found = false;
  }
  return found;
}

function readTitles(title: string, below: readonly string[]): Omit<Titled, 'at'> | undefined {
  const bars = findBars(title, below);
  const plain = withoutBars(title, bars);
  const cuts = findCuts(
    wordsOf(plain),
    below.map((row) => withoutBars(row, bars)),
  );
  if (!cuts || cuts.length + 1 < MIN_COLUMNS || cuts.length >= MAX_COLUMNS) return undefined;
  const read = (line: string): Row | undefined => cellsOf(withoutBars(line, bars), cuts);
  const first = below.map(read);
  const rows = first.filter((row) => row !== undefined);
  const names = cellsOf(plain, cuts);
  const isRead = names && rows.length >= below.length * MIN_FITTING && areTitles(names, title, rows);
  return isRead ? { names, read, first } : undefined;
}

/** Lines that are not blank, without carriage returns. */
export function filledLines(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)).filter((line) => line.trim() !== '');
}

export function readTable(lines: readonly string[], minRows: number): Table | undefined {
  const plain = filledLines(lines);
  const titled = findTitles(plain, Math.min(minRows, SAMPLED_ROWS));
  if (titled === false) return undefined;
  if (titled) {
    const { at, names, read, first } = titled;
    const [before, body] = [plain.slice(0, at), plain.slice(at + 1)].map((part) =>
      part.filter((one) => !RULE.test(one)),
    );
    return collect({ before: before!, title: plain[at]!, names }, body!, (line, i) =>
      i < first.length ? first[i] : read(line),
    );
  }
  const edges = findEdges(plain.slice(0, SAMPLED_ROWS));
  if (edges.length < MIN_COLUMNS || edges.length > MAX_UNTITLED) return undefined;
  const table = collect({ before: [], title: '', names: [] }, plain, (line) =>
    readRow(line, edges)?.map((cell) => cell.trim()),
  );
  const isCut = table.rows.slice(0, SAMPLED_ROWS).some((row) => row.slice(0, -1).some(isPiece));
  return isCut ? undefined : table;
}

const OPENS = /^[^\])}]*[[({]|^["'][^"']*$/;
const GOES_ON = /[,;:]$|^[^\p{L}\p{N}?*<]+$/u;

/** Whether a word is a piece of something longer, or a line that was drawn: then words are no cells. */
function isPiece(word: string): boolean {
  const isOpen = OPENS.test(word) && !/[\])}"']$/.test(word);
  return isOpen || (GOES_ON.test(word) && word !== '-');
}

function collect(
  head: Pick<Table, 'before' | 'title' | 'names'>,
  body: readonly string[],
  read: (line: string, at: number) => Row | undefined,
): Table {
  const rows: Row[] = [];
  const own: string[] = [];
  const odd: string[] = [];
  for (const [at, line] of body.entries()) {
    const row = read(line, at);
    if (row) {
      rows.push(row);
      own.push(line);
    } else odd.push(line);
  }
  return { ...head, rows, lines: own, odd };
}

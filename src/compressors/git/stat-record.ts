/** `path 12 ++--` for a line of --stat: the padding is gone, and the totals where they can be counted. */
import type { RecordKind, Taken } from './record.ts';
import { standsAt } from './record.ts';

const SUMMARY = /^ (\d{1,9}) files? changed(?:, (\d{1,9}) insertions?\(\+\))?(?:, (\d{1,9}) deletions?\(-\))?$/;
const RECORD = /^(\S+|[^\s\\].* => .*\S) (\d{1,9}|Bin)((?<=\d)(?: \+*-*)?|(?<=Bin)(?: \d{1,12} -> \d{1,12} bytes)?)$/;
const TOTAL = /^total \+(\d{1,9}) -(\d{1,9})$/;
const MAX_LINE = 400;
const CUT = '.../';
const DEFAULT_LIMIT = 50;
/** A path that begins so is not told from a record of another kind. */
const OTHER = /^(?:[\\=]|@@|---$|\+\+\+$|total$|(?:commit|file|new|deleted|renamed) )/;

interface Row {
  readonly name: string;
  /** The number of changed lines, or `Bin`. */
  readonly number: string;
  /** What follows the number, with its blank. */
  readonly rest: string;
}

/** How far git pads in a block where it had to cut paths. */
export function readPathLimit(lines: readonly string[]): number {
  const cut = lines.find((line) => line.startsWith(` ${CUT}`) && readRow(line));
  return cut === undefined ? DEFAULT_LIMIT : cut.lastIndexOf(' | ') - 1;
}

interface Totals {
  readonly added: number;
  readonly deleted: number;
}

function readRow(line: string): Row | undefined {
  if (!line.startsWith(' ') || line.length > MAX_LINE) return undefined;
  const bar = line.lastIndexOf(' | ');
  if (bar < 1) return undefined;
  const [name, value] = [line.slice(1, bar).trimEnd(), line.slice(bar + 3).trimStart()];
  return readRecord(`${name} ${value}`);
}

function readRecord(record: string): Row | undefined {
  const match = record.length <= MAX_LINE ? RECORD.exec(record) : undefined;
  if (!match || OTHER.test(record)) return undefined;
  return { name: match[1]!, number: match[2]!, rest: match[3]! };
}

/** What the bars add up to; undefined when one is too short to show all. */
function countBars(rows: readonly Row[]): Totals | undefined {
  let [added, deleted] = [0, 0];
  for (const { number, rest } of rows) {
    if (number === 'Bin') continue;
    const length = Math.max(0, rest.length - 1);
    if (length !== Number(number)) return undefined;
    const plus = Math.max(0, rest.lastIndexOf('+'));
    added += plus;
    deleted += length - plus;
  }
  return { added, deleted };
}

function writeSummary(files: number, { added, deleted }: Totals): string {
  const none = added === 0 && deleted === 0;
  const parts = [` ${files} file${files === 1 ? '' : 's'} changed`];
  if (added > 0 || none) parts.push(`${added} insertion${added === 1 ? '' : 's'}(+)`);
  if (deleted > 0 || none) parts.push(`${deleted} deletion${deleted === 1 ? '' : 's'}(-)`);
  return parts.join(', ');
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

/** Git pads to the longest path, or to its limit where it had to cut one. */
function widthOf(rows: readonly Row[], limit: number): number {
  const width = longest(rows.map(({ name }) => name));
  return rows.some(({ name }) => name.startsWith(CUT)) ? Math.max(limit, width) : width;
}

function statLines(rows: readonly Row[], totals: Totals, limit: number): readonly string[] {
  const width = widthOf(rows, limit);
  const digits = longest(rows.map(({ number }) => number));
  const lines = rows.map(({ name, number, rest }) => ` ${name.padEnd(width)} | ${number.padStart(digits)}${rest}`);
  return [...lines, writeSummary(rows.length, totals)];
}

/** A damaged form must not blow up by its padding. */
const MAX_CHARS = 1 << 26;

export class StatRecord implements RecordKind {
  /** Characters of a path that was cut off, with its padding. */
  readonly #limit: number;
  #endOfLast = -1;
  /** Rows up to here are known to be no block. */
  #endOfFailed = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  encode(lines: readonly string[], at: number): Taken | undefined {
    // Two blocks with nothing between them could not be told apart.
    if (at === this.#endOfLast || at < this.#endOfFailed) return undefined;
    const rows: Row[] = [];
    for (let i = at; i < lines.length; i++) {
      const row = readRow(lines[i]!);
      if (!row) break;
      rows.push(row);
    }
    const taken = rows.length === 0 ? undefined : this.#encodeBlock(rows, lines, at);
    if (taken) this.#endOfLast = taken.end;
    else this.#endOfFailed = at + rows.length;
    return taken;
  }

  looksLike(line: string): boolean {
    return readRecord(line) !== undefined || TOTAL.test(line);
  }

  decode(form: readonly string[], at: number): Taken | undefined {
    if (at < this.#endOfFailed) return undefined;
    const rows: Row[] = [];
    let [end, width] = [at, 0];
    for (; end < form.length; end++) {
      const row = readRecord(form[end]!);
      if (!row) break;
      rows.push(row);
      width = Math.max(width, row.name.length);
    }
    this.#endOfFailed = end;
    if (rows.length === 0 || Math.max(width, this.#limit) * rows.length > MAX_CHARS) return undefined;
    const counted = countBars(rows);
    if (counted) return { lines: statLines(rows, counted, this.#limit), end };
    const total = TOTAL.exec(form[end] ?? '');
    if (!total) return undefined;
    const totals = { added: Number(total[1]), deleted: Number(total[2]) };
    return { lines: statLines(rows, totals, this.#limit), end: end + 1 };
  }

  #encodeBlock(rows: readonly Row[], lines: readonly string[], at: number): Taken | undefined {
    const summary = SUMMARY.exec(lines[at + rows.length] ?? '');
    if (!summary) return undefined;
    const [, , added = '0', deleted = '0'] = summary;
    const totals = { added: Number(added), deleted: Number(deleted) };
    const source = statLines(rows, totals, this.#limit);
    if (!standsAt(lines, at, source)) return undefined;
    const counted = countBars(rows);
    const isCounted = counted?.added === totals.added && counted.deleted === totals.deleted;
    if (!isCounted && counted) return undefined;
    const form = rows.map(({ name, number, rest }) => `${name} ${number}${rest}`);
    if (!isCounted) form.push(`total +${totals.added} -${totals.deleted}`);
    return { lines: form, end: at + source.length };
  }
}

/**
 * `ls -l`, of one directory or many: owner and group once, the usual modes by their first letter, the usual date once,
 * and no blanks for alignment. How wide the columns were follows from the rows themselves, or is said above them.
 */
import type { Deadline } from '../../core/deadline.ts';
import { isAtLeast } from '../../core/enough.ts';
import { AS_IT_WAS, LINES_PER_CHECK, mostFrequent } from './shape.ts';
import type { Shape } from './shape.ts';

const MODE = '[-dlbcps][-rwxsStT]{9}[.+@]?';
const SIZE = String.raw`\d[\d.,]*[KMGTPE]?`;
const DATE = String.raw`[A-Z][a-z]{2} [ \d]\d (?:\d\d:\d\d| \d{4})|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d+)? [+-]\d{4})?`;
const ROW = new RegExp(`^(${MODE})( +)(\\d{1,9}) (\\S+)( +)(\\S+)( +)(${SIZE}) (${DATE}) (.*)$`, 's');
const SHORT = new RegExp(`^(${MODE}|[-dlbcps])(\\d{0,9}) (${SIZE}) (?:(${DATE}) )?(.*)$`, 's');
const STARTS_WITH_MODE = new RegExp(`^${MODE}`);
const STARTS_WITH_DATE = new RegExp(`^(?:${DATE}) `);
const HEADER = new RegExp(
  `^\\[ls -l( on BSD)?: owner and group (\\S+) (\\S+)((?:, . is ${MODE} \\d{1,9})*)(?:; dated (${DATE}) unless said)?(?:; after the letter other numbers of links)?\\]$`,
);
const USUAL = new RegExp(`, (.) is (${MODE}) (\\d{1,9})`, 'g');
const WIDTHS = /^\[columns end at (\d{1,4}), \+(\d{1,4}), \+(\d{1,4})\]$/;
const MIN_ROWS = 4;
/** A default date has to save more than it takes to say it. */
const MIN_DATED = 3;

interface Row {
  readonly mode: string;
  readonly links: string;
  readonly owner: string;
  readonly group: string;
  readonly size: string;
  readonly date: string;
  readonly name: string;
}

/** Where the number of links ends, how much the owner takes, and how much group and size take together. */
type Widths = readonly [links: number, owner: number, size: number];

interface Read {
  readonly row: Row;
  readonly widths: Widths;
}

function readRow(line: string): Read | undefined {
  const match = ROW.exec(line);
  if (!match) return undefined;
  const [
    ,
    mode = '',
    gap1 = '',
    links = '',
    owner = '',
    gap2 = '',
    group = '',
    gap3 = '',
    size = '',
    date = '',
    name = '',
  ] = match;
  return {
    row: { mode, links, owner, group, size, date, name },
    widths: [
      mode.length + gap1.length + links.length,
      owner.length + gap2.length,
      group.length + gap3.length + size.length,
    ],
  };
}

function writeRow({ mode, links, owner, group, size, date, name }: Row, [end, ofOwner, ofSize]: Widths): string {
  const start = mode + links.padStart(end - mode.length);
  return `${start} ${owner.padEnd(ofOwner)}${group}${size.padStart(ofSize - group.length)} ${date} ${name}`;
}

function longest(rows: readonly Row[], key: 'mode' | 'links' | 'owner' | 'group' | 'size'): number {
  return rows.reduce((length, row) => Math.max(length, row[key].length), 0);
}

/** The widths that ls gives these rows. */
function usualWidths(rows: readonly Row[], isBsd: boolean): Widths {
  const gap = isBsd ? 2 : 1;
  const mode = isBsd ? 11 : longest(rows, 'mode');
  return [
    mode + 1 + longest(rows, 'links'),
    longest(rows, 'owner') + gap,
    longest(rows, 'group') + gap + longest(rows, 'size'),
  ];
}

function isSame(a: Widths, b: Widths): boolean {
  return a.every((width, i) => width === b[i]);
}

interface Usual {
  readonly owner: string;
  readonly group: string;
  /** For each first letter the mode and the number of links. */
  readonly modes: ReadonlyMap<string, { mode: string; links: string }>;
  readonly date: string | undefined;
  readonly isBsd: boolean;
}

function shorten(row: Row, { owner, group, modes, date }: Usual): string | undefined {
  if (row.owner !== owner || row.group !== group) return undefined;
  const letter = row.mode[0]!;
  const usual = modes.get(letter);
  const isUsual = usual?.mode === row.mode;
  if (!isUsual && row.links !== '1') return undefined;
  const start = isUsual ? letter + (row.links === usual.links ? '' : row.links) : row.mode;
  const isDated = row.date === date && !STARTS_WITH_DATE.test(row.name);
  const short = `${start} ${row.size} ${isDated ? '' : `${row.date} `}${row.name}`;
  return ROW.test(short) ? undefined : short;
}

function lengthen(line: string, { owner, group, modes, date }: Usual): Row | undefined {
  const match = SHORT.exec(line);
  if (!match) return undefined;
  const [, start = '', links = '', size = '', dated = date, name = ''] = match;
  const usual = start.length === 1 ? modes.get(start) : { mode: start, links: '1' };
  if (!usual || dated === undefined || (start.length > 1 && links !== '')) return undefined;
  return { mode: usual.mode, links: links === '' ? usual.links : links, owner, group, size, date: dated, name };
}

function findUsual(reads: readonly (Read | undefined)[]): Usual | undefined {
  const rows = reads.flatMap((read) => (read ? [read.row] : []));
  const who = mostFrequent(rows.map(({ owner, group }) => `${owner} ${group}`));
  if (rows.length < MIN_ROWS || !who) return undefined;
  const [owner = '', group = ''] = who.value.split(' ');
  const modes = new Map<string, { mode: string; links: string }>();
  for (const letter of new Set(rows.map(({ mode }) => mode[0]!))) {
    const same = rows.filter(({ mode }) => mode.startsWith(letter));
    const usual = mostFrequent(same.map(({ mode, links }) => `${mode} ${links}`))!;
    const [mode = '', links = ''] = usual.value.split(' ');
    if (same.length > 1) modes.set(letter, { mode, links });
  }
  const date = mostFrequent(rows.map((row) => row.date))!;
  const isBsd = reads.some(
    (read) => read !== undefined && read.widths[1] >= read.row.owner.length + 2 && isBsdRow(read, rows),
  );
  return { owner, group, modes, date: date.count >= MIN_DATED ? date.value : undefined, isBsd };
}

function isBsdRow({ widths }: Read, rows: readonly Row[]): boolean {
  return widths[1] === longest(rows, 'owner') + 2;
}

function writeHeader({ owner, group, modes, date, isBsd }: Usual, hasOtherLinks: boolean): string {
  const usual = [...modes].map(([letter, { mode, links }]) => `, ${letter} is ${mode} ${links}`).join('');
  const dated = date === undefined ? '' : `; dated ${date} unless said`;
  const links = hasOtherLinks ? '; after the letter other numbers of links' : '';
  return `[ls -l${isBsd ? ' on BSD' : ''}: owner and group ${owner} ${group}${usual}${dated}${links}]`;
}

function writeBlock(reads: readonly Read[], isFirst: boolean, usual: Usual): readonly string[] {
  const { widths } = reads[0]!;
  const rows = reads.map(({ row }) => row);
  const isNatural = isFirst && isSame(widths, usualWidths(rows, usual.isBsd));
  const lines = rows.map((row) => shorten(row, usual) ?? writeRow(row, widths));
  return isNatural ? lines : [`[columns end at ${widths[0]}, +${widths[1]}, +${widths[2]}]`, ...lines];
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const reads = lines.map((line, i) => {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    return readRow(line);
  });
  const usual = findUsual(reads);
  if (!usual) return undefined;
  const hasOtherLinks = reads.some((read) => {
    const mode = read && usual.modes.get(read.row.mode[0]!);
    return mode !== undefined && mode.mode === read!.row.mode && mode.links !== read!.row.links;
  });
  const out = [writeHeader(usual, hasOtherLinks)];
  for (let at = 0; at < lines.length; ) {
    const first = reads[at];
    if (!first) {
      const line = lines[at++]!;
      const isTaken = line.startsWith(AS_IT_WAS) || WIDTHS.test(line) || SHORT.test(line);
      out.push(isTaken ? AS_IT_WAS + line : line);
      continue;
    }
    deadline.check();
    let end = at + 1;
    while (reads[end] && isSame(reads[end]!.widths, first.widths)) end++;
    const block = reads.slice(at, end) as Read[];
    for (const line of writeBlock(block, at === 0 || !reads[at - 1], usual)) out.push(line);
    at = end;
  }
  return out;
}

/** The rows from here on, up to a line that is none; undefined for a line that cannot be read. */
function readBlock(lines: readonly string[], start: number, usual: Usual): readonly Row[] {
  const rows: Row[] = [];
  for (let i = start; i < lines.length; i++) {
    const line = lines[i]!;
    const row = line.startsWith(AS_IT_WAS) ? undefined : (readRow(line)?.row ?? lengthen(line, usual));
    if (!row) break;
    rows.push(row);
  }
  return rows;
}

function read(header: RegExpExecArray, lines: readonly string[]): readonly string[] {
  const [, bsd, owner = '', group = '', list = '', date] = header;
  const modes = new Map(
    [...list.matchAll(USUAL)].map(([, letter = '', mode = '', links = '']) => [letter, { mode, links }]),
  );
  const usual: Usual = { owner, group, modes, date, isBsd: bsd !== undefined };
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const said = WIDTHS.exec(lines[at]!);
    const rows = readBlock(lines, said ? at + 1 : at, usual);
    if (rows.length === 0) {
      const line = lines[at++]!;
      out.push(line.startsWith(AS_IT_WAS) ? line.slice(1) : line);
      continue;
    }
    const widths: Widths = said ? [Number(said[1]), Number(said[2]), Number(said[3])] : usualWidths(rows, usual.isBsd);
    for (const row of rows) out.push(writeRow(row, widths));
    at += rows.length + (said ? 1 : 0);
  }
  return out;
}

export const longList: Shape = {
  name: 'ls -l',
  claim(lines: readonly string[]): number {
    const seen = lines.filter((line) => line !== '');
    const isRow = (line: string): boolean => STARTS_WITH_MODE.test(line) && ROW.test(line);
    if (!isAtLeast(seen, 0.5, isRow)) return 0;
    const rows = seen.filter(isRow).length;
    return rows >= MIN_ROWS ? 0.9 + (0.09 * rows) / seen.length : 0;
  },
  write,
  header: HEADER,
  read,
};

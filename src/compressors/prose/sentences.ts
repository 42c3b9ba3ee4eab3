/**
 * Splits a text into units that may stay or go: sentences, headings, list items, quoted lines, tables and blocks of code.
 * The units follow one another without a gap: put together they are the text.
 */
import type { Deadline } from '../../core/deadline.ts';

export type UnitKind = 'sentence' | 'heading' | 'item' | 'quote' | 'row' | 'code';

export interface Unit {
  readonly kind: UnitKind;
  readonly start: number;
  /** After the blanks and line breaks that follow it. */
  readonly end: number;
  /** Number of its paragraph, list, table or block in the text. */
  readonly paragraph: number;
  /** Number of its section: how many headings stand before it. */
  readonly section: number;
}

const HEADING = /^ {0,3}(?:#{1,6}[ \t]|={3,} .* ={3,}$)/;
const ITEM = /^\s*(?:[-*+•‣◦]|\d{1,3}[.)]|[A-Za-z][.)])\s+\S/;
const QUOTE = /^\s*>/;
const ROW = /^\s*\|.*\|\s*$/;
const FENCE = /^\s*(?:```|~~~)/;
const INDENTED_CODE = /^(?: {4}|\t)\S/;
const LINES_PER_CHECK = 512;

interface Line {
  readonly start: number;
  /** Before its line break. */
  readonly end: number;
}

function readLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    lines.push({ start, end: end < 0 ? text.length : end });
    if (end < 0) break;
    start = end + 1;
  }
  return lines;
}

export function readUnits(text: string, deadline: Deadline): readonly Unit[] {
  return new UnitReader(text, deadline).read();
}

class UnitReader {
  readonly #text: string;
  readonly #deadline: Deadline;
  readonly #units: Unit[] = [];
  #paragraph = 0;
  #section = 0;

  constructor(text: string, deadline: Deadline) {
    this.#text = text;
    this.#deadline = deadline;
  }

  read(): readonly Unit[] {
    const lines = readLines(this.#text);
    for (let at = 0; at < lines.length; ) {
      if (at % LINES_PER_CHECK === 0) this.#deadline.check();
      at = this.#readBlock(lines, at);
    }
    return this.#units;
  }

  /** Reads what begins in this line; returns the line after it. */
  #readBlock(lines: readonly Line[], at: number): number {
    const line = this.#textOf(lines[at]!);
    if (line.trim() === '') return at + 1;
    if (FENCE.test(line)) return this.#readCode(lines, at);
    const kind = kindOf(line);
    if (kind === 'heading') this.#section++;
    if (kind !== 'sentence') {
      const isFirst = this.#units.at(-1)?.kind !== kind || this.#isAfterGap(lines, at);
      if (isFirst) this.#paragraph++;
      this.#add(kind, lines[at]!.start);
      return at + 1;
    }
    this.#paragraph++;
    let next = at + 1;
    while (next < lines.length && isPlain(this.#textOf(lines[next]!))) next++;
    this.#readParagraph(lines.slice(at, next));
    return next;
  }

  #readCode(lines: readonly Line[], at: number): number {
    let next = at + 1;
    while (next < lines.length && !FENCE.test(this.#textOf(lines[next]!))) next++;
    this.#paragraph++;
    this.#add('code', lines[at]!.start);
    return Math.min(next + 1, lines.length);
  }

  #readParagraph(lines: readonly Line[]): void {
    const widest = lines.reduce((width, { start, end }) => Math.max(width, end - start), 0);
    let start = lines[0]!.start;
    for (const [i, line] of lines.entries()) {
      const next = lines[i + 1];
      if (next && goesOn(this.#textOf(line), this.#textOf(next), widest)) continue;
      for (const end of sentenceEnds(this.#text, start, line.end)) {
        this.#add('sentence', start);
        start = end;
      }
      if (next) start = next.start;
    }
  }

  #textOf({ start, end }: Line): string {
    return this.#text.slice(start, end);
  }

  #isAfterGap(lines: readonly Line[], at: number): boolean {
    return at > 0 && this.#textOf(lines[at - 1]!).trim() === '';
  }

  /** The unit before ends where this one begins. */
  #add(kind: UnitKind, start: number): void {
    const before = this.#units.at(-1);
    if (before) this.#units[this.#units.length - 1] = { ...before, end: start };
    const first = before ? start : 0;
    this.#units.push({
      kind,
      start: first,
      end: this.#text.length,
      paragraph: this.#paragraph,
      section: this.#section,
    });
  }
}

function kindOf(line: string): UnitKind {
  if (HEADING.test(line)) return 'heading';
  if (ITEM.test(line)) return 'item';
  if (QUOTE.test(line)) return 'quote';
  if (ROW.test(line)) return 'row';
  return INDENTED_CODE.test(line) ? 'code' : 'sentence';
}

function isPlain(line: string): boolean {
  return line.trim() !== '' && !FENCE.test(line) && kindOf(line) === 'sentence';
}

const WRAPPED_FROM = 40;
const WRAPPED_TO = 140;

/** Whether a line was only broken to fit a width, and goes on in the next. */
function goesOn(line: string, next: string, widest: number): boolean {
  if (/[.!?:;。！？]["'”’)\]]*\s*$/.test(line.slice(-8))) return false;
  if (/^\s*\p{Ll}/u.test(next.slice(0, 16))) return true;
  return widest >= WRAPPED_FROM && widest <= WRAPPED_TO && line.length > widest * 0.75;
}

/** What ends a sentence: with blanks after it in most scripts, without in those that write none. */
const END = /[.!?…]+["'”’»)\]]*(?=\s)|[。！？｡]+[」』”’）]*|[؟۔।॥።]+(?=\s|$)/gu;
const ABBREVIATION =
  /(?:^|[\s(["“'])(?:\p{L}|\d{1,2}|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Mt|Rev|Gen|Col|Lt|Sgt|Capt|Hon|Gov|Sen|Rep|vs|etc|e\.g|i\.e|cf|al|approx|ca|No|Nos|Fig|Figs|Eq|Vol|pp?|ed|eds|Inc|Ltd|Co|Corp|Bros|Dept|Univ|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|U\.S|U\.K|U\.N|D\.C|a\.m|p\.m|z\.B|d\.h|u\.a|bzw|usw|Jh|Nr|Abs|Art|Str|Sra?|Mme|Mlle|pág|núm|(?:\p{L}\.)+\p{L})$/u;
const LOOK_BACK = 16;

/** Where the sentences of this stretch end, after the blanks that follow them. */
function sentenceEnds(text: string, start: number, end: number): readonly number[] {
  const stretch = text.slice(start, end);
  const ends: number[] = [];
  for (const match of stretch.matchAll(END)) {
    const after = match.index + match[0].length;
    if (match[0] === '.' && isAbbreviated(stretch, match.index, after)) continue;
    if (!beginsSentence(stretch.slice(after, after + LOOK_BACK))) continue;
    const rest = /^\s*/.exec(stretch.slice(after, after + LOOK_BACK))![0].length;
    if (after + rest < stretch.length) ends.push(start + after + rest);
  }
  ends.push(end);
  return ends;
}

function isAbbreviated(stretch: string, dot: number, after: number): boolean {
  return ABBREVIATION.test(stretch.slice(Math.max(0, dot - LOOK_BACK), dot)) && after < stretch.length;
}

/** A small letter goes on with the sentence. */
function beginsSentence(rest: string): boolean {
  return !/^\s*["'“‘«([]*\p{Ll}/u.test(rest);
}

/** Lines as a tree: paragraphs, and in them what stands deeper under its head. Lines are alike by their keys, not by their values. */
import type { Deadline } from '../../core/deadline.ts';

/** One line: what stands before its value, which lines that are alike share to the byte, and the value. */
export interface Entry {
  readonly lead: string;
  readonly value: string;
  /** The column that its text begins in. */
  readonly column: number;
  /** It has a key, by which it is known. */
  readonly isKeyed: boolean;
}

const LINES_PER_CHECK = 4096;
const MAX_LINE = 4_000;
/** Signs of a plan stand before the column of what they are of. */
const SIGNED = /^\s*(?:(?:[-+~]|-\/\+|\+\/-|<=) )?/;
/** What happened to something stands behind what it is, and differs where that is alike. */
const EVENTS = /^Events:/;
const MIN_RUN = 3;
/** What stands before a colon, an equals sign or an arrow as PHP and Ruby print it; arrows in code have blanks before them. */
const KEY =
  /^(?:[A-Za-z_"'/<][^:={},;]{0,60}?(?::| *=)(?: +|$)|[A-Za-z_]\w{0,60}=(?!>)|(?:\[["\w-]{1,60}\] ?|:["\w]{1,60})=>(?: +|$)?)/;

/** The characters that a sign begins with: before other text a line has blanks or nothing. */
const SIGNS = '-+~<';

function columnOf(line: string): number {
  const first = line.charCodeAt(0);
  const isFlush = first > 0x20 && first < 0x80 && !SIGNS.includes(line[0]!);
  return isFlush ? 0 : SIGNED.exec(line)![0].length;
}

function keyOf(line: string, column: number): RegExpExecArray | null {
  if (line.length > MAX_LINE || !(line.includes(':') || line.includes('='))) return null;
  return KEY.exec(column === 0 ? line : line.slice(column));
}

/** Whether a line has a key. */
export function isKeyed(line: string): boolean {
  return keyOf(line, columnOf(line)) !== null;
}

export function readEntry(line: string): Entry {
  const column = columnOf(line);
  const key = keyOf(line, column);
  // A head with nothing behind its colon is the name of what follows, and may differ where that is alike.
  const isHead = key !== null && column + key[0].length >= line.trimEnd().length;
  const at = column + (isHead ? 0 : (key?.[0].length ?? 0));
  return { lead: line.slice(0, at), value: line.slice(at), column, isKeyed: key !== null };
}

/** A line and all that stands deeper under it, or a whole paragraph: indices of lines from `start` up to `end`. */
export interface Stanza {
  readonly start: number;
  readonly end: number;
  /** Equal numbers are built alike. */
  readonly kind: number;
  readonly stanzas: readonly Stanza[];
  readonly isParagraph: boolean;
}

export interface Outline {
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  readonly paragraphs: readonly Stanza[];
}

interface Open {
  readonly start: number;
  readonly stanzas: Stanza[];
  readonly column: number;
}

/** Puts lines into stanzas, and numbers what is built alike. */
class Builder {
  readonly #lines: readonly string[];
  readonly #kinds = new Map<string, number>();
  /** Of lines with nothing under them, which most are: by what stands before their value, and by that where there is none. */
  readonly #leaves = { withValue: new Map<string, number>(), alone: new Map<string, number>() };
  #numbered = 0;
  readonly entries: Entry[] = [];
  readonly paragraphs: Stanza[] = [];
  #open: Open[] = [];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  build(deadline: Deadline): void {
    this.#read(deadline);
    for (const [i, { column, value, lead }] of this.entries.entries()) {
      if (i % LINES_PER_CHECK === 0) deadline.check();
      const isBlank = value === '' && lead.trim() === '';
      // An empty line ends a paragraph, unless more of it follows: what stands deeper than its head.
      const head = this.#open[1]?.column ?? Infinity;
      if (isBlank ? column <= head : EVENTS.test(this.#lines[i]!)) this.#closeTo(0, i);
      if (isBlank && this.#open.length === 0) continue;
      if (this.#open.length === 0) this.#open.push({ start: i, stanzas: [], column: -1 });
      while (this.#open.length > 1 && this.#open.at(-1)!.column >= column) this.#closeTo(this.#open.length - 1, i);
      this.#open.push({ start: i, stanzas: [], column });
    }
    this.#closeTo(0, this.#lines.length);
  }

  /** Empty lines stand in the column of the line that follows. */
  #read(deadline: Deadline): void {
    let next = 0;
    for (let i = this.#lines.length - 1; i >= 0; i--) {
      if (i % LINES_PER_CHECK === 0) deadline.check();
      const line = this.#lines[i]!;
      const isBlank = line.trim() === '';
      const entry = isBlank ? { lead: line, value: '', column: next, isKeyed: false } : readEntry(line);
      next = entry.column;
      this.entries.push(entry);
    }
    this.entries.reverse();
  }

  #closeTo(depth: number, end: number): void {
    while (this.#open.length > depth) {
      const { start, stanzas: own, column } = this.#open.pop()!;
      const stanzas = this.#withRuns(own);
      const isParagraph = column < 0;
      const isLeaf = !isParagraph && stanzas.length === 0;
      const kind = isLeaf ? this.#leafAt(start) : this.#kindOf(isParagraph ? '' : this.#lookOf(start), stanzas);
      const stanza = { start, end, kind, stanzas, isParagraph };
      if (isParagraph) this.paragraphs.push(stanza);
      else this.#open.at(-1)!.stanzas.push(stanza);
    }
  }

  /** Lines that follow each other with nothing under them are a stanza of their own, where others stand beside them. */
  #withRuns(stanzas: readonly Stanza[]): readonly Stanza[] {
    const found: Stanza[] = [];
    let run: Stanza[] = [];
    const flush = (): void => {
      if (run.length < MIN_RUN || run.length === stanzas.length) for (const stanza of run) found.push(stanza);
      else
        found.push({
          start: run[0]!.start,
          end: run.at(-1)!.end,
          kind: this.#kindOf('run', run),
          stanzas: run,
          isParagraph: false,
        });
      run = [];
    };
    for (const stanza of stanzas) {
      if (stanza.stanzas.length === 0) run.push(stanza);
      else {
        flush();
        found.push(stanza);
      }
    }
    flush();
    return found;
  }

  #lookOf(at: number): string {
    const { lead, value } = this.entries[at]!;
    return `${lead}\n${value === '' ? '' : '='}`;
  }

  #leafAt(at: number): number {
    const { lead, value } = this.entries[at]!;
    return this.#numberOf(value === '' ? this.#leaves.alone : this.#leaves.withValue, lead);
  }

  #kindOf(look: string, stanzas: readonly Stanza[]): number {
    return this.#numberOf(this.#kinds, `${look}\n${stanzas.map(({ kind }) => kind).join(' ')}`);
  }

  #numberOf(numbers: Map<string, number>, key: string): number {
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = this.#numbered++));
    return number;
  }
}

export function outlineOf(lines: readonly string[], deadline: Deadline): Outline {
  const builder = new Builder(lines);
  builder.build(deadline);
  return { lines, entries: builder.entries, paragraphs: builder.paragraphs };
}

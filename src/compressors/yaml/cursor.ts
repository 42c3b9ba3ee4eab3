/** Goes through the lines of a text without cutting it: where the line here begins, ends, and how far it stands in. */
import type { Deadline } from '../../core/deadline.ts';

const LINES_PER_CHECK = 512;
const LINE_FEED = 0x0a;
const BLANK = 0x20;
const DASH = 0x2d;
const MARK = '---';

export class Cursor {
  readonly text: string;
  readonly #deadline: Deadline;
  /** How many lines are behind. */
  line = 0;
  start = 0;
  end = 0;
  /** Blanks at the beginning; below 0 behind the last line. */
  indent = 0;
  #filled = -1;

  constructor(text: string, deadline: Deadline) {
    this.text = text;
    this.#deadline = deadline;
    this.#look(0);
  }

  get isDone(): boolean {
    return this.start > this.text.length;
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  /** Whether what stands here parts documents. */
  get isMark(): boolean {
    return this.#isMarkAt(this.start, this.end);
  }

  /** Whether an item of a list begins here, on this line or on the next one. */
  get isDash(): boolean {
    const at = this.start + this.indent;
    if (this.text.charCodeAt(at) !== DASH) return false;
    return at + 1 === this.end || this.text.charCodeAt(at + 1) === BLANK;
  }

  next(): void {
    this.line++;
    if (this.line % LINES_PER_CHECK === 0) this.#deadline.check();
    this.#look(this.end + 1);
  }

  /** @param start of the line that has so many before it. */
  backTo(start: number, line: number): void {
    this.line = line;
    this.#look(start);
  }

  /** Blanks before the next line that is not empty; below 0 when none comes. */
  get nextIndent(): number {
    return indentAt(this.text, this.#nextFilled());
  }

  /** Whether a mapping that stands in so far goes on after the empty lines here. */
  goesOnAt(indent: number): boolean {
    const start = this.#nextFilled();
    if (start > this.text.length) return indent === 0;
    if (this.text.charCodeAt(start) === DASH && this.#isMarkAt(start, lineEnd(this.text, start))) return indent === 0;
    return indentAt(this.text, start) === indent && !this.text.startsWith('- ', start + indent);
  }

  #isMarkAt(start: number, end: number): boolean {
    return end - start === MARK.length && this.text.startsWith(MARK, start);
  }

  #look(start: number): void {
    this.start = start;
    this.end = start > this.text.length ? start : lineEnd(this.text, start);
    this.indent = indentAt(this.text, start);
  }

  /** Where the next line begins that is not empty, found once for all empty lines before it. */
  #nextFilled(): number {
    if (this.#filled < this.start) {
      let at = this.start;
      while (this.text.charCodeAt(at) === LINE_FEED) at++;
      this.#filled = at === this.text.length ? at + 1 : at;
    }
    return this.#filled;
  }
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

function indentAt(text: string, start: number): number {
  if (start > text.length) return -1;
  let at = start;
  while (text.charCodeAt(at) === BLANK) at++;
  return at - start;
}

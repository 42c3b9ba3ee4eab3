/** Finds the time at the head of log lines, as a place in the line: times are never parsed, only cut and compared. */

/** How far into a line its time may stand. */
const HEAD_CHARS = 110;

const DATE = String.raw`(?:\d{4}[-/.]\d{2}[-/.]\d{2}|\d{2}[-/]\d{2}[-/]\d{2,4}|\d{1,2}[-./]\d{2}|\d{8}|\d{1,2}/[A-Z][a-z]{2}/\d{4}|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]?\d)`;
const CLOCK = String.raw`\d{1,2}:\d{1,2}:\d{1,2}(?:[.,:]\d{1,9})?`;
const TIME = new RegExp(
  [
    String.raw`(?:${DATE}[T _:-])?${CLOCK}`,
    String.raw`\d{4}-\d{2}-\d{2}-\d{2}\.\d{2}\.\d{2}\.\d+`,
    String.raw`^\d{6} \d{6}(?= )`,
    String.raw`(?<=^\[ *)\d+\.\d{6}(?=\])`,
    String.raw`(?<![\w.:/-])1\d{9}(?:\.\d{1,9})?(?![\w:/-])`,
  ].join('|'),
  'g',
);

/** A place in a line. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What each of the times holds: much sooner told than where one stands. */
const OF_TIMES = /\d(?::\d|\d{5}|\d{3}-\d\d-\d\d-)/;

/** False where `findTime` finds nothing; for lines that most likely hold no time. */
export function mayHoldTime(line: string): boolean {
  return OF_TIMES.test(line);
}

/** @param ordinal which of the line's times: 0 the first. */
export function findTime(line: string, ordinal = 0): Span | undefined {
  const head = line.length > HEAD_CHARS ? line.slice(0, HEAD_CHARS) : line;
  TIME.lastIndex = 0;
  let found: RegExpExecArray | null = null;
  for (let i = 0; i <= ordinal; i++) {
    found = TIME.exec(head);
    if (!found) return undefined;
  }
  return { start: found!.index, end: found!.index + found![0].length };
}

/** Finds times line after line: most stand where that of the line before stood, between the same signs. */
export class TimeFinder {
  readonly #ordinal: number;
  #before = '';
  #span: Span | undefined;

  /** @param ordinal which of each line's times: 0 the first. */
  constructor(ordinal: number) {
    this.#ordinal = ordinal;
  }

  find(line: string): Span | undefined {
    if (this.#span && looksAlike(line, this.#before, this.#span.end + 1)) return this.#span;
    const span = findTime(line, this.#ordinal);
    // Counted seconds are told from other numbers by their digits.
    if (span && line.slice(span.start, span.end).includes(':')) [this.#before, this.#span] = [line, span];
    return span;
  }
}

/** Whether both begin with the same characters, but for digits, which may be others. */
function looksAlike(a: string, b: string, length: number): boolean {
  for (let at = 0; at < length; at++) {
    const one = a.charCodeAt(at);
    const two = b.charCodeAt(at);
    if (one !== two && !(isDigit(one) && isDigit(two)) && !(Number.isNaN(one) && Number.isNaN(two))) return false;
  }
  return true;
}

/** Lines may begin with a time that never changes (the date of the file) or counts coarser than a later one. */
export function chooseOrdinal(lines: readonly string[]): number {
  const times = timesOf(lines, 0);
  const distinct = new Set(times).size;
  if (times.length <= 2 || distinct > 2) return 0;
  return new Set(timesOf(lines, 1)).size > distinct ? 1 : 0;
}

function timesOf(lines: readonly string[], ordinal: number): readonly string[] {
  return lines.flatMap((line) => {
    const span = findTime(line, ordinal);
    return span ? [line.slice(span.start, span.end)] : [];
  });
}

/**
 * Where a time may be cut in a part that lines share and a part of their own, from the whole time down to the last
 * number. The own part never holds a space. `undefined` when the time has no such cut.
 */
export function cutTime(time: string, depth: number): number | undefined {
  if (depth === 0) return time.length;
  let at = time.length;
  for (let numbers = 0; numbers < depth; numbers++) {
    const start = at;
    while (at > 0 && !isDigit(time.charCodeAt(at - 1))) {
      if (time[at - 1] === ' ') return undefined;
      at--;
    }
    if (at === 0 || (numbers === 0 && at !== start)) return undefined;
    while (at > 0 && isDigit(time.charCodeAt(at - 1))) at--;
  }
  return at;
}

/** `203615`: the last two digits are the seconds. */
export function cutSeconds(time: string): number | undefined {
  return /(?:^|\D)\d{6}$/.test(time) ? time.length - 2 : undefined;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

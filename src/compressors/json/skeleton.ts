/** Splits a text into what is likely to stay (words, punctuation) and what is likely to vary (numbers, ids). */

/** Stands for a varying part in a skeleton's shape. */
export const GAP = '\u0000';
/** Texts with these characters are not split. */
export const RESERVED: RegExp = /[\u0000-\u0008]/;

export interface Skeleton {
  readonly shape: string;
  /** What stands in the gaps. */
  readonly fills: readonly string[];
}

const UUID = /[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])/y;
/** Shorter runs of hexadecimal digits are words and numbers. */
const MIN_HEX_CHARS = 6;

const LETTER = 1;
const DIGIT = 2;
/** What each character is; most are neither. */
const KINDS = new Uint8Array(0x1_0000);
for (let code = 0x30; code <= 0x39; code++) KINDS[code] = DIGIT;
for (let code = 0x41; code <= 0x5a; code++) KINDS[code] = KINDS[code + 0x20] = LETTER;

/** Splits one text after the other. Of most of them it is only asked whether they are like another. */
export class Splitter {
  /** Where each gap starts and ends, of all texts so far. */
  readonly edges: number[] = [];
  #start = 0;
  #text = '';

  split(text: string): void {
    this.#text = text;
    this.#start = this.edges.length;
    const { length } = text;
    if (length > 0 && endOfDigits(text, 0, length) === length) {
      this.#push(0, length);
      return;
    }
    for (let at = firstRun(text); at < length; at++) {
      let kinds = KINDS[text.charCodeAt(at)]!;
      if (kinds === 0) continue;
      const start = at;
      for (let kind = kinds; kind !== 0 && ++at < length; kinds |= kind) kind = KINDS[text.charCodeAt(at)]!;
      if (at - start === 8 && text.charCodeAt(at) === 0x2d) {
        UUID.lastIndex = start;
        if (UUID.test(text)) {
          at = UUID.lastIndex;
          kinds |= DIGIT;
        }
      }
      if (kinds === DIGIT) this.#push(start, at);
      else if ((kinds & DIGIT) !== 0) this.#splitRun(start, at);
    }
  }

  /** Of the text split last. */
  get shape(): string {
    let shape = '';
    let at = 0;
    for (let edge = this.#start; edge < this.edges.length; edge += 2) {
      shape += this.#text.slice(at, this.edges[edge]) + GAP;
      at = this.edges[edge + 1]!;
    }
    return at === 0 ? this.#text : shape + this.#text.slice(at);
  }

  /** The same as `shape === splitter.shape`. */
  hasShape(shape: string): boolean {
    const text = this.#text;
    if (this.edges.length === this.#start) return text === shape;
    let at = 0;
    let place = 0;
    for (let edge = this.#start; edge < this.edges.length; edge += 2) {
      for (const end = this.edges[edge]!; at < end; at++, place++) {
        if (text.charCodeAt(at) !== shape.charCodeAt(place)) return false;
      }
      if (shape.charCodeAt(place++) !== 0) return false;
      at = this.edges[edge + 1]!;
    }
    if (shape.length - place !== text.length - at) return false;
    while (at < text.length) if (text.charCodeAt(at++) !== shape.charCodeAt(place++)) return false;
    return true;
  }

  #push(start: number, end: number): void {
    this.edges.push(start, end);
  }

  /** What varies in one run of letters and digits. */
  #splitRun(start: number, end: number): void {
    const text = this.#text;
    const digits = endOfLetters(text, start, end);
    const rest = endOfDigits(text, digits, end);
    // From a date to its time: 01T10.
    if (
      end - start === 5 &&
      digits === start &&
      rest === start + 2 &&
      text[rest] === 'T' &&
      endOfDigits(text, rest + 1, end) === end
    ) {
      this.#push(start, rest);
      this.#push(rest + 1, end);
    } else if (rest === digits || endOfLetters(text, rest, end) < end || isHex(text, start, end))
      this.#push(start, end);
    else this.#push(digits, rest);
  }
}

/** Where the first run of letters and digits starts that may vary: it holds a digit, or a dash ends it. */
function firstRun(text: string): number {
  const { length } = text;
  let at = 0;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x39 && (code >= 0x30 || code === 0x2d)) break;
  }
  if (at === length) return length;
  while (at > 0 && KINDS[text.charCodeAt(at - 1)] !== 0) at--;
  return at;
}

function endOfLetters(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) > 0x39) at++;
  return at;
}

function endOfDigits(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return at;
  }
  return end;
}

/** Of a run of digits and at least one letter. */
function isHex(text: string, start: number, end: number): boolean {
  if (end - start < MIN_HEX_CHARS) return false;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x66 || (code > 0x46 && code < 0x61)) return false;
  }
  return true;
}

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
/** What each character is; those beyond are neither. */
const KINDS = new Uint8Array(128);
for (let code = 0x30; code <= 0x39; code++) KINDS[code] = DIGIT;
for (let code = 0x41; code <= 0x5a; code++) KINDS[code] = KINDS[code + 0x20] = LETTER;

const NO_FILLS: readonly string[] = [];

export function skeletonOf(text: string): Skeleton {
  if (text !== '' && endOfDigits(text, 0) === text.length) return { shape: GAP, fills: [text] };
  let fills: string[] | undefined;
  let shape = '';
  let literalStart = 0;
  const { length } = text;
  for (let at = firstRun(text); at < length; ) {
    let kind = kindAt(text, at);
    if (kind === 0) {
      at++;
      continue;
    }
    const start = at;
    let kinds = kind;
    do kinds |= kind = kindAt(text, ++at);
    while (kind !== 0);
    if (at - start === 8 && text.charCodeAt(at) === 0x2d) {
      UUID.lastIndex = start;
      if (UUID.test(text)) {
        at = UUID.lastIndex;
        kinds |= DIGIT;
      }
    }
    if ((kinds & DIGIT) === 0) continue;
    fills ??= [];
    if (literalStart < start) shape += text.slice(literalStart, start);
    if (kinds === DIGIT) {
      fills.push(text.slice(start, at));
      shape += GAP;
    } else shape += splitRun(text.slice(start, at), fills);
    literalStart = at;
  }
  if (!fills) return { shape: text, fills: NO_FILLS };
  return { shape: literalStart < length ? shape + text.slice(literalStart) : shape, fills };
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
  while (at > 0 && kindAt(text, at - 1) !== 0) at--;
  return at;
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? KINDS[code]! : 0;
}

/** The shape of one run of letters and digits; pushes what varies. */
function splitRun(run: string, fills: string[]): string {
  const { length } = run;
  const start = endOfLetters(run, 0);
  const end = endOfDigits(run, start);
  if (start === 0 && end === length) {
    fills.push(run);
    return GAP;
  }
  // From a date to its time: 01T10.
  if (length === 5 && start === 0 && end === 2 && run[2] === 'T' && endOfDigits(run, 3) === 5) {
    fills.push(run.slice(0, 2), run.slice(3));
    return `${GAP}T${GAP}`;
  }
  if (end === start || endOfLetters(run, end) < length || isHex(run)) {
    fills.push(run);
    return GAP;
  }
  fills.push(run.slice(start, end));
  return run.slice(0, start) + GAP + run.slice(end);
}

function endOfLetters(run: string, from: number): number {
  let at = from;
  while (at < run.length && run.charCodeAt(at) > 0x39) at++;
  return at;
}

function endOfDigits(run: string, from: number): number {
  let at = from;
  let code = run.charCodeAt(at);
  while (code >= 0x30 && code <= 0x39) code = run.charCodeAt(++at);
  return at;
}

/** @param run digits and at least one letter. */
function isHex(run: string): boolean {
  if (run.length < MIN_HEX_CHARS) return false;
  for (let at = 0; at < run.length; at++) {
    const code = run.charCodeAt(at);
    if (code > 0x66 || (code > 0x46 && code < 0x61)) return false;
  }
  return true;
}

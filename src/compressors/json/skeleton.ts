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

export function skeletonOf(text: string): Skeleton {
  const fills: string[] = [];
  let shape = '';
  let at = 0;
  let literalStart = 0;
  while (at < text.length) {
    if (!isAlphanumeric(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    let hasDigit = false;
    for (let code = text.charCodeAt(at); isAlphanumeric(code); code = text.charCodeAt(++at)) hasDigit ||= code <= 0x39;
    if (at - start === 8 && text.charCodeAt(at) === 0x2d) {
      UUID.lastIndex = start;
      if (UUID.test(text)) {
        at = UUID.lastIndex;
        hasDigit = true;
      }
    }
    if (!hasDigit) continue;
    shape += text.slice(literalStart, start) + splitRun(text.slice(start, at), fills);
    literalStart = at;
  }
  return { shape: shape + text.slice(literalStart), fills };
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

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

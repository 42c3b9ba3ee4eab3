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
const ONE_NUMBER = /^([A-Za-z]*)(\d+)([A-Za-z]*)$/;
const DATE_TO_TIME = /^(\d\d)T(\d\d)$/;
const HEX = /^(?=.*[a-fA-F])[0-9a-fA-F]{6,}$/;

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
  const first = run.charCodeAt(0);
  const last = run.charCodeAt(run.length - 1);
  if (run.length <= 4 && first <= 0x39 && last <= 0x39 && !/[A-Za-z]/.test(run)) {
    fills.push(run);
    return GAP;
  }
  const stamp = DATE_TO_TIME.exec(run);
  if (stamp) {
    fills.push(stamp[1]!, stamp[2]!);
    return `${GAP}T${GAP}`;
  }
  const number = HEX.test(run) ? null : ONE_NUMBER.exec(run);
  if (!number) {
    fills.push(run);
    return GAP;
  }
  fills.push(number[2]!);
  return `${number[1]}${GAP}${number[3]}`;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

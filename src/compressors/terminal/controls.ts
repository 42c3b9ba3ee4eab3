/** What programs write to a terminal beside the text itself: colours, moves of the cursor, overwritten lines. */

const CSI = String.raw`\x1b\[[0-?]{0,32}[ -/]{0,4}[@-~]`;
/** Titles and links; never longer, so that an open one does not swallow the text. */
const OSC = String.raw`\x1b\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)`;
const SHORT = String.raw`\x1b[()*+][0-9A-Za-z]|\x1b[=>78cDEHMNOZ]`;

/** One control sequence, where it begins. */
export const CONTROL: RegExp = new RegExp(`${CSI}|${OSC}|${SHORT}`, 'y');

/** Sequences in a row that only move, clear or colour, where they begin: they are said as one. */
export const CONTROL_RUN: RegExp = /(?:\x1b\[[\d;?]{0,16}[A-Za-z]){1,8}/y;

export interface Control {
  readonly start: number;
  readonly code: string;
}

/** What a pattern of those above finds in a text, in order. */
export function findControls(text: string, pattern: RegExp): readonly Control[] {
  const found: Control[] = [];
  for (let start = text.indexOf('\x1b'); start >= 0; ) {
    pattern.lastIndex = start;
    const isFound = pattern.test(text);
    if (isFound) found.push({ start, code: text.slice(start, pattern.lastIndex) });
    start = text.indexOf('\x1b', isFound ? pattern.lastIndex : start + 1);
  }
  return found;
}

/** What the characters of a text say about it. */
export interface Signs {
  readonly escapes: number;
  /** Carriage returns before no line break. */
  readonly returns: number;
  readonly backspaces: number;
  readonly lines: number;
}

export function countSigns(text: string): Signs {
  const count = (character: string): number => {
    let found = 0;
    for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
    return found;
  };
  const breaks = count('\n');
  const returns = text.includes('\r') ? count('\r') - count('\r\n') : 0;
  return { escapes: count('\x1b['), returns, backspaces: count('\b'), lines: breaks + 1 };
}

/**
 * How the lossless form is spelled: its head line, the signs that open a fold, and which lines of the source could be
 * taken for one. Writer and reader both know the form from here only.
 */

/** Opens a fold: what follows on the line says how many lines of the source it stands for. */
export const FOLD = '≡ ';
/** Before a line of the source that could be read as a sign of the form. */
export const ESCAPE = '\\';
/** Between the values of one line, and between the lines of a template. */
export const VALUE_BREAK = ' | ';
export const LINE_BREAK = '⏎';
/** Stands for the percentage that pytest prints at the end of a line. */
export const PERCENT = ' [%]';
/** Candidates for the place of a value in a template. */
export const SLOTS: readonly string[] = ['{}', '{…}', '<…>', '‹›'];
export const MAX_LINES = 2_000_000;
/** A damaged form must not blow up. */
export const MAX_CHARS: number = 1 << 26;

const HEAD =
  /^\[headroom: (\d{1,7}) lines of output(?:; after "≡ n rows: a (\S{1,3}) b" or "≡ n values: …" come the values of \2)?(?:; "≡ n lines at x" and the places below: each line begins with x and its place)?(?:; \[n lines as from #k\] repeats the lines that follow the mark \[#k\])?(?:; (\d{1,2}) names? =A stands? for what A= says)?(?:; \[%\]: share of the tests done, in column (\d{1,4}))?(?:; a first \\ is not part of its line)?\]$/;
const MARK = /^\[#\d+\]$|^\[\d+ lines? as from #\d+\]$/;

export interface Head {
  readonly lines: number;
  readonly slot: string | undefined;
  readonly hasPlaces: boolean;
  readonly hasRepeats: boolean;
  /** How many texts have a name; they stand below the head. */
  readonly names: number;
  readonly percentColumn: number | undefined;
  readonly hasEscapes: boolean;
}

export function writeHead(head: Head): string {
  const said = [`[headroom: ${head.lines} lines of output`];
  if (head.slot !== undefined) {
    said.push(`; after "≡ n rows: a ${head.slot} b" or "≡ n values: …" come the values of ${head.slot}`);
  }
  if (head.hasPlaces) said.push('; "≡ n lines at x" and the places below: each line begins with x and its place');
  if (head.hasRepeats) said.push('; [n lines as from #k] repeats the lines that follow the mark [#k]');
  if (head.names > 0)
    said.push(`; ${head.names} ${head.names === 1 ? 'name =A stands' : 'names =A stand'} for what A= says`);
  if (head.percentColumn !== undefined) {
    said.push(`; [%]: share of the tests done, in column ${head.percentColumn}`);
  }
  if (head.hasEscapes) said.push('; a first \\ is not part of its line');
  return `${said.join('')}]`;
}

export interface ReadHead {
  readonly lines: number;
  readonly slot: string | undefined;
  readonly names: number;
  readonly percentColumn: number | undefined;
}

export function readHead(line: string): ReadHead | undefined {
  const match = line.length < 800 ? HEAD.exec(line) : null;
  if (!match) return undefined;
  const lines = Number(match[1]);
  if (lines > MAX_LINES) return undefined;
  const [, , slot, names, column] = match;
  return { lines, slot, names: Number(names ?? 0), percentColumn: column === undefined ? undefined : Number(column) };
}

export function needsEscape(line: string): boolean {
  return line.startsWith(FOLD) || line.startsWith(ESCAPE) || (line.startsWith('[') && MARK.test(line));
}

/** Tokens of a piece of text, roughly: what decides whether a fold is worth its heading. */
export function weigh(text: string): number {
  return text.length === 0 ? 0 : 1 + Math.floor(text.length / 5);
}

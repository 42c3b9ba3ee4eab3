/**
 * How the lossless form is spelled: its head line, the signs that open a fold, and which lines of the source could be
 * taken for one. Writer and reader both know the form from here only.
 */

import type { Style } from './gutter.ts';

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
  /^\[headroom: (\d{1,7}) lines of output(?:; after "≡ n rows: a (\S{1,3}) b" or "≡ n values: …" come the values of \2)?(?:; "≡ n lines at x" and the places below: each line begins with x and its place)?(?:; \[n lines as from #k\] repeats the lines that follow the mark \[#k\])?(?:; (\d{1,2}) names? =A stands? for what A= says)?(?:; (\d{1,3}) kinds? of report a: …, with \S{3} for its place, \S{5} for the line after, \S{3} for blanks up to its column, (\S{2,3}) for its values; "=a place \| values" is one report, without a path in the file named last(?:; bars (left|right) (\d) (\d) (\d) (\d))?)?(?:; \[%\]: share of the tests done, in column (\d{1,4}))?(?:; a first \\ is not part of its line)?\]$/;
const MARK = /^\[#\d+\]$|^\[\d+ lines? as from #\d+\]$/;

export interface Head {
  readonly lines: number;
  readonly slot: string | undefined;
  readonly hasPlaces: boolean;
  readonly hasRepeats: boolean;
  /** How many texts have a name; they stand below the head. */
  readonly names: number;
  /** How many kinds of report stand below the names, how they spell their places, how their bars are set. */
  readonly kinds: { readonly count: number; readonly slot: string; readonly style: Style | undefined } | undefined;
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
  if (head.kinds) said.push(sayKinds(head.kinds));
  if (head.percentColumn !== undefined) {
    said.push(`; [%]: share of the tests done, in column ${head.percentColumn}`);
  }
  if (head.hasEscapes) said.push('; a first \\ is not part of its line');
  return `${said.join('')}]`;
}

function sayKinds({ count, slot, style }: NonNullable<Head['kinds']>): string {
  const [open, close] = [slot.slice(0, 1), slot.slice(-1)];
  const bars = style
    ? `; bars ${style.isLeft ? 'left' : 'right'} ${style.margin} ${style.pad} ${style.arrow} ${style.note}`
    : '';
  return `; ${count} ${count === 1 ? 'kind' : 'kinds'} of report a: …, with ${open}@${close} for its place, ${open}@+1${close} for the line after, ${open}^${close} for blanks up to its column, ${slot} for its values; "=a place | values" is one report, without a path in the file named last${bars}`;
}

export interface ReadHead {
  readonly lines: number;
  readonly slot: string | undefined;
  readonly names: number;
  readonly kinds: number;
  readonly style: Style | undefined;
  readonly percentColumn: number | undefined;
}

export function readHead(line: string): ReadHead | undefined {
  const match = line.length < 1200 ? HEAD.exec(line) : null;
  if (!match) return undefined;
  const lines = Number(match[1]);
  if (lines > MAX_LINES) return undefined;
  const [, , slot, names, kinds, slotOfKinds, align, ...rest] = match;
  const [margin = 0, pad = 0, arrow = 0, note = 0] = rest.map(Number);
  const column = rest[4];
  return {
    lines,
    slot: slot ?? slotOfKinds,
    names: Number(names ?? 0),
    kinds: Number(kinds ?? 0),
    style: align === undefined ? undefined : { isLeft: align === 'left', margin, pad, arrow, note },
    percentColumn: column === undefined ? undefined : Number(column),
  };
}

/** How many lines that is: behind a last line break begins no other. */
export function countLines(lines: readonly string[]): number {
  return lines.length - (lines.at(-1) === '' ? 1 : 0);
}

/** @param hasKinds whether lines of the form may be reports of a kind. */
export function needsEscape(line: string, hasKinds: boolean): boolean {
  if (hasKinds && /^=[a-z]{1,2}(?: |$)/.test(line)) return true;
  return line.startsWith(FOLD) || line.startsWith(ESCAPE) || (line.startsWith('[') && MARK.test(line));
}

/** Tokens of a piece of text, roughly: what decides whether a fold is worth its heading. */
export function weigh(text: string): number {
  return text.length === 0 ? 0 : 1 + Math.floor(text.length / 5);
}

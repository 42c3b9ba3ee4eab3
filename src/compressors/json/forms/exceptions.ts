/**
 * A wording that holds for most rows, and what holds in the others: `INFO, but WARN in rows 3 8-12, ERROR in row 40`,
 * `200, but 404 if message is C`; and what a `-` in a line stands for.
 */
import type { Column } from '../column.ts';
import { type Cell, readAtom, writeAtom } from '../spell.ts';
import type { Wording } from './form.ts';

export const BUT = ', but ';
const DASH = ', - is ';

/** Adds to a wording for the other rows what holds in the excepted ones. */
export function exceptRows(main: Wording, column: Column, isExcepted: (at: number) => boolean): Wording {
  return withExceptions(main, exceptionsOf(column, isExcepted));
}

export interface Exceptions {
  readonly said: string;
  readonly rows: readonly number[];
}

export function withExceptions(main: Wording, { said, rows }: Exceptions): Wording {
  return { ...main, spec: main.spec + BUT + said, isCounted: true, excepted: rows };
}

export function exceptionsOf(column: Column, isExcepted: (at: number) => boolean): Exceptions {
  const rowsOf = new Map<number, number[]>();
  for (let at = 0; at < column.rows.length; at++) {
    if (!isExcepted(at)) continue;
    const rows = rowsOf.get(column.ids[at]!);
    if (rows) rows.push(column.rows[at]!);
    else rowsOf.set(column.ids[at]!, [column.rows[at]!]);
  }
  const parts = [...rowsOf].map(([id, rows]) => {
    const ranges = writeRows(rows, column);
    return `${writeAtom(column.distinct[id]!)} in row${ranges.length === 1 && !ranges[0]!.includes('-') ? '' : 's'} ${ranges.join(' ')}`;
  });
  return { said: parts.join(', '), rows: [...rowsOf.values()].flat() };
}

export function butIf(spec: string, cases: readonly (readonly [Cell, string, readonly string[]])[]): string {
  const parts = cases.map(([value, name, letters]) => `${writeAtom(value)} if ${name} is ${letters.join(' ')}`);
  return spec + BUT + parts.join(', ');
}

export function withDash(main: Wording, value: Cell): Wording {
  return { ...main, spec: `${main.spec}${DASH}${writeAtom(value)}` };
}

/** Rows that follow each other, also across rows where the column is not, as ranges. */
function writeRows(rows: readonly number[], column: Column): readonly string[] {
  const ranges: string[] = [];
  let place = column.rows.indexOf(rows[0]!);
  for (let at = 0; at < rows.length; at++) {
    const start = rows[at]!;
    while (column.rows[place] !== start) place++;
    while (at + 1 < rows.length && column.rows[place + 1] === rows[at + 1]) {
      at++;
      place++;
    }
    ranges.push(rows[at] === start ? String(start) : `${start}-${rows[at]}`);
  }
  return ranges;
}

export type Case =
  | { readonly value: Cell; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly value: Cell; readonly column: string; readonly letters: ReadonlySet<string> };

export interface SplitSpec {
  readonly main: string;
  readonly cases: readonly Case[];
  /** What `-` stands for; undefined when nothing is said. */
  readonly dash: Cell | undefined;
}

/** Takes a spec apart; the main part may stand in quotes or be JSON, whose own words do not count. */
export function splitSpec(spec: string): SplitSpec {
  const from = /^(?:"|\[|\{")/.test(spec) ? jsonEnd(spec) : 0;
  const dashAt = findLast(spec, DASH, from);
  const dash = dashAt < 0 ? undefined : readAtom(spec.slice(dashAt + DASH.length));
  const head = dashAt < 0 ? spec : spec.slice(0, dashAt);
  const butAt = head.indexOf(BUT, from);
  if (butAt < 0) return { main: head, cases: [], dash };
  return { main: head.slice(0, butAt), cases: readCases(head.slice(butAt + BUT.length)), dash };
}

function findLast(spec: string, words: string, from: number): number {
  const at = spec.lastIndexOf(words);
  return at < from ? -1 : at;
}

/** Just after the JSON (or quoted pattern) that a spec starts with. */
function jsonEnd(spec: string): number {
  let depth = 0;
  for (let at = 0; at < spec.length; at++) {
    const char = spec[at];
    if (char === '"') {
      at++;
      while (at < spec.length && spec[at] !== '"') at += spec[at] === '\\' ? 2 : 1;
    } else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    if (depth === 0) return at + 1;
  }
  return spec.length;
}

const CASE = /(.*?)(?: in rows? (\d[\d-]*(?: \d[\d-]*)*)| if (\S+) is ([A-Za-z](?: [A-Za-z])*))(?:, |$)/y;

function readCases(text: string): readonly Case[] {
  const cases: Case[] = [];
  let at = 0;
  while (at < text.length) {
    // A value in JSON may hold the words that end a value.
    const json = /^["[{]/.test(text.slice(at, at + 1)) && !text.startsWith('{...}', at) ? jsonEnd(text.slice(at)) : 0;
    CASE.lastIndex = at + json;
    const match = CASE.exec(text);
    if (!match) throw new SyntaxError(`unknown exception: ${text.slice(at)}`);
    const value = readAtom(text.slice(at, at + json) + match[1]!);
    if (match[2] !== undefined) cases.push({ value, ranges: match[2].split(' ').map(readRange) });
    else cases.push({ value, column: match[3]!, letters: new Set(match[4]!.split(' ')) });
    at = CASE.lastIndex;
  }
  return cases;
}

function readRange(text: string): readonly [number, number] {
  const [first, last] = text.split('-');
  return [Number(first), Number(last ?? first)];
}

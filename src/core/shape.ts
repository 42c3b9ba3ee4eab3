/**
 * Blocks of lines that are built alike: their shape is said once with holes `{1}`, and each block as a row of what fills
 * them. A value that most share stands in the hole, `{2=usual}`, and nothing in the row.
 */
import { areSame } from './keep-last.ts';

/** What shapes are called by. */
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** What parts the values of a row: the first that stands in none of them. */
const SEPARATORS: readonly string[] = ['|', '¦', '‖'];
/** A value that so many share is said with the hole. */
const USUAL_SHARE = 0.6;
const HOLE_LIKE = /\{\d/;
const HOLE = /\{(\d{1,2})(?:=([^}]*))?\}/g;

/** What fills a hole: one text for each block. */
export interface Column {
  readonly values: readonly string[];
  /** Said in place of nothing. */
  readonly usual: string | undefined;
}

export interface Shape {
  readonly letter: string;
  readonly lines: readonly string[];
  readonly columns: readonly Column[];
}

/** A text that all blocks share may not look as if it had a hole. */
export function isHoleLike(text: string): boolean {
  return HOLE_LIKE.test(text);
}

/** By index; -1 where no hole is filled by these values. */
export function findColumn(columns: readonly Column[], values: readonly string[]): number {
  return columns.findIndex((column) => column.values.every((value, i) => value === values[i]));
}

/** The hole for these values, which becomes a column of its own where there is none; without `mayBeUsual` each block says its own. */
export function holeFor(values: readonly string[], columns: Column[], mayBeUsual = true): string {
  const known = findColumn(columns, values);
  if (known >= 0) return `{${known + 1}}`;
  const usual = mayBeUsual ? usualOf(values) : undefined;
  columns.push({ values, usual });
  return usual === undefined ? `{${columns.length}}` : `{${columns.length}=${usual}}`;
}

function usualOf(values: readonly string[]): string | undefined {
  // Only a value that more than half share remains when each other one is set off against it.
  let most = values[0]!;
  let ahead = 0;
  for (const value of values) {
    if (value === '') return undefined;
    if (ahead === 0) most = value;
    ahead += value === most ? 1 : -1;
  }
  let count = 0;
  for (const value of values) if (value === most) count++;
  return count > 1 && count >= values.length * USUAL_SHARE && !/[{}]/.test(most) ? most : undefined;
}

/** What fills the holes for one block. */
export function cellsOf(columns: readonly Column[], block: number): readonly string[] {
  return columns.map(({ values, usual }) => (values[block] === usual ? '' : values[block]!));
}

/** Undefined where every one of them stands in some value. */
export function separatorFor(shapes: Iterable<{ readonly columns: readonly Column[] }>): string | undefined {
  const values = [...shapes].flatMap(({ columns }) => columns.map((column) => column.values));
  return SEPARATORS.find((one) => !values.some((own) => own.some((value) => value.includes(one))));
}

/** How many characters all values begin and end with, up to the nearest edge: a character at which a text may be cut. */
export function sharedEnds(
  values: readonly string[],
  isEdge: (text: string, at: number) => boolean,
): readonly [before: number, after: number] {
  const first = values[0]!;
  let before = first.length;
  let after = first.length;
  let shortest = first.length;
  for (const value of values) {
    let at = 0;
    while (at < before && value.charCodeAt(at) === first.charCodeAt(at)) at++;
    before = at;
    at = 0;
    while (at < after && value.charCodeAt(value.length - 1 - at) === first.charCodeAt(first.length - 1 - at)) at++;
    after = at;
    shortest = Math.min(shortest, value.length);
  }
  while (before > 0 && !isEdge(first, before - 1)) before--;
  after = Math.min(after, shortest - before);
  while (after > 0 && !isEdge(first, first.length - after)) after--;
  return [before, after];
}

/** The values without what all share. */
export function withoutEnds(values: readonly string[], before: number, after: number): readonly string[] {
  return before + after === 0 ? values : values.map((value) => value.slice(before, value.length - after));
}

/** What is drawn of parts of a kind is drawn once for as long as the parts are the same ones. */
export function onceForSame<Part, Drawn>(
  draw: (parts: readonly Part[]) => Drawn,
): (kind: number, parts: readonly Part[]) => Drawn {
  const known = new Map<number, { readonly parts: readonly Part[]; readonly drawn: Drawn }>();
  return (kind, parts) => {
    const last = known.get(kind);
    if (last && areSame(parts, last.parts)) return last.drawn;
    const drawn = draw(parts);
    known.set(kind, { parts, drawn });
    return drawn;
  };
}

/** A shape as a form says it: of each line the texts and, between them, the numbers of the holes. */
export interface ReadShape {
  readonly lines: readonly (readonly (string | number)[])[];
  /** By number, what fills a hole where nothing is said. */
  readonly usual: readonly (string | undefined)[];
  readonly holes: number;
}

export function readShape(lines: readonly string[]): ReadShape {
  const usual: string[] = [];
  let holes = 0;
  const read = lines.map((line) => {
    const own: (string | number)[] = [];
    let at = 0;
    HOLE.lastIndex = 0;
    for (let match = HOLE.exec(line); match; match = HOLE.exec(line)) {
      const number = Number(match[1]);
      holes = Math.max(holes, number);
      if (match[2] !== undefined) usual[number] = match[2];
      own.push(line.slice(at, match.index), number);
      at = match.index + match[0].length;
    }
    own.push(line.slice(at));
    return own;
  });
  return { lines: read, usual, holes };
}

/** The lines of one block; undefined when the cells are not as many as the holes. */
export function fillShape({ lines, usual, holes }: ReadShape, cells: readonly string[]): readonly string[] | undefined {
  if (holes !== cells.length) return undefined;
  return lines.map((parts) => {
    let line = '';
    for (const part of parts) line += typeof part === 'string' ? part : cells[part - 1] || (usual[part] ?? '');
    return line;
  });
}

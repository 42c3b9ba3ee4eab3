/**
 * Parts of a page that are built alike (the entries of a list, the rows of a table): their shape is said once with holes
 * `{1}`, and each of them as a line of what fills the holes.
 */
import type { Deadline } from '../../core/deadline.ts';
import { type Element, endsOf } from './element.ts';
import { type Wording, canHaveRef, spellElement, spellUrl } from './spell.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MIN_INSTANCES = 3;
/** Larger shapes are hard to read, and hold others that are said once as well. */
const MAX_ELEMENTS = 32;
const MAX_HOLES = 16;
/** What a shape costs beside its lines, in characters. */
const SHAPE_COST = 12;
/** What is one line anyway is said by a shape only where this much is saved in each. */
const MIN_LEAF_SAVING = 12;
/** How often those that are not worth it are looked over again for smaller ones in them. */
const ROUNDS = 3;
/** Of many parts so many say what a shape saves. */
const MAX_WEIGHED = 64;
const ELEMENTS_PER_CHECK = 1024;
/** What parts the values of a line: the first that stands in none of them. */
const SEPARATORS = ['|', '¦', '‖'];
const HOLE_LIKE = /\{\d/;
/** A value that so many share is said with the hole, and nothing in its place. */
const USUAL_SHARE = 0.6;
/** How many refs in a row may be left to be counted. */
export const MAX_COUNTED = 8;

/** What fills a hole: one text for each that is of the shape. */
interface Column {
  readonly values: readonly string[];
  readonly number: number;
  readonly field: Varying;
  /** Said in place of nothing. */
  readonly usual: string | undefined;
}

export interface Shape {
  readonly letter: string;
  readonly lines: readonly string[];
  readonly columns: readonly Column[];
}

/** A part that is of a shape. */
export interface Instance {
  readonly shape: Shape;
  readonly at: number;
}

export interface Shapes {
  readonly shapes: readonly Shape[];
  /** By the index of the first element. */
  readonly instances: ReadonlyMap<number, Instance>;
  readonly separator: string;
  readonly ends: Int32Array;
}

export interface Page {
  readonly elements: readonly Element[];
  /** By element, how far its ref counts on where it need not be said; and the name before it. */
  readonly gaps: Uint8Array;
  readonly names: readonly (string | undefined)[];
  readonly wording: Wording;
}

/** For each element the number of the shape of it and all below it: equal numbers are built alike. */
function numberShapes({ elements, wording }: Page, ends: Int32Array, deadline: Deadline): Int32Array {
  const numbers = new Int32Array(elements.length);
  const known = new Map<string, number>();
  for (let i = elements.length - 1; i >= 0; i--) {
    if (i % ELEMENTS_PER_CHECK === 0) deadline.check();
    let key = keyOf(elements[i]!, i, wording);
    for (let child = i + 1; child < ends[i]!; child = ends[child]!)
      key += `(${elements[child]!.depth - elements[i]!.depth},${numbers[child]!}`;
    let number = known.get(key);
    if (number === undefined) known.set(key, (number = known.size));
    numbers[i] = number;
  }
  return numbers;
}

function keyOf(element: Element, at: number, wording: Wording): string {
  const { raw, role, isQuoted, name, before, ref, isPointer, after, url, tail, value } = element;
  if (raw !== undefined) return `\\${at}`;
  const has = (text: string | undefined): string => (text === undefined ? '-' : '+');
  const named = name === '' && wording.unnamed ? '0' : has(name);
  const handle = ref !== undefined || canHaveRef(role, wording) ? has(ref) : '';
  return `${role}${isQuoted ? "'" : ' '}${named}${handle}${isPointer ? '*' : ' '}${has(url)}${has(value)}${before}|${after === '' ? '' : after.replaceAll(ATTRIBUTE, '')}|${tail}`;
}

/** The outermost parts of shapes that occur often and are not ruled out. */
function findParts(
  numbers: Int32Array,
  ends: Int32Array,
  ruledOut: ReadonlySet<number>,
): ReadonlyMap<number, readonly number[]> {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  const parts = new Map<number, number[]>();
  for (let i = 0; i < numbers.length; ) {
    const number = numbers[i]!;
    const size = ends[i]! - i;
    if (size > MAX_ELEMENTS || counts.get(number)! < MIN_INSTANCES || ruledOut.has(number)) {
      i++;
      continue;
    }
    const same = parts.get(number);
    if (same) same.push(i);
    else parts.set(number, [i]);
    i = ends[i]!;
  }
  return parts;
}

type Varying = 'name' | 'ref' | 'after' | 'url' | 'value';
const FIELDS: readonly Varying[] = ['name', 'ref', 'after', 'url', 'value'];
const ATTRIBUTE = /=(?:"[^"]*"|'[^']*'|\w+)/g;

/** Collects the columns of one shape while its elements are said with holes. */
class ShapeWriter {
  readonly #page: Page;
  readonly #starts: readonly number[];
  readonly columns: Column[] = [];
  isPossible = true;

  constructor(page: Page, starts: readonly number[]) {
    this.#page = page;
    this.#starts = starts;
  }

  lines(size: number): readonly string[] {
    const { elements, wording } = this.#page;
    const gaps = this.#sharedGaps(size);
    const top = elements[this.#starts[0]!]!.depth;
    const lines: string[] = [];
    for (let offset = 0; offset < size && this.isPossible; offset++) {
      const element = elements[this.#starts[0]! + offset]!;
      const said: Element = { ...element, depth: element.depth - top };
      for (const field of FIELDS) this.#fill(said, field, offset, gaps[offset]! > 0);
      lines.push(spellElement(said, { gap: gaps[offset]!, nameBefore: undefined }, wording));
    }
    this.isPossible &&= this.columns.length > 0 && this.columns.length <= MAX_HOLES;
    return lines;
  }

  /** How far refs count on in all parts. One is said now and then, and once in every part, so that nobody counts far. */
  #sharedGaps(size: number): readonly number[] {
    const { gaps, elements } = this.#page;
    const first = this.#starts[0]!;
    const shared: number[] = [];
    let row = 0;
    for (let offset = 0; offset < size; offset++) {
      const gap = gaps[first + offset]!;
      const isShared = row < MAX_COUNTED && this.#starts.every((start) => gaps[start + offset] === gap);
      shared.push(isShared ? gap : 0);
      if (elements[first + offset]!.ref !== undefined) row = shared.at(-1)! > 0 ? row + 1 : 0;
    }
    const has = (offset: number): boolean => elements[first + offset]!.ref !== undefined;
    if (shared.some((gap, offset) => gap === 0 && has(offset))) return shared;
    const anchor = shared.findIndex((_, offset) => has(offset));
    return anchor < 0 ? shared : shared.with(anchor, 0);
  }

  #fill(said: Element, field: Varying, offset: number, isUnsaid: boolean): void {
    if (said[field] === undefined || (field === 'ref' && isUnsaid)) return;
    const { elements, wording } = this.#page;
    const isUrl = field === 'url';
    const values = this.#starts.map((start) => {
      const text = elements[start + offset]![field]!;
      return isUrl ? spellUrl(text, wording) : text;
    });
    const first = values[0]!;
    const isConstant = values.every((value) => value === first);
    if (isConstant && HOLE_LIKE.test(first)) this.isPossible = false;
    if (isConstant) return;
    const [before, after] = field === 'ref' ? [0, 0] : sharedEnds(values);
    const start = first.slice(0, before);
    const end = first.slice(first.length - after);
    if (HOLE_LIKE.test(start) || HOLE_LIKE.test(end)) this.isPossible = false;
    const own = before + after === 0 ? values : values.map((value) => value.slice(before, value.length - after));
    (said as { [key in Varying]: string })[field] = start + this.#holeFor(own, field) + end;
  }

  #holeFor(values: readonly string[], field: Varying): string {
    const known = this.columns.find((column) => column.values.every((value, i) => value === values[i]));
    if (known) return `{${known.number}}`;
    const number = this.columns.length + 1;
    const usual = field === 'ref' ? undefined : usualOf(values);
    this.columns.push({ values, number, field, usual });
    return usual === undefined ? `{${number}}` : `{${number}=${usual}}`;
  }
}

const WORD_CHARACTER = /[A-Za-z0-9]/;
/** What begins an escaped character, which is not cut through either. */
const ESCAPE = /[%\\]/;

/** How many characters all values begin and end with, up to the end of a word. */
function sharedEnds(values: readonly string[]): [number, number] {
  const first = values[0]!;
  let before = first.length;
  let after = first.length;
  for (const value of values) {
    let at = 0;
    while (at < before && value.charCodeAt(at) === first.charCodeAt(at)) at++;
    before = at;
    at = 0;
    while (at < after && value.charCodeAt(value.length - 1 - at) === first.charCodeAt(first.length - 1 - at)) at++;
    after = at;
  }
  while (before > 0 && !isEdge(first, before - 1)) before--;
  const shortest = values.reduce((least, { length }) => Math.min(least, length), first.length);
  after = Math.min(after, shortest - before);
  while (after > 0 && !isEdge(first, first.length - after)) after--;
  return [before, after];
}

/** A word cannot go on beyond this character; nothing of two halves is cut through. */
function isEdge(text: string, at: number): boolean {
  return text.charCodeAt(at) < 128 && !WORD_CHARACTER.test(text[at]!) && !ESCAPE.test(text[at]!);
}

function usualOf(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.has('')) return undefined;
  for (const [value, count] of counts) if (count >= values.length * USUAL_SHARE && !/[{}]/.test(value)) return value;
  return undefined;
}

interface Drawn {
  readonly number: number;
  readonly starts: readonly number[];
  readonly lines: readonly string[];
  readonly columns: readonly Column[];
  readonly saving: number;
}

function draw(page: Page, number: number, starts: readonly number[], size: number): Drawn | undefined {
  const writer = new ShapeWriter(page, starts);
  const lines = writer.lines(size);
  if (!writer.isPossible) return undefined;
  const { columns } = writer;
  const cost = lines.reduce((sum, line) => sum + line.length + 1, SHAPE_COST);
  const step = Math.ceil(starts.length / MAX_WEIGHED);
  let saving = 0;
  let weighed = 0;
  for (let i = 0; i < starts.length; i += step) {
    const start = starts[i]!;
    weighed++;
    for (let at = start; at < start + size; at++) saving += plainLength(page, at);
    saving -= cellsOf(columns, i).reduce((sum, cell) => sum + cell.length + 1, 2 + page.elements[start]!.depth);
  }
  saving = (saving / weighed) * starts.length - cost;
  return { number, starts, lines, columns, saving };
}

function plainLength({ elements, gaps, names, wording }: Page, at: number): number {
  const gap = gaps[at] === 1 ? 1 : 0;
  return spellElement(elements[at]!, { gap, nameBefore: names[at] }, wording).length + 1;
}

/** What fills the holes of the shape for one part. */
export function cellsOf(columns: readonly Column[], part: number): readonly string[] {
  return columns.map(({ values, usual }) => (values[part] === usual ? '' : values[part]!));
}

function drawAll(page: Page, deadline: Deadline): { drawn: readonly Drawn[]; ends: Int32Array } {
  const ends = endsOf(page.elements);
  const numbers = numberShapes(page, ends, deadline);
  const ruledOut = new Set<number>();
  let drawn: Drawn[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = ruledOut.size;
    drawn = [];
    for (const [number, starts] of findParts(numbers, ends, ruledOut)) {
      deadline.check();
      const one =
        starts.length < MIN_INSTANCES ? undefined : draw(page, number, starts, ends[starts[0]!]! - starts[0]!);
      if (one && one.saving > (one.lines.length === 1 ? starts.length * MIN_LEAF_SAVING : 0)) drawn.push(one);
      else ruledOut.add(number);
    }
    if (ruledOut.size === before) break;
  }
  return { drawn, ends };
}

export function findShapes(page: Page, deadline: Deadline): Shapes {
  const { drawn, ends } = drawAll(page, deadline);
  const best = [...drawn].sort((a, b) => b.saving - a.saving).slice(0, LETTERS.length);
  const separator = SEPARATORS.find(
    (one) => !best.some(({ columns }) => columns.some(({ values }) => values.some((value) => value.includes(one)))),
  );
  const instances = new Map<number, Instance>();
  if (separator === undefined) return { shapes: [], instances, separator: '', ends };
  best.sort((a, b) => a.starts[0]! - b.starts[0]!);
  const shapes = best.map(({ lines, columns, starts }, i): Shape => {
    const shape = { letter: LETTERS[i]!, lines, columns };
    for (const [at, start] of starts.entries()) instances.set(start, { shape, at });
    return shape;
  });
  return { shapes, instances, separator, ends };
}

const HOLE = /\{(\d{1,2})(?:=([^}]*))?\}/g;

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
  const parts = lines.map((line) => {
    const own: (string | number)[] = [];
    let at = 0;
    for (const match of line.matchAll(HOLE)) {
      const number = Number(match[1]);
      holes = Math.max(holes, number);
      if (match[2] !== undefined) usual[number] = match[2];
      own.push(line.slice(at, match.index), number);
      at = match.index + match[0].length;
    }
    return [...own, line.slice(at)];
  });
  return { lines: parts, usual, holes };
}

/** The lines of one part: the shape with its holes filled. Undefined when the values are not as many as the holes. */
export function fillShape({ lines, usual, holes }: ReadShape, cells: readonly string[]): readonly string[] | undefined {
  if (holes !== cells.length) return undefined;
  return lines.map((parts) => {
    let line = '';
    for (const part of parts) line += typeof part === 'string' ? part : cells[part - 1] || (usual[part] ?? '');
    return line;
  });
}

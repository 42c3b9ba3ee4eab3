/**
 * Parts of a page that are built alike (the entries of a list, the rows of a table): their shape is said once with holes
 * `{1}`, and each of them as a line of what fills the holes.
 */
import type { Deadline } from '../../core/deadline.ts';
import {
  type Column,
  LETTERS,
  type Shape,
  cellsOf,
  holeFor,
  isHoleLike,
  onceForSame,
  separatorFor,
  sharedEnds,
  withoutEnds,
} from '../../core/shape.ts';
import { type Element, endsOf } from './element.ts';
import { type Wording, canHaveRef, spellElement, spellUrl } from './spell.ts';

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
/** How many refs in a row may be left to be counted. */
export const MAX_COUNTED = 8;

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
  let next = 0;
  for (let i = elements.length - 1; i >= 0; i--) {
    if (i % ELEMENTS_PER_CHECK === 0) deadline.check();
    const element = elements[i]!;
    const end = ends[i]!;
    // What no shape says is like nothing else.
    if (element.raw !== undefined || end - i > MAX_ELEMENTS) {
      numbers[i] = next++;
      continue;
    }
    let key = keyOf(element, wording);
    for (let child = i + 1; child < end; child = ends[child]!)
      key += `(${elements[child]!.depth - element.depth},${numbers[child]!}`;
    let number = known.get(key);
    if (number === undefined) known.set(key, (number = next++));
    numbers[i] = number;
  }
  return numbers;
}

function keyOf(element: Element, wording: Wording): string {
  const { role, isQuoted, name, before, ref, isPointer, after, url, tail, value } = element;
  const named = name === undefined ? 0 : name === '' && wording.unnamed ? 1 : 2;
  const handle = ref !== undefined ? 1 : canHaveRef(role, wording) ? 2 : 0;
  const flags = (isQuoted ? 1 : 0) + (isPointer ? 2 : 0) + (url === undefined ? 0 : 4) + (value === undefined ? 0 : 8);
  const key = `${role} ${(named * 3 + handle) * 16 + flags}`;
  if (before === '' && after === '' && tail === '') return key;
  return `${key}${before}|${after.includes('=') ? after.replaceAll(ATTRIBUTE, '') : after}|${tail}`;
}

/** By number of a shape, whether it comes too seldom to be said. */
function findSeldom(numbers: Int32Array): Uint32Array {
  const counts = new Uint32Array(numbers.length);
  for (const number of numbers) counts[number]!++;
  return counts.map((count) => (count < MIN_INSTANCES ? 1 : 0));
}

/** The outermost parts of shapes that are not ruled out. */
function findParts(
  numbers: Int32Array,
  ends: Int32Array,
  isRuledOut: Uint32Array,
): ReadonlyMap<number, readonly number[]> {
  const parts = new Map<number, number[]>();
  for (let i = 0; i < numbers.length; ) {
    const number = numbers[i]!;
    const size = ends[i]! - i;
    if (size > MAX_ELEMENTS || isRuledOut[number] === 1) {
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
    if (isConstant && isHoleLike(first)) this.isPossible = false;
    if (isConstant) return;
    const [before, after] = field === 'ref' ? [0, 0] : sharedEnds(values, isEdge);
    const start = first.slice(0, before);
    const end = first.slice(first.length - after);
    if (isHoleLike(start) || isHoleLike(end)) this.isPossible = false;
    const hole = holeFor(withoutEnds(values, before, after), this.columns, field !== 'ref');
    (said as { [key in Varying]: string })[field] = start + hole + end;
  }
}

const WORD_CHARACTER = /[A-Za-z0-9]/;
/** What begins an escaped character, which is not cut through either. */
const ESCAPE = /[%\\]/;

/** A word cannot go on beyond this character; nothing of two halves is cut through. */
function isEdge(text: string, at: number): boolean {
  return text.charCodeAt(at) < 128 && !WORD_CHARACTER.test(text[at]!) && !ESCAPE.test(text[at]!);
}

interface Drawn {
  readonly starts: readonly number[];
  readonly lines: readonly string[];
  readonly columns: readonly Column[];
  readonly saving: number;
}

function draw(page: Page, starts: readonly number[], size: number): Drawn | undefined {
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
  return { starts, lines, columns, saving };
}

function plainLength({ elements, gaps, names, wording }: Page, at: number): number {
  const gap = gaps[at] === 1 ? 1 : 0;
  return spellElement(elements[at]!, { gap, nameBefore: names[at] }, wording).length + 1;
}

function drawAll(page: Page, deadline: Deadline): { drawn: readonly Drawn[]; ends: Int32Array } {
  const ends = endsOf(page.elements);
  const numbers = numberShapes(page, ends, deadline);
  const drawParts = onceForSame((starts: readonly number[]) => draw(page, starts, ends[starts[0]!]! - starts[0]!));
  const isRuledOut = findSeldom(numbers);
  let drawn: Drawn[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let isSettled = true;
    drawn = [];
    for (const [number, starts] of findParts(numbers, ends, isRuledOut)) {
      deadline.check();
      const one = starts.length < MIN_INSTANCES ? undefined : drawParts(number, starts);
      if (one && one.saving > (one.lines.length === 1 ? starts.length * MIN_LEAF_SAVING : 0)) drawn.push(one);
      else {
        isRuledOut[number] = 1;
        isSettled = false;
      }
    }
    if (isSettled) break;
  }
  return { drawn, ends };
}

export function findShapes(page: Page, deadline: Deadline): Shapes {
  const { drawn, ends } = drawAll(page, deadline);
  const best = [...drawn].sort((a, b) => b.saving - a.saving).slice(0, LETTERS.length);
  const separator = separatorFor(best);
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

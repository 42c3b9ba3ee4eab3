/**
 * The shape of a line: the line with its variable words (numbers, ids, addresses, paths with numbers) and its time
 * replaced by marks. Shape, values and time together give back the very line.
 */
import type { TimeFinder } from './time.ts';

/** Marks inside shapes; a line that holds one of them has no shape. */
export const SLOT = '\0';
export const TIME = '\u0001';
export const REST = '\u0002';

export interface Shaped {
  readonly shape: string;
  readonly values: readonly string[];
  readonly time: string | undefined;
}

/** Longer lines, or lines of more values, are no log records worth a template. */
const MAX_CHARS = 4096;
const MAX_VALUES = 64;

const ESCAPE = 0x1b;

const OUTSIDE = 0;
const WORD = 1;
const DIGIT = 2;
const MARK = 3;

const CLASSES = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.:/-+%@\\~$') {
  CLASSES[character.charCodeAt(0)] = WORD;
}
for (const character of '0123456789') CLASSES[character.charCodeAt(0)] = DIGIT;
for (const mark of [SLOT, TIME, REST]) CLASSES[mark.charCodeAt(0)] = MARK;

/** Punctuation that ends a sentence or a name rather than a value, and what cannot begin one. */
const TRAILING = '.:-';
const LEADING = '.:';

/** @param times finds the line's time. Undefined when the line has no shape. */
export function shapeOf(line: string, times: TimeFinder): Shaped | undefined {
  if (line.length > MAX_CHARS || line === '') return undefined;
  const values: string[] = [];
  const span = times.find(line);
  if (!span) {
    const shape = scan(line, 0, line.length, values);
    return shape === undefined ? undefined : { shape, values, time: undefined };
  }
  const before = scan(line, 0, span.start, values);
  const after = scan(line, span.end, line.length, values);
  if (before === undefined || after === undefined) return undefined;
  return { shape: before + TIME + after, values, time: line.slice(span.start, span.end) };
}

function scan(line: string, from: number, to: number, values: string[]): string | undefined {
  let shape = '';
  let copied = from;
  for (let at = from; at < to; ) {
    while (at < to && line.charCodeAt(at) === ESCAPE) at = skipColour(line, at, to);
    const start = at;
    let seen = 0;
    for (; at < to; at++) {
      const code = line.charCodeAt(at);
      const kind = code < 128 ? CLASSES[code]! : WORD;
      if (kind === OUTSIDE) break;
      seen |= kind;
    }
    if (seen === MARK && hasMark(line, start, at)) return undefined;
    if ((seen & DIGIT) !== 0) {
      const first = skipLeading(line, start, at);
      const last = skipTrailing(line, first, at);
      shape += line.slice(copied, first) + SLOT;
      values.push(line.slice(first, last));
      if (values.length > MAX_VALUES) return undefined;
      copied = last;
    }
    if (line.charCodeAt(at) !== ESCAPE) at++;
  }
  return shape + line.slice(copied, to);
}

/** `ESC[1;31m` is part of how the line looks: its numbers are no values, its end no letter of the next word. */
function skipColour(line: string, start: number, end: number): number {
  if (line[start + 1] !== '[') return start + 1;
  let at = start + 2;
  while (at < end && '0123456789;'.includes(line[at]!)) at++;
  return at < end && line[at] === 'm' ? at + 1 : start + 1;
}

/** A mark has the bits of a letter and a digit, so that most words need no second look. */
function hasMark(line: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (line.charCodeAt(at) <= 2) return true;
  return false;
}

function skipLeading(line: string, start: number, end: number): number {
  let at = start;
  while (at < end - 1 && LEADING.includes(line[at]!)) at++;
  return at;
}

function skipTrailing(line: string, start: number, end: number): number {
  let at = end;
  while (at > start + 1 && TRAILING.includes(line[at - 1]!)) at--;
  return at;
}

/** The text of a shape with its slots filled in order. */
export function fill(shape: string, values: readonly string[], time: string | undefined): string {
  let filled = '';
  let slot = 0;
  let copied = 0;
  for (let at = 0; at < shape.length; at++) {
    const code = shape.charCodeAt(at);
    if (code > 1) continue;
    filled += shape.slice(copied, at) + (code === 0 ? (values[slot++] ?? '') : (time ?? ''));
    copied = at + 1;
  }
  return filled + shape.slice(copied);
}

export function countSlots(shape: string): number {
  return countOf(shape, SLOT);
}

export function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count++;
  return count;
}

/** Whether a text is JSON for the most part: one bounded look, reading what its first piece of JSON seems to begin. */
import { keepFirstRead } from './first-read.ts';
import { JsonParser } from './parse.ts';
import { type Json, JsonRecord } from './tree.ts';

export const HIGHEST_CLAIM = 0.95;
/** How much is read. */
const LOOK_CHARS = 16_384;
/** How far the search for the first piece goes. */
const SEARCHED_CHARS = 65_536;
/** Pieces that cannot be read before the look ends: source code has many brackets. */
const MAX_FAILURES = 40;
/** Of what was read. */
const MIN_SHARE = 0.5;
const START = /[{[](?=\s{0,200}["{[}\]\-0-9tfn])/g;
/** Longer texts are not read to their end here. */
const MAX_KEPT_CHARS = 1_000_000;
/** A value that the end of the look cuts may end this near to it. */
const CUT_CHARS = 8;
/** Shorter pieces occur in any text. */
const MIN_PIECE_CHARS = 20;

export function claimFor(text: string): number {
  const first = firstPiece(text);
  if (!first) return 0;
  const { start } = first;
  if ((text.length - start) * 2 < text.length) return 0;
  const look = text.slice(start, start + LOOK_CHARS);
  if (readChars(look, first) < look.length * MIN_SHARE) return 0;
  const before = text.slice(0, start).trimEnd();
  if (before === '') return HIGHEST_CLAIM;
  return before.endsWith('```') || /```(?:json|JSON)\s*$/.test(before) ? 0.8 : 0.6;
}

interface FirstPiece {
  readonly start: number;
  /** How many characters from there on were read as JSON. */
  readonly length: number;
  /** Or else it is cut off, or broken further on. */
  readonly isWhole: boolean;
}

function firstPiece(text: string): FirstPiece | undefined {
  const searched = text.slice(0, SEARCHED_CHARS);
  START.lastIndex = 0;
  const isAll = text.length <= SEARCHED_CHARS + LOOK_CHARS;
  const long = isAll ? undefined : firstOfLong(text, START.exec(searched)?.index);
  if (long) return long;
  const parser = new JsonParser(isAll ? text : text.slice(0, SEARCHED_CHARS + LOOK_CHARS));
  let failures = 0;
  START.lastIndex = 0;
  for (let match = START.exec(searched); match && failures < MAX_FAILURES; match = START.exec(searched)) {
    const start = match.index;
    const { end, value } = pieceAt(parser, start, searched.length);
    if (end - start >= MIN_PIECE_CHARS) {
      const isWhole = value !== undefined;
      if (isAll) keepFirstRead(text, parser);
      return { start, length: parser.position - start, isWhole };
    }
    failures++;
  }
  return undefined;
}

/** A value that goes on beyond the look is read to its end at once, for whoever asks for it next. */
function firstOfLong(text: string, start: number | undefined): FirstPiece | undefined {
  if (start === undefined || text.length > MAX_KEPT_CHARS) return undefined;
  const parser = new JsonParser(text);
  const value = parser.parse(start);
  const end = parser.position;
  keepFirstRead(text, parser);
  if (value === undefined || end <= SEARCHED_CHARS + LOOK_CHARS) return undefined;
  return { start, length: end - start, isWhole: true };
}

interface Piece {
  /** The start itself when there is no JSON. */
  readonly end: number;
  /** Undefined when it is cut. */
  readonly value: Json | undefined;
}

/** Where the JSON that starts here ends, or is cut. */
function pieceAt(parser: JsonParser, start: number, length: number): Piece {
  const value = parser.parse(start);
  if (value === undefined) return { end: parser.position >= length - CUT_CHARS ? length : start, value };
  const isTelling = value instanceof JsonRecord ? value.values.length > 0 : parser.position - start >= MIN_PIECE_CHARS;
  return { end: isTelling ? parser.position : start, value };
}

/** @param first what the look begins with. */
function readChars(look: string, first: FirstPiece): number {
  if (first.length >= look.length) return look.length;
  const parser = new JsonParser(look);
  let read = first.isWhole ? first.length : 0;
  let failures = 0;
  START.lastIndex = read;
  for (let match = START.exec(look); match && failures < MAX_FAILURES; match = START.exec(look)) {
    const { end } = pieceAt(parser, match.index, look.length);
    if (end === match.index) {
      failures++;
      continue;
    }
    read += end - match.index;
    START.lastIndex = end;
  }
  return read;
}

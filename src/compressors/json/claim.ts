/** Whether a text is JSON for the most part: one bounded look, reading what its first piece of JSON seems to begin. */
import { JsonParser } from './parse.ts';
import { JsonRecord } from './tree.ts';

/** How much is read. */
const LOOK_CHARS = 16_384;
/** How far the search for the first piece goes. */
const SEARCHED_CHARS = 65_536;
/** Pieces that cannot be read before the look ends: source code has many brackets. */
const MAX_FAILURES = 40;
/** Of what was read. */
const MIN_SHARE = 0.5;
const START = /[{[](?=\s{0,200}["{[}\]\-0-9tfn])/g;
/** A value that the end of the look cuts may end this near to it. */
const CUT_CHARS = 8;
/** Shorter pieces occur in any text. */
const MIN_PIECE_CHARS = 20;

export function claimFor(text: string): number {
  const start = firstStart(text);
  if (start < 0 || (text.length - start) * 2 < text.length) return 0;
  const look = text.slice(start, start + LOOK_CHARS);
  if (readChars(look) < look.length * MIN_SHARE) return 0;
  if (text.slice(0, start).trim() === '') return 0.95;
  return text.slice(0, start).trimEnd().endsWith('```') || /```(?:json|JSON)\s*$/.test(text.slice(0, start))
    ? 0.8
    : 0.6;
}

function firstStart(text: string): number {
  const searched = text.slice(0, SEARCHED_CHARS);
  const parser = new JsonParser(text.slice(0, SEARCHED_CHARS + LOOK_CHARS));
  let failures = 0;
  START.lastIndex = 0;
  for (let match = START.exec(searched); match && failures < MAX_FAILURES; match = START.exec(searched)) {
    if (pieceEnd(parser, match.index, searched.length) - match.index >= MIN_PIECE_CHARS) return match.index;
    failures++;
  }
  return -1;
}

/** Where the JSON that starts here ends, or is cut; the start itself when it is none. */
function pieceEnd(parser: JsonParser, start: number, length: number): number {
  const value = parser.parse(start);
  if (value === undefined) return parser.position >= length - CUT_CHARS ? length : start;
  const isTelling = value instanceof JsonRecord ? value.values.length > 0 : parser.position - start >= MIN_PIECE_CHARS;
  return isTelling ? parser.position : start;
}

function readChars(look: string): number {
  const parser = new JsonParser(look);
  let read = 0;
  let failures = 0;
  START.lastIndex = 0;
  for (let match = START.exec(look); match && failures < MAX_FAILURES; match = START.exec(look)) {
    const end = pieceEnd(parser, match.index, look.length);
    if (end === match.index) {
      failures++;
      continue;
    }
    read += end - match.index;
    START.lastIndex = end;
  }
  return read;
}

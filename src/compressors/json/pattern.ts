/** A pattern is text with slots in brackets: `req-{i, 6 digits}`, `user {}`. Empty brackets are filled from the row's line. */
import { readSlot } from './slots/index.ts';
import type { Lookup, SlotReader } from './slots/slot.ts';
import { isPrintable, looksLikeJson } from './spell.ts';

export interface Slot {
  /** Empty: filled from the row's line. */
  readonly wording: string;
}

/** Literal text, or a slot. */
export type Piece = string | Slot;

export interface Brackets {
  readonly open: string;
  readonly close: string;
}

export const BRACKETS: readonly Brackets[] = [
  { open: '{', close: '}' },
  { open: '<', close: '>' },
  { open: '«', close: '»' },
];

export const LISTED: Slot = { wording: '' };

/** What must stand in quotes: white space at an end, words that end a bare pattern, words that mean something else. */
const NOT_BARE = /^\s|\s$|, but |, - is |^(?:one of.*|lists of.*|absent|-|\{\.\.\.\}|)$/;

/** @param asText the result is text although it may look like a number. */
export function writePattern(pieces: readonly Piece[], brackets: Brackets, asText: boolean): string {
  const { open, close } = brackets;
  const bare = join(pieces, brackets, (literal) => literal);
  const isClean = (piece: Piece): boolean =>
    typeof piece !== 'string' || (!piece.includes(open) && !piece.includes(close) && isPrintable(piece));
  const opensLikeJson = typeof pieces[0] === 'string' && looksLikeJson(bare);
  if (!asText && !opensLikeJson && pieces.every(isClean) && !NOT_BARE.test(bare)) return bare;
  return `"${join(pieces, brackets, (literal) => escapeBrackets(JSON.stringify(literal).slice(1, -1), brackets))}"`;
}

function join(pieces: readonly Piece[], { open, close }: Brackets, say: (literal: string) => string): string {
  let text = '';
  for (const piece of pieces) text += typeof piece === 'string' ? say(piece) : open + piece.wording + close;
  return text;
}

function escapeBrackets(text: string, { open, close }: Brackets): string {
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replaceAll(open, escape(open)).replaceAll(close, escape(close));
}

export class Pattern {
  readonly listed: number;
  /** In quotes: text whatever it looks like. */
  readonly isQuoted: boolean;
  readonly #pieces: readonly (string | SlotReader | undefined)[];

  constructor(pieces: readonly (string | SlotReader | undefined)[], isQuoted: boolean) {
    this.#pieces = pieces;
    this.isQuoted = isQuoted;
    this.listed = pieces.filter((piece) => piece === undefined).length;
  }

  text(row: number, fills: readonly string[], lookup: Lookup): string {
    let text = '';
    let fill = 0;
    for (const piece of this.#pieces) {
      if (typeof piece === 'string') text += piece;
      else text += piece ? piece(row, lookup) : fills[fill++]!;
    }
    return text;
  }
}

/** @throws SyntaxError when a slot has words that no slot form knows. */
export function readPattern(spec: string, { open, close }: Brackets): Pattern {
  const isQuoted = spec.length > 1 && spec.startsWith('"') && spec.endsWith('"');
  const body = isQuoted ? spec.slice(1, -1) : spec;
  const pieces: (string | SlotReader | undefined)[] = [];
  let at = 0;
  while (at < body.length) {
    const start = body.indexOf(open, at);
    const end = start < 0 ? -1 : body.indexOf(close, start);
    const literal = body.slice(at, end < 0 ? body.length : start);
    if (literal !== '') pieces.push(isQuoted ? (JSON.parse(`"${literal}"`) as string) : literal);
    if (end < 0) break;
    const wording = body.slice(start + 1, end);
    const reader = wording === '' ? undefined : readSlot(wording);
    if (wording !== '' && !reader) throw new SyntaxError(`unknown words in a slot: ${wording}`);
    pieces.push(reader);
    at = end + 1;
  }
  return new Pattern(pieces, isQuoted);
}

/** Finds the pattern that gives a set of texts: what is the same in all, what follows a formula, what must be listed. */
import type { Column } from './column.ts';
import { Formulas } from './formulas.ts';
import { LISTED, type Piece } from './pattern.ts';
import type { ReferencedTexts } from './references.ts';
import { GAP } from './skeleton.ts';
import { exceptIn, isFixed } from './slots/except.ts';

export interface Fit {
  readonly pieces: readonly Piece[];
  /** For each listed slot what it holds in each text. */
  readonly lists: readonly (readonly string[])[];
}

export interface Group {
  readonly shape: string;
  /** The index i of each text. */
  readonly rows: readonly number[];
  /** For each text what stands in the gaps of the shape. */
  readonly fills: readonly (readonly string[])[];
  readonly marks: ReferencedTexts['marks'];
  /** Columns whose text a gap may be. */
  readonly others: readonly Column[];
  /** Of its gaps, as far as they are known. */
  readonly formulas?: Map<number, Formulas> | undefined;
}

function formulasOf(gap: number, texts: readonly string[], { rows, formulas }: Group): Formulas {
  const known = formulas?.get(gap);
  if (known) return known;
  const found = new Formulas(texts, rows);
  formulas?.set(gap, found);
  return found;
}

/** So many equal texts are no accident. */
const MIN_NAMED_ROWS = 4;
/** Digits that all texts begin with are taken out of the rows from this many on. */
const MIN_COMMON_DIGITS = 3;
/** Exceptions are said one by one, at more than twice what a listed value costs. */
export const MAX_MISSED_SHARE = 0.25;
/** A row or two that break a rule are odd rows: see odd-rows.ts. */
const MIN_MISSED_SHARE = 0.01;
const MIN_EXCEPTED_ROWS = 40;

/** The places whose texts keep a gap from being the same everywhere, or a formula; undefined when they are too many. */
export function oddPlaces(group: Group, mayMiss: number): ReadonlySet<number> | undefined {
  const odd = new Set<number>();
  const gaps = group.shape.split(GAP).length - 1;
  for (let gap = 0; gap < gaps; gap++) {
    const texts = group.fills.map((each) => each[gap]!);
    const misses = missesOfMost(texts, mayMiss) ?? formulasOf(gap, texts, group).first(mayMiss)?.misses;
    if (!misses) return undefined;
    for (const at of misses) odd.add(at);
    if (odd.size > mayMiss) return undefined;
  }
  return odd;
}

function missesOfMost(texts: readonly string[], mayMiss: number): readonly number[] | undefined {
  const most = texts[0] === texts[1] ? texts[0] : texts[2];
  const misses: number[] = [];
  for (let at = 0; at < texts.length && misses.length <= mayMiss; at++) if (texts[at] !== most) misses.push(at);
  return misses.length <= mayMiss ? misses : undefined;
}

export function fitGroup(group: Group): Fit {
  const literals = group.shape.split(GAP);
  const pieces: Piece[] = literalPieces(literals[0]!, group);
  const lists: string[][] = [];
  for (let gap = 0; gap + 1 < literals.length; gap++) {
    const texts = group.fills.map((fills) => fills[gap]!);
    const name = literals.join('') === '' ? undefined : nameFor(texts, group);
    if (name === undefined) pushSlot({ pieces, lists, gap }, texts, group);
    else pieces.push({ wording: name });
    pieces.push(...literalPieces(literals[gap + 1]!, group));
  }
  return tidy(pieces, lists);
}

/** The other column that has these very texts in these rows. Shorter text is named in longer, so names never run in a circle. */
function nameFor(texts: readonly string[], { rows, others }: Group): string | undefined {
  if (texts.length < MIN_NAMED_ROWS || texts.every((text) => text === texts[0])) return undefined;
  return others.find((other) => texts.every((text, at) => other.textAt(rows[at]!) === text))?.name;
}

/** What the gaps before are said by. */
interface Slots {
  readonly pieces: Piece[];
  readonly lists: string[][];
  readonly gap: number;
}

function pushSlot({ pieces, lists, gap }: Slots, texts: string[], group: Group): void {
  const first = texts[0]!;
  if (texts.every((text) => text === first)) {
    pieces.push(first);
    return;
  }
  const { rows } = group;
  const formulas = formulasOf(gap, texts, group);
  const exact = formulas.first(0);
  if (exact) {
    pieces.push({ wording: exact.wording });
    return;
  }
  const loose = exceptedSlot(texts, rows, formulas);
  if (loose !== undefined) {
    pieces.push({ wording: loose });
    return;
  }
  const common = commonDigits(texts);
  if (common > 0) pieces.push(first.slice(0, common));
  pieces.push(LISTED);
  lists.push(common > 0 ? texts.map((text) => text.slice(common)) : texts);
}

/** Stairs with many exceptions, or a turn in which texts come again, are no rule that anybody would see. */
export function isPlainRule(wording: string): boolean {
  if (!wording.startsWith('repeats ')) return !wording.includes('floor(');
  const turn = wording.slice('repeats '.length).split(', ');
  return new Set(turn).size === turn.length;
}

/** A rule with its exceptions, where they are few enough to be shorter than a list of all. */
function exceptedSlot(texts: readonly string[], rows: readonly number[], formulas: Formulas): string | undefined {
  if (texts.length < MIN_EXCEPTED_ROWS) return undefined;
  const mayMiss = Math.floor(texts.length * MAX_MISSED_SHARE);
  const isOdd = (misses: readonly number[]): boolean => misses.length <= Math.ceil(texts.length * MIN_MISSED_SHARE);
  const most = isFixed(texts[0]!) || isFixed(texts[2]!) ? missesOfMost(texts, mayMiss) : undefined;
  if (most) {
    const fixed = texts[0] === texts[1] ? texts[0]! : texts[2]!;
    return isFixed(fixed) && !isOdd(most) ? exceptIn(fixed, most, texts, rows) : undefined;
  }
  const loose = formulas.first(mayMiss);
  return loose && isPlainRule(loose.wording) && !isOdd(loose.misses)
    ? exceptIn(loose.wording, loose.misses, texts, rows)
    : undefined;
}

function commonDigits(texts: readonly string[]): number {
  const first = texts[0]!;
  let common = first.length;
  let shortest = first.length;
  for (const text of texts) {
    let at = 0;
    while (at < common && text.charCodeAt(at) === first.charCodeAt(at)) at++;
    common = at;
    shortest = Math.min(shortest, text.length);
    if (common < MIN_COMMON_DIGITS) return 0;
  }
  common = Math.min(common, shortest - 1);
  return common < MIN_COMMON_DIGITS ? 0 : common;
}

/** Literal text, with references to other columns where their marks stand. */
function literalPieces(literal: string, { marks }: Group): Piece[] {
  if (marks.size === 0) return literal === '' ? [] : [literal];
  const pieces: Piece[] = [];
  let text = '';
  for (const char of literal) {
    const name = marks.get(char);
    if (name === undefined) {
      text += char;
      continue;
    }
    if (text !== '') pieces.push(text);
    pieces.push({ wording: name });
    text = '';
  }
  if (text !== '') pieces.push(text);
  return pieces;
}

/** Joins literals that stand together, and listed slots with nothing but a character of punctuation between. */
function tidy(pieces: readonly Piece[], lists: readonly string[][]): Fit {
  const joined: Piece[] = [];
  const kept: string[][] = [];
  let list = 0;
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === 'string') {
      if (typeof last === 'string') joined[joined.length - 1] = last + piece;
      else joined.push(piece);
      continue;
    }
    if (piece !== LISTED) {
      joined.push(piece);
      continue;
    }
    const texts = lists[list++]!;
    const between = typeof last === 'string' && joined.at(-2) === LISTED ? last : undefined;
    if (last === LISTED || (between !== undefined && /^\S$/.test(between))) {
      if (between !== undefined) joined.pop();
      const target = kept.at(-1)!;
      for (let at = 0; at < target.length; at++) target[at] += (between ?? '') + texts[at]!;
    } else {
      joined.push(piece);
      kept.push([...texts]);
    }
  }
  return { pieces: joined, lists: kept };
}

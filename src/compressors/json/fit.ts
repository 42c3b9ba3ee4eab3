/** Finds the pattern that gives a set of texts: what is the same in all, what follows a formula, what must be listed. */
import type { Column } from './column.ts';
import { Formulas } from './formulas.ts';
import { LISTED, type Piece } from './pattern.ts';
import type { ReferencedTexts } from './references.ts';
import type { Gaps } from './shapes.ts';
import { GAP } from './skeleton.ts';
import { exceptIn, isFixed } from './slots/except.ts';
import { MIN_FORMULA_ROWS } from './slots/slot.ts';

export interface Fit {
  readonly pieces: readonly Piece[];
  /** How many slots are listed. */
  readonly listed: number;
  /** For each listed slot what it holds in each text. */
  readonly lists: () => readonly (readonly string[])[];
}

export interface Group {
  readonly shape: string;
  /** The index i of each text. */
  readonly rows: readonly number[];
  /** What stands in the gaps of the shape. */
  readonly gaps: Gaps;
  readonly marks: ReferencedTexts['marks'];
  /** Columns whose text a gap may be. */
  readonly others: readonly Column[];
  /** Of its gaps, as far as they are known. */
  readonly formulas?: Map<number, Formulas> | undefined;
}

function formulasOf(gap: number, { rows, gaps, formulas }: Group): Formulas {
  const known = formulas?.get(gap);
  if (known) return known;
  const found = new Formulas(rows, (count) => gaps.head(gap, count));
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
  for (let gap = 0; gap < group.gaps.count; gap++) {
    const misses = missesOfMost(group.gaps, gap, mayMiss) ?? formulasOf(gap, group).first(mayMiss)?.misses;
    if (!misses) return undefined;
    for (const at of misses) odd.add(at);
    if (odd.size > mayMiss) return undefined;
  }
  return odd;
}

function missesOfMost(gaps: Gaps, gap: number, mayMiss: number): readonly number[] | undefined {
  if (gaps.length < 3) return undefined;
  const most = likelyText(gaps, gap);
  const misses: number[] = [];
  for (let at = 0; at < gaps.length && misses.length <= mayMiss; at++) if (!gaps.isText(gap, at, most)) misses.push(at);
  return misses.length <= mayMiss ? misses : undefined;
}

/** What most texts have, if most have the same. */
function likelyText(gaps: Gaps, gap: number): string {
  const first = gaps.text(gap, 0);
  return gaps.isText(gap, 1, first) ? first : gaps.text(gap, 2);
}

export function fitGroup(group: Group): Fit {
  const literals = group.shape.split(GAP);
  const isGap = literals.every((literal) => literal === '');
  const pieces: Piece[] = literalPieces(literals[0]!, group);
  const lists: Listing[] = [];
  for (let gap = 0; gap + 1 < literals.length; gap++) {
    const name = isGap ? undefined : nameFor(gap, group);
    if (name === undefined) pushSlot({ pieces, lists, gap }, group);
    else pieces.push({ wording: name });
    for (const piece of literalPieces(literals[gap + 1]!, group)) pieces.push(piece);
  }
  return tidy(pieces, lists, group.gaps);
}

/** The other column that has these very texts in these rows. Shorter text is named in longer, so names never run in a circle. */
function nameFor(gap: number, { rows, gaps, others }: Group): string | undefined {
  if (others.length === 0 || gaps.length < MIN_NAMED_ROWS || gaps.isSame(gap)) return undefined;
  const isSaidBy = (other: Column): boolean =>
    rows.every((row, at) => {
      const text = other.textAt(row);
      return text !== undefined && gaps.isText(gap, at, text);
    });
  return others.find(isSaidBy)?.name;
}

/** What the gaps before are said by. */
interface Slots {
  readonly pieces: Piece[];
  readonly lists: Listing[];
  readonly gap: number;
}

/** From one gap to another, without the first characters. */
interface Listing {
  readonly first: number;
  readonly last: number;
  readonly skipped: number;
}

function pushSlot({ pieces, lists, gap }: Slots, group: Group): void {
  const { gaps } = group;
  const first = gaps.text(gap, 0);
  if (gaps.isSame(gap)) {
    pieces.push(first);
    return;
  }
  const rule = gaps.length < MIN_FORMULA_ROWS ? undefined : ruleFor(gap, group);
  if (rule !== undefined) {
    pieces.push({ wording: rule });
    return;
  }
  const common = gaps.commonStart(gap, MIN_COMMON_DIGITS);
  if (common > 0) pieces.push(first.slice(0, common));
  pieces.push(LISTED);
  lists.push({ first: gap, last: gap, skipped: common });
}

function ruleFor(gap: number, group: Group): string | undefined {
  const formulas = formulasOf(gap, group);
  return formulas.first(0)?.wording ?? exceptedSlot(gap, group, formulas);
}

/** Stairs with many exceptions, or a turn in which texts come again, are no rule that anybody would see. */
export function isPlainRule(wording: string): boolean {
  if (!wording.startsWith('repeats ')) return !wording.includes('floor(');
  const turn = wording.slice('repeats '.length).split(', ');
  return new Set(turn).size === turn.length;
}

/** A rule with its exceptions, where they are few enough to be shorter than a list of all. */
function exceptedSlot(gap: number, { gaps, rows }: Group, formulas: Formulas): string | undefined {
  if (gaps.length < MIN_EXCEPTED_ROWS) return undefined;
  const mayMiss = Math.floor(gaps.length * MAX_MISSED_SHARE);
  const isOdd = (misses: readonly number[]): boolean => misses.length <= Math.ceil(gaps.length * MIN_MISSED_SHARE);
  const except = (rule: string, misses: readonly number[]): string | undefined =>
    isOdd(misses) ? undefined : exceptIn(rule, misses, (at) => gaps.text(gap, at), rows);
  const mayBeFixed = isFixed(gaps.text(gap, 0)) || isFixed(gaps.text(gap, 2));
  const most = mayBeFixed ? missesOfMost(gaps, gap, mayMiss) : undefined;
  if (most) {
    const fixed = likelyText(gaps, gap);
    return isFixed(fixed) ? except(fixed, most) : undefined;
  }
  const loose = formulas.first(mayMiss);
  return loose && isPlainRule(loose.wording) ? except(loose.wording, loose.misses) : undefined;
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
function tidy(pieces: readonly Piece[], lists: readonly Listing[], gaps: Gaps): Fit {
  const joined: Piece[] = [];
  const kept: Listing[] = [];
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
    const listing = lists[list++]!;
    const between = typeof last === 'string' && joined.at(-2) === LISTED ? last : undefined;
    if (last === LISTED || (between !== undefined && /^\S$/.test(between))) {
      if (between !== undefined) joined.pop();
      // What stands between is the same in all texts.
      kept.push({ ...kept.pop()!, last: listing.last });
    } else {
      joined.push(piece);
      kept.push(listing);
    }
  }
  const write = (): ReturnType<Fit['lists']> => kept.map(({ first, last, skipped }) => gaps.all(first, last, skipped));
  return { pieces: joined, listed: kept.length, lists: write };
}

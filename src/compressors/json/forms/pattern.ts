/** One pattern for all rows: `req-{i, 6 digits}`, `2024-12-15T03:{}Z`, `{user.url}/repos`. */
import type { Column } from '../column.ts';
import type { Formula, Formulas } from '../formulas.ts';
import { type Fit as Fitted, type Group, MAX_MISSED_SHARE, fitGroup, isPlainRule, oddPlaces } from '../fit.ts';
import { LISTED, type Piece, readPattern, writePattern } from '../pattern.ts';
import { type ReferencedTexts, findReferences } from '../references.ts';
import { Gaps, Shapes } from '../shapes.ts';
import { GAP, RESERVED } from '../skeleton.ts';
import { MIN_FORMULA_ROWS } from '../slots/slot.ts';
import { valueOf } from '../spell.ts';
import { BUT, exceptRows } from './exceptions.ts';
import { type ColumnForm, type Reading, type WriteContext, type Wording, headOnly } from './form.ts';
import { fitOf, withoutSpaces, writeFill } from './listed.ts';

export const pattern: ColumnForm = {
  name: 'pattern',
  write(column, context) {
    if (!mayHavePattern(column)) return [];
    const loose = looseFormula(column);
    if (loose) return [formula(column, loose.wording, new Set(loose.misses), context)];
    const wordings: Wording[] = [];
    const looser =
      column.rows.length < MIN_LOOSER_ROWS
        ? undefined
        : column.formulas.first(Math.floor(column.rows.length * MAX_MISSED_SHARE));
    if (looser && isPlainRule(looser.wording))
      wordings.push(formula(column, looser.wording, new Set(looser.misses), context));
    for (const source of sources(column, context)) {
      const fit = fitTexts(source, column);
      if (fit) wordings.push(wordingOf(column, fit, context));
      if (!fit || fit.listed > 0) wordings.push(...exceptOdd(column, source, context));
    }
    return wordings;
  },
  read(spec, legend, brackets): Reading | undefined {
    if (legend.length > 0 || spec === '') return undefined;
    const read = readPattern(spec, brackets);
    const { listed, isQuoted } = read;
    return {
      take:
        listed === 0 ? undefined : (line, stop) => ({ letter: '', fills: line.fills(listed, stop), whole: undefined }),
      isGlued: false,
      letter: undefined,
      value(row, taken, lookup) {
        const text = read.text(row, taken?.fills ?? [], lookup);
        return isQuoted ? text : valueOf(text);
      },
    };
  },
};

/** The pattern that gives each text, with nothing in the lines. */
export function wholeRule(column: Column, context: WriteContext): Wording | undefined {
  if (!mayHavePattern(column)) return undefined;
  const loose = looseFormula(column);
  if (loose) return loose.misses.length === 0 ? formula(column, loose.wording, new Set(), context) : undefined;
  for (const source of sources(column, context)) {
    const fit = fitTexts(source, column);
    const said = fit?.listed === 0 ? wordingOf(column, fit, context) : undefined;
    if (said && !said.spec.includes(BUT)) return said;
  }
  return undefined;
}

function mayHavePattern({ isText, isNumber, distinct }: Column): boolean {
  return (isText || isNumber) && distinct.length > 1;
}

function looseFormula({ formulas, rows }: Column): Formula | undefined {
  return formulas.first(Math.floor(rows.length / 25));
}

/** A pattern without listed slots, with the few texts that it does not give as exceptions. */
function exceptOdd(column: Column, source: Source, context: WriteContext): readonly Wording[] {
  const { rows } = column;
  const mayMiss = Math.min(MAX_ODD, Math.floor(rows.length / MIN_FORMULA_ROWS));
  const main = mayMiss === 0 ? undefined : mainPlaces(source, mayMiss);
  const odd = main && oddPlaces(source.group(rows, main), mayMiss);
  const kept = odd && (odd.size === 0 ? main : main.filter((_, at) => !odd.has(at)));
  if (!kept || rows.length - kept.length > mayMiss) return [];
  const fit = fitGroup(source.group(rows, kept));
  if (fit.listed > 0) return [];
  const isKept = new Set(kept);
  return [exceptRows(wordingOf(column, fit, context), column, (at) => !isKept.has(at))];
}

/** Where the texts have the shape that two neighbours share; undefined when none does, or too many have another. */
function mainPlaces(source: Source, mayMiss: number): readonly number[] | undefined {
  const { length } = source;
  let first = 1;
  while (first < length && source.shapeAt(first) !== source.shapeAt(first - 1))
    if (++first > mayMiss * 2 + 1) return undefined;
  if (first >= length) return undefined;
  const shape = source.shapeAt(first);
  const main: number[] = [];
  for (let at = 0; at < length; at++) {
    if (source.shapeAt(at) === shape) main.push(at);
    else if (at + 1 - main.length > mayMiss) return undefined;
  }
  return main;
}

/** Texts to find a pattern for: those of a column, or with marks in them. */
class Source {
  readonly shapes: Shapes;
  /** Where texts come more than once: which of them stands in each place. */
  readonly ids: readonly number[] | undefined;
  readonly length: number;
  readonly marks: ReferencedTexts['marks'];
  /** Of the gaps, where all texts have one shape. */
  readonly #formulas: Map<number, Formulas>;

  constructor(
    shapes: Shapes,
    ids: readonly number[] | undefined,
    marks: ReferencedTexts['marks'],
    formulas: Map<number, Formulas> = new Map(),
  ) {
    this.shapes = shapes;
    this.ids = ids;
    this.length = ids ? ids.length : shapes.texts.length;
    this.marks = marks;
    this.#formulas = formulas;
  }

  shapeAt(place: number): number {
    return this.shapes.ids[this.ids ? this.ids[place]! : place]!;
  }

  /** The texts of some places, which have one shape. */
  group(rows: readonly number[], places?: readonly number[]): Group {
    const shape = this.shapes.all[this.shapeAt(places ? places[0]! : 0)]!;
    const own = { shape, marks: this.marks, others: [] };
    if (!places || places.length === this.length) {
      return { ...own, rows, gaps: Gaps.of(this.shapes, shape, this.ids), formulas: this.#formulas };
    }
    const ids = this.ids ? places.map((at) => this.ids![at]!) : places;
    return { ...own, rows: places.map((at) => rows[at]!), gaps: Gaps.of(this.shapes, shape, ids) };
  }
}

function* sources(column: Column, { others }: WriteContext): Generator<Source> {
  const found = findReferences(column, others);
  if (found) yield new Source(new Shapes(found.texts), undefined, found.marks);
  const { shapes, ids } = column;
  if (!shapes) return;
  const { gapFormulas } = column;
  if (shapes.all[shapes.ids[0]!] === GAP) gapFormulas.set(0, column.formulas);
  const isOnce = shapes.texts.length === ids.length;
  yield new Source(shapes, isOnce ? undefined : ids, new Map(), gapFormulas);
}

/** One pattern for texts of one shape; for others what they begin and end with. */
function fitTexts(source: Source, { rows }: Column): Fitted | undefined {
  if (source.shapes.count === 1) {
    const fit = fitGroup(source.group(rows));
    if (fit.pieces.length > 1 || fit.pieces[0] !== LISTED) return fit;
  }
  return fitAffixes(source, rows);
}

const WORD_CHAR = /[\p{L}\p{N}\p{Cs}]/u;
const MIN_AFFIX = 2;
const MAX_ODD = 12;
/** Shorter columns with as many exceptions are read sooner as a list. */
const MIN_LOOSER_ROWS = 40;

/** Common beginnings and ends are cut at the edge of a word. */
function fitAffixes({ shapes: { texts }, ids, marks }: Source, rows: readonly number[]): Fitted | undefined {
  const first = texts[0]!;
  let head = first.length;
  let tail = first.length;
  for (const text of texts) {
    head = commonStart(first, text, head);
    tail = commonEnd(first, text, tail);
    if (head + tail < MIN_AFFIX) return undefined;
  }
  while (head > 0 && WORD_CHAR.test(first[head - 1]!)) head--;
  const shortest = texts.reduce((length, text) => Math.min(length, text.length), first.length);
  tail = Math.min(tail, shortest - head);
  while (tail > 0 && WORD_CHAR.test(first[first.length - tail]!)) tail--;
  if (head + tail < MIN_AFFIX) return undefined;
  if (marks.size > 0 && texts.some((text) => RESERVED.test(text.slice(head, text.length - tail)))) return undefined;
  const shape = `${first.slice(0, head)}${GAP}${first.slice(first.length - tail)}`;
  return fitGroup({ shape, rows, gaps: Gaps.within(texts, head, tail, ids), marks, others: [] });
}

function commonStart(one: string, two: string, limit: number): number {
  const end = Math.min(limit, two.length);
  let at = 0;
  while (at < end && one.charCodeAt(at) === two.charCodeAt(at)) at++;
  return at;
}

function commonEnd(one: string, two: string, limit: number): number {
  const end = Math.min(limit, two.length);
  let at = 0;
  while (at < end && one.charCodeAt(one.length - 1 - at) === two.charCodeAt(two.length - 1 - at)) at++;
  return at;
}

function formula(column: Column, wording: string, misses: ReadonlySet<number>, context: WriteContext): Wording {
  const isAmbiguous = column.isText && column.hasLikeJson;
  const spec = writePattern([{ wording }], context.brackets, isAmbiguous);
  return misses.size === 0 ? headOnly(spec, true) : exceptRows(headOnly(spec, true), column, (at) => misses.has(at));
}

function wordingOf(column: Column, fit: Fitted, { brackets }: WriteContext): Wording {
  const isAmbiguous = column.isText && column.hasLikeJson;
  const spec = writePattern(fit.pieces, brackets, isAmbiguous);
  const isCounted = fit.pieces.some(isFormula);
  if (fit.listed === 0) return headOnly(spec, isCounted);
  const written = fit.lists().map((texts) => texts.map(writeFill));
  const [first] = written;
  const width = written.length === 1 ? fitOf(first!) : 'tight';
  const tight = width === 'free' ? written : written.map((texts) => texts.map(withoutSpaces));
  const cells = tight.length === 1 ? tight[0]! : first!.map((_, at) => tight.map((texts) => texts[at]!).join(' '));
  return { spec, legend: [], cells, fit: width, isCounted, letters: undefined };
}

export function isFormula(piece: Piece): boolean {
  return typeof piece !== 'string' && /\bi\b|^repeats | in rows? \d/.test(piece.wording);
}

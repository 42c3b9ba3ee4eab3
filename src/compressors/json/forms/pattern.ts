/** One pattern for all rows: `req-{i, 6 digits}`, `2024-12-15T03:{}Z`, `{user.url}/repos`. */
import type { Column } from '../column.ts';
import type { Formulas } from '../formulas.ts';
import { type Fit as Fitted, type Group, MAX_MISSED_SHARE, fitGroup, isPlainRule, oddPlaces } from '../fit.ts';
import { LISTED, type Piece, readPattern, writePattern } from '../pattern.ts';
import { type ReferencedTexts, findReferences } from '../references.ts';
import { GAP, RESERVED, type Skeleton, skeletonOf } from '../skeleton.ts';
import { MIN_FORMULA_ROWS } from '../slots/slot.ts';
import { looksLikeJson, valueOf } from '../spell.ts';
import { exceptRows } from './exceptions.ts';
import { type ColumnForm, type Reading, type WriteContext, type Wording, headOnly } from './form.ts';
import { fitOf, withoutSpaces, writeFill } from './listed.ts';

export const pattern: ColumnForm = {
  name: 'pattern',
  write(column, context) {
    const isText = column.isText;
    if ((!isText && !column.isNumber) || column.distinct.length < 2) return [];
    const loose = column.formulas.first(Math.floor(column.rows.length / 25));
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
      if (!fit || fit.lists.length > 0) wordings.push(...exceptOdd(column, source, context));
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

/** A pattern without listed slots, with the few texts that it does not give as exceptions. */
function exceptOdd(column: Column, { skeletons, marks, formulas }: Source, context: WriteContext): readonly Wording[] {
  const mayMiss = Math.min(MAX_ODD, Math.floor(column.rows.length / MIN_FORMULA_ROWS));
  if (!skeletons || mayMiss === 0) return [];
  // The shape that two neighbours share is the common one, unless there is none.
  const shape = skeletons.find((each, at) => at > 0 && each.shape === skeletons[at - 1]!.shape)?.shape;
  const main: number[] = [];
  for (let at = 0; at < skeletons.length; at++) {
    if (skeletons[at]!.shape === shape) main.push(at);
    else if (at + 1 - main.length > mayMiss) return [];
  }
  if (shape === undefined) return [];
  const group = (places: readonly number[]): Group => ({
    shape,
    rows: places.map((at) => column.rows[at]!),
    fills: places.map((at) => skeletons[at]!.fills),
    marks,
    others: [],
    formulas: places.length === column.rows.length ? formulas : undefined,
  });
  const odd = oddPlaces(group(main), mayMiss);
  const kept = odd && new Set(main.filter((_, at) => !odd.has(at)));
  if (!kept || column.rows.length - kept.size > mayMiss) return [];
  const fit = fitGroup(group([...kept]));
  return fit.lists.length > 0 ? [] : [exceptRows(wordingOf(column, fit, context), column, (at) => !kept.has(at))];
}

interface Source {
  readonly texts: readonly string[];
  readonly marks: ReferencedTexts['marks'];
  /** Of each text; undefined when the texts cannot be split. */
  readonly skeletons: readonly Skeleton[] | undefined;
  /** Of the gaps of the skeletons, where all have one shape. */
  readonly formulas: Map<number, Formulas>;
}

const NO_MARKS: ReferencedTexts['marks'] = new Map();

function* sources(column: Column, { others }: WriteContext): Generator<Source> {
  const found = findReferences(column, others);
  if (found) yield { ...found, skeletons: found.texts.map(skeletonOf), formulas: new Map() };
  const { skeletons, ids, texts } = column;
  if (!skeletons.every((skeleton) => skeleton !== undefined)) return;
  const isGap = skeletons[0]?.shape === GAP;
  const formulas = new Map(isGap ? [[0, column.formulas]] : []);
  yield { texts, marks: NO_MARKS, skeletons: ids.map((id) => skeletons[id]!), formulas };
}

/** One pattern for texts of one shape; for others what they begin and end with. */
function fitTexts({ texts, marks, skeletons, formulas }: Source, column: Column): Fitted | undefined {
  const { rows } = column;
  const shape = skeletons?.[0]?.shape;
  if (skeletons && shape !== undefined && skeletons.every((skeleton) => skeleton.shape === shape)) {
    const fit = fitGroup({ shape, rows, fills: skeletons.map(({ fills }) => fills), marks, others: [], formulas });
    if (fit.pieces.length > 1 || fit.pieces[0] !== LISTED) return fit;
  }
  return fitAffixes(texts, rows, marks);
}

const WORD_CHAR = /[\p{L}\p{N}\p{Cs}]/u;
const MIN_AFFIX = 2;
const MAX_ODD = 12;
/** Shorter columns with as many exceptions are read sooner as a list. */
const MIN_LOOSER_ROWS = 40;

/** Common beginnings and ends are cut at the edge of a word. */
function fitAffixes(
  texts: readonly string[],
  rows: readonly number[],
  marks: ReferencedTexts['marks'],
): Fitted | undefined {
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
  const middles = texts.map((text) => text.slice(head, text.length - tail));
  if (marks.size > 0 && middles.some((middle) => RESERVED.test(middle))) return undefined;
  const shape = `${first.slice(0, head)}${GAP}${first.slice(first.length - tail)}`;
  return fitGroup({ shape, rows, fills: middles.map((middle) => [middle]), marks, others: [] });
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
  const isAmbiguous = column.isText && column.distinct.some((value) => looksLikeJson(value as string));
  const spec = writePattern([{ wording }], context.brackets, isAmbiguous);
  return misses.size === 0 ? headOnly(spec, true) : exceptRows(headOnly(spec, true), column, (at) => misses.has(at));
}

function wordingOf(column: Column, fit: Fitted, { brackets }: WriteContext): Wording {
  const isAmbiguous = column.isText && column.distinct.some((value) => looksLikeJson(value as string));
  const spec = writePattern(fit.pieces, brackets, isAmbiguous);
  const isCounted = fit.pieces.some(isFormula);
  if (fit.lists.length === 0) return headOnly(spec, isCounted);
  const written = fit.lists.map((texts) => texts.map(writeFill));
  const [first] = written;
  const width = written.length === 1 ? fitOf(first!) : 'tight';
  const tight = width === 'free' ? written : written.map((texts) => texts.map(withoutSpaces));
  const cells = tight.length === 1 ? tight[0]! : first!.map((_, at) => tight.map((texts) => texts[at]!).join(' '));
  return { spec, legend: [], cells, fit: width, isCounted, letters: undefined };
}

export function isFormula(piece: Piece): boolean {
  return typeof piece !== 'string' && /\bi\b|^repeats | in rows? \d/.test(piece.wording);
}

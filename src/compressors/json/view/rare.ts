/**
 * Which rows are unlike the others: a value, a kind of text, a type, a length or a number that hardly any other row
 * has in the same column. What is rare is often what was looked for.
 */
import type { Column } from '../column.ts';
import { Formulas } from '../formulas.ts';
import { Gaps, Shapes } from '../shapes.ts';
import { RESERVED } from '../skeleton.ts';
import type { Cell } from '../spell.ts';
import { ABSENT, OPEN } from '../spell.ts';
import { Spelled, isList } from '../tree.ts';
import { Series } from './numbers.ts';

export interface RareLimits {
  /** Share of a column's cells that may be rare together. */
  readonly share: number;
  /** Whether numbers and lengths far from the others are rare too, and what breaks a rule. */
  readonly hasNumbers: boolean;
}

export const VIEW_LIMITS: RareLimits = { share: 0.03, hasNumbers: true };
/** Rows that a lossless form says whole. */
export const LOSSLESS_LIMITS: RareLimits = { share: 0.01, hasNumbers: false };

/** With fewer cells nothing is rare. */
export const MIN_CELLS = 12;
/** The others must come this often, on average, for anything to be rare beside them. */
const MIN_COMMON = 4;
/** Of numbers with a long tail, the farthest. */
const MAX_FAR = 5;
/** Longer columns are not split into templates: time. */
export const MAX_SPLIT = 20_000;
const MIN_LENGTH_FACTOR = 2;
const MAX_DIGITS = 15;

/** Cells (by their place in the column) that are rare. */
export function rareCells(column: Column, limits: RareLimits): ReadonlySet<number> {
  const rare = new Set<number>();
  const { distinct, ids } = column;
  if (ids.length < MIN_CELLS || distinct.length < 2) return rare;
  const limit = Math.max(1, Math.floor(ids.length * limits.share));
  const odd = new Set<number>();
  const addAll = (found: Iterable<number>): void => {
    for (const id of found) odd.add(id);
  };
  if (distinct.length * MIN_COMMON <= ids.length + limit) addAll(rareOf({ count: distinct.length }, column, limit));
  if (!column.isText) addAll(rareOf(groupsOf(column, limit, kindOf), column, limit));
  const hasText = distinct.some((value) => typeof value === 'string');
  if (hasText) addAll(rareTexts(column, limit, limits));
  if (odd.size > 0) ids.forEach((id, at) => odd.has(id) && rare.add(at));
  if (limits.hasNumbers) for (const at of rareNumbers(column, limit)) rare.add(at);
  return rare;
}

interface Groups {
  /** The group of each distinct value, by its number; undefined when each is one of its own. */
  readonly ids?: readonly number[];
  readonly count: number;
}

/** The distinct values by a key of each; undefined as soon as the groups are too many for one of them to be rare. */
function groupsOf(column: Column, limit: number, keyOf: (value: Cell, id: number) => string): Groups | undefined {
  const { distinct, ids: cells } = column;
  const known = new Map<string, number>();
  const ids: number[] = [];
  for (let id = 0; id < distinct.length; id++) {
    const key = keyOf(distinct[id]!, id);
    let group = known.get(key);
    if (group === undefined) {
      known.set(key, (group = known.size));
      if (areManyGroups(known.size, cells.length, limit)) return undefined;
    }
    ids.push(group);
  }
  return { ids, count: known.size };
}

/** The distinct values whose group is rare, where the other groups are common. */
function rareOf(found: Groups | undefined, { counts, ids }: Column, limit: number): readonly number[] {
  if (!found || areManyGroups(found.count, ids.length, limit)) return [];
  const groupOf = found.ids;
  const totals = groupOf ? totalsOf(groupOf, found.count, counts) : counts;
  const sorted = totals.map((total, group) => [group, total] as const).sort((a, b) => a[1] - b[1]);
  let rows = 0;
  let groups = 0;
  for (const [, total] of sorted) {
    if (rows + total > limit) break;
    rows += total;
    groups++;
  }
  // Groups of the same size are rare together or not at all.
  while (groups > 0 && groups < sorted.length && sorted[groups]![1] === sorted[groups - 1]![1]) {
    rows -= sorted[--groups]![1];
  }
  if (groups === 0 || groups === sorted.length) return [];
  const common = (ids.length - rows) / (sorted.length - groups);
  if (common < Math.max(MIN_COMMON, 3 * sorted[groups - 1]![1])) return [];
  const rare = new Set(sorted.slice(0, groups).map(([group]) => group));
  const values: number[] = [];
  for (let id = 0; id < counts.length; id++) if (rare.has(groupOf ? groupOf[id]! : id)) values.push(id);
  return values;
}

function totalsOf(groupOf: readonly number[], count: number, counts: readonly number[]): readonly number[] {
  const totals: number[] = [];
  for (let group = 0; group < count; group++) totals.push(0);
  for (let id = 0; id < counts.length; id++) totals[groupOf[id]!]! += counts[id]!;
  return totals;
}

/** Whether so many groups leave too few cells for those that are not rare: at most `limit` groups are. */
function areManyGroups(groups: number, cells: number, limit: number): boolean {
  return (groups - limit) * MIN_COMMON > cells;
}

export function kindOf(value: Cell): string {
  if (value === ABSENT) return 'absent';
  if (value === OPEN) return 'object';
  if (value === null) return 'null';
  if (value instanceof Spelled) return 'number';
  if (isList(value)) return value.length === 0 ? 'empty list' : 'list';
  return typeof value;
}

function rareTexts(column: Column, limit: number, { hasNumbers }: RareLimits): readonly number[] {
  const { distinct } = column;
  const odd = hasNumbers ? [...rareLengths(column, limit)] : [];
  if (distinct.length > MAX_SPLIT) return odd;
  const shapeOf = (value: Cell, id: number): string => column.ownShape(id) ?? kindOf(value);
  const groups = (column.isText ? column.shapes : undefined) ?? groupsOf(column, limit, shapeOf);
  odd.push(...rareOf(groups, column, limit));
  if (groups && groups.count * MIN_COMMON < column.ids.length) return odd;
  const classOf = (value: Cell): string => (typeof value === 'string' ? classesOf(value) : kindOf(value));
  return [...odd, ...rareOf(groupsOf(column, limit, classOf), column, limit)];
}

const MAX_CLASSES_CHARS = 80;

/** The kinds of characters of a text, runs as one: `aa@a.a`, `0-0-0`. */
function classesOf(text: string): string {
  const start = text.slice(0, MAX_CLASSES_CHARS);
  return (
    classesOfAscii(start) ?? start.replaceAll(/[\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*/gu, '0').replaceAll(/\p{L}+/gu, 'a')
  );
}

/** Undefined when there are other characters. */
function classesOfAscii(text: string): string | undefined {
  let classes = '';
  /** Of the run of letters and digits that ends here; empty when there is none. */
  let run = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return undefined;
    if (code >= 0x30 && code <= 0x39) run = '0';
    else if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) run ||= 'a';
    else {
      classes += run + text[at]!;
      run = '';
    }
  }
  return classes + run;
}

/** No text is this much longer or shorter than the median for chance. */
const MIN_FAR_CHARS = 6;

function rareLengths({ distinct, counts, ids }: Column, limit: number): readonly number[] {
  const lengths = distinct.map((value) => (typeof value === 'string' ? value.length : Number.NaN));
  if (areNear(lengths)) return [];
  const known: number[] = [];
  for (let at = 0; at < ids.length; at++) if (!Number.isNaN(lengths[ids[at]!]!)) known.push(lengths[ids[at]!]!);
  if (known.length < MIN_CELLS) return [];
  const sorted = new Float64Array(known).sort();
  const median = sorted[sorted.length >> 1]!;
  const far = sorted.map((length) => Math.abs(length - median)).sort()[sorted.length >> 1]!;
  const bound = Math.max(far * 8, (median * MIN_LENGTH_FACTOR) / 3, MIN_FAR_CHARS);
  const odd = lengths.flatMap((length, id) => (Math.abs(length - median) > bound ? [id] : []));
  return odd.reduce((sum, id) => sum + counts[id]!, 0) <= limit ? odd : [];
}

/** Whether none can be far from the median, wherever that is. */
function areNear(lengths: readonly number[]): boolean {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const length of lengths) {
    if (length < least) least = length;
    if (length > most) most = length;
  }
  return most - least <= Math.max(MIN_FAR_CHARS, (least * MIN_LENGTH_FACTOR) / 3);
}

function rareNumbers(column: Column, limit: number): readonly number[] {
  if (column.distinct.length < 3) return [];
  const { series } = column;
  if (series) return [...missesOfFormula(column.formulas, column.rows.length, limit), ...farPlaces(series, limit)];
  return column.isText && column.distinct.length <= MAX_SPLIT ? rareSlots(column, limit) : [];
}

function missesOfFormula(formulas: Formulas, count: number, limit: number): readonly number[] {
  return formulas.first(Math.min(limit, count >> 4))?.misses ?? [];
}

/** Far from the others at the same level of the series. */
function farPlaces(series: Series, limit: number): readonly number[] {
  const edges = [0, ...series.shifts.map(({ at }) => at), series.values.length];
  const far: number[] = [];
  for (let part = 0; part + 1 < edges.length; part++) {
    const found = series.outliers(edges[part]!, edges[part + 1]!);
    far.push(...found.slice(0, found.length > limit ? MAX_FAR : limit));
  }
  return far;
}

/** Numbers inside texts of one template. */
function rareSlots(column: Column, limit: number): readonly number[] {
  const shapes = column.shapes ?? new Shapes(column.distinctTexts);
  const odd: number[] = [];
  for (const [id, places] of placesByShape(column, shapes)) {
    if (places.length < MIN_CELLS) continue;
    const gaps = Gaps.of(
      shapes,
      shapes.all[id]!,
      places.map((at) => column.ids[at]!),
    );
    const rows = places.map((at) => column.rows[at]!);
    const known = places.length === column.rows.length ? column.gapFormulas : undefined;
    for (let slot = 0; slot < gaps.count; slot++) {
      if (Number.isNaN(wholeNumber(gaps.text(slot, 0))) || gaps.isSame(slot)) continue;
      const texts = gaps.all(slot, slot, 0);
      const numbers = wholeNumbers(texts);
      if (!numbers) continue;
      const formulas =
        known?.get(slot) ?? new Formulas(rows, (count) => (count === texts.length ? texts : texts.slice(0, count)));
      odd.push(...missesOfFormula(formulas, texts.length, limit).map((at) => places[at]!));
      odd.push(...farPlaces(new Series(numbers), limit).map((at) => places[at]!));
    }
  }
  return odd;
}

/** Undefined when one is something else than a few digits. */
function wholeNumbers(texts: readonly string[]): readonly number[] | undefined {
  const numbers: number[] = [];
  for (const text of texts) {
    const number = wholeNumber(text);
    if (Number.isNaN(number)) return undefined;
    numbers.push(number);
  }
  return numbers;
}

function wholeNumber(digits: string): number {
  if (digits === '' || digits.length > MAX_DIGITS) return Number.NaN;
  let value = 0;
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return Number.NaN;
    value = value * 10 + code - 0x30;
  }
  return value;
}

/** Texts that cannot be split are left out. */
function placesByShape({ ids, distinctTexts }: Column, shapes: Shapes): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  const cannot = distinctTexts.map((text) => RESERVED.test(text));
  for (let at = 0; at < ids.length; at++) {
    if (cannot[ids[at]!]) continue;
    const shape = shapes.ids[ids[at]!]!;
    const places = groups.get(shape);
    if (places) places.push(at);
    else groups.set(shape, [at]);
  }
  return groups;
}

/** Chooses for each column of a table the wording that costs the fewest tokens. */
import type { Deadline } from '../../core/deadline.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import type { Column } from './column.ts';
import { estimate } from './estimate.ts';
import type { Known } from './known.ts';
import { constant } from './forms/constant.ts';
import { exceptionsOf, withDash, withExceptions } from './forms/exceptions.ts';
import type { Lettered, Wording, WriteContext } from './forms/form.ts';
import { asHeadings } from './forms/heading.ts';
import { columnForms } from './forms/index.ts';
import type { Brackets } from './pattern.ts';
import { isReferable } from './slots/index.ts';
import { type Cell, OPEN } from './spell.ts';
import { Spelled, isList } from './tree.ts';
import { WholeWords, isOfPaths } from './whole-words.ts';

export interface ChooseOptions {
  /** Of the table, those that stand whole not counted. */
  readonly rowCount: number;
  readonly brackets: Brackets;
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
  /** Of a tree: for each row the values of the row above it, as columns that others may refer to. */
  readonly parents?: readonly Column[] | undefined;
  readonly keepsPaths?: boolean | undefined;
  readonly known?: Known | undefined;
}

/** Cells counted for an estimate. */
const SAMPLE = 16;
/** What a lone letter costs in a line: letters that stand together often are one token. */
const LETTER_COST = 0.8;
/** Beyond this many columns the search for references is left out: it grows with the square. */
const MAX_REFERRING = 80;
const MAX_EXCEPTED = 6;

/** Undefined when there is a column that no form can say. */
export function chooseWordings(
  columns: readonly Column[],
  options: ChooseOptions,
): ReadonlyMap<Column, Wording> | undefined {
  const { brackets, tokens, deadline, parents } = options;
  const varying = columns.filter(({ name, distinct }) => distinct.length > 1 && isReferable(name));
  const others = varying.length > MAX_REFERRING ? [] : [...(parents ?? []), ...varying];
  const lettered = new Map<string, Lettered>();
  const count = (text: string): number => estimate(text, tokens);
  const whole = new WholeWords(options.keepsPaths ?? false, options.known);
  const known = columns.some(isOfPaths) ? options.known : undefined;
  const chosen = new Map<Column, Wording>();
  const costs = new Map<Column, number>();
  for (const column of columns) {
    deadline.check();
    const context: WriteContext = { brackets, others, legends: lettered.size, lettered: new Map(), count };
    const [only] = constant.write(column, context);
    if (only) {
      chosen.set(column, only);
      whole.settle(only, column);
      continue;
    }
    const find = (): readonly Wording[] => candidates(column, context);
    const found = known ? known.wordingsOf(column, lettered.size, find) : find();
    const possible = parents ? keepNames(found, column) : found;
    const best = cheapest(whole.prefer(possible, column), column, count);
    if (!best) return undefined;
    chosen.set(column, best.wording);
    whole.settle(best.wording, column);
    costs.set(column, best.cost);
    const own = best.wording.letters;
    if (own && isReferable(column.name)) lettered.set(column.name, { rows: column.rows, letters: own });
  }
  fold(columns, chosen, costs, { brackets, others, legends: 0, lettered, count });
  if (!parents) addHeading(columns, chosen, { rowCount: options.rowCount, count });
  return chosen;
}

const MIN_HEADING_GAIN = 12;
/** The line break and the colon of a heading. */
const HEADING_COST = 1.5;

/** The column that saves most as headings becomes that, if one does. */
function addHeading(
  columns: readonly Column[],
  chosen: Map<Column, Wording>,
  { rowCount, count }: { readonly rowCount: number; readonly count: (text: string) => number },
): void {
  let best: { readonly column: Column; readonly wording: Wording } | undefined;
  let most = MIN_HEADING_GAIN;
  // Without anything in the lines, headings would have no rows to stand above.
  const inLines = columns.filter((column) => chosen.get(column)!.cells);
  for (const column of columns) {
    const now = chosen.get(column)!;
    if (!inLines.some((each) => each !== column)) continue;
    const wording = asHeadings(column, rowCount);
    if (!wording || isAsked(column.name, chosen)) continue;
    const said = wording.headings!.filter((text) => text !== undefined);
    const cost = count(said.join('\n')) + said.length * HEADING_COST + count(wording.spec);
    const gain = costOf(now, column, count, Number.POSITIVE_INFINITY) - cost;
    if (gain <= most) continue;
    best = { column, wording };
    most = gain;
  }
  if (best) chosen.set(best.column, best.wording);
}

/** Whether other columns follow from its letters. */
function isAsked(name: string, chosen: ReadonlyMap<Column, Wording>): boolean {
  return [...chosen.values()].some(({ spec }) => spec.includes(` if ${name} is `));
}

/** Columns that another column's letters decide say so, the other way round never: a letter that decides stays. */
function fold(
  columns: readonly Column[],
  chosen: Map<Column, Wording>,
  costs: ReadonlyMap<Column, number>,
  context: WriteContext,
): void {
  const lettered = new Map(context.lettered);
  const follow = columnForms.find(({ name }) => name === 'follows')!;
  const decisive = new Set<string>();
  const byDetail = columns.toSorted((a, b) => a.distinct.length - b.distinct.length);
  for (const column of byDetail) {
    if (column.distinct.length < 2 || decisive.has(column.name)) continue;
    const options = follow.write(column, { ...context, lettered: without(lettered, column.name) });
    const best = cheapest(options, column, (text) => context.count(text));
    if (!best || best.cost >= costs.get(column)!) continue;
    chosen.set(column, best.wording);
    lettered.delete(column.name);
    for (const name of lettered.keys()) if (best.wording.spec.includes(` if ${name} is `)) decisive.add(name);
  }
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function candidates(column: Column, context: WriteContext): readonly Wording[] {
  const wordings = columnForms.flatMap((form) => form.write(column, context));
  return [...wordings, ...besideOne(column, context)];
}

/** In a tree the nodes are known by their names, which are looked for, so they stand as they are. */
function keepNames(wordings: readonly Wording[], column: Column): readonly Wording[] {
  if (!column.isText || !NAMES.test(column.name)) return wordings;
  const kept = wordings.filter(({ cells, spec, fit }) => !cells || (fit !== 'letter' && WHOLE_NAME.test(spec)));
  return kept.length > 0 ? kept : wordings;
}

const NAMES = /name|path|title|key|file|label/i;
/** The name alone, or below its parent's. */
const WHOLE_NAME = /^"?(?:.parent\.[^}>»]+.[/.\\:-]?)?(?:\{\}|<>|«»)"?$/;

/** The column without what is not of its main kind: that is said as exceptions, or by a dash. */
function besideOne(column: Column, context: WriteContext): readonly Wording[] {
  if (column.isText || column.isNumber) return [];
  const kinds = column.distinct.map(kindOf);
  const totals = new Map<string, number>();
  kinds.forEach((kind, id) => totals.set(kind, (totals.get(kind) ?? 0) + column.counts[id]!));
  totals.delete('other');
  if (totals.size === 0) return [];
  const [mainKind] = [...totals].reduce((a, b) => (b[1] > a[1] ? b : a));
  const odd = column.distinct.filter((_, id) => kinds[id] !== mainKind);
  const oddRows = column.rows.length - totals.get(mainKind)!;
  if (column.rows.length - oddRows < 3 || oddRows === 0 || column.distinct.length - odd.length < 2) return [];
  const isOdd = (at: number): boolean => kinds[column.ids[at]!] !== mainKind;
  const exceptions = oddRows <= MAX_EXCEPTED ? exceptionsOf(column, isOdd) : undefined;
  const canDash = odd.length === 1 && odd[0] !== OPEN;
  if (!exceptions && !canDash) return [];
  const main = column.where((_, at) => !isOdd(at));
  // In long columns equal values may stand apart.
  if (main.distinct.length < 2) return [];
  const places = placesIn(main, column);
  const wordings = columnForms.flatMap((form) => form.write(main, context));
  return wordings.flatMap((wording) => {
    if (wording.spec.includes(', but ')) return [];
    const whole = spread(wording, places);
    const options = exceptions ? [withExceptions(whole, exceptions)] : [];
    if (wording.cells && canDash) options.push(withDash(whole, odd[0]!));
    return options;
  });
}

function kindOf(value: Cell): string {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || value instanceof Spelled) return 'number';
  return isList(value) ? 'list' : 'other';
}

/** Of each row of a column its place in a part of it; undefined where it is none of its rows. */
function placesIn(part: Column, column: Column): readonly (number | undefined)[] {
  let next = 0;
  return column.rows.map((row) => (part.rows[next] === row ? next++ : undefined));
}

/** Cells of part of a column as cells of the whole. */
function spread(wording: Wording, places: readonly (number | undefined)[]): Wording {
  const { cells } = wording;
  const all = cells && places.map((place) => (place === undefined ? '-' : cells[place]!));
  return { ...wording, cells: all, letters: undefined };
}

function cheapest(
  wordings: readonly Wording[],
  column: Column,
  count: (text: string) => number,
): { readonly wording: Wording; readonly cost: number } | undefined {
  let best: { wording: Wording; cost: number } | undefined;
  for (const wording of wordings) {
    const cost = costOf(wording, column, count, best?.cost ?? Number.POSITIVE_INFINITY);
    if (!best || cost < best.cost) best = { wording, cost };
  }
  return best;
}

function costOf(wording: Wording, column: Column, count: (text: string) => number, limit: number): number {
  const head = count([wording.spec, ...wording.legend].join('\n'));
  const { cells } = wording;
  if (!cells || head >= limit) return head;
  if (wording.fit === 'letter') {
    const inline = cells.filter((cell) => cell.length > 1);
    return head + (cells.length - inline.length) * LETTER_COST + (inline.length === 0 ? 0 : count(inline.join(' ')));
  }
  const step = Math.max(1, Math.floor(cells.length / SAMPLE));
  const sample: string[] = [];
  for (let at = step >> 1; at < cells.length; at += step) sample.push(cells[at]!);
  return head + (count(sample.join('\n')) / sample.length) * column.rows.length;
}

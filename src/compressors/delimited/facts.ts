/** What stands in one column of a table, in one line, and which of its rows are out of line. */
import type { Deadline } from '../../core/deadline.ts';
import type { Row } from './table.ts';

export interface ColumnFacts {
  /** What the column holds; it begins with its title. */
  readonly said: readonly string[];
  /** Rows with a value that hardly any other row has. */
  readonly rare: readonly number[];
  /** The first row of each value or shape that many rows share. */
  readonly examples: readonly number[];
}

export interface DescribedColumn extends ColumnFacts {
  /** Rows that speak of failure in it. */
  readonly failing: readonly number[];
}

const ROWS_PER_CHECK = 512;
const MAX_CATEGORIES = 24;
const MAX_SHAPES = 24;
const MAX_SAID = 80;
const MAX_LOOKED_AT = 2000;
/** A kind of oddity that more rows than this have is none. */
const RARE_SHARE = 0.03;
const RARE_ROWS = 3;
/** In median deviations. */
const OUTLYING = 12;
const NUMBER = /^[-+]?[$€£]?\d[\d,]*(?:\.\d+)?%?$/;
const NUMBER_STARTS = '0123456789-+$€£';
/** Of the texts that are no empty ones, at least, where a column is one of numbers. */
const NUMBER_SHARE = 0.95;
const FAILURE = /\b(?:errors?|fatal|fail(?:ed|ures?)?|exceptions?|critical|panic|denied|refused|timed? ?out)\b/i;

function clip(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ');
  return line.length <= MAX_SAID ? line : `${line.slice(0, MAX_SAID)}…`;
}

/** What some rows say: each different text once, in the order in which they are first said. */
interface Tally {
  readonly texts: readonly string[];
  /** Of each text: how many rows say it, and the first of them. */
  readonly counts: readonly number[];
  readonly firsts: readonly number[];
  /** Of each row: the place of its text; below 0 where it is not counted. */
  readonly ids: Int32Array;
}

function tally(said: readonly (string | undefined)[], deadline: Deadline): Tally {
  const known = new Map<string, number>();
  const counts: number[] = [];
  const firsts: number[] = [];
  const ids = new Int32Array(said.length).fill(-1);
  for (let row = 0; row < said.length; row++) {
    if (row % ROWS_PER_CHECK === 0) deadline.check();
    const text = said[row];
    if (text === undefined) continue;
    let id = known.get(text);
    if (id === undefined) {
      known.set(text, (id = known.size));
      counts.push(0);
      firsts.push(row);
    }
    counts[id]!++;
    ids[row] = id;
  }
  return { texts: [...known.keys()], counts, firsts, ids };
}

function countOf(text: string, { texts, counts }: Tally): number {
  return counts[texts.indexOf(text)] ?? 0;
}

/** The places of the texts that are meant, those that most rows say first. */
function byCount({ counts }: Tally, isMeant: (id: number) => boolean = () => true): readonly number[] {
  return Array.from(counts.keys())
    .filter(isMeant)
    .sort((a, b) => counts[b]! - counts[a]!);
}

/** The rows that say a text which so many say, or fewer. */
function rowsOfFew({ counts, ids }: Tally, most: number): readonly number[] {
  return rowsWhere(ids, (id) => id >= 0 && counts[id]! <= most);
}

function rowsWhere<Said>(said: ArrayLike<Said>, isMeant: (one: Said, row: number) => boolean): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < said.length; row++) if (isMeant(said[row]!, row)) rows.push(row);
  return rows;
}

function isFew(rows: readonly number[], total: number): boolean {
  return rows.length > 0 && rows.length <= Math.max(RARE_ROWS, total * RARE_SHARE);
}

const DIGIT = 1;
const HEX_LETTER = 2;
const KINDS = new Uint8Array(128);
for (let code = 0x30; code <= 0x39; code++) KINDS[code] = DIGIT;
for (let code = 0x41; code <= 0x46; code++) KINDS[code] = KINDS[code + 0x20] = HEX_LETTER;
const MIN_HEX_CHARS = 8;

/** The text with # for its numbers, and for runs of eight hexadecimal digits and more. */
export function shapeOf(value: string): string {
  const end = Math.min(value.length, 400);
  let shape = '';
  let copied = 0;
  for (let at = 0; at < end; at++) {
    if (kindAt(value, at) === 0) continue;
    const run = endOfRun(value, at, end, DIGIT | HEX_LETTER);
    const isOne = run - at >= MIN_HEX_CHARS;
    // Of a shorter run only the numbers in it.
    while (at < run) {
      const stop = isOne ? run : endOfRun(value, at, run, DIGIT);
      if (stop === at) at++;
      else {
        shape += `${value.slice(copied, at)}#`;
        at = copied = stop;
      }
    }
  }
  return shape + value.slice(copied, end);
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code > 0x66 ? 0 : KINDS[code]!;
}

function endOfRun(text: string, start: number, end: number, kinds: number): number {
  let at = start;
  while (at < end && (kindAt(text, at) & kinds) !== 0) at++;
  return at;
}

/** The values as numbers, those that are none as NaN; undefined when too many are none, of so many that are not empty. */
function numbersOf(values: readonly string[], filled: number): readonly number[] | undefined {
  let others = filled - filled * NUMBER_SHARE;
  const numbers: number[] = [];
  for (const value of values) {
    const number = toNumber(value);
    if (value !== '' && Number.isNaN(number) && --others < 0) return undefined;
    numbers.push(number);
  }
  return numbers;
}

function toNumber(value: string): number {
  if (!NUMBER_STARTS.includes(value.charAt(0))) return Number.NaN;
  if (isPlainNumber(value)) return Number(value);
  return NUMBER.test(value) ? Number(value.replaceAll(/[$€£,%+]/g, '')) : Number.NaN;
}

/** Digits, perhaps with a sign before and a point between: what most numbers are. */
function isPlainNumber(value: string): boolean {
  let digits = 0;
  let hasPoint = false;
  for (let at = value.charCodeAt(0) === 0x2d ? 1 : 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits++;
    else if (code !== 0x2e || hasPoint || digits === 0 || at + 1 === value.length) return false;
    else hasPoint = true;
  }
  return digits > 0;
}

function describeNumbers(
  name: string,
  numbers: readonly number[],
  values: readonly string[],
  distinct: number,
): ColumnFacts {
  const real = new Float64Array(numbers.filter((one) => !Number.isNaN(one))).sort();
  const median = real[real.length >> 1]!;
  const deviation = real.map((one) => Math.abs(one - median)).sort()[real.length >> 1]!;
  const far = deviation * OUTLYING;
  const outlying = rowsWhere(numbers, (one) => Math.abs(one - median) > far);
  const strange = rowsWhere(numbers, (one, row) => Number.isNaN(one) && values[row] !== '');
  const isCounting =
    real.length > 2 &&
    real.length === numbers.length &&
    numbers.every((one, i) => i === 0 || one === numbers[i - 1]! + 1);
  const spread = isCounting
    ? 'one by one'
    : `median ${median}; ${distinct === real.length ? 'all' : distinct} different`;
  const rare = [outlying, strange].filter((rows) => isFew(rows, numbers.length)).flat();
  return { said: [`${name}: ${real[0]} to ${real.at(-1)}, ${spread}`], rare, examples: [] };
}

function describeCategories(name: string, found: Tally): ColumnFacts {
  const { texts, counts, firsts, ids } = found;
  const sorted = byCount(found);
  const said = sorted.map((id) => `${clip(texts[id]!)} ${counts[id]!}`);
  const rare = rowsOfFew(found, Math.max(1, ids.length * 0.01));
  return {
    said: [`${name}: ${said.join(', ')}`],
    rare: isFew(rare, ids.length) ? rare : [],
    examples: sorted.map((id) => firsts[id]!),
  };
}

/** From what to what, where all are alike: times, say. */
function rangeOf(texts: readonly string[]): string {
  const filled = texts.filter((text) => text !== '');
  let first = filled[0]!;
  let last = first;
  for (const text of filled) {
    if (text < first) first = text;
    if (text > last) last = text;
  }
  return first.length === last.length && first.length <= 40 ? `, ${first} to ${last}` : '';
}

/** What the texts of a tally have in common, tallied; undefined when hardly any have anything. */
function tallyShapes({ texts, counts, firsts, ids }: Tally, deadline: Deadline): Tally | undefined {
  const known = new Map<string, number>();
  const shapes = { counts: [] as number[], firsts: [] as number[] };
  const shapeIds = new Int32Array(texts.length).fill(-1);
  const most = Math.max(RARE_ROWS, ids.length * RARE_SHARE);
  let singles = 0;
  for (let at = 0; at < texts.length; at++) {
    if (at % ROWS_PER_CHECK === 0) deadline.check();
    if (texts[at] === '') continue;
    // Each text that is left could have what one of these has.
    if (known.size > MAX_SHAPES && singles - (texts.length - at) > most) return undefined;
    const shape = shapeOf(texts[at]!);
    let id = known.get(shape);
    if (id === undefined) {
      known.set(shape, (id = known.size));
      shapes.counts.push(0);
      shapes.firsts.push(firsts[at]!);
    }
    shapeIds[at] = id;
    if (shapes.counts[id] === 1) singles--;
    shapes.counts[id]! += counts[at]!;
    if (shapes.counts[id] === 1) singles++;
  }
  return { texts: [...known.keys()], ...shapes, ids: ids.map((id) => (id < 0 ? id : shapeIds[id]!)) };
}

/** Long texts that differ in numbers only are counted by what they have in common. */
function describeTexts(name: string, found: Tally, deadline: Deadline): ColumnFacts {
  const { texts, counts, ids } = found;
  const empty = countOf('', found);
  const total = ids.length - empty;
  const distinct = texts.length - Number(empty > 0);
  const head = `${name}: ${distinct === total ? `${total}, all` : distinct} different`;
  const shapes = tallyShapes(found, deadline);
  const single = shapes ? rowsOfFew(shapes, 1) : [];
  const rare = isFew(single, ids.length) ? single : [];
  if (!shapes || shapes.texts.length > MAX_SHAPES || shapes.texts.length > total / 3) {
    const enough = Math.max(3, total / 50);
    const most = byCount(found, (id) => texts[id] !== '' && counts[id]! > enough).slice(0, 4);
    const said = most.map((id) => `${clip(texts[id]!)} ${counts[id]!}`);
    return { said: [said.length > 0 ? `${head}; most: ${said.join(', ')}` : head], rare, examples: [] };
  }
  if (shapes.texts.length === 1) return { said: [head + rangeOf(texts)], rare, examples: [] };
  const sorted = byCount(shapes);
  const said = sorted.map((id) => ` ${shapes.counts[id]!} × ${clip(shapes.texts[id]!)}`);
  return {
    said: [`${head}; with # for what is numbered:`, ...said],
    rare,
    examples: sorted.map((id) => shapes.firsts[id]!),
  };
}

function lengthOutliers(values: readonly string[]): readonly number[] {
  const place = Math.floor(values.length * 0.95);
  let longest = 0;
  for (const { length } of values) if (length > longest) longest = length;
  // Below this length the value at that place would have to be, of all in their order.
  const short = (longest - 20) / 4;
  let shorter = 0;
  for (const { length } of values) if (length < short) shorter++;
  if (shorter <= place) return [];
  const limit = 20 + 4 * Uint32Array.from(values, ({ length }) => length).sort()[place]!;
  const rows = rowsWhere(values, ({ length }) => length > limit);
  return isFew(rows, values.length) ? rows : [];
}

function describe(name: string, values: readonly string[], found: Tally, deadline: Deadline): ColumnFacts {
  const { texts } = found;
  if (texts.length === 1) {
    const said = texts[0] === '' ? `${name}: empty in all rows` : `${name}: ${clip(texts[0]!)} in all rows`;
    return { said: [said], rare: [], examples: [] };
  }
  const empty = countOf('', found);
  const distinct = texts.length - Number(empty > 0);
  const filled = values.length - empty;
  if (distinct <= MAX_CATEGORIES && distinct <= Math.max(3, filled / 4)) return describeCategories(name, found);
  const numbers = numbersOf(values, filled);
  const facts = numbers ? describeNumbers(name, numbers, values, distinct) : describeTexts(name, found, deadline);
  if (empty === 0) return facts;
  const empties = rowsWhere(values, (value) => value === '');
  const rare = isFew(empties, values.length)
    ? empties
    : filled <= RARE_ROWS
      ? rowsWhere(values, (value) => value !== '')
      : [];
  return {
    ...facts,
    said: [`${facts.said[0]}; empty in ${empty} rows`, ...facts.said.slice(1)],
    rare: [...facts.rare, ...rare],
  };
}

export function describeColumn(
  name: string,
  rows: readonly Row[],
  column: number,
  deadline: Deadline,
): DescribedColumn {
  deadline.check();
  const values = rows.map((row) => row[column] ?? '');
  const found = tally(values, deadline);
  const facts = describe(clip(name), values, found, deadline);
  return { ...facts, rare: [...facts.rare, ...lengthOutliers(values)], failing: failingRows(found) };
}

/** Each different text is looked at once, and alone only where one of them speaks of failure. */
function failingRows({ texts, ids }: Tally): readonly number[] {
  const beginnings = texts.map(beginningOf);
  if (!FAILURE.test(beginnings.join('\n'))) return [];
  const areFailing = beginnings.map((said) => FAILURE.test(said));
  return rowsWhere(ids, (id) => areFailing[id]!);
}

/** Rows that speak of failure, and rows with more or fewer cells than most. */
export function oddRows(rows: readonly Row[], columns: readonly DescribedColumn[]): readonly number[] {
  const failing = new Set(columns.flatMap((column) => column.failing));
  const ragged = rowsWhere(rows, (row) => row.length !== columns.length);
  for (const row of ragged) {
    const more = rows[row]!.slice(columns.length);
    if (more.some((cell) => FAILURE.test(beginningOf(cell)))) failing.add(row);
  }
  return [[...failing], ragged].filter((found) => isFew(found, rows.length)).flat();
}

function beginningOf(cell: string): string {
  return cell.length > MAX_LOOKED_AT ? cell.slice(0, MAX_LOOKED_AT) : cell;
}

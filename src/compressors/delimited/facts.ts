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

const ROWS_PER_CHECK = 512;
const MAX_CATEGORIES = 24;
const MAX_SHAPES = 24;
const MAX_SAID = 80;
/** A kind of oddity that more rows than this have is none. */
const RARE_SHARE = 0.03;
const RARE_ROWS = 3;
/** In median deviations. */
const OUTLYING = 12;
const NUMBER = /^[-+]?[$€£]?\d[\d,]*(?:\.\d+)?%?$/;
const FAILURE = /\b(?:errors?|fatal|fail(?:ed|ures?)?|exceptions?|critical|panic|denied|refused|timed? ?out)\b/i;

function clip(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ');
  return line.length <= MAX_SAID ? line : `${line.slice(0, MAX_SAID)}…`;
}

/** Rows by what they say, in the order in which that is first said. */
function group(keys: readonly (string | undefined)[], deadline: Deadline): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [row, key] of keys.entries()) {
    if (row % ROWS_PER_CHECK === 0) deadline.check();
    if (key === undefined) continue;
    const rows = groups.get(key);
    if (rows) rows.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function byCount(groups: ReadonlyMap<string, readonly number[]>): readonly (readonly [string, readonly number[]])[] {
  return [...groups].sort((a, b) => b[1].length - a[1].length);
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
  for (let at = 0; at < end; ) {
    const run = endOfRun(value, at, end, DIGIT | HEX_LETTER);
    // Of a shorter run only the numbers in it.
    const stop = run - at >= MIN_HEX_CHARS ? run : endOfRun(value, at, end, DIGIT);
    if (stop === at) {
      at++;
      continue;
    }
    shape += `${value.slice(copied, at)}#`;
    at = copied = stop;
  }
  return shape + value.slice(copied, end);
}

function endOfRun(text: string, start: number, end: number, kinds: number): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code > 0x66 || (KINDS[code]! & kinds) === 0) break;
    at++;
  }
  return at;
}

function toNumber(value: string): number {
  return NUMBER.test(value) ? Number(value.replaceAll(/[$€£,%+]/g, '')) : Number.NaN;
}

function describeNumbers(
  name: string,
  numbers: readonly number[],
  values: readonly string[],
  distinct: number,
): ColumnFacts {
  const real = numbers.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b);
  const median = real[real.length >> 1]!;
  const deviations = real.map((one) => Math.abs(one - median)).sort((a, b) => a - b);
  const deviation = deviations[deviations.length >> 1]!;
  const far = deviation * OUTLYING;
  const outlying = numbers.flatMap((one, row) => (!Number.isNaN(one) && Math.abs(one - median) > far ? [row] : []));
  const strange = values.flatMap((value, row) => (value !== '' && Number.isNaN(numbers[row]!) ? [row] : []));
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

function describeCategories(name: string, groups: ReadonlyMap<string, readonly number[]>, total: number): ColumnFacts {
  const sorted = byCount(groups);
  const counts = sorted.map(([value, rows]) => `${clip(value)} ${rows.length}`);
  const rare = sorted.filter(([, rows]) => rows.length <= Math.max(1, total * 0.01)).flatMap(([, rows]) => rows);
  return {
    said: [`${name}: ${counts.join(', ')}`],
    rare: isFew(rare, total) ? rare : [],
    examples: sorted.map(([, rows]) => rows[0]!),
  };
}

/** From what to what, where all are alike: times, say. */
function rangeOf(values: readonly string[]): string {
  const filled = values.filter((value) => value !== '').sort();
  const [first, last] = [filled[0]!, filled.at(-1)!];
  return first.length === last.length && first.length <= 40 ? `, ${first} to ${last}` : '';
}

/** Long texts that differ in numbers only are counted by what they have in common. */
function describeTexts(
  name: string,
  values: readonly string[],
  groups: ReadonlyMap<string, readonly number[]>,
  deadline: Deadline,
): ColumnFacts {
  const shapes = byCount(
    group(
      values.map((value) => (value === '' ? undefined : shapeOf(value))),
      deadline,
    ),
  );
  const empty = groups.get('')?.length ?? 0;
  const total = values.length - empty;
  const distinct = groups.size - Number(empty > 0);
  const single = shapes.filter(([, rows]) => rows.length === 1).flatMap(([, rows]) => rows);
  const rare = isFew(single, values.length) ? single : [];
  const head = `${name}: ${distinct === total ? `${total}, all` : distinct} different`;
  if (shapes.length > MAX_SHAPES || shapes.length > total / 3) {
    const most = byCount(groups)
      .filter(([value, rows]) => value !== '' && rows.length > Math.max(3, total / 50))
      .slice(0, 4);
    const said = most.map(([value, rows]) => `${clip(value)} ${rows.length}`);
    return { said: [said.length > 0 ? `${head}; most: ${said.join(', ')}` : head], rare, examples: [] };
  }
  if (shapes.length === 1) return { said: [head + rangeOf(values)], rare, examples: [] };
  const said = shapes.map(([shape, rows]) => ` ${rows.length} × ${clip(shape)}`);
  return {
    said: [`${head}; with # for what is numbered:`, ...said],
    rare,
    examples: shapes.map(([, rows]) => rows[0]!),
  };
}

function lengthOutliers(values: readonly string[]): readonly number[] {
  const lengths = new Uint32Array(values.length);
  for (let row = 0; row < values.length; row++) lengths[row] = values[row]!.length;
  lengths.sort();
  const limit = 20 + 4 * lengths[Math.floor(lengths.length * 0.95)]!;
  if (lengths.at(-1)! <= limit) return [];
  const rows = values.flatMap((value, row) => (value.length > limit ? [row] : []));
  return isFew(rows, values.length) ? rows : [];
}

function describe(name: string, values: readonly string[], deadline: Deadline): ColumnFacts {
  const groups = group(values, deadline);
  if (groups.size === 1) {
    const [value] = groups.keys();
    return {
      said: [value === '' ? `${name}: empty in all rows` : `${name}: ${clip(value!)} in all rows`],
      rare: [],
      examples: [],
    };
  }
  const distinct = groups.size - Number(groups.has(''));
  const filled = values.length - (groups.get('')?.length ?? 0);
  if (distinct <= MAX_CATEGORIES && distinct <= Math.max(3, filled / 4))
    return describeCategories(name, groups, values.length);
  const numbers = values.map(toNumber);
  const real = numbers.filter((one) => !Number.isNaN(one)).length;
  const facts =
    real >= filled * 0.95
      ? describeNumbers(name, numbers, values, distinct)
      : describeTexts(name, values, groups, deadline);
  const empty = groups.get('') ?? [];
  if (empty.length === 0) return facts;
  const rare = isFew(empty, values.length)
    ? empty
    : filled <= RARE_ROWS
      ? values.flatMap((value, row) => (value === '' ? [] : [row]))
      : [];
  return {
    ...facts,
    said: [`${facts.said[0]}; empty in ${empty.length} rows`, ...facts.said.slice(1)],
    rare: [...facts.rare, ...rare],
  };
}

export function describeColumn(name: string, rows: readonly Row[], column: number, deadline: Deadline): ColumnFacts {
  deadline.check();
  const values = rows.map((row) => row[column] ?? '');
  const facts = describe(clip(name), values, deadline);
  return { ...facts, rare: [...facts.rare, ...lengthOutliers(values)] };
}

function beginningOf(cell: string): string {
  return cell.length > 2000 ? cell.slice(0, 2000) : cell;
}

/** Rows that speak of failure, and rows with more or fewer cells than most. */
export function oddRows(rows: readonly Row[], count: number): readonly number[] {
  const failing = rows.flatMap((row, i) => (FAILURE.test(row.map(beginningOf).join('\n')) ? [i] : []));
  const ragged = rows.flatMap((row, i) => (row.length === count ? [] : [i]));
  return [failing, ragged].filter((found) => isFew(found, rows.length)).flat();
}

/** What a column of a table holds: its values with counts, a range of numbers, or the names of the rows. */

export interface Column {
  /** One line for the head of the view. */
  readonly said: string;
  /** Values that few rows have, or far above the others; undefined: none. */
  readonly rare?: ReadonlySet<string>;
  /** Whether it holds a few kinds of values, each said with its count. */
  readonly isCounted?: boolean;
}

const MAX_KINDS = 12;
const MAX_KIND = 80;
/** Of the values of a column that are more than those kinds, so many that come often are named. */
const MAX_FREQUENT = 4;
const FREQUENT_SHARE = 0.05;
/** A value in fewer rows than this share is rare, if the rows with such values are few. */
const RARE_SHARE = 0.03;
const MAX_RARE_SHARE = 0.1;
const MIN_RARE = 5;
const FAR = 4;

const SCALED = /^(-?\d[\d,]*(?:\.\d+)?) ?(%|[kKMGTPE]i?B?|[gt]|B|m)?$/;
const LASTED = /^(?:\d+(?:ms|[smhdwy]))+$/;
const SCALES: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  g: 1e9,
  G: 1e9,
  t: 1e12,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};
const SECONDS: Readonly<Record<string, number>> = {
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

function amountOf(value: string): number {
  const [, digits, unit = ''] = SCALED.exec(value) ?? [];
  if (digits === undefined) return NaN;
  const binary = unit[1] === 'i' ? 1.024 ** ' KMGTPE'.indexOf(unit[0]!) : 1;
  return Number(digits.replaceAll(',', '')) * (SCALES[unit[0] ?? ''] ?? 1) * binary;
}

function secondsOf(value: string): number {
  if (!LASTED.test(value)) return NaN;
  let sum = 0;
  for (const [, count, unit] of value.matchAll(/(\d+)(ms|[smhdwy])/g)) sum += Number(count) * SECONDS[unit!]!;
  return sum;
}

/** How often each value stands in a column. */
type Counts = ReadonlyMap<string, number>;

/** The columns of a table, counted once for all who ask: first the rows that names are looked for in, then the others. */
export class ColumnCounts {
  readonly #rows: readonly (readonly string[])[];
  readonly #counts: readonly Map<string, number>[];
  #counted = 0;

  /** @param rows at least one. */
  constructor(rows: readonly (readonly string[])[]) {
    this.#rows = rows;
    this.#counts = rows[0]!.map(() => new Map<string, number>());
  }

  /** Of so many rows from the first one on, no fewer than were asked for before. */
  ofFirst(rows: number): readonly Counts[] {
    const end = Math.min(rows, this.#rows.length);
    for (; this.#counted < end; this.#counted++) {
      const row = this.#rows[this.#counted]!;
      for (const [at, counts] of this.#counts.entries()) {
        const value = row[at] ?? '';
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    return this.#counts;
  }
}

interface Amount {
  readonly value: string;
  readonly count: number;
  readonly amount: number;
}

/** What each value amounts to, the empty ones aside; undefined when a value is no amount. */
function amountsBy(measure: (value: string) => number, counts: Counts): Amount[] | undefined {
  const amounts: Amount[] = [];
  for (const [value, count] of counts) {
    if (value === '' || value === '-') continue;
    const amount = measure(value);
    if (Number.isNaN(amount)) return undefined;
    amounts.push({ value, count, amount });
  }
  return amounts;
}

interface Measured {
  readonly amounts: Amount[];
  readonly isTime: boolean;
}

/** Undefined when a column does not hold one kind of amount. */
function measured(counts: Counts, rows: number): Measured | undefined {
  const [none, dashes] = [counts.get('') ?? 0, counts.get('-') ?? 0];
  if (none + dashes > rows / 2) return undefined;
  const scaled = amountsBy(amountOf, counts);
  const amounts = scaled ?? amountsBy(secondsOf, counts);
  return amounts && { amounts, isTime: !scaled };
}

function sayRange(name: string, { amounts, isTime }: Measured): Column {
  amounts.sort((a, b) => a.amount - b.amount);
  const rows = amounts.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  const usual = amounts.find(({ count }) => (below += count) > rows * 0.9)!.amount;
  const far = amounts.filter(({ amount }) => amount > Math.max(usual, 1e-3) * FAR);
  const isFew = far.reduce((sum, { count }) => sum + count, 0) <= Math.max(MIN_RARE, rows * MAX_RARE_SHARE);
  const rare = new Set(isFew && !isTime ? far.map(({ value }) => value) : []);
  return {
    said: `${name}: ${amounts[0]!.value} to ${amounts.at(-1)!.value}`,
    rare,
  };
}

function sayKind(value: string): string {
  if (value === '') return '(empty)';
  return value.length > MAX_KIND + 20 ? `${value.slice(0, MAX_KIND)}… (+${value.length - MAX_KIND} characters)` : value;
}

/** Undefined for a column that is empty. */
export function readColumn(name: string, counts: Counts, rows: number): Column | undefined {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  if (sorted.length === 1) return sorted[0]![0] === '' ? undefined : { said: `${name}: ${sayKind(sorted[0]![0])}` };
  const sayCount = ([value, count]: readonly [string, number]): string => `${sayKind(value)} ×${count}`;
  if (sorted.length > MAX_KINDS) {
    const range = measured(counts, rows);
    if (range) return sayRange(name, range);
    const frequent = sorted.filter(([, count]) => count >= Math.max(3, rows * FREQUENT_SHARE));
    const said = frequent.slice(0, MAX_FREQUENT).map(sayCount);
    return { said: `${name}: ${[`${sorted.length} values`, ...said].join(', ')}` };
  }
  const rare = sorted.filter(([, count]) => count <= Math.max(2, rows * RARE_SHARE));
  const rareRows = rare.reduce((sum, [, count]) => sum + count, 0);
  const isFew = rareRows <= Math.max(MIN_RARE, rows * MAX_RARE_SHARE);
  const odd = new Set(isFew ? rare.map(([value]) => value) : []);
  return { said: `${name}: ${sorted.map(sayCount).join(', ')}`, rare: odd, isCounted: true };
}

const IS_NAME = /^(?:names?|package|unit|object)$/i;
/** Ids that nobody says by heart. */
const IS_ID = /^(?:[0-9a-f]{7,64}|[0-9a-f-]{36}|sha256:[0-9a-f]+)$/;
const MIN_NAMED_SHARE = 0.5;
const SAMPLED_ROWS = 1000;

/** The columns that name the rows: the one that is called so, the first whose texts differ, or two together. None: []. */
export function namingColumns(
  names: readonly string[],
  all: readonly (readonly string[])[],
  counted: ColumnCounts,
): readonly number[] {
  const rows = all.slice(0, SAMPLED_ROWS);
  const isTelling = (kinds: number): boolean => kinds / rows.length >= MIN_NAMED_SHARE;
  const counts = counted.ofFirst(SAMPLED_ROWS);
  const texts = [...counts.keys()].filter((at) => isText(counts[at]!, rows.length));
  const telling = texts.filter((at) => isTelling(counts[at]!.size));
  const one = telling.find((at) => IS_NAME.test(names[at] ?? '')) ?? telling[0];
  if (one !== undefined) return [one];
  const [first, second] = texts;
  if (first === undefined || second === undefined) return [];
  const pairs = new Set(rows.map((row) => `${row[first] ?? ''}\n${row[second] ?? ''}`));
  return isTelling(pairs.size) ? [first, second] : [];
}

function isText(counts: Counts, rows: number): boolean {
  let named = 0;
  for (const [value, count] of counts) if (/\p{L}{2}|[@/]/u.test(value) && !IS_ID.test(value)) named += count;
  return named > rows / 2 && !measured(counts, rows);
}

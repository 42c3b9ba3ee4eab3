/** Robust statistics: what numbers are far from the others, and where a series changes its level. */

export interface Spread {
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** What a standard deviation would be if the few far values were not there; 0 when that cannot be said. */
  readonly scale: number;
}

/** Of normal numbers, so many deviations off is one in thousands. */
const MIN_DEVIATIONS = 3.5;
const MIN_NUMBERS = 12;

export function spreadOf(values: readonly number[]): Spread {
  const sorted = new Float64Array(values).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  const median = at(0.5);
  const middle = middleDistance(sorted, median);
  const scale = middle > 0 ? middle * 1.4826 : (at(0.75) - at(0.25)) / 1.349 || (at(0.95) - at(0.05)) / 3.29;
  return { min: sorted[0]!, max: sorted.at(-1)!, median, scale };
}

/** Of the distances to the median the one in the middle: they grow to both sides of it. */
function middleDistance(sorted: Float64Array, median: number): number {
  let high = Math.floor(sorted.length * 0.5);
  let low = high - 1;
  let distance = Number.NaN;
  for (let left = Math.floor(sorted.length / 2); left >= 0; left--) {
    const below = low < 0 ? Number.NaN : median - sorted[low]!;
    const above = high < sorted.length ? sorted[high]! - median : Number.NaN;
    if (below <= above || Number.isNaN(above)) {
      distance = below;
      low--;
    } else {
      distance = above;
      high++;
    }
  }
  return Math.abs(distance);
}

function medianOf(values: readonly number[], start: number, end: number): number {
  const sorted = new Float64Array(values.slice(start, end)).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.5))]!;
}

/**
 * Places of numbers far from the others, farthest first, both sides.
 * @param spread theirs, where it is known.
 */
export function outliersOf(values: readonly number[], spread?: Spread): readonly number[] {
  if (values.length < MIN_NUMBERS) return [];
  const { min, max, median, scale } = spread ?? spreadOf(values);
  const limit = Math.max(MIN_DEVIATIONS, Math.sqrt(2 * Math.log(values.length))) * scale;
  if (!(scale > 0) || !Number.isFinite(limit) || (max - median <= limit && median - min <= limit)) return [];
  const far: number[] = [];
  for (let at = 0; at < values.length; at++) if (Math.abs(values[at]! - median) > limit) far.push(at);
  return far.sort((a, b) => Math.abs(values[b]! - median) - Math.abs(values[a]! - median));
}

export interface Shift {
  /** The first place of the new level. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

const MIN_SEGMENT = 8;
const MAX_SHIFTS = 4;
/** A shift this many times the noise within the levels is no chance. */
const MIN_STEP = 4;
/** Longer series are looked at up to here. */
const MAX_SERIES = 20_000;

/** Where a series goes over to another level and stays there. */
export function shiftsOf(values: readonly number[]): readonly Shift[] {
  return new Series(values).shifts;
}

/** Numbers, some of them none, and what several parts of a view ask of them. */
export class Series {
  /** Where numbers stand. */
  readonly places: readonly number[];
  readonly values: readonly number[];
  #spread: Spread | undefined;
  #shifts: readonly Shift[] | undefined;

  constructor(all: readonly number[]) {
    const places: number[] = [];
    for (let at = 0; at < all.length; at++) if (!Number.isNaN(all[at]!)) places.push(at);
    this.places = places;
    this.values = places.length === all.length ? all : places.map((at) => all[at]!);
  }

  get spread(): Spread {
    return (this.#spread ??= spreadOf(this.values));
  }

  get shifts(): readonly Shift[] {
    return (this.#shifts ??= this.#findShifts());
  }

  #findShifts(): readonly Shift[] {
    const { values } = this;
    const shifts: Shift[] = [];
    if (values.length < MIN_SEGMENT * 2 || values.length > MAX_SERIES || isTrend(values)) return shifts;
    findShifts(values, { start: 0, end: values.length, median: this.spread.median }, shifts);
    return shifts.sort((a, b) => a.at - b.at);
  }

  /** Places of all numbers, from one to another, that are far from the others between them. */
  outliers(start: number, end: number): readonly number[] {
    const isWhole = start === 0 && end === this.values.length;
    const found = isWhole ? outliersOf(this.values, this.spread) : outliersOf(this.values.slice(start, end));
    return found.map((at) => this.places[start + at]!);
  }
}

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly median: number;
}

function findShifts(values: readonly number[], { start, end, median }: Segment, shifts: Shift[]): void {
  if (end - start < MIN_SEGMENT * 2 || shifts.length >= MAX_SHIFTS) return;
  const rough = splitOf(values, start, end, median);
  if (rough === start || rough === end) return;
  const levels = [medianOf(values, start, rough), medianOf(values, rough, end)];
  // Between the two levels there is a clearer line than the middle of all.
  const at = splitOf(values, start, end, (levels[0]! + levels[1]!) / 2);
  if (at - start < MIN_SEGMENT || end - at < MIN_SEGMENT) return;
  const one = spreadOf(values.slice(start, at));
  const two = spreadOf(values.slice(at, end));
  const noise = Math.max(one.scale, two.scale);
  if (!(noise >= 0) || Math.abs(one.median - two.median) <= noise * MIN_STEP) return;
  shifts.push({ at, before: one.median, after: two.median });
  findShifts(values, { start, end: at, median: one.median }, shifts);
  findShifts(values, { start: at, end, median: two.median }, shifts);
}

/** Where values go over from one side of a line to the other: single far values hardly move it. */
function splitOf(values: readonly number[], start: number, end: number, line: number): number {
  let mean = 0;
  for (let at = start; at < end; at++) mean += Math.sign(values[at]! - line) / (end - start);
  let sum = 0;
  let most = 0;
  let split = start;
  for (let at = start; at < end; at++) {
    sum += Math.sign(values[at]! - line) - mean;
    if (Math.abs(sum) > most) {
      most = Math.abs(sum);
      split = at + 1;
    }
  }
  return split;
}

/** Counters and clocks go one way: their level is where they are. */
function isTrend(values: readonly number[]): boolean {
  let up = 0;
  let down = 0;
  for (let at = 1; at < values.length; at++) {
    if (values[at]! > values[at - 1]!) up++;
    else if (values[at]! < values[at - 1]!) down++;
  }
  return Math.min(up, down) * 20 < up + down;
}

/**
 * Which rows a view leaves out where many are of one shape: the first and the last stay, those that say a failure, and
 * those with a value that is rare in its column, or the smallest or largest number of it. The others are counted by what their columns say.
 */
import type { Shape } from '../../core/shape.ts';
import type { Row, Shapes } from './shapes.ts';

const MIN_ROWS = 30;
const FIRST = 12;
const LAST = 3;
/** A run of fewer says where it is left out with more words than it takes. */
const MIN_RUN = 4;
/** So many values at most are a column that sorts its rows. */
const MAX_SORTS = 8;
const RARE_SHARE = 0.1;
/** Columns that a run is counted by. */
const MAX_COUNTED = 2;
const FAILURE =
  /error|fail|fatal|panic|crit|warn|denied|refus|reject|timeout|timed out|exception|abort|killed|invalid|missing|unhealthy|degraded|down\b|not found/i;

/** Rows that follow each other and are left out, by the start of their first: where it ends, and what is said of them. */
export interface Run {
  readonly end: number;
  readonly said: string;
}

type Counts = ReadonlyMap<string, number>;

/** For each column how often each value stands in it; undefined where it does not sort. */
function countsOf({ columns }: Shape): readonly (Counts | undefined)[] {
  return columns.map(({ values }) => {
    const counts = new Map<string, number>();
    for (const value of values) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > MAX_SORTS) return undefined;
    }
    return counts;
  });
}

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** The rows with the smallest and the largest number of each column that holds nothing else. */
function extremesOf({ columns }: Shape): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { values } of columns) {
    if (!values.every((value) => NUMBER.test(value))) continue;
    const numbers = values.map(Number);
    let [least, most] = [0, 0];
    for (const [at, number] of numbers.entries()) {
      if (number < numbers[least]!) least = at;
      if (number > numbers[most]!) most = at;
    }
    found.add(least).add(most);
  }
  return found;
}

function mayGo({ shape, at }: Row, counts: readonly (Counts | undefined)[], rows: number): boolean {
  if (at < FIRST || at >= rows - LAST) return false;
  return shape.columns.every(({ values }, column) => {
    const value = values[at]!;
    if (FAILURE.test(value)) return false;
    const own = counts[column]?.get(value);
    return own === undefined || own >= rows * RARE_SHARE;
  });
}

function say(run: readonly Row[], counts: readonly (Counts | undefined)[]): string {
  const { letter, columns } = run[0]!.shape;
  const said: string[] = [];
  for (const [column, sorts] of counts.entries()) {
    if (!sorts || said.length >= MAX_COUNTED) continue;
    const own = new Map<string, number>();
    for (const { at } of run) own.set(columns[column]!.values[at]!, (own.get(columns[column]!.values[at]!) ?? 0) + 1);
    said.push(`{${column + 1}} ${[...own].map(([value, count]) => `${count} x ${value}`).join(', ')}`);
  }
  return `[${run.length} more of ${letter}${said.length === 0 ? '' : `: ${said.join('; ')}`}]`;
}

export function findLeftOut(lines: readonly string[], { shapes, rows }: Shapes): ReadonlyMap<number, Run> {
  const known = new Map(shapes.map((shape) => [shape, countsOf(shape)]));
  const extremes = new Map(shapes.map((shape) => [shape, extremesOf(shape)]));
  const runs = new Map<number, Run>();
  let open: Row[] = [];
  const close = (): void => {
    if (open.length >= MIN_RUN)
      runs.set(open[0]!.stanza.start, { end: open.at(-1)!.stanza.end, said: say(open, known.get(open[0]!.shape)!) });
    open = [];
  };
  for (const row of [...rows.values()].sort((a, b) => a.stanza.start - b.stanza.start)) {
    const { shape, stanza } = row;
    const count = shape.columns[0]?.values.length ?? 0;
    const last = open.at(-1);
    if (last && (last.shape !== shape || !isBlankBetween(lines, last.stanza.end, stanza.start))) close();
    const isExtreme = extremes.get(shape)!.has(row.at);
    if (count >= MIN_ROWS && !isExtreme && mayGo(row, known.get(shape)!, count)) open.push(row);
    else close();
  }
  close();
  return runs;
}

function isBlankBetween(lines: readonly string[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (lines[at] !== '') return false;
  return true;
}

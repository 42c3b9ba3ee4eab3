/** When the requests of a conversation arrive: mostly at an agent's pace, now and then after a pause that outlives a cache. */
import { hash } from 'node:crypto';

const SECOND = 1000;

/** Share of the gaps, and between how many seconds they lie. */
export type Pace = readonly (readonly [share: number, from: number, to: number])[];

/** An agent that is left alone. */
export const STEADY: Pace = [
  [0.92, 5, 40],
  [0.05, 60, 240],
  [0.03, 330, 900],
];

/** Somebody reads along, goes to meetings and to lunch. */
export const WITH_PAUSES: Pace = [
  [0.9, 5, 40],
  [0.1, 700, 3000],
];

/** A number from 0 to 1 that depends on the words alone. */
function fraction(words: string): number {
  return Number.parseInt(hash('sha256', words).slice(0, 12), 16) / 2 ** 48;
}

function gap(id: string, index: number, pace: Pace): number {
  let left = fraction(`which ${id} ${index}`);
  const [, from, to] = pace.find(([share]) => (left -= share) < 0) ?? pace[0]!;
  return Math.round((from + (to - from) * fraction(`how long ${id} ${index}`)) * SECOND);
}

/** Milliseconds since the first request, for each. */
export function arrivals(id: string, count: number, pace: Pace = STEADY): readonly number[] {
  const times = [0];
  for (let index = 1; index < count; index++) times.push(times.at(-1)! + gap(id, index, pace));
  return times;
}

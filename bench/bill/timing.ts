/** When the requests of a conversation arrive: mostly at an agent's pace, now and then after a pause that outlives a cache. */
import { hash } from 'node:crypto';

const SECOND = 1000;

/** Share of the gaps, and between how many seconds they lie. */
const GAPS: readonly (readonly [share: number, from: number, to: number])[] = [
  [0.92, 5, 40],
  [0.05, 60, 240],
  [0.03, 330, 900],
];

/** A number from 0 to 1 that depends on the words alone. */
function fraction(words: string): number {
  return Number.parseInt(hash('sha256', words).slice(0, 12), 16) / 2 ** 48;
}

function gap(id: string, index: number): number {
  let left = fraction(`which ${id} ${index}`);
  const [, from, to] = GAPS.find(([share]) => (left -= share) < 0) ?? GAPS[0]!;
  return Math.round((from + (to - from) * fraction(`how long ${id} ${index}`)) * SECOND);
}

/** Milliseconds since the first request, for each. */
export function arrivals(id: string, count: number): readonly number[] {
  const times = [0];
  for (let index = 1; index < count; index++) times.push(times.at(-1)! + gap(id, index));
  return times;
}

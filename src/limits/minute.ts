/**
 * Requests and tokens of the last minute, by the second: no minute, wherever it begins, holds more than the limit. What
 * was used at some second counts until that second lies a whole minute back.
 */

/** The second since 1970, and what was used in it. */
export type Second = readonly [second: number, requests: number, tokens: number];
export type Used = 'requests' | 'tokens';

const SECOND_MS = 1_000;
const MINUTE_SECONDS = 60;
const PLACE = { requests: 1, tokens: 2 } as const;

export function secondOf(at: number): number {
  return Math.floor(at / SECOND_MS);
}

/** What still counts then, the oldest first. */
export function lastMinute(seconds: readonly Second[], at: number): readonly Second[] {
  return seconds.filter(([second]) => leavesAt(second) > at);
}

export function book(seconds: readonly Second[], second: number, requests: number, tokens: number): readonly Second[] {
  const before = seconds.find(([one]) => one === second);
  const added: Second = [second, requests + (before?.[1] ?? 0), Math.max(0, tokens + (before?.[2] ?? 0))];
  return [...seconds.filter(([one]) => one !== second), added].toSorted(([a], [b]) => a - b);
}

/**
 * When so much more fits; undefined when it does now. What is more than the whole limit waits for an empty minute, since
 * it would never fit.
 */
export function fitsAt(seconds: readonly Second[], what: Used, more: number, limit: number): number | undefined {
  let used = sumOf(seconds, what);
  const isFull = (): boolean => used > 0 && used + more > limit;
  if (!isFull()) return undefined;
  for (const second of seconds) {
    used -= second[PLACE[what]];
    if (!isFull()) return leavesAt(second[0]);
  }
  return undefined;
}

export function sumOf(seconds: readonly Second[], what: Used): number {
  return seconds.reduce((sum, second) => sum + second[PLACE[what]], 0);
}

function leavesAt(second: number): number {
  return (second + 1 + MINUTE_SECONDS) * SECOND_MS;
}

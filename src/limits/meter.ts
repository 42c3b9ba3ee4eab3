/** What one credential or project has used: its last minute, its windows of money, and what is reserved for requests on their way. */
import type { Period } from '../core/limits.ts';
import type { Second } from './minute.ts';

/** Money is counted in billionths of a dollar: whole numbers add up exactly. */
export const NANOS: number = 1_000_000_000;

export type Spent = readonly [period: Period, from: number, nanos: number];
/** For a request that is not over yet; dropped at `until`, should its proxy have died. */
export type Reservation = readonly [id: string, until: number, nanos: number];

export interface Meter {
  readonly seconds: readonly Second[];
  readonly spent: readonly Spent[];
  readonly reserved: readonly Reservation[];
}

export const EMPTY: Meter = { seconds: [], spent: [], reserved: [] };

/** What is no meter of ours begins anew. */
export function readMeter(text: string | undefined): Meter {
  if (text === undefined) return EMPTY;
  try {
    const { seconds, spent, reserved } = JSON.parse(text) as Meter;
    return [seconds, spent, reserved].every((list) => Array.isArray(list)) ? { seconds, spent, reserved } : EMPTY;
  } catch {
    return EMPTY;
  }
}

export function writeMeter(meter: Meter): string {
  return JSON.stringify(meter);
}

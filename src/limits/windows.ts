/** The hours, days and months of budgets: those of the calendar, in UTC, so that every proxy has the same. */
import type { Period } from '../core/limits.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** In milliseconds since 1970; `until` is the first that is not in it. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

export function windowOf(period: Period, at: number): Window {
  switch (period) {
    case 'hour':
      return startingAt(at - (at % HOUR_MS), HOUR_MS);
    case 'day':
      return startingAt(at - (at % DAY_MS), DAY_MS);
    case 'month': {
      const day = new Date(at);
      const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
      return { from: Date.UTC(year, month, 1), until: Date.UTC(year, month + 1, 1) };
    }
  }
}

function startingAt(from: number, ms: number): Window {
  return { from, until: from + ms };
}

import { expect, test } from 'vitest';
import { windowOf } from './windows.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['hour', '2026-11-21T16:59:59.999Z', '2026-11-21T16:00:00Z', '2026-11-21T17:00:00Z'],
  ['hour', '2026-11-21T17:00:00.000Z', '2026-11-21T17:00:00Z', '2026-11-21T18:00:00Z'],
  ['day', '2026-11-21T23:59:59.999Z', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'],
  ['day', '2026-11-22T00:00:00.000Z', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'],
  ['month', '2026-01-31T12:00:00.000Z', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
  ['month', '2026-02-28T23:59:59.999Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
  ['month', '2028-02-29T12:00:00.000Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ['month', '2026-04-30T12:00:00.000Z', '2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z'],
  ['month', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
] as const)('the %s of %s begins and ends with the calendar, in UTC', (period, now, from, until) => {
  expect(windowOf(period, at(now))).toEqual({ from: at(from), until: at(until) });
});

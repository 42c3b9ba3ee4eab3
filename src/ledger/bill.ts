/** What tokens cost, and when a conversation has cost more with Headroom than without. */
import type { Rates } from '../core/model.ts';
import type { Usage } from '../core/wire-format.ts';
import type { Bill } from './remembered.ts';

export const MILLION = 1_000_000;

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
};

/** For models without a price: only their proportions are used. */
export const USUAL_RATES: Required<Rates> = {
  input: 1,
  output: 5,
  cacheRead: 0.1,
  cacheWrite5m: 1.25,
  cacheWrite1h: 2,
};

export function inputCost(usage: Usage, rates: Required<Rates>): number {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = usage;
  const weighed =
    inputTokens * rates.input +
    cacheReadTokens * rates.cacheRead +
    cacheWriteTokens * rates.cacheWrite5m +
    cacheWrite1hTokens * rates.cacheWrite1h;
  return weighed / MILLION;
}

export function costOf(usage: Usage, rates: Required<Rates>): number {
  return inputCost(usage, rates) + (usage.outputTokens * rates.output) / MILLION;
}

export function inputTokensOf({ inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens }: Usage): number {
  return inputTokens + cacheReadTokens + cacheWriteTokens + cacheWrite1hTokens;
}

export function plus(a: Usage, b: Usage): Usage {
  const reasoning = (a.reasoningTokens ?? 0) + (b.reasoningTokens ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
    ...(reasoning > 0 && { reasoningTokens: reasoning }),
  };
}

/** So many requests are looked at. */
export const FREEZE_AFTER = 5;
/** What two simulated bills may differ by. */
const TOLERANCE = 0.01;

/** Whether the last requests of a conversation together were dearer with Headroom. */
export function isLosing(bills: readonly Bill[]): boolean {
  if (bills.length < FREEZE_AFTER) return false;
  const last = bills.slice(-FREEZE_AFTER);
  const sumOf = (index: 0 | 1 | 2): number => last.reduce((sum, bill) => sum + bill[index], 0);
  return sumOf(0) - sumOf(1) > sumOf(1) * TOLERANCE + sumOf(2);
}

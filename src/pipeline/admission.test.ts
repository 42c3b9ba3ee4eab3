/** What requests are reserved and booked at: the ledger's bill, and by the same prices where it has none. */
import { describe, expect, test } from 'vitest';
import type { Limits } from '../core/limits.ts';
import type { ModelFacts } from '../core/model.ts';
import { formats } from '../formats/index.ts';
import { openStores } from '../stores/index.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { openAccounts } from './account.ts';
import { type Admissions, type Ask, type Done, openAdmissions } from './admission.ts';
import { openModels } from './models.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const NO_USAGE = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };
/** $1 a million to read, $5 to write; dearer above 200 tokens. */
const FACTS = {
  prices: { input: 1, output: 5, cacheRead: 0.1, longContext: [{ aboveTokens: 200_000, input: 2, output: 10 }] },
} as unknown as ModelFacts;
const MILLION = 1_000_000;

interface Rig extends Admissions {
  readonly warnings: readonly string[];
  readonly ask: (more?: Partial<Ask>) => ReturnType<Admissions['admit']>;
  readonly end: (more?: Partial<Done>) => void;
  /** By what the refusal says, once a budget of next to nothing is used up. */
  readonly spent: () => string | undefined;
}

function rig(limits: Partial<Limits> = {}): Rig {
  const stores = openStores({ path: undefined, warn: () => undefined });
  const warnings: string[] = [];
  const admissions = openAdmissions({
    limits: {
      budgets: [{ holder: 'credential', dollars: 0.0001, period: 'day' }],
      requestsAMinute: undefined,
      tokensAMinute: undefined,
      ...limits,
    },
    meters: () => stores.meters(),
    models: { find: (name) => (name === 'known' ? FACTS : undefined) },
    warn: (message) => void warnings.push(message),
  });
  const known = { id: 'a', at: NOON, tenant: 't', project: undefined, isCount: false, model: 'known', tokens: 0 };
  const asking: Ask = { ...known, mostOutput: undefined };
  return {
    ...admissions,
    warnings,
    ask: (more) => admissions.admit({ ...asking, ...more }),
    end: (more) =>
      admissions.settle({ ...asking, admittedAt: NOON, isAnswered: true, usages: [], bill: undefined, ...more }),
    spent: () => /has spent (\S+) of/.exec(admissions.admit(asking).refusal?.message ?? '')?.[1],
  };
}

describe('what is booked', () => {
  test('without a bill is corrected by the one that comes later, once', () => {
    const usages = [{ ...NO_USAGE, inputTokens: MILLION }];
    const [more, less, none] = [rig(), rig(), rig()];
    for (const { end } of [more, less, none]) end({ usages });
    const correction = { id: 'a', at: NOON, tenant: 't', project: undefined };
    for (let time = 0; time < 2; time++) {
      more.correct({ ...correction, bill: 3.5 });
      less.correct({ ...correction, bill: 0.5 });
      none.correct({ ...correction, bill: undefined });
    }
    expect([more.spent(), less.spent(), none.spent()]).toEqual(['3.50', '0.5000', '2.00']);
  });

  test('is the bill of the ledger', () => {
    const { end, spent } = rig();
    end({ bill: 1.5, usages: [{ ...NO_USAGE, inputTokens: 7 }] });
    expect(spent()).toBe('1.50');
  });

  test('is by list prices where the ledger has none, all hops together', () => {
    const { end, spent } = rig();
    const first = { ...NO_USAGE, inputTokens: 100_000, cacheReadTokens: MILLION / 10, outputTokens: 10_000 };
    end({ usages: [first, undefined, { ...NO_USAGE, inputTokens: 50_000 }] });
    // 0.10 + 0.01 + 0.05, and 0.05 for the second hop.
    expect(spent()).toBe('0.2100');
  });

  test('is by the rates of long requests where it was one', () => {
    const { end, spent } = rig();
    end({ usages: [{ ...NO_USAGE, inputTokens: MILLION, outputTokens: MILLION }] });
    expect(spent()).toBe('12.00');
  });

  test('is what was expected where the provider counts nothing, and nothing where it refused', () => {
    const { end, spent } = rig();
    end({ isAnswered: false, tokens: 100_000 });
    expect(spent()).toBeUndefined();
    end({ tokens: 100_000, mostOutput: 1_000, usages: [undefined] });
    expect(spent()).toBe('0.1050');
  });

  test('is nothing for a model without a price, which is said once', () => {
    const { end, spent, warnings } = rig();
    for (const model of ['new-model', 'new-model', 'other'])
      end({ model, usages: [{ ...NO_USAGE, inputTokens: MILLION }] });
    expect(spent()).toBeUndefined();
    expect(warnings).toEqual([
      'no price is known for the model "new-model": what it costs does not count for --budget',
      'no price is known for the model "other": what it costs does not count for --budget',
    ]);
  });

  test('is nothing for a count of tokens, which passes a budget that is used up', () => {
    const { ask, end } = rig({ tokensAMinute: 10 });
    end({ bill: 1, usages: [NO_USAGE] });
    end({ id: 'b', isCount: true, bill: 1, usages: [NO_USAGE] });
    expect(ask({ id: 'c', isCount: true }).refusal).toBeUndefined();
    expect(ask({ id: 'd' }).refusal?.message).toContain('spent 1.00 of');
  });
});

test('R-60: requests at the same time spend at most what is left, and what one of them costs beyond its estimate', () => {
  const { ask, end } = rig({ budgets: [{ holder: 'credential', dollars: 1, period: 'day' }] });
  // Each is thought to cost 0.11 and costs 0.15.
  const admitted = Array.from({ length: 20 }, (_, at) => `${at}`).filter((id) => !ask({ id, tokens: 100_000 }).refusal);
  expect(admitted.length).toBe(9);
  for (const id of admitted) end({ id, tokens: 100_000, usages: [{ ...NO_USAGE, inputTokens: 150_000 }] });
  expect(ask({ id: 'last' }).refusal?.message).toContain('spent 1.35 of 1 dollars');
});

test('R-45: the bill of a receipt is the sum that the ledger has', () => {
  const stores = openStores({ path: undefined, warn: () => undefined });
  const record = openAccounts({ formats, stores, models: openModels(), tokenizer: o200k, holdout: 0 });
  const body = { model: 'claude-opus-4-1', messages: [{ role: 'user', content: 'hello there, how are you today?' }] };
  const usages = [
    { ...NO_USAGE, inputTokens: 10, cacheWriteTokens: 1_000, outputTokens: 20 },
    { ...NO_USAGE, inputTokens: 5, cacheReadTokens: 1_000, outputTokens: 7 },
  ];
  const receipt = record({
    at: NOON,
    tenant: 't',
    project: undefined,
    format: 'anthropic-messages',
    model: '',
    road: 'shortened',
    received: Buffer.from(JSON.stringify(body)),
    sent: undefined,
    complete: true,
    usages,
    notes: [],
  });
  expect(receipt).toMatchObject({ model: 'claude-opus-4-1' });
  // $15 and $75 a million, 1.25 times to write and a tenth to read.
  expect(receipt!.bill).toBeCloseTo((15 * 15 + 1_000 * 18.75 + 1_000 * 1.5 + 27 * 75) / MILLION, 12);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../core/ledger.ts';
import type { Usage } from '../core/wire-format.ts';
import { NO_USAGE } from './bill.ts';
import { GroupedSavings, GROUPINGS, type GroupingName } from './groups.ts';
import { savingsJson } from './report.ts';
import { type Savings, SavingsSum } from './savings.ts';
import { intervalOf, ratioOf, reductionOf, studentT } from './statistics.ts';

const RATES = { input: 1, output: 5, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 };
const input = (inputTokens: number): Usage => ({ ...NO_USAGE, inputTokens });

function entry(more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    at: Date.parse('2026-11-20T12:00:00Z'),
    tenant: 't',
    project: undefined,
    format: 'f',
    model: 'm',
    conversation: 'c',
    road: 'shortened',
    hops: 1,
    complete: true,
    usage: input(800),
    clientTokens: 1000,
    sentTokens: 800,
    with: input(800),
    without: input(1000),
    rates: RATES,
    bust: undefined,
    saved: [],
    froze: false,
    ...more,
  };
}

function sumOf(entries: readonly LedgerEntry[]): Savings {
  const sum = new SavingsSum();
  for (const one of entries) sum.add(one);
  return sum.result();
}

const conversations = (count: number, more: (at: number) => Partial<LedgerEntry> = () => ({})): LedgerEntry[] =>
  Array.from({ length: count }, (_, at) => entry({ conversation: `c${at}`, ...more(at) }));

describe('savings', () => {
  it('are money first: what was billed, and what would have been', () => {
    const { bill, predicted, estimate } = sumOf(conversations(5));
    expect(bill.total).toBeCloseTo(0.004, 12);
    expect(predicted.without.total - predicted.with.total).toBeCloseTo(0.001, 12);
    expect(estimate?.saved.value).toBeCloseTo(0.001, 12);
    expect(estimate?.ofWholeBillWithout.value).toBeCloseTo(0.2, 12);
  });

  it('have what providers kept under a name in the bill, as a class of its own, and not in the bill without', () => {
    const storage = { tokenHours: 50_000, dollars: 0.01 };
    const [plain, stored] = [sumOf(conversations(5)), sumOf([...conversations(4), entry({ storage })])];
    expect(stored.bill.total - plain.bill.total).toBeCloseTo(0.01, 12);
    expect(stored.bill.input - plain.bill.input).toBeCloseTo(0.01, 12);
    expect(stored.predicted.with.total - plain.predicted.with.total).toBeCloseTo(0.01, 12);
    expect(stored.predicted.without).toEqual(plain.predicted.without);
    expect([stored.storage, plain.storage]).toEqual([storage, { tokenHours: 0, dollars: 0 }]);
    expect(savingsJson(stored)).toMatchObject({ kept_prefix_token_hours: 50_000, kept_prefix_usd: 0.01 });
  });

  it('R-46: say no estimate from fewer than five conversations, and how many are missing', () => {
    const few = sumOf([...conversations(3), ...conversations(3)]);
    expect([few.requests, few.conversations, few.estimate, few.missingConversations]).toEqual([6, 3, undefined, 2]);
    expect(JSON.stringify(savingsJson(few))).toContain('"not_enough_data":{"conversations_missing":2}');
  });

  it('R-45: have the denominator of each share in its name', () => {
    const json = savingsJson(sumOf(conversations(6))) as { saved: object };
    expect(Object.keys(json.saved)).toEqual([
      'usd',
      'share_of_whole_bill_without_headroom',
      'share_of_input_bill_without_headroom',
      'conversations',
    ]);
  });

  it('claim nothing for what was cached by the provider', () => {
    const cached = { ...NO_USAGE, cacheReadTokens: 100_000, inputTokens: 100 };
    const { estimate } = sumOf(conversations(5, () => ({ usage: cached, with: cached, without: cached })));
    expect(estimate?.saved).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('take busts off, down to below nothing', () => {
    const { estimate } = sumOf(
      conversations(5, () => ({ usage: input(1500), with: input(1500), without: input(1000) })),
    );
    expect(estimate!.ofWholeBillWithout.value).toBeCloseTo(-0.5, 12);
  });

  it('leave out of all money what has no price or no count, and say how many that are', () => {
    const found = sumOf([entry({ rates: undefined, model: 'new' }), entry({ usage: undefined, complete: false })]);
    expect(found).toMatchObject({ requests: 2, unpriced: 1, unpricedModels: ['new'], unmeasured: 1, incomplete: 1 });
    expect([found.bill.total, found.predicted.without.total]).toEqual([0, 0]);
  });

  it('add busts up by cause, whichever message it was', () => {
    const bust = (cause: string): Partial<LedgerEntry> => ({ bust: { cause, by: 'client', tokens: 10 } });
    expect(sumOf([entry(bust('message 3')), entry(bust('message 7')), entry(bust('tools'))]).busts).toEqual([
      { cause: 'message', by: 'client', count: 2, tokens: 20 },
      { cause: 'tools', by: 'client', count: 1, tokens: 10 },
    ]);
  });
});

describe('a holdout', () => {
  const arms = (count: number, share: number): readonly LedgerEntry[] => [
    ...conversations(count, (at) => ({
      usage: input(1000 + at),
      clientTokens: 1000 + at,
      road: 'held out',
      conversation: `h${at}`,
    })),
    ...conversations(count, (at) => ({ usage: input((1000 + at) * share), clientTokens: 1000 + at })),
  ];

  it('measures what the others cost less for each token of the client', () => {
    const { comparison, heldOut, compared } = sumOf(arms(20, 0.7));
    expect([heldOut, compared]).toEqual([20, 20]);
    expect(comparison!.ofBillWithout.value).toBeCloseTo(0.3, 9);
    expect(comparison!.ofBillWithout.low).toBeLessThanOrEqual(comparison!.ofBillWithout.value);
  });

  it('R-46: says nothing from three conversations', () => {
    expect(sumOf(arms(3, 0.7)).comparison).toBe(undefined);
  });

  it('compares no requests that were to pass', () => {
    expect(sumOf(conversations(30, () => ({ road: 'passed' }))).compared).toBe(0);
  });
});

describe('statistics', () => {
  it('know Student’s distribution to one percent', () => {
    for (const [freedom, table] of [
      [4, 2.776],
      [10, 2.228],
      [19, 2.093],
      [100, 1.984],
    ] as const)
      expect(Math.abs(studentT(freedom) / table - 1)).toBeLessThan(0.01);
  });

  it('give the hand-computed interval of a ratio', () => {
    const ratio = ratioOf([
      { part: 1, whole: 10 },
      { part: 3, whole: 10 },
      { part: 2, whole: 10 },
    ])!;
    expect(ratio.value).toBeCloseTo(0.2, 12);
    // 3/2 * (1 + 1 + 0) / 30²
    expect(ratio.variance).toBeCloseTo(3 / 900, 12);
    const { low, high } = intervalOf(ratio);
    expect(high - 0.2).toBeCloseTo(0.2 - low, 12);
  });

  it('cover the truth in about 95 of 100 samples', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let covered = 0;
    for (let sample = 0; sample < 400; sample++) {
      const arm = (mean: number) =>
        Array.from({ length: 40 }, () => {
          const whole = 100 + 900 * random();
          return { part: whole * mean * (0.5 + random()), whole };
        });
      const { low, high } = reductionOf(ratioOf(arm(0.8))!, ratioOf(arm(1))!)!;
      if (low <= 0.2 && high >= 0.2) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.91);
    expect(covered / 400).toBeLessThan(0.99);
  });
});

const entries = fc.array(
  fc
    .record({
      conversation: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      model: fc.constantFrom('m', 'n'),
      project: fc.constantFrom(undefined, 'p'),
      at: fc.integer({ min: 0, max: 3 * 86_400_000 }),
      used: fc.option(fc.integer({ min: 0, max: 1e6 }), { nil: undefined }),
      more: fc.integer({ min: -1000, max: 1e6 }),
      isPriced: fc.boolean(),
      tools: fc.array(
        fc.record({
          tool: fc.constantFrom('Bash', 'Read'),
          kind: fc.constant('log'),
          tokens: fc.integer({ min: 1, max: 99 }),
        }),
        { maxLength: 3 },
      ),
    })
    .map(({ used, more, isPriced, tools, ...rest }) =>
      entry({
        ...rest,
        usage: used === undefined ? undefined : input(used),
        with: input(used ?? 0),
        without: input(Math.max(0, (used ?? 0) + more)),
        rates: isPriced ? RATES : undefined,
        saved: tools,
      }),
    ),
  { maxLength: 40 },
);

describe('every way of adding up', () => {
  it.each(['model', 'project', 'day'] as const)('by %s gives the same sums', (by) => {
    fc.assert(
      fc.property(entries, (all) => {
        const grouped = new GroupedSavings(by);
        for (const one of all) grouped.add(one);
        const apart = [...grouped.results().values()];
        const whole = sumOf(all);
        const total = (of: (one: Savings) => number): number => apart.reduce((sum, one) => sum + of(one), 0);
        expect(total((one) => one.requests)).toBe(whole.requests);
        expect(total((one) => one.bill.total)).toBeCloseTo(whole.bill.total, 9);
        expect(total((one) => one.predicted.without.total)).toBeCloseTo(whole.predicted.without.total, 9);
        expect(total((one) => one.usage.inputTokens)).toBe(whole.usage.inputTokens);
      }),
    );
  });

  it('by tool shares out what a request has saved', () => {
    const saved = [
      { tool: 'Bash', kind: 'log', tokens: 150 },
      { tool: 'Read', kind: 'file', tokens: 50 },
    ];
    const grouped = new GroupedSavings('tool');
    for (const one of conversations(5, () => ({ saved }))) grouped.add(one);
    const [bash, read] = ['Bash', 'Read'].map((tool) => grouped.results().get(tool)!.estimate!.saved.value);
    expect([bash! * 1e6, read! * 1e6].map(Math.round)).toEqual([750, 250]);
    expect(Object.keys(GROUPINGS) satisfies string[] as GroupingName[]).toContain('tool');
  });
});

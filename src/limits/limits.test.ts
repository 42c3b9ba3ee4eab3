/** Who is let in, by injected times and sums worked out by hand. */
import { describe, expect, test } from 'vitest';
import type { Budget, Limits, Meters } from '../core/limits.ts';
import { admit, type Admission, type Demand, type Outcome, settle } from './limits.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const NONE: Limits = { budgets: [], requestsAMinute: undefined, tokensAMinute: undefined };

/** As the stores promise it, without them. */
function metersOf(rows = new Map<string, string>()): Meters & { readonly rows: Map<string, string> } {
  return {
    rows,
    change(keys, change) {
      const { texts, result } = change(keys.map((key) => rows.get(key)));
      for (const [at, key] of keys.entries()) if (texts[at] !== undefined) rows.set(key, texts[at]);
      return result;
    },
  };
}

interface Rig {
  readonly meters: ReturnType<typeof metersOf>;
  readonly ask: (more?: Partial<Demand>) => Admission;
  readonly end: (more?: Partial<Outcome>) => void;
}

function rig(limits: Partial<Limits>, meters = metersOf()): Rig {
  const all = { ...NONE, ...limits };
  const known = { id: 'one', at: NOON, tenant: 't', project: undefined };
  return {
    meters,
    ask: (more) => admit({ ...known, isCount: false, tokens: 0, dollars: 0, ...more }, all, meters),
    end: (more) =>
      settle({ ...known, admittedAt: NOON, tokens: 0, expectedTokens: 0, dollars: 0, ...more }, all, meters),
  };
}

const budget = (dollars: number, more: Partial<Budget> = {}): Budget => ({
  holder: 'credential',
  period: 'day',
  dollars,
  ...more,
});

describe('a budget', () => {
  test('is used up when it is spent, says by how much and until when, and opens with its window', () => {
    const { ask, end } = rig({ budgets: [budget(10)] });
    end({ dollars: 9.999 });
    expect(ask({ id: 'two' }).refusal).toBeUndefined();
    end({ id: 'two', dollars: 0.021 });
    const midnight = Date.parse('2026-11-22T00:00:00Z');
    expect(ask().refusal).toEqual({
      code: 'OVER_BUDGET',
      message:
        "Headroom's budget is used up: this credential has spent 10.02 of 10 dollars for this day. It opens again at 2026-11-22T00:00:00Z. (The proxy was started with --budget 10/day.)",
      retryAt: midnight,
    });
    expect(ask({ at: midnight - 1 }).refusal?.code).toBe('OVER_BUDGET');
    expect(ask({ at: midnight })).toEqual({});
  });

  test('of a month ends with it, whatever its days come to', () => {
    const { ask, end } = rig({ budgets: [budget(1, { period: 'month' })] });
    const leap = Date.parse('2028-02-03T00:00:00Z');
    end({ at: leap, dollars: 1 });
    expect(ask({ at: leap + 20 * 86_400_000 }).refusal?.retryAt).toBe(Date.parse('2028-03-01T00:00:00Z'));
    expect(ask({ at: Date.parse('2028-02-29T23:59:59.999Z') }).refusal?.code).toBe('OVER_BUDGET');
    expect(ask({ at: Date.parse('2028-03-01T00:00:00Z') }).refusal).toBeUndefined();
  });

  test('is warned of from 80 % on, with the share, the money and the end of its window', () => {
    const { ask, end } = rig({ budgets: [budget(10, { period: 'hour' })] });
    end({ dollars: 7.99 });
    expect(ask().warning).toBeUndefined();
    end({ dollars: 0.01 });
    expect(ask().warning).toBe(
      '80% used: this credential has spent 8.00 of 10 dollars for this hour, until 2026-11-21T13:00:00Z',
    );
  });

  test('of each credential and of each project are apart, and both must have room', () => {
    const { ask, end } = rig({ budgets: [budget(10), budget(1, { holder: 'project' })] });
    end({ project: 'Grüße', dollars: 1 });
    const { refusal } = ask({ project: 'Grüße', tenant: 'other' });
    expect(refusal?.message).toContain('the project "Grüße" has spent 1.00 of 1 dollars for this day');
    expect(refusal?.message).toContain('--budget project:1/day');
    expect(ask({ project: 'b' }).refusal).toBeUndefined();
    end({ project: 'b', dollars: 9 });
    expect(ask({ project: 'c' }).refusal?.message).toContain('this credential has spent 10.00 of 10 dollars');
    expect(ask({ project: 'c', tenant: 'other' }).refusal).toBeUndefined();
    expect(ask({ project: 'Grüße', tenant: 'x' }).warning).toBeUndefined();
  });

  test('is none that leaving the project out gets round', () => {
    const { ask, end } = rig({ budgets: [budget(1, { holder: 'project' })] });
    end({ dollars: 1 });
    expect(ask({ tenant: 'other' }).refusal?.message).toContain('requests that name no project has spent');
  });

  test('outlives a change of its period, and a proxy whose clock is behind', () => {
    const { end, meters } = rig({ budgets: [budget(10, { period: 'hour' })] });
    end({ dollars: 4 });
    const monthly = rig({ budgets: [budget(4, { period: 'month' })] }, meters);
    expect(monthly.ask().refusal?.code).toBe('OVER_BUDGET');
    const { ask, end: later } = rig({ budgets: [budget(1, { period: 'hour' })] });
    later({ dollars: 1 });
    later({ at: NOON - 1, dollars: 0 });
    expect(ask().refusal?.code).toBe('OVER_BUDGET');
  });

  test('adds up exactly: ten thousand times 0.0001 dollars are one', () => {
    const { ask, end } = rig({ budgets: [budget(1)] });
    for (let count = 0; count < 9_999; count++) end({ dollars: 0.0001 });
    expect(ask().refusal).toBeUndefined();
    end({ id: 'one', dollars: 0.0001 });
    expect(ask().refusal?.code).toBe('OVER_BUDGET');
  });
});

describe('requests on their way', () => {
  test('hold the room that they are thought to need, until they are over', () => {
    const { ask, end } = rig({ budgets: [budget(1)] });
    expect(ask({ id: 'a', dollars: 0.4 }).refusal).toBeUndefined();
    expect(ask({ id: 'b', dollars: 0.4 }).refusal).toBeUndefined();
    const { refusal } = ask({ id: 'c', dollars: 0.4 });
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', retryAt: NOON + 5_000 });
    expect(refusal?.message).toContain('0.8000 are reserved');
    end({ id: 'a', dollars: 0.1 });
    expect(ask({ id: 'c', dollars: 0.4 }).refusal).toBeUndefined();
  });

  test('one that is dearer than what is left goes alone', () => {
    const { ask } = rig({ budgets: [budget(1)] });
    expect(ask({ id: 'a', dollars: 30 }).refusal).toBeUndefined();
    expect(ask({ id: 'b', dollars: 0.001 }).refusal?.code).toBe('RATE_LIMITED');
  });

  test('that never end, since their proxy died, hold it for an hour', () => {
    const { ask } = rig({ budgets: [budget(1)] });
    ask({ id: 'a', dollars: 1 });
    expect(ask({ id: 'b', at: NOON + 3_599_999, dollars: 0.1 }).refusal?.code).toBe('RATE_LIMITED');
    expect(ask({ id: 'b', at: NOON + 3_600_000, dollars: 0.1 }).refusal).toBeUndefined();
  });
});

describe('a limit of a minute', () => {
  test('lets so many requests in, counts included, and refused ones do not count', () => {
    const { ask } = rig({ requestsAMinute: 3 });
    expect([ask(), ask({ at: NOON + 1_000 }), ask({ at: NOON + 2_000, isCount: true })]).toEqual([{}, {}, {}]);
    const { refusal } = ask({ at: NOON + 30_000 });
    expect(refusal).toEqual({
      code: 'RATE_LIMITED',
      message:
        'Headroom lets this credential have 3 requests a minute, and they are used up. Try again in 31 s. (The proxy was started with --rpm 3.)',
      retryAt: NOON + 61_000,
    });
    expect(ask({ at: NOON + 60_999 }).refusal?.code).toBe('RATE_LIMITED');
    expect(ask({ at: NOON + 61_000 }).refusal).toBeUndefined();
    expect(ask({ at: NOON + 61_000, tenant: 'other' }).refusal).toBeUndefined();
  });

  test('of tokens corrects what was thought when it is known: too much at once, too little from then on', () => {
    const { ask, end } = rig({ tokensAMinute: 1_000 });
    ask({ id: 'a', tokens: 900 });
    expect(ask({ id: 'b', tokens: 200 }).refusal?.code).toBe('RATE_LIMITED');
    end({ id: 'a', at: NOON + 5_000, expectedTokens: 900, tokens: 300 });
    expect(ask({ id: 'b', at: NOON + 5_000, tokens: 200 }).refusal).toBeUndefined();
    end({ id: 'b', at: NOON + 40_000, admittedAt: NOON + 5_000, expectedTokens: 200, tokens: 700 });
    // 300 at 0 s, 200 at 5 s, 500 at 40 s.
    expect(ask({ id: 'c', at: NOON + 41_000, tokens: 400 }).refusal?.retryAt).toBe(NOON + 66_000);
    expect(ask({ id: 'c', at: NOON + 61_000, tokens: 300 }).refusal).toBeUndefined();
    expect(ask({ id: 'd', at: NOON + 61_000, tokens: 900, isCount: true }).refusal).toBeUndefined();
  });

  test('the refusal that lasts longest is told', () => {
    const { ask, end } = rig({ budgets: [budget(1), budget(1, { period: 'month' })], requestsAMinute: 1 });
    ask({ id: 'a' });
    expect(ask().refusal?.message).toContain('--rpm');
    end({ id: 'a', dollars: 2 });
    expect(ask().refusal?.retryAt).toBe(Date.parse('2026-12-01T00:00:00Z'));
  });
});

test('what a refused request asked for is booked nowhere', () => {
  const { ask, meters } = rig({ requestsAMinute: 1, budgets: [budget(1, { holder: 'project' })] });
  ask({ id: 'a' });
  const before = [...meters.rows];
  ask({ id: 'b', dollars: 1 });
  expect([...meters.rows]).toEqual(before);
});

test('a row that is no meter begins anew', () => {
  for (const row of ['no json', '5', 'null', '{"seconds":5}']) {
    const { ask } = rig({ requestsAMinute: 1 }, metersOf(new Map([['credential t', row]])));
    expect(ask()).toEqual({});
    expect(ask().refusal?.code).toBe('RATE_LIMITED');
  }
});

/** Savings as programs read them, in /stats and in `headroom savings --json`: each share has its denominator in its name. */
import { hasBill, type Savings } from './savings.ts';
import type { Interval } from './statistics.ts';

export function savingsJson(savings: Savings): object {
  const { usage, estimate, comparison, roads } = savings;
  return {
    requests: savings.requests,
    conversations: savings.conversations,
    requests_cut_short: savings.incomplete,
    requests_without_usage: savings.unmeasured,
    requests_without_price: savings.unpriced,
    models_without_price: savings.unpricedModels,
    requests_by_road: {
      shortened: roads.shortened,
      held_out: roads['held out'],
      frozen: roads.frozen,
      passed: roads.passed,
    },
    conversations_frozen: savings.frozen,
    tokens: {
      uncached_input: usage.inputTokens,
      cache_write: usage.cacheWriteTokens,
      cache_write_1h: usage.cacheWrite1hTokens,
      cache_read: usage.cacheReadTokens,
      output: usage.outputTokens,
      reasoning: usage.reasoningTokens ?? 0,
      counted_here_received: savings.clientTokens,
      counted_here_sent: savings.sentTokens,
    },
    kept_prefix_token_hours: Math.round(savings.storage.tokenHours),
    kept_prefix_usd: dollars(savings.storage.dollars),
    bill_usd: billed(savings, 'total'),
    input_bill_usd: billed(savings, 'input'),
    saved: estimate
      ? {
          usd: interval(estimate.saved, dollars),
          share_of_whole_bill_without_headroom: interval(estimate.ofWholeBillWithout, share),
          share_of_input_bill_without_headroom: interval(estimate.ofInputBillWithout, share),
          conversations: estimate.conversations,
        }
      : { not_enough_data: { conversations_missing: savings.missingConversations } },
    holdout: {
      conversations_held_out: savings.heldOut,
      conversations_compared: savings.compared,
      measured_reduction_of_bill_per_client_token: comparison ? interval(comparison.ofBillWithout, share) : null,
    },
    cache_busts: savings.busts,
  };
}

/** Requests without a price did not cost nothing. */
function billed(savings: Savings, part: keyof Savings['bill']): number | null {
  return hasBill(savings) || savings.requests === 0 ? dollars(savings.bill[part]) : null;
}

function interval({ value, low, high }: Interval, round: (value: number) => number): object {
  return { value: round(value), low_95: round(low), high_95: round(high) };
}

function dollars(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function share(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

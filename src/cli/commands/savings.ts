/** `headroom savings`: what requests cost and would have cost without Headroom; money first, and nothing that is not known. */
import { HeadroomError } from '../../core/errors.ts';
import { entriesIn } from '../../core/ledger.ts';
import { GROUPINGS, GroupedSavings, type GroupingName } from '../../ledger/groups.ts';
import { savingsJson } from '../../ledger/report.ts';
import { hasBill, LEAST_COMPARED, LEAST_CONVERSATIONS, type Savings, SavingsSum } from '../../ledger/savings.ts';
import type { Interval } from '../../ledger/statistics.ts';
import type { Command, Invocation } from '../command.ts';
import { existingStore, openConfiguredStores } from '../stores.ts';
import { columns, counted, say, thousands } from '../terminal.ts';

export const savings: Command = {
  summary: 'Shows what requests cost, and what they would have cost without Headroom.',
  examples: [
    ['headroom savings', 'everything that is kept'],
    ['headroom savings --since 7d --by model', 'the last seven days, apart by model'],
    ['headroom savings --json', 'for programs'],
  ],
  notes:
    'The bill is what providers counted, at their list prices. What it would have been is predicted: the bytes as the client\n' +
    'sent them, through the same simulated cache as the bytes that were sent on; the discounts of providers for their own\n' +
    'caches are in both. The intervals are for 95 %, over conversations. With --holdout the proxy also measures it.',
  flags: [
    { name: 'since', valueName: 'TIME', doc: 'Requests of so long a time (7d, 12h), or since a day (2026-11-01).' },
    { name: 'by', valueName: Object.keys(GROUPINGS).join('|'), doc: 'Apart by this.' },
    { name: 'json', doc: 'Print one JSON object.' },
  ],
  options: ['store', 'store-key-file', 'home'],
  run,
};

async function run({ flags, config }: Invocation): Promise<number> {
  const since = sinceOf(flags.get('since'));
  const by = groupingOf(flags.get('by'));
  existingStore(config);
  const all = new SavingsSum();
  const grouped = by && new GroupedSavings(by);
  const stores = openConfiguredStores(config);
  try {
    for (const { entry } of entriesIn(stores.ledger(), { since })) {
      all.add(entry);
      grouped?.add(entry);
    }
  } finally {
    stores.close();
  }
  const groups = [...(grouped?.results() ?? [])].toSorted(([, a], [, b]) => savedOf(b) - savedOf(a));
  if (flags.has('json')) {
    const apart = groups.map(([name, one]) => [name, savingsJson(one)] as const);
    say(
      JSON.stringify({
        since: since ?? null,
        ...savingsJson(all.result()),
        ...(by && { by, groups: Object.fromEntries(apart) }),
      }),
    );
    return 0;
  }
  print(all.result());
  if (by) printGroups(by, groups);
  return 0;
}

function wrong(problem: string): HeadroomError {
  return new HeadroomError('BAD_OPTION', `savings: ${problem}; headroom savings --help shows what there is`);
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

function sinceOf(given: string | true | undefined): number | undefined {
  if (typeof given !== 'string') return undefined;
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(given) ?? [];
  if (unit) return Date.now() - Number(count) * UNIT_MS[unit]!;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(day)) throw wrong(`--since: ${JSON.stringify(given)} is no time; write 7d, 12h or 2026-11-01`);
  return day;
}

function groupingOf(given: string | true | undefined): GroupingName | undefined {
  if (typeof given !== 'string') return undefined;
  const name = Object.keys(GROUPINGS).find((one) => one === given) as GroupingName | undefined;
  if (!name) throw wrong(`--by: ${JSON.stringify(given)} is none of ${Object.keys(GROUPINGS).join(', ')}`);
  return name;
}

function savedOf({ predicted }: Savings): number {
  return predicted.without.total - predicted.with.total;
}

function print(found: Savings): void {
  if (found.requests === 0) return say('no requests are recorded for that time');
  const { bill, usage, estimate } = found;
  if (found.requests === found.unpriced) say('bill: not known, no request was to a model with a known price');
  else if (!hasBill(found)) say('bill: not known, the providers counted nothing');
  else
    say(`bill ${dollars(bill.total)}, of it input ${dollars(bill.input)} (as the providers counted, at list prices)`);
  if (estimate) {
    const { saved, ofInputBillWithout, ofWholeBillWithout, conversations } = estimate;
    say(`saved ${range(saved, dollars)} (predicted, n = ${counted(conversations, 'conversation')})`);
    say(`  ${range(ofInputBillWithout, percent)} of the input bill without Headroom`);
    say(`  ${range(ofWholeBillWithout, percent)} of the whole bill without Headroom`);
  } else {
    const { missingConversations: missing } = found;
    say(
      `saved: not enough data, ${missing} of ${LEAST_CONVERSATIONS} conversations with a price ${missing === 1 ? 'is' : 'are'} missing`,
    );
  }
  printComparison(found);
  say(
    `tokens as the providers counted (${counted(found.requests, 'request')}, ${counted(found.conversations, 'conversation')})`,
  );
  const classes = [
    ['input, not cached', usage.inputTokens],
    ['cache writes, 5 minutes', usage.cacheWriteTokens],
    ['cache writes, 1 hour', usage.cacheWrite1hTokens],
    ['cache reads', usage.cacheReadTokens],
    ['output', usage.outputTokens],
  ] as const;
  columns(classes.map(([name, count]) => [`  ${name}`, thousands(count)])).forEach(say);
  if (found.storage.tokenHours > 0)
    say(
      `kept prefixes: ${thousands(Math.round(found.storage.tokenHours))} tokens × hours stored, ${dollars(found.storage.dollars)} (part of the bill)`,
    );
  say(`tokens counted here: ${thousands(found.clientTokens)} received, ${thousands(found.sentTokens)} sent on`);
  for (const line of remarksOn(found)) say(line);
}

function printComparison({ comparison, heldOut, compared }: Savings): void {
  if (heldOut === 0) return;
  const count = `n = ${thousands(compared)} with, ${thousands(heldOut)} held out`;
  if (comparison)
    say(
      `measured: ${range(comparison.ofBillWithout, percent)} of the bill per client token without Headroom (${count})`,
    );
  else say(`measured: not enough data, ${LEAST_COMPARED} conversations on each side are needed (${count})`);
}

function* remarksOn({ busts, frozen, unpriced, unpricedModels, unmeasured, incomplete }: Savings): Generator<string> {
  for (const { cause, by, count, tokens } of busts)
    yield `cache lost ${counted(count, 'time')}: ${cause} (${by}), ${thousands(tokens)} tokens paid again`;
  if (frozen > 0)
    yield `${counted(frozen, 'conversation')} frozen: ${frozen === 1 ? 'it' : 'they'} had become dearer than without Headroom`;
  if (unpriced > 0)
    yield `${counted(unpriced, 'request has', 'requests have')} no price, and ${unpriced === 1 ? 'is' : 'are'} in no sum of money: ${unpricedModels.join(', ')}`;
  if (unmeasured > 0)
    yield `${counted(unmeasured, 'request')} came without counts of the provider, and ${unmeasured === 1 ? 'is' : 'are'} in no sum of money`;
  if (incomplete > 0) yield `${counted(incomplete, 'answer was', 'answers were')} cut short`;
}

function printGroups(by: GroupingName, groups: readonly (readonly [string, Savings])[]): void {
  const rows = groups.map(([name, one]) => [
    name,
    thousands(one.requests),
    hasBill(one) ? dollars(one.bill.total) : '-',
    savedText(one),
    one.estimate ? range(one.estimate.ofWholeBillWithout, percent) : '-',
  ]);
  columns([[by, 'requests', 'bill', 'saved (predicted)', 'of the whole bill without Headroom'], ...rows]).forEach(say);
}

function savedText(one: Savings): string {
  if (one.estimate) return range(one.estimate.saved, dollars);
  if (one.requests === one.unpriced) return 'no price is known';
  return `not enough data (${counted(one.missingConversations, 'conversation')} missing)`;
}

function range({ value, low, high }: Interval, text: (value: number) => string): string {
  return `${text(value)} (${text(low)} to ${text(high)})`;
}

function dollars(value: number): string {
  const digits = Math.abs(value) < 1 ? 4 : 2;
  return `${value < 0 ? '-' : ''}$${Math.abs(value).toFixed(digits)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

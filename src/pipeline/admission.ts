/**
 * Admits requests under the operator's limits and books what they cost. What is to be reserved is estimated; what is
 * booked is the ledger's bill, or by the same prices what the provider counted.
 */
import type { Limits, Meters } from '../core/limits.ts';
import { type ModelTable, type Rates, ratesAt } from '../core/model.ts';
import type { Usage } from '../core/wire-format.ts';
import { costOf, inputTokensOf, NO_USAGE, plus } from '../ledger/bill.ts';
import { admit, type Admission, settle } from '../limits/limits.ts';

/** Plain values only: they cross into the thread. */
export interface Ask {
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly tenant: string;
  readonly project: string | undefined;
  readonly isCount: boolean;
  /** Empty where nobody can say. */
  readonly model: string;
  /** Of its input, about. */
  readonly tokens: number;
  /** What the answer may come to; undefined where the request does not say. */
  readonly mostOutput: number | undefined;
}

/** The same request, once it is over. */
export interface Done extends Ask {
  /** Undefined for an answer that nobody asked for. */
  readonly admittedAt: number | undefined;
  /** Whether it was answered, and so has a price. */
  readonly isAnswered: boolean;
  /** As the provider says, one for each hop. */
  readonly usages: readonly (Usage | undefined)[];
  /** By the ledger, in dollars; undefined where it has none. */
  readonly bill: number | undefined;
}

export interface AdmissionParts {
  readonly limits: Limits;
  readonly meters: () => Meters;
  readonly models: ModelTable;
  readonly warn: (message: string) => void;
}

/** The ledger's word on a request that was settled without it. */
export interface Correction extends Pick<Ask, 'id' | 'at' | 'tenant' | 'project'> {
  /** In dollars; undefined where it has none, and what was booked stands. */
  readonly bill: number | undefined;
}

export interface Admissions {
  admit(ask: Ask): Admission;
  settle(done: Done): void;
  correct(correction: Correction): void;
}

/** Answers are mostly much shorter than what they may be. */
const EXPECTED_OUTPUT = 2_000;
/** Settled, and not corrected yet. */
const MOST_UNCORRECTED = 1_000;
/** Models come from clients: there may be any number of them. */
const MOST_WARNINGS = 50;

export function openAdmissions({ limits, meters, models, warn }: AdmissionParts): Admissions {
  const unpriced = new Set<string>();
  /** What was booked, by the id of its request. */
  const booked = new Map<string, number>();
  const ratesFor = (model: string, at: number, inputTokens: number): Required<Rates> | undefined => {
    const prices = models.find(model, new Date(at).toISOString().slice(0, 10))?.prices;
    return prices && ratesAt(prices, inputTokens);
  };
  const sayUnpriced = (model: string): void => {
    if (limits.budgets.length === 0 || unpriced.has(model) || unpriced.size >= MOST_WARNINGS) return;
    unpriced.add(model);
    warn(`no price is known for the model ${JSON.stringify(model)}: what it costs does not count for --budget`);
  };
  const expectedDollars = (ask: Ask): number => {
    const rates = ratesFor(ask.model, ask.at, ask.tokens);
    return rates ? costOf({ ...NO_USAGE, inputTokens: ask.tokens, outputTokens: outputOf(ask) }, rates) : 0;
  };
  const dollarsOf = (done: Done): number => {
    const [first, ...later] = done.usages.flatMap((usage) => usage ?? []);
    if (!done.isAnswered || done.isCount) return 0;
    if (first && done.bill !== undefined) return done.bill;
    const rates = ratesFor(done.model, done.at, first ? inputTokensOf(first) : done.tokens);
    if (!rates) sayUnpriced(done.model);
    if (!rates || !first) return rates ? expectedDollars(done) : 0;
    return costOf(later.reduce(plus, first), rates);
  };
  return {
    admit: (ask) => admit({ ...ask, dollars: expectedDollars(ask) }, limits, meters()),
    settle(done) {
      if (done.isCount) return;
      const { tokens: expectedTokens, ...rest } = done;
      const outcome = { ...rest, expectedTokens, tokens: tokensOf(done), dollars: dollarsOf(done) };
      settle(outcome, limits, meters());
      if (limits.budgets.length === 0 || done.bill !== undefined) return;
      booked.set(done.id, outcome.dollars);
      const [oldest] = booked.keys();
      if (booked.size > MOST_UNCORRECTED) booked.delete(oldest!);
    },
    correct({ bill, ...correction }) {
      const before = booked.get(correction.id);
      booked.delete(correction.id);
      if (bill === undefined || before === undefined || bill === before) return;
      const nothing = { admittedAt: undefined, tokens: 0, expectedTokens: 0 };
      settle({ ...correction, ...nothing, dollars: bill - before }, limits, meters());
    },
  };
}

function outputOf({ mostOutput = EXPECTED_OUTPUT }: Ask): number {
  return Math.min(mostOutput, EXPECTED_OUTPUT);
}

/** Where the provider does not count, what was expected stands. */
function tokensOf({ isAnswered, usages, tokens }: Done): number {
  if (!isAnswered) return 0;
  const counted = usages.flatMap((usage) => usage ?? []);
  if (counted.length === 0) return tokens;
  return counted.reduce((sum, usage) => sum + inputTokensOf(usage) + usage.outputTokens, 0);
}

/**
 * Who may send a request now, and what is booked for it: a reservation while it is on its way, what it cost once it is
 * over. Pure: the time comes with each request, and what was used comes from the meters.
 */
import { type Budget, type Limits, type Meters, type Period, PERIODS } from '../core/limits.ts';
import { EMPTY, type Meter, NANOS, readMeter, type Spent, writeMeter } from './meter.ts';
import { book, fitsAt, lastMinute, secondOf } from './minute.ts';
import { windowOf } from './windows.ts';

export interface Demand {
  /** Names the request among those on their way. */
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly tenant: string;
  readonly project: string | undefined;
  /** It only counts tokens: it costs neither tokens nor money. */
  readonly isCount: boolean;
  /** What it will come to, about. */
  readonly tokens: number;
  readonly dollars: number;
}

/** What really became of a demand. */
export interface Outcome extends Pick<Demand, 'id' | 'at' | 'tenant' | 'project' | 'tokens'> {
  /** When it was let in; undefined for what nobody asked for. */
  readonly admittedAt: number | undefined;
  /** What was thought of its tokens then. */
  readonly expectedTokens: number;
  readonly dollars: number;
}

export interface Refusal {
  readonly code: 'OVER_BUDGET' | 'RATE_LIMITED';
  readonly message: string;
  readonly retryAt: number;
}

export interface Admission {
  readonly refusal?: Refusal | undefined;
  /** Said with the answer: a budget that is nearly used up. */
  readonly warning?: string | undefined;
}

/** The share of a budget from which on it is warned of. */
const WARN_AT = 0.8;
/** No answer takes longer. */
const RESERVED_MS = 3_600_000;
/** After so long some of the requests on their way will be over. */
const RESERVED_RETRY_MS = 5_000;
const MINUTES_KEPT_MS = 120_000;

/** Somebody with limits, and the key of its meter. */
interface Holder {
  readonly key: string;
  readonly name: string;
  readonly budgets: readonly Budget[];
  readonly requests: number | undefined;
  readonly tokens: number | undefined;
}

export function admit(demand: Demand, limits: Limits, meters: Meters): Admission {
  const holders = holdersOf(demand, limits);
  return meters.change<Admission>(keysOf(holders), (texts) => {
    const known = holders.map((holder, at) => ({ holder, meter: currentAt(readMeter(texts[at]), demand.at) }));
    const refusals = known.flatMap(({ holder, meter }) => refusalsOf(holder, meter, demand));
    const times = { at: demand.at, until: keptUntil(limits, demand.at) };
    const [last] = refusals.toSorted((a, b) => b.retryAt - a.retryAt);
    if (last) return { ...times, texts: known.map(() => undefined), result: { refusal: last } };
    const [warning] = known.flatMap(({ holder, meter }) => warningsOf(holder, meter, demand.at));
    const booked = known.map(({ holder, meter }) => writeMeter(withDemand(holder, meter, demand)));
    return { ...times, texts: booked, result: { warning } };
  });
}

export function settle(outcome: Outcome, limits: Limits, meters: Meters): void {
  const holders = holdersOf(outcome, limits);
  meters.change(keysOf(holders), (texts) => ({
    texts: holders.map((holder, at) =>
      writeMeter(withOutcome(holder, currentAt(readMeter(texts[at]), outcome.at), outcome)),
    ),
    at: outcome.at,
    until: keptUntil(limits, outcome.at),
    result: undefined,
  }));
}

const NO_PROJECT = '(none)';

function holdersOf({ tenant, project = NO_PROJECT }: Pick<Demand, 'tenant' | 'project'>, limits: Limits): Holder[] {
  const { budgets, requestsAMinute: requests, tokensAMinute: tokens } = limits;
  const own = budgets.filter(({ holder }) => holder === 'credential');
  const shared = budgets.filter(({ holder }) => holder === 'project');
  const credential = { key: `credential ${tenant}`, name: 'this credential', budgets: own, requests, tokens };
  if (shared.length === 0) return [credential];
  const name = project === NO_PROJECT ? 'requests that name no project' : `the project ${JSON.stringify(project)}`;
  const none = { requests: undefined, tokens: undefined };
  return [credential, { key: `project ${project}`, name, budgets: shared, ...none }];
}

function keysOf(holders: readonly Holder[]): readonly string[] {
  return holders.map(({ key }) => key);
}

/** Without what is over. A clock that is behind must not forget what a later window has. */
function currentAt({ seconds, spent, reserved }: Meter, at: number): Meter {
  return {
    ...EMPTY,
    seconds: lastMinute(seconds, at),
    spent: spent.filter(([period, from]) => from >= windowOf(period, at).from),
    reserved: reserved.filter(([, until]) => until > at),
  };
}

function refusalsOf(holder: Holder, meter: Meter, demand: Demand): readonly Refusal[] {
  const minute = [
    tooMany(holder, meter, 'requests', 1, demand.at),
    demand.isCount ? undefined : tooMany(holder, meter, 'tokens', demand.tokens, demand.at),
  ];
  const money = demand.isCount ? [] : holder.budgets.map((budget) => tooDear(holder, budget, meter, demand));
  return [...minute, ...money].filter((refusal) => refusal !== undefined);
}

function tooMany(
  holder: Holder,
  { seconds }: Meter,
  what: 'requests' | 'tokens',
  more: number,
  at: number,
): Refusal | undefined {
  const limit = holder[what];
  const retryAt = limit === undefined ? undefined : fitsAt(seconds, what, more, limit);
  if (retryAt === undefined) return undefined;
  const message = `Headroom lets ${holder.name} have ${limit} ${what} a minute, and they are used up. Try again in ${secondsUntil(retryAt, at)} s. (The proxy was started with --${what === 'requests' ? 'rpm' : 'tpm'} ${limit}.)`;
  return { code: 'RATE_LIMITED', message, retryAt };
}

/** Where nothing is on its way, one request may cost more than what is left: it is known only afterwards. */
function tooDear(holder: Holder, budget: Budget, meter: Meter, demand: Demand): Refusal | undefined {
  const { until } = windowOf(budget.period, demand.at);
  const limit = budget.dollars * NANOS;
  const spent = spentIn(meter, budget.period);
  if (spent >= limit) {
    const message = `Headroom's budget is used up: ${holder.name} has spent ${dollarsOf(spent)} of ${wordsFor(budget)}. It opens again at ${timeOf(until)}. (The proxy was started with --budget ${flagOf(budget)}.)`;
    return { code: 'OVER_BUDGET', message, retryAt: until };
  }
  const reserved = meter.reserved.reduce((sum, [, , nanos]) => sum + nanos, 0);
  if (reserved === 0 || spent + reserved + nanosOf(demand.dollars) <= limit) return undefined;
  const message = `Headroom's budget has no room for this request while others are on their way: ${holder.name} has spent ${dollarsOf(spent)} of ${wordsFor(budget)}, and ${dollarsOf(reserved)} are reserved. Try again in a few seconds. (The proxy was started with --budget ${flagOf(budget)}.)`;
  return { code: 'RATE_LIMITED', message, retryAt: demand.at + RESERVED_RETRY_MS };
}

function warningsOf({ budgets, name }: Holder, meter: Meter, at: number): readonly string[] {
  return budgets.flatMap((budget) => {
    const share = spentIn(meter, budget.period) / (budget.dollars * NANOS);
    if (share < WARN_AT) return [];
    const percent = Math.floor(share * 100);
    const until = timeOf(windowOf(budget.period, at).until);
    return `${percent}% used: ${plain(name)} has spent ${dollarsOf(share * budget.dollars * NANOS)} of ${wordsFor(budget)}, until ${until}`;
  });
}

function withDemand({ budgets, requests, tokens }: Holder, meter: Meter, demand: Demand): Meter {
  const isBooked = requests !== undefined || tokens !== undefined;
  const used = demand.isCount ? 0 : demand.tokens;
  const nanos = demand.isCount ? 0 : nanosOf(demand.dollars);
  return {
    ...meter,
    seconds: isBooked ? book(meter.seconds, secondOf(demand.at), 1, used) : meter.seconds,
    reserved:
      budgets.length > 0 && nanos > 0
        ? [...meter.reserved, [demand.id, demand.at + RESERVED_MS, nanos]]
        : meter.reserved,
  };
}

function withOutcome({ budgets, tokens }: Holder, meter: Meter, outcome: Outcome): Meter {
  return {
    seconds: tokens === undefined ? meter.seconds : withTokens(meter, outcome),
    spent: budgets.length === 0 ? meter.spent : PERIODS.map((period) => withMoney(period, meter, outcome)),
    reserved: meter.reserved.filter(([id]) => id !== outcome.id),
  };
}

/** In every period: the operator may choose another one later. */
function withMoney(period: Period, meter: Meter, { at, dollars }: Outcome): Spent {
  const [, from, nanos] = meter.spent.find(([one]) => one === period) ?? [period, windowOf(period, at).from, 0];
  return [period, from, nanos + nanosOf(dollars)];
}

/** What was thought too much is given back where it was booked; what was thought too little counts from now. */
function withTokens({ seconds }: Meter, { at, admittedAt, tokens, expectedTokens }: Outcome): Meter['seconds'] {
  const more = tokens - expectedTokens;
  if (more > 0) return book(seconds, secondOf(at), 0, more);
  const then = admittedAt === undefined ? undefined : secondOf(admittedAt);
  if (more === 0 || !seconds.some(([second]) => second === then)) return seconds;
  return book(seconds, then!, 0, more);
}

function spentIn({ spent }: Meter, period: Period): number {
  return spent.find(([one]) => one === period)?.[2] ?? 0;
}

function keptUntil({ budgets }: Limits, at: number): number {
  if (budgets.length === 0) return at + MINUTES_KEPT_MS;
  return Math.max(at + RESERVED_MS, windowOf('month', at).until);
}

function nanosOf(dollars: number): number {
  return Math.ceil(dollars * NANOS - 1e-6);
}

function secondsUntil(time: number, at: number): number {
  return Math.max(1, Math.ceil((time - at) / 1_000));
}

/** Rounded up: what is used up must not read as if there were some left. */
function dollarsOf(nanos: number): string {
  return (Math.ceil(nanos / (NANOS / 10_000) - 1e-6) / 10_000).toFixed(nanos < NANOS ? 4 : 2);
}

function wordsFor({ dollars, period }: Budget): string {
  return `${dollars} dollars for this ${period}`;
}

function flagOf({ holder, dollars, period }: Budget): string {
  return `${holder === 'project' ? 'project:' : ''}${dollars}/${period}`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Names of projects come from clients, and this goes into a header. */
function plain(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, '?');
}

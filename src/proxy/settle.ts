/** What is done when the client has its answer: counting and one log line. */
import type { ResponseSummary } from '../core/wire-format.ts';
import type { Storing } from '../pipeline/account.ts';
import type { App } from './app.ts';
import { keepAccount } from './bookkeeping.ts';
import { NO_SAVING, savingOf, sum } from './exchanges.ts';
import { correctPermit, holdFor, type Permit, settlePermit } from './limits.ts';
import type { Payload } from './payload.ts';
import type { Route } from './route.ts';
import type { Watcher } from './watch.ts';

/** How an exchange ended for the client. */
export interface Ending {
  /** What the client got; 0 when it got nothing. */
  readonly status: number;
  /** Why it is not there, or not whole. */
  readonly failure: Error | undefined;
}

export interface Settling {
  readonly method: string;
  readonly path: string;
  readonly startedAt: number;
  readonly route: Route;
  /** Undefined when the request went nowhere. */
  readonly payload: Payload | undefined;
  /** One for each hop. */
  readonly watches: readonly Watcher[];
  readonly ending: Ending;
  /** What was done with it that its operator should know of. */
  readonly remark?: string | undefined;
  /** Asked for once: what was paid meanwhile to keep its prefix under a name. */
  readonly storing?: (() => Promise<Storing | undefined>) | undefined;
  /** It broke off in the midst of an answer that says its status at its end. */
  readonly isUnderway?: boolean;
  /** Undefined where it has no limits, or was refused. */
  readonly permit?: Permit | undefined;
}

/** Never rejects. */
export function settle(done: Settling, app: App): Promise<void> {
  const ms = performance.now() - done.startedAt;
  // Budgets know it before the next request, which may be here before there is time for accounts.
  const read = done.permit && settled(done, app);
  return app.later.do(async () => account(done, (await read) ?? (await summariesOf(done)), ms, app));
}

type Summaries = readonly (ResponseSummary | undefined)[];

function summariesOf({ watches, ending }: Settling): Promise<Summaries> {
  return Promise.all(watches.map((watch) => watch.finish(ending.failure === undefined)));
}

function settled(done: Settling, app: App): Promise<Summaries> {
  const read = readAndBooked(done, app);
  holdFor(done, read, app);
  return read;
}

async function readAndBooked(done: Settling, app: App): Promise<Summaries> {
  const summaries = await summariesOf(done);
  settlePermit(owedFor(done, summaries), summaries, app);
  return summaries;
}

async function account(done: Settling, summaries: Summaries, ms: number, app: App): Promise<void> {
  const { method, path, route, payload, ending } = done;
  const usages = summaries.flatMap((summary) => summary?.usage ?? []);
  const verdict = payload?.verdict;
  const owed = owedFor(done, summaries);
  const receipt = await keepAccount(owed, summaries, app);
  correctPermit(owed, receipt, app);
  app.exchanges.record({
    method,
    path,
    format: (route.format ?? route.batch)?.name,
    upstream: payload && route.upstream.name,
    model: verdict?.model || route.model,
    status: ending.status,
    ms,
    saving: verdict && !route.isCount ? savingOf(verdict) : NO_SAVING,
    usage: usages.length === 0 ? undefined : usages.reduce(sum),
    bust: receipt?.bust,
    froze: receipt?.froze ?? false,
    problem: ending.failure && app.status.isCut ? 'the proxy was stopped' : problemOf(done, summaries.at(-1)),
  });
}

/** Hops before one that failed were answered, and cost what they cost, whatever the client got at last. */
function owedFor(done: Settling, summaries: Summaries): Settling {
  const { status, failure = new Error('refused at last') } = done.ending;
  const isOwed = status >= 300 && summaries.some((summary) => summary?.usage !== undefined);
  return isOwed ? { ...done, ending: { status: 200, failure } } : done;
}

/** Never a message of an error: it may quote a body. */
function problemOf({ ending, payload, remark }: Settling, summary: ResponseSummary | undefined): string | undefined {
  const { failure } = ending;
  if (failure) return (failure as { code?: string }).code ?? failure.name;
  if (summary && !summary.complete) return 'response cut short';
  if (remark !== undefined) return remark;
  const verdict = payload?.verdict;
  if (verdict?.problem !== undefined) return 'body left unread';
  if (verdict?.notes.some(({ outcome }) => outcome === 'reported')) return 'a call wrote words of Headroom’s';
  const failed = verdict?.notes.find(({ outcome }) => outcome === 'failed');
  return failed && `${failed.by} failed`;
}

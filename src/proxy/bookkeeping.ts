/** What the accounts are told of an exchange, once the client has its answer. */
import { type HeaderList, headerOf } from '../core/backend.ts';
import type { ResponseSummary } from '../core/wire-format.ts';
import type { AccountJob, Receipt } from '../pipeline/account.ts';
import type { Advance, HopStep } from '../pipeline/advance.ts';
import type { App } from './app.ts';
import type { Settling } from './settle.ts';

const PROJECT_HEADER = 'x-headroom-project';
const PROJECT_CHARS = 100;

/** A request's bodies, decoded, and whose they are. */
export interface Bodies {
  readonly tenant: string;
  readonly project: string | undefined;
  readonly isPassed: boolean;
  /** Undefined when it was too long to keep, or cannot be decoded. */
  readonly received: () => Promise<Uint8Array | undefined>;
  /** Undefined when it is the same. */
  readonly sent?: Uint8Array | undefined;
}

export function projectOf(headers: HeaderList): string | undefined {
  const name = headerOf(headers, PROJECT_HEADER)
    ?.replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, PROJECT_CHARS);
  return name === '' ? undefined : name;
}

/** Answers the hidden calls of a hop; what they teach is counted when nobody waits. */
export async function advanced(step: HopStep, app: App): Promise<Advance | undefined> {
  const advance = await app.optimizer.advance(step);
  if (step.end.calls.length > 0) void app.later.do(() => Promise.resolve(app.clerk?.learn(step)));
  return advance;
}

/** Never rejects. Undefined when there was nothing to account for, or it could not be. */
export async function keepAccount(
  done: Settling,
  summaries: readonly (ResponseSummary | undefined)[],
  app: App,
): Promise<Receipt | undefined> {
  try {
    const job = await jobOf(done, summaries);
    const receipt = job && (await app.clerk?.record(job));
    if (receipt?.froze) await app.optimizer.freeze?.(receipt.tenant, receipt.conversation);
    return receipt;
  } catch {
    return undefined;
  }
}

async function jobOf(
  { route, payload, ending, startedAt, storing }: Settling,
  summaries: readonly (ResponseSummary | undefined)[],
): Promise<AccountJob | undefined> {
  const { bodies, verdict } = payload ?? {};
  // What was refused cost nothing.
  if (!bodies || !route.format || route.isCount || ending.status < 200 || ending.status >= 300) return undefined;
  const received = await bodies.received();
  const { tenant, project, isPassed, sent } = bodies;
  // A later hop that was refused was tried again.
  const endedAt = Date.now();
  const hops = summaries.filter((summary, index) => index === 0 || summary !== undefined);
  return {
    at: Math.round(endedAt - (performance.now() - startedAt)),
    endedAt,
    newestAt: verdict?.newestAt,
    tenant,
    project,
    format: route.format.name,
    model: route.model,
    road: isPassed ? 'passed' : verdict?.restraint === 'frozen' ? 'frozen' : 'shortened',
    received,
    sent,
    complete: ending.failure === undefined && hops.every((summary) => summary?.complete === true),
    usages: hops.map((summary) => summary?.usage),
    storing: await storingFor(hops, storing),
    notes: verdict?.notes.filter(({ outcome }) => outcome === 'rewritten' || outcome === 'replayed') ?? [],
  };
}

/** Where the provider counted nothing there is no sum of money: then a later request accounts for it. */
function storingFor(
  [first]: readonly (ResponseSummary | undefined)[],
  ask: Settling['storing'],
): ReturnType<NonNullable<Settling['storing']>> {
  return first?.usage && ask ? ask() : Promise.resolve(undefined);
}

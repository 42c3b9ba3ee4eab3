/**
 * Accounts for one request once its answer is there: both bodies through the same simulated cache, scaled to what the
 * provider counted. Pure but for what the ledger remembers; the time is the request's own.
 */
import { hashOf } from '../core/hash.ts';
import type { Bust, CacheMemory, LedgerEntry, Prompt, RememberedPrompt } from '../core/ledger.ts';
import { type CacheRules, type ModelFacts, type Rates, ratesAt } from '../core/model.ts';
import type { Usage } from '../core/wire-format.ts';
import {
  FREEZE_AFTER,
  inputCost,
  inputTokensOf,
  isLosing,
  MILLION,
  NO_USAGE,
  costOf,
  plus,
  USUAL_RATES,
} from './bill.ts';
import { bustOf, type World } from './bust.ts';
import {
  type InputUsage,
  type Moment,
  paysForWrites,
  sharedPieces,
  simulate,
  type Trace,
  usualRules,
} from './cache.ts';
import { type Bill, keysOf, type Past, remember, unpack } from './remembered.ts';
import type { SizedPrompt, Sizer } from './sizes.ts';

export type Known = Pick<
  LedgerEntry,
  'at' | 'tenant' | 'project' | 'format' | 'model' | 'conversation' | 'road' | 'complete' | 'saved'
>;

export interface Exchange extends Known {
  readonly received: Prompt;
  readonly sent: Prompt;
  /** As the provider says, one for each hop. */
  readonly usages: readonly (Usage | undefined)[];
  /** When its answer was over, and where in the conversation its newest turns began: for `lastUses`. */
  readonly endedAt?: number | undefined;
  readonly newestAt?: string | undefined;
  /** What was paid to keep its prefix under a name. */
  readonly storing?: { readonly writtenTokens: number; readonly tokenHours: number } | undefined;
}

export interface Knowledge {
  readonly memory: CacheMemory;
  readonly facts: ModelFacts | undefined;
  /** Where the model is not known. */
  readonly cacheKind: CacheRules['kind'];
  readonly sizer: Sizer;
}

export interface Accounted {
  readonly entry: LedgerEntry;
  /** Undefined where a later request would not show what came before. */
  readonly prompt: RememberedPrompt | undefined;
  readonly replaced: readonly string[];
}

/** A count that is so far from ours is not of the same text: the provider holds more, or counts something else. */
const LEAST_SCALE = 0.4;
const MOST_SCALE = 4;
/** Of one conversation, besides the present request. */
const PASTS_KEPT = 8;

/** What was paid to keep a prefix stands on the side of Headroom: without it nobody would have kept it. */
export function account({ storing, ...exchange }: Exchange, knowledge: Knowledge): Accounted {
  const accounted = accountAsSent(exchange, knowledge);
  if (!storing) return accounted;
  const { entry } = accounted;
  const written = { ...NO_USAGE, cacheWriteTokens: storing.writtenTokens };
  const price = knowledge.facts?.prices?.keptHour;
  const { tokenHours } = storing;
  const storage = { tokenHours, dollars: price === undefined ? undefined : (tokenHours * price) / MILLION };
  const usage = entry.usage && plus(entry.usage, written);
  return { ...accounted, entry: { ...entry, usage, with: plus(entry.with, written), storage } };
}

/** A request whose bodies nobody could read: what the provider counted, and no word on what it would have been else. */
export function accountUnread(
  known: Known,
  usages: readonly (Usage | undefined)[],
  facts: ModelFacts | undefined,
): LedgerEntry {
  const said = usages.filter((usage) => usage !== undefined);
  const sum = said.reduce(plus, NO_USAGE);
  return {
    ...known,
    hops: Math.max(1, usages.length),
    usage: said.length > 0 ? sum : undefined,
    clientTokens: 0,
    sentTokens: 0,
    with: sum,
    without: sum,
    rates: ratesFor(facts, inputTokensOf(sum)),
    bust: undefined,
    froze: false,
  };
}

function accountAsSent(exchange: Omit<Exchange, 'storing'>, knowledge: Knowledge): Accounted {
  const { at, tenant, conversation, model, sent, received, usages, road, endedAt, newestAt, ...rest } = exchange;
  const rules = knowledge.facts?.cache ?? usualRules(knowledge.cacheKind);
  const isCut = rules.kind === 'automatic';
  const sizes = { sent: knowledge.sizer.size(sent, isCut), received: knowledge.sizer.size(received, isCut) };
  const first = usages[0];
  const scale = scaleOf(sent, sizes.sent, first);
  const rates = ratesFor(knowledge.facts, first ? inputTokensOf(first) : sizes.sent.tokens);
  const keys = keysOf(tenant, conversation, [sizes.sent, sizes.received]);
  const pasts = knowledge.memory.recall(keys).flatMap((prompt) => unpack(prompt) ?? []);
  const moment: Moment = { at, rules, scale: scale ?? 1, paysForWrites: paysForWrites(rates) };
  const worlds = worldsOf(sizes, pasts, model, moment);
  const own = pasts.filter((past) => past.conversation === conversation);
  const later = usages
    .slice(1)
    .flatMap((usage) => usage ?? [])
    .reduce(plus, NO_USAGE);
  const bills = scale === undefined && first ? besideHistory(first, sizes) : predicted(worlds, first, usages);
  const entry: LedgerEntry = {
    ...rest,
    at,
    tenant,
    conversation,
    model,
    road,
    hops: Math.max(1, usages.length),
    usage: first && plus(first, later),
    clientTokens: sizes.received.tokens,
    sentTokens: sizes.sent.tokens,
    with: plus(bills.with, later),
    without: bills.without,
    rates,
    ...longRates(knowledge.facts, bills.without, rates),
    bust:
      scale === undefined && first ? undefined : bustIn(worlds, own, exchange, moment, knowledge.facts !== undefined),
    froze: false,
  };
  if (!sent.isWhole) return { entry, prompt: undefined, replaced: [] };
  const past: Past = {
    id: hashOf(`${tenant} ${model} ${sizes.sent.hashes.join('')} ${sizes.received.hashes.join('')}`),
    at,
    model,
    conversation,
    endedAt,
    newestAt,
    sent: { hashes: sizes.sent.hashes, entries: worlds.sent.outcome.entries },
    received: { hashes: sizes.received.hashes, entries: worlds.received.outcome.entries },
    bills: [...(latest(own)?.bills ?? []), billOf(entry, sizes, rules)].slice(-FREEZE_AFTER),
  };
  return {
    entry: { ...entry, froze: road === 'shortened' && isLosing(past.bills) },
    prompt: remember(past, keys),
    replaced: replacedBy(past, own),
  };
}

/** Provider's tokens for one of ours; undefined where they count different things. */
function scaleOf({ isWhole }: Prompt, { tokens }: SizedPrompt, usage: Usage | undefined): number | undefined {
  if (!usage || !isWhole || tokens === 0) return undefined;
  const scale = inputTokensOf(usage) / tokens;
  return scale >= LEAST_SCALE && scale <= MOST_SCALE ? scale : undefined;
}

function ratesFor(facts: ModelFacts | undefined, inputTokens: number): Required<Rates> | undefined {
  return facts?.prices && ratesAt(facts.prices, inputTokens);
}

function longRates(
  facts: ModelFacts | undefined,
  without: Usage,
  rates: Required<Rates> | undefined,
): Pick<LedgerEntry, 'ratesWithout'> {
  const others = ratesFor(facts, inputTokensOf(without));
  return !others || others.input === rates?.input ? {} : { ratesWithout: others };
}

interface Worlds {
  readonly sent: World;
  readonly received: World;
}

function worldsOf(
  sizes: { readonly sent: SizedPrompt; readonly received: SizedPrompt },
  pasts: readonly Past[],
  model: string,
  moment: Moment,
): Worlds {
  const same = pasts.filter((past) => past.model === model);
  const worldOf = (prompt: SizedPrompt, traceOf: (past: Past) => Trace): World => ({
    prompt,
    traceOf,
    outcome: simulate(prompt, same.map(traceOf), moment),
  });
  return {
    sent: worldOf(sizes.sent, (past) => past.sent),
    received: worldOf(sizes.received, (past) => past.received),
  };
}

interface Bills {
  readonly with: Usage;
  readonly without: Usage;
}

/** What earlier hops wrote was for us; without them there would have been the last answer only. */
function predicted(worlds: Worlds, first: Usage | undefined, usages: readonly (Usage | undefined)[]): Bills {
  const last = usages.findLast((usage) => usage !== undefined);
  return {
    with: withOutput(worlds.sent.outcome.usage, first?.outputTokens ?? 0),
    without: withOutput(worlds.received.outcome.usage, last?.outputTokens ?? 0),
  };
}

function withOutput(input: InputUsage, outputTokens: number): Usage {
  return { ...input, outputTokens };
}

/** Where most of the input is not in the request, only the difference between both bodies is known. */
function besideHistory(
  usage: Usage,
  { sent, received }: { readonly sent: SizedPrompt; readonly received: SizedPrompt },
): Bills {
  const inputTokens = Math.max(0, usage.inputTokens + received.tokens - sent.tokens);
  return { with: usage, without: { ...usage, inputTokens } };
}

/** Whether a model that nobody knows reads from a cache at all, nobody knows either. */
function bustIn(
  worlds: Worlds,
  own: readonly Past[],
  exchange: Exchange,
  moment: Moment,
  isKnown: boolean,
): Bust | undefined {
  const { at, model, usages } = exchange;
  const said = isKnown ? usages[0] : undefined;
  return bustOf(worlds.sent, worlds.received, own, said, { at, model, rules: moment.rules, scale: moment.scale });
}

function latest(pasts: readonly Past[]): Past | undefined {
  return pasts.reduce<Past | undefined>((last, past) => (!last || past.at >= last.at ? past : last), undefined);
}

/** The tool that was added is the price of being able to fetch, known beforehand; and caches read in whole steps. */
function billOf(
  entry: LedgerEntry,
  { sent, received }: { readonly sent: SizedPrompt; readonly received: SizedPrompt },
  { granularityTokens: step }: CacheRules,
): Bill {
  const rates = entry.rates ?? USUAL_RATES;
  const added = Math.max(0, toolTokens(sent) - toolTokens(received));
  const allowed = inputCost({ ...NO_USAGE, cacheWriteTokens: added + step - 1 }, rates);
  return [costOf(entry.with, rates), costOf(entry.without, entry.ratesWithout ?? rates), allowed];
}

function toolTokens({ pieces, upTo }: SizedPrompt): number {
  const end = pieces.findLastIndex(({ level }) => level === 'tools');
  return end === -1 ? 0 : upTo[end]!;
}

/** Requests that this one goes on from, and those that are too many. */
function replacedBy(past: Past, own: readonly Past[]): readonly string[] {
  const goesOn = (trace: Trace, now: Trace): boolean => sharedPieces(trace.hashes, now.hashes) === trace.hashes.length;
  const [before, others] = partition(
    own.filter(({ id }) => id !== past.id),
    (one) => one.model === past.model && goesOn(one.sent, past.sent) && goesOn(one.received, past.received),
  );
  const tooMany = others.toSorted((a, b) => b.at - a.at).slice(PASTS_KEPT);
  return [...before, ...tooMany].map(({ id }) => id);
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

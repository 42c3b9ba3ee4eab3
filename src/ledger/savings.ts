/**
 * Sums over the ledger: the one place from which every surface has its figures. What the provider counted is measured;
 * what was saved is predicted, and is said only with an interval and from enough conversations.
 */
import type { LedgerEntry } from '../core/ledger.ts';
import type { Usage } from '../core/wire-format.ts';
import { costOf, inputCost, NO_USAGE, plus } from './bill.ts';
import { type Interval, intervalOf, type Pair, ratioOf, reductionOf } from './statistics.ts';

/** Fewer conversations say nothing about a share. */
export const LEAST_CONVERSATIONS = 5;
/** On each side of a comparison. */
export const LEAST_COMPARED = 20;

/** In dollars. */
export interface Money {
  readonly total: number;
  readonly input: number;
}

export interface Estimate {
  /** In dollars. */
  readonly saved: Interval;
  readonly ofWholeBillWithout: Interval;
  readonly ofInputBillWithout: Interval;
  readonly conversations: number;
}

export interface Comparison {
  readonly ofBillWithout: Interval;
}

export interface BustSum {
  readonly cause: string;
  readonly by: string;
  readonly count: number;
  readonly tokens: number;
}

export interface Savings {
  readonly requests: number;
  readonly conversations: number;
  /** Of the requests: cut short, without counts of the provider, to models without a price. */
  readonly incomplete: number;
  readonly unmeasured: number;
  readonly unpriced: number;
  readonly unpricedModels: readonly string[];
  readonly roads: Readonly<Record<LedgerEntry['road'], number>>;
  /** Conversations that were frozen because they had become dearer. */
  readonly frozen: number;
  /** As the providers counted them. */
  readonly usage: Usage;
  /** Prefixes that providers kept under a name: in the bill too. */
  readonly storage: { readonly tokenHours: number; readonly dollars: number };
  /** By our tokenizer: of what clients sent, and of what was sent on. */
  readonly clientTokens: number;
  readonly sentTokens: number;
  /** What the providers counted, at their prices. */
  readonly bill: Money;
  /** Both by the same simulated cache; only their difference is used. */
  readonly predicted: { readonly with: Money; readonly without: Money };
  /** Undefined while there are too few conversations. */
  readonly estimate: Estimate | undefined;
  readonly missingConversations: number;
  readonly heldOut: number;
  readonly compared: number;
  /** Undefined while there are too few on one side. */
  readonly comparison: Comparison | undefined;
  readonly busts: readonly BustSum[];
}

interface ConversationSum {
  billTotal: number;
  billInput: number;
  savedTotal: number;
  savedInput: number;
}

interface Arm {
  cost: number;
  tokens: number;
}

const MAX_NAMES = 50;
const NOTHING: Money = { total: 0, input: 0 };

export class SavingsSum {
  #requests = 0;
  #incomplete = 0;
  #unmeasured = 0;
  #unpriced = 0;
  readonly #unpricedModels = new Set<string>();
  readonly #roads: Record<LedgerEntry['road'], number> = { shortened: 0, 'held out': 0, frozen: 0, passed: 0 };
  readonly #froze = new Set<string>();
  readonly #all = new Set<string>();
  #usage: Usage = NO_USAGE;
  #storage = { tokenHours: 0, dollars: 0 };
  #clientTokens = 0;
  #sentTokens = 0;
  #bill = NOTHING;
  #with = NOTHING;
  #without = NOTHING;
  readonly #conversations = new Map<string, ConversationSum>();
  readonly #arms = { treated: new Map<string, Arm>(), heldOut: new Map<string, Arm>() };
  readonly #busts = new Map<string, BustSum>();

  /** @param share of what this request saved, where only a part of it is meant. */
  add(entry: LedgerEntry, share = 1): void {
    const { usage, rates, road, bust, model } = entry;
    const conversation = `${entry.tenant} ${entry.conversation}`;
    this.#requests++;
    // Of bodies that nobody could read it is not known.
    if (entry.conversation !== '') this.#all.add(conversation);
    this.#roads[road]++;
    if (!entry.complete) this.#incomplete++;
    if (entry.froze) this.#froze.add(conversation);
    if (bust) this.#addBust(bust);
    this.#clientTokens += entry.clientTokens;
    this.#sentTokens += entry.sentTokens;
    if (!rates) {
      this.#unpriced++;
      if (this.#unpricedModels.size < MAX_NAMES) this.#unpricedModels.add(model);
    }
    if (!usage) this.#unmeasured++;
    else this.#usage = plus(this.#usage, usage);
    if (usage && rates) this.#addMoney({ ...entry, usage, rates }, conversation, share);
  }

  result(): Savings {
    const estimate = this.#estimate();
    const { treated, heldOut } = this.#arms;
    return {
      requests: this.#requests,
      conversations: this.#all.size,
      incomplete: this.#incomplete,
      unmeasured: this.#unmeasured,
      unpriced: this.#unpriced,
      unpricedModels: [...this.#unpricedModels],
      roads: { ...this.#roads },
      frozen: this.#froze.size,
      usage: this.#usage,
      storage: { ...this.#storage },
      clientTokens: this.#clientTokens,
      sentTokens: this.#sentTokens,
      bill: this.#bill,
      predicted: { with: this.#with, without: this.#without },
      estimate,
      missingConversations: Math.max(0, LEAST_CONVERSATIONS - this.#conversations.size),
      heldOut: heldOut.size,
      compared: treated.size,
      comparison: this.#comparison(),
      busts: [...this.#busts.values()].toSorted((a, b) => b.tokens - a.tokens),
    };
  }

  #addBust({ cause, by, tokens }: NonNullable<LedgerEntry['bust']>): void {
    // Which message it was matters in its own request only.
    const name = cause.replace(/ \d+$/, '');
    const key = `${name} ${by}`;
    const so = this.#busts.get(key) ?? { cause: name, by, count: 0, tokens: 0 };
    this.#busts.set(key, { ...so, count: so.count + 1, tokens: so.tokens + tokens });
  }

  #addMoney(entry: Priced, conversation: string, share: number): void {
    const { usage, rates, ratesWithout = rates } = entry;
    const storage = entry.storage?.dollars ?? 0;
    this.#storage.tokenHours += entry.storage?.tokenHours ?? 0;
    this.#storage.dollars += storage;
    const bill = moneyOf(usage, rates, storage);
    const withHeadroom = moneyOf(entry.with, rates, storage);
    const without = moneyOf(entry.without, ratesWithout);
    this.#bill = sum(this.#bill, bill);
    this.#with = sum(this.#with, withHeadroom);
    this.#without = sum(this.#without, without);
    const so = this.#conversations.get(conversation) ?? { billTotal: 0, billInput: 0, savedTotal: 0, savedInput: 0 };
    so.billTotal += bill.total;
    so.billInput += bill.input;
    so.savedTotal += share * (without.total - withHeadroom.total);
    so.savedInput += share * (without.input - withHeadroom.input);
    this.#conversations.set(conversation, so);
    if (entry.complete && entry.road !== 'passed') this.#addToArm(entry, conversation, bill.total);
  }

  #addToArm({ road, clientTokens }: Priced, conversation: string, cost: number): void {
    const arm = road === 'held out' ? this.#arms.heldOut : this.#arms.treated;
    const so = arm.get(conversation) ?? { cost: 0, tokens: 0 };
    so.cost += cost;
    so.tokens += clientTokens;
    arm.set(conversation, so);
  }

  #estimate(): Estimate | undefined {
    const conversations = [...this.#conversations.values()];
    if (conversations.length < LEAST_CONVERSATIONS) return undefined;
    const total = ratioOf(conversations.map((one) => shareOf(one.savedTotal, one.billTotal)));
    const input = ratioOf(conversations.map((one) => shareOf(one.savedInput, one.billInput)));
    if (!total || !input) return undefined;
    const bill = conversations.reduce((all, one) => all + one.billTotal + one.savedTotal, 0);
    const ofWholeBillWithout = intervalOf(total);
    return {
      saved: scaled(ofWholeBillWithout, bill),
      ofWholeBillWithout,
      ofInputBillWithout: intervalOf(input),
      conversations: conversations.length,
    };
  }

  #comparison(): Comparison | undefined {
    const { treated, heldOut } = this.#arms;
    if (treated.size < LEAST_COMPARED || heldOut.size < LEAST_COMPARED) return undefined;
    const [a, b] = [ratioOf(pairsOf(treated)), ratioOf(pairsOf(heldOut))];
    const ofBillWithout = a && b && reductionOf(a, b);
    return ofBillWithout && { ofBillWithout };
  }
}

type Priced = LedgerEntry & { readonly usage: Usage; readonly rates: NonNullable<LedgerEntry['rates']> };

function moneyOf(usage: Usage, rates: Priced['rates'], storage = 0): Money {
  return { total: costOf(usage, rates) + storage, input: inputCost(usage, rates) + storage };
}

function sum(a: Money, b: Money): Money {
  return { total: a.total + b.total, input: a.input + b.input };
}

/** The bill without Headroom is what was billed and what was saved. */
function shareOf(saved: number, bill: number): Pair {
  return { part: saved, whole: bill + saved };
}

/** Dollars for each token that clients sent. */
function pairsOf(arm: ReadonlyMap<string, Arm>): readonly Pair[] {
  return Array.from(arm.values(), ({ cost, tokens }) => ({ part: cost, whole: tokens }));
}

function scaled({ value, low, high }: Interval, by: number): Interval {
  return { value: value * by, low: low * by, high: high * by };
}

/** Whether any request has both a price and counts of its provider. */
export function hasBill({ missingConversations }: Savings): boolean {
  return missingConversations < LEAST_CONVERSATIONS;
}

/**
 * Replays a conversation request by request to simulated accounts, one for each way it can go, and holds what each comes to
 * against the direct one: the bill, cached prefixes that were lost on the way, what the model still has.
 */
import type { Settled } from './account.ts';
import type { BillClient } from './clients.ts';
import { answered, type Conversation } from './conversations.ts';
import { type Evidence, judge, noEvidence } from './evidence.ts';
import { openAccount } from './provider-cache.ts';
import { arrivals } from './timing.ts';
import { dollars, NOTHING, plus, type Rates, ratesOf, type Usage } from './usage.ts';
import type { Way } from './ways.ts';
import type { Count, JsonMap } from './wording.ts';

export interface Outcome {
  readonly conversation: string;
  readonly set: string;
  readonly client: string;
  readonly way: string;
  readonly requests: number;
  readonly usage: Usage;
  readonly dollars: number;
  /** What the definition of one added tool may cost, in dollars. */
  readonly allowance: number;
  /** Requests whose prefix the provider would have read, had it come directly, and did not. */
  readonly busts: number;
  /** The same, only because what was left of the prefix is too short to be cached. */
  readonly tooShort: number;
  readonly evidence: Evidence;
}

/** When all conversations begin; what counts is the time between their requests. */
const START = Date.parse('2026-11-01T00:00:00Z');
/** Tokens of an added tool's definition. */
export const TOOL_TOKENS = 80;

interface Taken {
  readonly settled: readonly Settled[];
  readonly evidence: Evidence;
}

/** @returns one for each way, in their order; the first way is what the others are held against. */
export async function replay(
  conversation: Conversation,
  client: BillClient,
  ways: readonly Way[],
  count: Count,
): Promise<readonly Outcome[]> {
  const taken: Taken[] = [];
  for (const way of ways) taken.push(await take(conversation, client, way, count));
  return taken.map((one, index) => outcome({ conversation, client, way: ways[index]! }, one, taken[0]!));
}

async function take(conversation: Conversation, client: BillClient, way: Way, count: Count): Promise<Taken> {
  const account = openAccount(client.api, { count });
  const turns = answered(conversation);
  const times = arrivals(conversation.id, turns.length, client.pace);
  // A credential of its own: conversations and clients know nothing of each other.
  const key = `key ${client.name} ${conversation.id}`.replaceAll(/[^\w]+/g, '-');
  const original = (handle: string): Promise<string> => way.original(handle, key);
  const settled: Settled[] = [];
  const evidence = noEvidence();
  for (const [turn, index] of turns.entries()) {
    const sent: JsonMap = client.body(conversation, index);
    const received = await way.send(sent, client, key, START + times[turn]!);
    settled.push(account.settle({ body: received, at: times[turn]! }));
    await judge({ conversation, index, sent, received, original }, evidence);
  }
  return { settled, evidence };
}

function outcome(
  { conversation, client, way }: { conversation: Conversation; client: BillClient; way: Way },
  { settled, evidence }: Taken,
  baseline: Taken,
): Outcome {
  const pairs = settled.map((own, turn) => ({ own, plain: baseline.settled[turn]! }));
  const missed = pairs.filter(({ own, plain }) => own.reach < plain.reach);
  const busts = missed.filter(({ own, plain }) => (own.upTo[plain.reach] ?? 0) >= ratesOf(own.model).minimum);
  return {
    conversation: conversation.id,
    set: conversation.set,
    client: client.name,
    way: way.name,
    requests: settled.length,
    usage: settled.reduce((sum, { usage }) => plus(sum, usage), NOTHING),
    dollars: settled.reduce((sum, { usage, model }) => sum + dollars(usage, ratesOf(model)), 0),
    allowance: pairs.reduce(
      (sum, { own, plain }) => sum + toolAllowance(own.usage, plain.usage, ratesOf(own.model)),
      0,
    ),
    busts: busts.length,
    tooShort: missed.length - busts.length,
    evidence,
  };
}

/** From the dearest on: where a cache counts in steps, a few tokens more may leave it the same, and are paid in full. */
const CLASSES = ['uncached', 'write1h', 'write5m', 'read'] as const;

/** What the tool's tokens cost in one request: no more of them than it has beyond the direct one, in the classes of those. */
function toolAllowance(own: Usage, plain: Usage, rates: Rates): number {
  let left = TOOL_TOKENS;
  let cost = 0;
  for (const kind of CLASSES) {
    const more = Math.min(left, Math.max(0, own[kind] - plain[kind]));
    cost += dollars({ ...NOTHING, [kind]: more }, rates);
    left -= more;
  }
  return cost;
}

/** How much dearer a conversation is than direct, beyond the tool: a share of the direct bill, negative when cheaper. */
export function excess(own: Outcome, plain: Outcome): number {
  return (own.dollars - own.allowance - plain.dollars) / plain.dollars;
}

/**
 * Hidden exchanges: kept before the client sees the end of the turn that they belong to, and put back into every later
 * request that shows this turn. The provider sees one conversation that only grows.
 */
import type { Hop, TurnName, VisibleTurn } from '../core/continuation.ts';
import type { Conversation } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import type { JsonDocument, JsonEdit } from '../core/json/document.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { Chain } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { failure, type Note, UNCOUNTED } from './note.ts';

type Keeping = Pick<OptimizeContext, 'tenant' | 'sentLog'>;

/** Durable once this returns. @throws when it could not be kept, or when nothing names the turn. */
export function keepHops(
  hops: readonly Hop[],
  chain: Chain,
  { continuation }: Pick<WireFormat, 'continuation'>,
  { tenant, sentLog }: Keeping,
): void {
  const names = [continuation?.nameOf(hops) ?? [], continuation?.otherNames?.(hops) ?? []].flat();
  const [key, ...others] = names.map((name) => keyOf(name, chain.end, tenant));
  if (key === undefined) return;
  sentLog.pin([
    { ...COUNTS, key, text: JSON.stringify(hops) },
    // The others say where it is kept.
    ...others.map((other) => ({ ...COUNTS, key: other, text: JSON.stringify(key) })),
    { ...COUNTS, key: anyKey(tenant), text: undefined },
  ]);
}

/**
 * What a provider keeps under the id that the client has, and really ended under another: for requests that go on from
 * it. That it is known here says too that its conversation has the tool. Durable once this returns.
 */
export function keepAnswer(hops: readonly Hop[], { tenant, sentLog }: Keeping): void {
  const [visible, last] = [hops[0]?.id, hops.at(-1)];
  if (visible === undefined || last?.id === undefined) return;
  const unanswered = last.hidden.length > 0 ? last : undefined;
  const answer: Answer = { id: last.id, ...(unanswered && { unanswered }) };
  sentLog.pin([{ ...COUNTS, key: answerKey(visible, tenant), text: JSON.stringify(answer) }]);
}

/** Whether the answer that a request goes on from was given to a request with the tool. */
export function isKnownAnswer(id: string, { tenant, sentLog }: Keeping): boolean {
  return sentLog.recall([answerKey(id, tenant)])[0]?.text !== undefined;
}

/** The edits by which a request goes on from the real end of the answer that it names. */
export function goOnEdits(
  { continues }: Conversation,
  { continuation }: WireFormat,
  document: JsonDocument,
  { sentLog, tenant, notes }: Keeping & { readonly notes: Note[] },
): readonly JsonEdit[] {
  if (continues === undefined || !continuation?.goOn) return [];
  try {
    const kept = sentLog.recall([answerKey(continues, tenant)])[0]?.text;
    if (kept === undefined) return [];
    const { id, unanswered } = JSON.parse(kept) as Answer;
    return continuation.goOn(id, unanswered, document);
  } catch (error) {
    notes.push(failure('retrieval', error));
    return [];
  }
}

interface Answer {
  readonly id: string;
  /** The last hop, when results of ours wait for the next request. */
  readonly unanswered?: Hop;
}

const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;

/** The edits that put back what the client never had. */
export function restoreHops(
  conversation: Conversation,
  chain: Chain,
  format: WireFormat,
  document: JsonDocument,
  context: OptimizeContext & { readonly notes: Note[] },
): readonly JsonEdit[] {
  const { sentLog, tenant, notes } = context;
  const { continuation } = format;
  try {
    if (!continuation || !sentLog.recall([anyKey(tenant)])[0]) return [];
    const found = lookUp(continuation.visibleTurns(conversation), chain, context);
    const edits: JsonEdit[] = [];
    for (const { hops, turns } of found) {
      const put = firstOf(turns, (turn) => continuation.restore(turn, hops, document));
      edits.push(...(put ?? []));
      const [outcome, reason] = put
        ? (['replayed', 'hidden exchange put back'] as const)
        : (['left alone', 'turn changed since its hidden exchange'] as const);
      notes.push({ ...UNCOUNTED, part: undefined, outcome, by: 'retrieval', reason });
    }
    return edits;
  } catch (error) {
    notes.push(failure('retrieval', error));
    return [];
  }
}

interface Found {
  readonly hops: readonly Hop[];
  /** Where they may have been, the best place first. */
  readonly turns: readonly number[];
}

/** A turn that is found by several of its names is one. */
function lookUp(visible: readonly VisibleTurn[], chain: Chain, { tenant, sentLog }: Keeping): readonly Found[] {
  const keys = visible.map((turn) => keyOf(turn, chain.turns[turn.turn] ?? '', tenant));
  const texts = sentLog.recall(keys).map((pin) => pin?.text);
  const owners = texts.map((text, index) => (text?.startsWith('"') ? (JSON.parse(text) as string) : keys[index]!));
  const found = new Map<string, Found & { turns: number[] }>();
  for (const [index, text] of texts.entries()) {
    if (text === undefined) continue;
    const owner = owners[index]!;
    const kept = found.get(owner);
    if (kept) kept.turns.push(visible[index]!.turn);
    else {
      const whole = owner === keys[index] ? text : sentLog.recall([owner])[0]?.text;
      if (whole !== undefined) found.set(owner, { hops: JSON.parse(whole) as Hop[], turns: [visible[index]!.turn] });
    }
  }
  return [...found.values()];
}

function firstOf<Item, Result>(items: readonly Item[], get: (item: Item) => Result | undefined): Result | undefined {
  for (const item of items) {
    const result = get(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Says that this tenant has hidden exchanges at all: the others need not be asked for each of their turns. */
function anyKey(tenant: string): string {
  return hashOf(`hidden any ${tenant}`);
}

function answerKey(id: string, tenant: string): string {
  return hashOf(`answer ${tenant} ${id}`);
}

function keyOf({ name, isUnique }: TurnName, before: string, tenant: string): string {
  return hashOf(`hidden ${tenant} ${isUnique ? '' : before} ${name}`);
}

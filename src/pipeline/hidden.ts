/**
 * Hidden exchanges: kept before the client sees the end of the turn that they belong to, and put back into every later
 * request that shows this turn. The provider sees one conversation that only grows.
 */
import type { Hop, TurnName, VisibleTurn } from '../core/continuation.ts';
import type { Conversation } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import type { JsonDocument, JsonEdit } from '../core/json/document.ts';
import type { JsonValue } from '../core/json/value.ts';
import type { KeptAnswer } from '../core/kept-answers.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { Chain } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { failure, type Note, UNCOUNTED } from './note.ts';

type Keeping = Pick<OptimizeContext, 'tenant' | 'sentLog' | 'upstream'>;

/**
 * Durable once this returns. @throws when it could not be kept, or when nothing names the turn.
 * @param before the chain of all that stands before the turn.
 */
export function keepHops(
  hops: readonly Hop[],
  before: string,
  { continuation }: Pick<WireFormat, 'continuation'>,
  { tenant, sentLog, upstream }: Keeping,
): void {
  const names = [continuation?.nameOf(hops) ?? [], continuation?.otherNames?.(hops) ?? []].flat();
  const proven = upstream === undefined ? [] : names.map((name) => provenKey(name, before, upstream));
  const [key, ...others] = names.map((name) => keyOf(name, before, tenant));
  if (key === undefined) return;
  sentLog.pin([
    { ...COUNTS, key, text: JSON.stringify(hops) },
    // The others say where it is kept.
    ...[...others, ...proven].map((other) => ({ ...COUNTS, key: other, text: JSON.stringify(key) })),
    ...[anyKey(tenant), anyProvenKey(upstream)].map((any) => ({ ...COUNTS, key: any, text: undefined })),
  ]);
}

/**
 * What a provider keeps under the id that the client has, and really ended under another: for requests that go on from
 * it. That it is known here says too that its conversation has the tool. Durable once this returns.
 */
export function keepAnswer(hops: readonly Hop[], keeping: Keeping, held?: Held): void {
  const [visible, last] = [hops[0]?.id, hops.at(-1)];
  if (visible === undefined || last?.id === undefined) return;
  const unanswered = last.hidden.length > 0 ? last : undefined;
  const hasHidden = hops.some(({ hidden }) => hidden.length > 0);
  const output = hops.flatMap(({ pieces, hidden }) => pieces.filter((_, index) => !hidden.includes(index)));
  const ids = hops.flatMap(({ id }) => id ?? []);
  const shown = hasHidden && { ids, output };
  const answer: Answer = { id: last.id, ...(unanswered && { unanswered }), ...shown, ...(held && { held }) };
  const text = JSON.stringify(answer);
  keeping.sentLog.pin(answerKeys(visible, keeping).map((key) => ({ ...COUNTS, key, text })));
}

function recallAnswer(id: string, keeping: Keeping): Answer | undefined {
  const found = keeping.sentLog.recall(answerKeys(id, keeping)).find((pin) => pin?.text !== undefined);
  return found && (JSON.parse(found.text!) as Answer);
}

/** The answer that a request goes on from, where it was given to a request with the tool. */
export function knownAnswer(id: string, keeping: Keeping): Pick<Answer, 'held'> | undefined {
  return recallAnswer(id, keeping);
}

/** The edits by which a request goes on from the real end of the answer that it names. */
export function goOnEdits(
  { continues }: Conversation,
  { continuation }: WireFormat,
  document: JsonDocument,
  keeping: Keeping & { readonly notes: Note[] },
): readonly JsonEdit[] {
  if (continues === undefined || !continuation?.goOn) return [];
  try {
    const kept = recallAnswer(continues, keeping);
    return kept ? continuation.goOn(kept.id, kept.unanswered, document) : [];
  } catch (error) {
    keeping.notes.push(failure('retrieval', error));
    return [];
  }
}

/** What was shown of an answer that its client asks for later; undefined for answers that are not known here. */
export function keptAnswer(id: string, keeping: Keeping): KeptAnswer | undefined {
  const kept = recallAnswer(id, keeping);
  return kept && { id, hops: kept.ids ?? [kept.id], output: kept.output };
}

/** What a provider holds with an answer, and requests that go on from it do not say again. */
export interface Held {
  /** Items before it brought tools. */
  readonly hasTools: boolean;
  /** Nothing was said yet. */
  readonly isWarm: boolean;
}

interface Answer {
  readonly id: string;
  /** Of all hops, and what was shown of them, where something was hidden. */
  readonly ids?: readonly string[];
  readonly output?: readonly JsonValue[];
  /** The last hop, when results of ours wait for the next request. */
  readonly unanswered?: Hop;
  /** Absent where that is nothing. */
  readonly held?: Held;
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
  const { sentLog, tenant, upstream, notes } = context;
  const { continuation } = format;
  try {
    if (!continuation || !sentLog.recall([anyKey(tenant), anyProvenKey(upstream)]).some(Boolean)) return [];
    const found = lookUp(continuation.visibleTurns(conversation), conversation, chain, context);
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

/** A turn that is found by several of its names is one; where they disagree, the first that found it counts. */
function lookUp(
  visible: readonly VisibleTurn[],
  conversation: Conversation,
  chain: Chain,
  { tenant, sentLog, upstream }: Keeping,
): readonly Found[] {
  const keys = visible.map((turn) => keyOf(turn, chain.turns[turn.turn] ?? '', tenant));
  const own = sentLog.recall(keys).map((pin) => pin?.text);
  const proof = proofOf(conversation);
  const proven = visible.map((turn, index) =>
    own[index] === undefined && upstream !== undefined && turn.turn >= proof
      ? provenKey(turn, chain.turns[turn.turn] ?? '', upstream)
      : undefined,
  );
  const asked = proven.filter((key) => key !== undefined);
  const others = new Map(sentLog.recall(asked).map((pin, index) => [asked[index], pin?.text]));
  const texts = own.map((text, index) => text ?? others.get(proven[index]));
  const owners = texts.map((text, index) => (text?.startsWith('"') ? (JSON.parse(text) as string) : keys[index]!));
  const found = new Map<string, Found & { turns: number[] }>();
  const taken = new Map<number, string>();
  for (const [index, text] of texts.entries()) {
    if (text === undefined) continue;
    const owner = owners[index]!;
    const { turn } = visible[index]!;
    if ((taken.get(turn) ?? owner) !== owner) continue;
    taken.set(turn, owner);
    const kept = found.get(owner);
    if (kept) kept.turns.push(turn);
    else {
      const whole = owner === keys[index] ? text : sentLog.recall([owner])[0]?.text;
      if (whole !== undefined) found.set(owner, { hops: JSON.parse(whole) as Hop[], turns: [turn] });
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

/** Ids of answers are the provider's, which gives what it keeps to nobody else. */
function answerKeys(id: string, { tenant, upstream }: Keeping): readonly string[] {
  const own = hashOf(`answer ${tenant} ${id}`);
  return upstream === undefined || id.length < UNGUESSABLE_CHARS ? [own] : [own, hashOf(`answer at ${upstream} ${id}`)];
}

const UNGUESSABLE_CHARS = 16;

/**
 * The turn from which on a conversation shows what only those can know who had it from its provider: something signed, or
 * the id of a call.
 */
function proofOf({ parts }: Conversation): number {
  const first = parts.find(
    ({ isSigned, call, answers }) => isSigned || (call?.id ?? answers ?? '').length >= UNGUESSABLE_CHARS,
  );
  return first?.turn ?? Infinity;
}

/**
 * Where a turn is found after the client's token was renewed: by all that stands before it and all that it is known by,
 * at the same provider.
 */
function provenKey({ name }: TurnName, before: string, upstream: string): string {
  return hashOf(`hidden at ${upstream} ${before} ${name}`);
}

function anyProvenKey(upstream = ''): string {
  return hashOf(`hidden any at ${upstream}`);
}

function keyOf({ name, isUnique }: TurnName, before: string, tenant: string): string {
  return hashOf(`hidden ${tenant} ${isUnique ? '' : before} ${name}`);
}

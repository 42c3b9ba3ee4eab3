/**
 * Hidden exchanges: kept before the client sees the end of the turn that they belong to, and put back into every later
 * request that shows this turn. The provider sees one conversation that only grows.
 */
import type { Hop } from '../core/continuation.ts';
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
  const name = continuation?.nameOf(hops);
  if (!name) return;
  const counts = { tokensBefore: 0, tokensAfter: 0 };
  const key = keyOf(name, chain.end, tenant);
  sentLog.pin([
    { ...counts, key, text: JSON.stringify(hops) },
    { ...counts, key: anyKey(tenant), text: undefined },
  ]);
}

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
    const turns = continuation.visibleTurns(conversation);
    const pins = sentLog.recall(turns.map((visible) => keyOf(visible, chain.turns[visible.turn] ?? '', tenant)));
    return turns.flatMap(({ turn }, index) => {
      const kept = pins[index]?.text;
      if (kept === undefined) return [];
      const edits = continuation.restore(turn, JSON.parse(kept) as readonly Hop[], document);
      const reason = edits ? 'hidden exchange put back' : 'turn changed since its hidden exchange';
      notes.push({
        ...UNCOUNTED,
        part: undefined,
        outcome: edits ? 'replayed' : 'left alone',
        by: 'retrieval',
        reason,
      });
      return edits ?? [];
    });
  } catch (error) {
    notes.push(failure('retrieval', error));
    return [];
  }
}

/** Says that this tenant has hidden exchanges at all: the others need not be asked for each of their turns. */
function anyKey(tenant: string): string {
  return hashOf(`hidden any ${tenant}`);
}

function keyOf({ name, isUnique }: { name: string; isUnique: boolean }, before: string, tenant: string): string {
  return hashOf(`hidden ${tenant} ${isUnique ? '' : before} ${name}`);
}

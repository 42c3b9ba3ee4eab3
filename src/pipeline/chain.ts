/**
 * The keys of the sent log. A part's key covers its tenant, the values of all that stands before it in the messages,
 * and its own source: forks share what they share, and a part is found again wherever its past is the same.
 * System prompts and volatile keys are left out, because clients change them from request to request.
 */
import { canonical } from '../core/json/canonical.ts';
import { hashOf } from '../core/hash.ts';
import type { Conversation, Part } from '../core/conversation.ts';

/** @returns for each tool result, by part index, its key. @throws RangeError for messages nested too deep to read. */
export function partKeys(
  conversation: Conversation,
  tenant: string,
  volatileKeys: ReadonlySet<string>,
): ReadonlyMap<number, string> {
  const byPlace = Map.groupBy(
    conversation.parts.filter((part) => part.kind === 'tool-result'),
    (part) => part.turn,
  );
  const lastTurn = Math.max(-1, ...byPlace.keys());
  const keys = new Map<number, string>();
  let chain = hashOf(`tenant ${tenant}`);
  for (let index = 0; index <= lastTurn; index++) {
    const turn = conversation.turns[index]!;
    if (turn.role === 'system') continue;
    const parts = byPlace.get(index) ?? [];
    chain = hashOf(`${chain} ${canonical(turn.head, volatileKeys)}`);
    for (const [place, block] of turn.blocks.entries()) {
      for (const part of parts) if (part.block === place) keys.set(part.index, keyOf(part, chain));
      // What follows the last part of the last turn covers nobody.
      if (index === lastTurn && !parts.some((part) => part.block > place)) break;
      chain = hashOf(`${chain} ${canonical(block, volatileKeys)}`);
    }
  }
  return keys;
}

function keyOf(part: Part, chain: string): string {
  const inside = part.path.slice(3).filter((step) => typeof step === 'number');
  return hashOf(`${chain} part ${inside.join('.')} ${part.source}`);
}

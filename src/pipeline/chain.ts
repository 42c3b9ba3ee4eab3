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
  const results = conversation.parts.filter((part) => part.kind === 'tool-result');
  const byBlock = Map.groupBy(results, ({ turn, block }) => `${turn} ${block}`);
  const last = results.at(-1);
  const keys = new Map<number, string>();
  let chain = hashOf(`tenant ${tenant}`);
  for (let index = 0; last && index <= last.turn; index++) {
    const turn = conversation.turns[index]!;
    if (turn.role === 'system') continue;
    chain = hashOf(`${chain} ${canonical(turn.head, volatileKeys)}`);
    for (const [place, block] of turn.blocks.entries()) {
      for (const part of byBlock.get(`${index} ${place}`) ?? []) keys.set(part.index, keyOf(part, chain));
      // What follows the last result covers nobody.
      if (index === last.turn && place >= last.block) break;
      chain = hashOf(`${chain} ${canonical(block, volatileKeys)}`);
    }
  }
  return keys;
}

function keyOf(part: Part, chain: string): string {
  const inside = part.path.slice(4).filter((step) => typeof step === 'number');
  // A result's text is the same whether it stands alone or as the only block of its content.
  return hashOf(`${chain} part ${inside.join('.').replace(/^0$/, '')} ${part.source}`);
}

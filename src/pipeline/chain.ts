/**
 * What the sent log knows parts by. A part's address covers the values of all that stands before it in the messages, and
 * its own source: forks share what they share, and a part is found again wherever its past is the same. System prompts
 * and volatile keys are left out, because clients change them from request to request.
 */
import { type Canon, canonical } from '../core/json/canonical.ts';
import { hashOf } from '../core/hash.ts';
import type { Conversation, Part } from '../core/conversation.ts';

export interface PartAddress {
  /** Covers everything before the part, and the part. */
  readonly place: string;
  /** Covers the part and its tool call's id: known wherever it stands. */
  readonly result: string;
}

/** @returns for each tool result, by part index, its address. @throws RangeError for messages nested too deep to read. */
export function addressesOf(
  conversation: Conversation,
  volatileKeys: ReadonlySet<string>,
): ReadonlyMap<number, PartAddress> {
  const results = conversation.parts.filter((part) => part.kind === 'tool-result');
  const byBlock = Map.groupBy(results, ({ turn, block }) => `${turn} ${block}`);
  const last = results.at(-1);
  const digest = digests();
  const canon: Canon = { ignoredKeys: volatileKeys, digest };
  const addresses = new Map<number, PartAddress>();
  let chain = hashOf('conversation');
  for (let index = 0; last && index <= last.turn; index++) {
    const turn = conversation.turns[index]!;
    if (turn.role === 'system') continue;
    chain = hashOf(`${chain} ${canonical(turn.head, canon)}`);
    for (const [place, block] of turn.blocks.entries()) {
      for (const part of byBlock.get(`${index} ${place}`) ?? [])
        addresses.set(part.index, addressOf(part, chain, digest));
      // What follows the last result covers nobody.
      if (index === last.turn && place >= last.block) break;
      chain = hashOf(`${chain} ${canonical(block, canon)}`);
    }
  }
  return addresses;
}

/** A result is a part and stands in its block: the text that was hashed last is not hashed again. */
function digests(): (text: string) => string {
  let last = '';
  let lastDigest = hashOf(last);
  return (text) => {
    if (text !== last) [last, lastDigest] = [text, hashOf(text)];
    return lastDigest;
  };
}

function addressOf(part: Part, chain: string, digest: (text: string) => string): PartAddress {
  const inside = part.path.slice(4).filter((step) => typeof step === 'number');
  const source = digest(part.source);
  return {
    // A result's text is the same whether it stands alone or as the only block of its content.
    place: hashOf(`${chain} part ${inside.join('.').replace(/^0$/, '')} ${source}`),
    result: hashOf(`result ${part.call?.id ?? ''} ${source}`),
  };
}

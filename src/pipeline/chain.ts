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

export interface Chain {
  /** For each tool result, by part index. */
  readonly results: ReadonlyMap<number, PartAddress>;
  /** What stands before each turn. */
  readonly turns: readonly string[];
  /** What stands before a turn that is not there yet. */
  readonly end: string;
}

/** @throws RangeError for messages nested too deep to read; where there is no result, once its turns are asked for. */
export function chainOf(conversation: Conversation, volatileKeys: ReadonlySet<string>): Chain {
  const parts = conversation.parts.filter((part) => part.kind === 'tool-result');
  if (parts.length > 0) return linked(conversation, parts, volatileKeys);
  // Most talk is asked for nothing else.
  let chain: Chain | undefined;
  const whole = (): Chain => (chain ??= linked(conversation, parts, volatileKeys));
  return {
    results: new Map(),
    get turns() {
      return whole().turns;
    },
    get end() {
      return whole().end;
    },
  };
}

function linked(conversation: Conversation, parts: readonly Part[], volatileKeys: ReadonlySet<string>): Chain {
  const byBlock = Map.groupBy(parts, ({ turn, block }) => `${turn} ${block}`);
  const digest = digests();
  const canon: Canon = { ignoredKeys: volatileKeys, digest };
  const results = new Map<number, PartAddress>();
  const turns: string[] = [];
  let chain = hashOf('conversation');
  for (const [index, turn] of conversation.turns.entries()) {
    turns.push(chain);
    if (turn.role === 'system') continue;
    chain = hashOf(`${chain} ${canonical(turn.head, canon)}`);
    for (const [place, block] of turn.blocks.entries()) {
      for (const part of byBlock.get(`${index} ${place}`) ?? [])
        results.set(part.index, addressOf(part, chain, digest));
      chain = hashOf(`${chain} ${canonical(block, canon)}`);
    }
  }
  return { results, turns, end: chain };
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
  // Below the block, wherever the list of messages stands in the body: messages, turn, content, block.
  const depth = part.path.indexOf(part.turn) + 3;
  const inside = part.path.slice(depth).filter((step) => typeof step === 'number');
  const source = digest(part.source);
  return {
    // A result's text is the same whether it stands alone or as the only block of its content.
    place: hashOf(`${chain} part ${inside.join('.').replace(/^0$/, '')} ${source}`),
    result: hashOf(`result ${part.call?.id ?? part.answers ?? ''} ${source}`),
  };
}

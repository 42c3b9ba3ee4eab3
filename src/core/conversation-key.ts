/** What a conversation is known by: what was said first in it, in any spelling that means the same. */
import { canonical } from './json/canonical.ts';
import type { Conversation } from './conversation.ts';
import { hashOf } from './hash.ts';

/** Several steps ask for that of the same request, and its first turn may be long. */
const known = new WeakMap<Conversation['turns'], string>();

/** @throws RangeError for a first turn nested too deep to read. */
export function conversationKeyOf({ turns }: Conversation, volatileKeys: ReadonlySet<string>): string {
  const before = known.get(turns);
  if (before !== undefined) return before;
  const first = turns.find(({ role }) => role !== 'system');
  const start = first ? canonical([first.head, ...first.blocks], { ignoredKeys: volatileKeys, digest: hashOf }) : '';
  const key = hashOf(`conversation ${start}`);
  known.set(turns, key);
  return key;
}

const SHARES = 2 ** 48;

/**
 * Whether a conversation belongs to the share, in percent, that is left as it is for comparison: by its own key, so that
 * all its requests do in every process.
 */
export function isHeldOut(percent: number, tenant: string, conversation: string): boolean {
  if (percent <= 0) return false;
  const place = Number.parseInt(hashOf(`holdout ${tenant} ${conversation}`).slice(0, 12), 16) / SHARES;
  return place * 100 < percent;
}

/** Until when a provider may still hold what a conversation sent: what a later request may take for a fact. */
import type { CacheMemory } from '../core/ledger.ts';
import { keysOf, unpack } from './remembered.ts';

export interface LastUse {
  /** Where in the conversation the newest turns of that request began; undefined: nobody said. */
  readonly newestAt: string | undefined;
  /** In milliseconds since 1970; infinite where nobody knows. */
  readonly warmUntil: number;
}

/** Of the requests of a conversation that are remembered, whatever model they went to. */
export function lastUses(memory: CacheMemory, tenant: string, conversation: string): readonly LastUse[] {
  const pasts = memory.recall(keysOf(tenant, conversation, [])).map(unpack);
  return pasts.map((past) => {
    if (past?.endedAt === undefined || past.sent.entries.length === 0) return NOBODY_KNOWS;
    // Lifetimes are counted from the arrival; a provider may count from the end, or have been asked again in between.
    const answeredIn = Math.max(0, past.endedAt - past.at);
    const ends = past.sent.entries.map(({ endsAt }) => endsAt + answeredIn);
    return { newestAt: past.newestAt, warmUntil: Math.max(...ends) };
  });
}

const NOBODY_KNOWS: LastUse = { newestAt: undefined, warmUntil: Number.POSITIVE_INFINITY };

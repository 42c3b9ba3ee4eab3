/**
 * Conversations in which nothing new is done: those held out for comparison, and those that had become dearer than without
 * Headroom. What was sent stays as it was sent; that a conversation is frozen lasts as pins do, in every process.
 */
import type { Conversation } from '../core/conversation.ts';
import { conversationKeyOf, isHeldOut } from '../core/conversation-key.ts';
import { hashOf } from '../core/hash.ts';
import type { SentLog } from '../core/sent-log.ts';

export type Restraint = 'held out' | 'frozen';

export interface RestraintContext {
  readonly tenant: string;
  readonly sentLog: SentLog;
  /** Of the conversations, in percent. */
  readonly holdout: number;
}

const FROZEN = 'frozen';

/** @throws when nobody can say whether it is frozen. */
export function restraintOf(
  conversation: Conversation,
  volatileKeys: ReadonlySet<string>,
  { tenant, sentLog, holdout }: RestraintContext,
): Restraint | undefined {
  // A request that shows only its end, or nothing yet, cannot be told from those of other conversations.
  if (conversation.continues !== undefined || conversation.onlyWarms) return undefined;
  const key = conversationKeyOf(conversation, volatileKeys);
  if (isHeldOut(holdout, tenant, key)) return 'held out';
  return sentLog.recall([frozenKey(tenant, key)])[0]?.text === FROZEN ? 'frozen' : undefined;
}

export function freeze(conversation: string, { tenant, sentLog }: Omit<RestraintContext, 'holdout'>): void {
  sentLog.pin([{ key: frozenKey(tenant, conversation), text: FROZEN, tokensBefore: 0, tokensAfter: 0 }]);
}

function frozenKey(tenant: string, conversation: string): string {
  return hashOf(`frozen ${tenant} ${conversation}`);
}

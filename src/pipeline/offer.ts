/**
 * Whether this conversation has the retrieval tool: decided when it is first seen, and pinned, because the tools are part
 * of every prefix that a provider caches or signs. Where the model cannot fetch originals, nothing is left out.
 */
import { conversationKeyOf } from '../core/conversation-key.ts';
import type { Conversation } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import { isRetrievalTool } from '../core/retrieval-name.ts';
import type { Policy } from '../core/transform.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import type { OptimizeContext } from './context.ts';
import { type Held, knownAnswer } from './hidden.ts';

/** What is allowed to this request, now that it is known what it says. */
export function policyFor(
  conversation: Conversation,
  format: Pick<WireFormat, 'continuation' | 'volatileKeys'>,
  context: OptimizeContext,
): Policy {
  const { policy } = context;
  if (!policy.allowTools) return policy;
  const lossless: Policy = { ...policy, allowLoss: false, allowTools: false };
  const { toolNames } = conversation;
  // A name of ours that is not by MCP may be anything.
  if (toolNames.includes(RETRIEVAL_TOOL.name)) return lossless;
  // A client that brings Headroom's tools itself can fetch, and needs no second one.
  if (toolNames.some(isRetrievalTool)) return { ...lossless, allowLoss: policy.level !== 'lossless' };
  if (!format.continuation || conversation.refusesTools) return lossless;
  const isOurs = isOfConversation(conversation, format.volatileKeys, context);
  return isOurs ? { ...policy, allowLoss: policy.level !== 'lossless' } : lossless;
}

/** Whether the tool belongs to what is going on: to a conversation without tools of its own it never does. */
function isOfConversation(
  conversation: Conversation,
  volatileKeys: ReadonlySet<string>,
  context: OptimizeContext,
): boolean {
  const { continues, toolNames, onlyWarms } = conversation;
  // Tools may still come, and nothing is said that could be held to what is decided.
  if (onlyWarms) return context.policy.level !== 'lossless';
  const before = continues === undefined ? undefined : knownAnswer(continues, context);
  if (continues !== undefined && !before) return false;
  if (toolNames.length === 0 && !before?.held?.hasTools) return false;
  // What follows decides as a request of its own: it may be a history that began elsewhere.
  return before && !before.held?.isWarm ? true : isOffered(conversation, volatileKeys, context);
}

/** What will be held with the answer, where anything is: tools that came by items stay for all that go on from it. */
export function heldAfter(
  { continues, bringsTools, onlyWarms: isWarm = false }: Conversation,
  context: OptimizeContext,
): Held | undefined {
  const before = continues === undefined ? undefined : knownAnswer(continues, context)?.held;
  const hasTools = bringsTools === true || before?.hasTools === true;
  return hasTools || isWarm ? { hasTools, isWarm } : undefined;
}

/** The pin of a conversation that has the tool; that of one that has not says nothing. */
const OFFERED = 'offered';

function isOffered(conversation: Conversation, volatileKeys: ReadonlySet<string>, context: OptimizeContext): boolean {
  const { sentLog, policy, tenant, isSent } = context;
  const start = conversationKeyOf(conversation, volatileKeys);
  const isSigned = conversation.parts.some((part) => part.isSigned);
  // Signed history finds its decision after the client's token was renewed, too.
  const own = hashOf(`offer ${tenant} ${start}`);
  const signed = hashOf(`offer signed ${start}`);
  const [mine, anybodys] = sentLog.recall([own, signed]);
  const known = mine ?? (isSigned ? anybodys : undefined);
  if (known) return known.text === OFFERED;
  // Signed history that is not known here was sent without the tool.
  const isOfferedNow = policy.level !== 'lossless' && !isSigned;
  if (isSent) {
    const pin = { text: isOfferedNow ? OFFERED : undefined, tokensBefore: 0, tokensAfter: 0 };
    const [held] = sentLog.pin([own, signed].map((key) => ({ ...pin, key })));
    return held!.text === OFFERED;
  }
  return isOfferedNow;
}

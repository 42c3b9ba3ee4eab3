/**
 * Whether this conversation has the retrieval tool: decided when it is first seen, and pinned, because the tools are part
 * of every prefix that a provider caches or signs. Where the model cannot fetch originals, nothing is left out.
 */
import type { Conversation } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import { isRetrievalTool } from '../core/retrieval-name.ts';
import type { Policy } from '../core/transform.ts';
import { canonical } from '../core/json/canonical.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import type { OptimizeContext } from './context.ts';
import { isKnownAnswer } from './hidden.ts';

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
  if (!format.continuation || toolNames.length === 0 || conversation.refusesTools) return lossless;
  const { continues } = conversation;
  const isOurs =
    continues === undefined ? isOffered(conversation, format.volatileKeys, context) : isKnownAnswer(continues, context);
  return isOurs ? { ...policy, allowLoss: policy.level !== 'lossless' } : lossless;
}

/** The pin of a conversation that has the tool; that of one that has not says nothing. */
const OFFERED = 'offered';

function isOffered(conversation: Conversation, volatileKeys: ReadonlySet<string>, context: OptimizeContext): boolean {
  const { sentLog, policy, tenant, isSent } = context;
  const first = conversation.turns.find(({ role }) => role !== 'system');
  const start = first ? canonical([first.head, ...first.blocks], { ignoredKeys: volatileKeys, digest: hashOf }) : '';
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

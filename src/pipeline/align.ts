/**
 * Whether this conversation's prefix is settled: decided when it begins and pinned, because system prompts and tools
 * stand before every prefix that a provider caches. Never where the client manages caches or reasoning is signed.
 */
import { LRUCache } from 'lru-cache';
import { conversationKeyOf } from '../core/conversation-key.ts';
import type { Conversation } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import { canonical } from '../core/json/canonical.ts';
import type { JsonValue } from '../core/json/value.ts';
import type { AlignPolicy, SettledPreamble, Value } from '../core/preamble.ts';
import { frameOf, settle } from '../transforms/cache-aligner/settle.ts';
import type { OptimizeContext } from './context.ts';

/** A request of so few bytes is shorter than any provider caches. */
export const UNCACHED_BYTES = 1_500;
/** The pin of a conversation that began settled says its first values; that of one that did not says nothing. */
const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;

/** Undefined where caches are the client's own business. */
export function alignPolicyFor(
  conversation: Conversation,
  volatileKeys: ReadonlySet<string>,
  context: OptimizeContext,
): AlignPolicy | undefined {
  const { preamble, parts } = conversation;
  if (!preamble || preamble.isManaged) return undefined;
  const settled = settle(preamble);
  const tools = JSON.stringify(settled.tools);
  const keys = keysOf(conversation, settled, tools, context.tenant, volatileKeys);
  const [began, kept, prefix] = context.sentLog.recall([keys.began, keys.tools, keys.prefix]);
  if (!began && context.isRestrained) return undefined;
  const mayBegin = (): boolean =>
    beganUncached(conversation) && !preamble.signsReasoning && !parts.some((part) => part.isSigned);
  // What began so goes on so, also when reasoning turns out to be signed: then it is signed over the settled front.
  const settles = began ? began.text !== undefined : mayBegin();
  if (context.isSent) {
    const pins = [
      {
        ...COUNTS,
        key: keys.began,
        text: settles ? JSON.stringify(settled.values) : undefined,
        isKnown: began !== undefined,
      },
      { ...COUNTS, key: keys.tools, text: tools, isKnown: kept !== undefined },
      { ...COUNTS, key: keys.prefix, text: undefined, isKnown: prefix !== undefined },
    ];
    context.sentLog.pin(pins.flatMap(({ isKnown, ...pin }) => (isKnown ? [] : [pin])));
  }
  return {
    settled,
    settles,
    firstValues: parsed<Value>(began?.text),
    firstTools: kept?.text === undefined || kept.text === tools ? settled.tools : parsed<JsonValue>(kept.text)!,
    isPrefixKnown: prefix !== undefined,
  };
}

/** Nothing was sent yet that a provider can have cached. */
function beganUncached({ turns, parts, preamble }: Conversation): boolean {
  const answer = turns.findLastIndex(({ role }) => role === 'assistant');
  if (answer < 0) return true;
  // Most conversations are long past that: the first texts tell.
  let chars = 0;
  for (const { source, turn } of parts) if (turn < answer && (chars += source.length) > UNCACHED_BYTES) return false;
  const before = JSON.stringify([preamble!.texts, preamble!.tools, turns.slice(0, answer)]);
  return Buffer.byteLength(before) <= UNCACHED_BYTES;
}

/** @param toolsText the settled tools as JSON. */
function keysOf(
  conversation: Conversation,
  settled: SettledPreamble,
  toolsText: string,
  tenant: string,
  volatileKeys: ReadonlySet<string>,
): Record<'began' | 'tools' | 'prefix', string> {
  const canon = { ignoredKeys: volatileKeys, digest: hashOf };
  const { texts, tools } = settled;
  const front = JSON.stringify(texts);
  const names =
    namesOf.get(toolsText) ??
    hashOf(
      tools
        .map((tool) => canonical(tool, canon))
        .sort()
        .join('\n'),
    );
  namesOf.set(toolsText, names);
  return {
    began: hashOf(`align ${tenant} ${conversationKeyOf(conversation, volatileKeys)} ${frameOf(settled)}`),
    tools: hashOf(`align tools ${tenant} ${names}`),
    prefix: hashOf(`align prefix ${tenant} ${names} ${front}`),
  };
}

/** The same tools come with every request of a client. */
const namesOf = new LRUCache<string, string>({ max: 50 });

function parsed<T>(kept: string | undefined): readonly T[] | undefined {
  return kept === undefined ? undefined : (JSON.parse(kept) as readonly T[]);
}

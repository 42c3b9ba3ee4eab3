/**
 * When the log was lost, what Headroom once added to a conversation, or left out, is gone, and signed reasoning behind it
 * is refused by its provider. Then the reasoning is left out, in that request and in every later one that shows it.
 */
import { canonical } from '../core/json/canonical.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import { JsonDocument, type JsonEdit } from '../core/json/document.ts';
import type { SentLog } from '../core/sent-log.ts';
import type { WireFormat } from '../core/wire-format.ts';

type Marks = Pick<WireFormat, 'volatileKeys'>;

/** Nobody can guess a signature: its key needs no tenant, and is found after the client's token was renewed. */
function keyOf({ turn, block }: Part, { turns }: Conversation, { volatileKeys }: Marks): string {
  const value = turns[turn]?.blocks[block] ?? null;
  return hashOf(`reasoning left out ${canonical(value, { ignoredKeys: volatileKeys, digest: hashOf })}`);
}

/** Says that there is such reasoning at all. */
const ANY = hashOf('reasoning left out');
const COUNTS = { text: undefined, tokensBefore: 0, tokensAfter: 0 } as const;

/** The edits that leave out what was left out before. */
export function leaveOutAgain(
  conversation: Conversation,
  format: WireFormat,
  document: JsonDocument,
  sentLog: SentLog,
): readonly JsonEdit[] {
  const signed = conversation.parts.filter(({ isSigned }) => isSigned);
  if (signed.length === 0 || !format.continuation?.leaveOut || !sentLog.recall([ANY])[0]) return [];
  const found = sentLog.recall(signed.map((part) => keyOf(part, conversation, format)));
  const parts = signed.filter((_, index) => found[index] !== undefined);
  return parts.length === 0 ? [] : format.continuation.leaveOut(parts, document);
}

/** The request without its signed reasoning, kept so for later; undefined when there is none. */
export function mend(sent: Uint8Array, format: WireFormat, sentLog: SentLog): Uint8Array | undefined {
  const document = JsonDocument.parse(sent);
  const conversation = format.read(document);
  const parts = conversation.parts.filter(({ isSigned }) => isSigned);
  const edits = format.continuation?.leaveOut?.(parts, document) ?? [];
  if (edits.length === 0) return undefined;
  const keys = parts.map((part) => keyOf(part, conversation, format));
  sentLog.pin([...keys, ANY].map((key) => ({ ...COUNTS, key })));
  return document.apply(edits);
}

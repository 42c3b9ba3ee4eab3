/** A request that is over, read once for everybody who takes account of it. */
import type { Conversation } from '../core/conversation.ts';
import { conversationKeyOf } from '../core/conversation-key.ts';
import { JsonDocument } from '../core/json/document.ts';
import type { WireFormat } from '../core/wire-format.ts';

export interface Reading {
  readonly document: JsonDocument;
  readonly conversation: Conversation;
  /** The conversation's. */
  readonly key: string;
}

const readings = new WeakMap<Uint8Array, Reading>();

/** @throws SyntaxError, TypeError or RangeError for bodies that cannot be read. */
export function readingOf(body: Uint8Array, format: WireFormat): Reading {
  const known = readings.get(body);
  if (known) return known;
  const document = JsonDocument.parse(body);
  const conversation = format.read(document);
  const reading = { document, conversation, key: conversationKeyOf(conversation, format.volatileKeys) };
  readings.set(body, reading);
  return reading;
}

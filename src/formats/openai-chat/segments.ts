/** A Chat Completions request as its cache sees it: what the answer must look like, tools, then message by message. */
import type { JsonDocument } from '../../core/json/document.ts';
import { asArray, asObject } from '../../core/json/value.ts';
import type { Prompt } from '../../core/ledger.ts';
import { textOf } from '../part-list.ts';
import { SegmentList } from '../segment-list.ts';

const SYSTEM_ROLES: ReadonlySet<string> = new Set(['system', 'developer']);

export function segments(document: JsonDocument): Prompt {
  const body = asObject(document.value);
  const list = new SegmentList();
  if (body['response_format'] !== undefined) list.add('tools', body['response_format']);
  for (const tool of asArray(body['tools'] ?? body['functions'])) list.add('tools', tool);
  const messages = asArray(body['messages']);
  const firstTurn = messages.findIndex((message) => !SYSTEM_ROLES.has(textOf(asObject(message)['role'])));
  messages.forEach((message, index) => {
    const isFront = firstTurn === -1 || index < firstTurn;
    list.add(isFront ? 'system' : 'messages', message, { message: index });
  });
  return { segments: list.segments, isWhole: true };
}

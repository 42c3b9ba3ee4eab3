/** A Responses request as its cache sees it: what the answer must look like, tools, instructions, then item by item. */
import type { JsonDocument } from '../../core/json/document.ts';
import { asArray, asObject } from '../../core/json/value.ts';
import type { Prompt } from '../../core/ledger.ts';
import { SegmentList, without } from '../segment-list.ts';

export function segments(document: JsonDocument): Prompt {
  const body = asObject(document.value);
  const { instructions, input } = body;
  const list = new SegmentList();
  const format = asObject(body['text'])['format'];
  if (format !== undefined) list.add('tools', format);
  for (const tool of asArray(body['tools'])) list.add('tools', tool);
  if (typeof instructions === 'string') list.add('system', instructions);
  if (typeof input === 'string') list.add('messages', input, { message: 0, role: 'user' });
  // What the provider calls an item is no part of what it says.
  asArray(input).forEach((item, message) =>
    list.add('messages', without(asObject(item), ['id', 'status']), { message }),
  );
  const isHeld = [body['previous_response_id'], body['conversation']].some((held) => (held ?? null) !== null);
  return { segments: list.segments, isWhole: !isHeld };
}

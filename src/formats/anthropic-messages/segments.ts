/** A Messages API request as its cache sees it: tools, system, settings, messages, block by block. */
import type { JsonDocument } from '../../core/json/document.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { Prompt } from '../../core/ledger.ts';
import { blocksOf, textOf } from '../part-list.ts';
import { SegmentList, ttlOf } from '../segment-list.ts';

/** The provider takes it out before it reads anything. */
const BILLING_LINE = 'x-anthropic-billing-header:';
const UNMARKABLE: ReadonlySet<JsonValue | undefined> = new Set(['thinking', 'redacted_thinking']);

export function segments(document: JsonDocument): Prompt {
  const body = asObject(document.value);
  const list = new SegmentList();
  const unmarkable = new Set<number>();
  for (const tool of asArray(body['tools'])) list.add('tools', tool);
  blocksOf(body['system']).forEach((block, index) => {
    if (index > 0 || !textOf(asObject(block)['text']).startsWith(BILLING_LINE)) list.add('system', block);
  });
  list.addSettings([body['tool_choice'], body['thinking'], asObject(body['output_config'])['effort'], body['speed']]);
  asArray(body['messages']).forEach((message, index) => {
    const { role, content } = asObject(message);
    for (const block of blocksOf(content)) {
      if (isUnmarkable(asObject(block))) unmarkable.add(list.segments.length);
      list.add('messages', plain(block), { message: index, role: textOf(role) });
    }
  });
  const automatic = ttlOf(body['cache_control']);
  if (automatic) list.markLast(automatic, (index) => !unmarkable.has(index));
  return { segments: list.segments, isWhole: asObject(body['thread'])['type'] !== 'continue' };
}

function isUnmarkable({ type, text }: JsonObject): boolean {
  return UNMARKABLE.has(type) || (type === 'text' && text === '');
}

/** A result that is a string is one that is a lone text. */
function plain(block: JsonValue): JsonValue {
  if (!isJsonObject(block) || block['type'] !== 'tool_result') return block;
  return { ...block, content: blocksOf(block['content']) };
}

/** A Gemini request as its cache sees it: tools, system instruction, settings of the tools, then part by part. */
import type { JsonDocument } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { Prompt } from '../../core/ledger.ts';
import { textOf } from '../part-list.ts';
import { SegmentList } from '../segment-list.ts';
import { fieldOf, hasCachedContent, itemsOf, requestIn, spellings, THOUGHT_SIGNATURE } from './request.ts';

const SYSTEM_INSTRUCTION = spellings('systemInstruction');
const TOOL_CONFIG = spellings('toolConfig');

export function segments(document: JsonDocument): Prompt {
  const { value: request } = requestIn(document.value);
  const list = new SegmentList();
  for (const tool of asArray(request['tools'])) list.add('tools', tool);
  const system = fieldOf(request, SYSTEM_INSTRUCTION);
  if (typeof system === 'string') list.add('system', system);
  for (const [part] of itemsOf(asObject(system)['parts'], [])) list.add('system', part);
  list.addSettings([fieldOf(request, TOOL_CONFIG)]);
  asArray(request['contents']).forEach((content, message) => {
    const { role, parts } = asObject(content);
    for (const [part] of itemsOf(parts, [])) list.add('messages', unsigned(part), { message, role: textOf(role) });
  });
  return { segments: list.segments, isWhole: !hasCachedContent(request) };
}

/** Clients put stand-ins for signatures into some turns and take them out again. */
function unsigned(part: JsonValue): JsonObject {
  const [camel, snake] = THOUGHT_SIGNATURE;
  const { [camel]: _, [snake]: __, ...rest } = asObject(part);
  return rest as JsonObject;
}

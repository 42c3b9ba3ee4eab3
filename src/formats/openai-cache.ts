/** What the APIs of OpenAI share about prompt caches, and how they are aligned. */
import type { JsonEdit } from '../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonPath, type JsonValue } from '../core/json/value.ts';
import type { PreambleTool } from '../core/preamble.ts';
import { textOf } from './part-list.ts';

export const CACHE_KEY = 'prompt_cache_key';

/** Only here is it known that a name for the prefix, and instructions behind a result, are taken. */
const OWN_MODELS = /^(?:openai\/)?(?:gpt-[345]|chatgpt-|o\d|codex-)/;

export function isOwnModel(model: string): boolean {
  return OWN_MODELS.test(model) && !model.includes('oss');
}

/** Whether the client says itself what is cached. */
export function managesCache(body: JsonObject): boolean {
  return [CACHE_KEY, 'prompt_cache_options', 'prompt_cache_retention'].some((key) => body[key] !== undefined);
}

export function toolsOf(body: JsonObject): readonly PreambleTool[] {
  return asArray(body['tools']).map((tool, index): PreambleTool => {
    const { name, function: definition } = asObject(tool);
    return { path: ['tools', index], name: textOf(name) || textOf(asObject(definition)['name']), value: tool };
  });
}

/** A text behind what a message says already. @param path of its content. */
export function textBehind(path: JsonPath, content: JsonValue | undefined, added: string, type: string): JsonEdit {
  if (Array.isArray(content)) return { op: 'append', path, value: { type, text: added } };
  return { op: 'replace', path, value: `${textOf(content)}\n\n${added}` };
}

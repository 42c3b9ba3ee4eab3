/** Requests of providers that cache by themselves, as the row of texts of which a prefix may be cached: tools first. */
import { asList, asMap, identity, type Json, type JsonMap, wording } from './wording.ts';

export interface PromptTexts {
  /** Prompts of one key share a cache. */
  readonly key: string;
  readonly tools: readonly string[];
  /** System prompt and messages, one text each. */
  readonly rest: readonly string[];
}

const hasText = (text: string): boolean => text !== '';

/** A schema for the answer stands before everything. */
function toolsOf(tools: Json | undefined, schema: Json | undefined): readonly string[] {
  return [...(schema === undefined ? [] : [identity(schema)]), ...asList(tools).map(wording)];
}

function keyOf(body: JsonMap): string {
  return JSON.stringify([body['model'], body['prompt_cache_key'] ?? null]);
}

export function chatTexts(body: JsonMap): PromptTexts {
  const tools = toolsOf(body['tools'] ?? body['functions'], body['response_format']);
  return { key: keyOf(body), tools, rest: asList(body['messages']).map(wording) };
}

export function responsesTexts(body: JsonMap): PromptTexts {
  const { instructions, input, text } = body;
  const items = typeof input === 'string' ? [input] : asList(input).map(wording);
  const rest = [typeof instructions === 'string' ? instructions : '', ...items].filter(hasText);
  return { key: keyOf(body), tools: toolsOf(body['tools'], asMap(text)['format']), rest };
}

export function geminiTexts(body: JsonMap): PromptTexts {
  const system = wording(asList(asMap(body['systemInstruction'] ?? body['system_instruction'])['parts']));
  const declared = asList(body['tools']).map(wording);
  return {
    key: JSON.stringify([body['model']]),
    tools: declared,
    rest: [system, ...asList(body['contents']).map(wording)].filter(hasText),
  };
}

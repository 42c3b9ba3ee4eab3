/** Where a request stands in its body, and the two spellings that the API takes for every name. */
import { asObject, type JsonObject, type JsonPath, type JsonValue } from '../../core/json/value.ts';

export interface GeminiRequest {
  /** Where it stands in the body. */
  readonly path: JsonPath;
  readonly value: JsonObject;
}

/** Cloud Code puts every request into `request`, and a count may put it into the others. */
const WRAPPERS = ['request', 'generateContentRequest', 'generate_content_request'] as const;

/** The body itself, or what is wrapped in it. */
export function requestIn(body: JsonValue): GeminiRequest {
  const value = asObject(body);
  if (Array.isArray(value['contents'])) return { path: [], value };
  const wrapper = WRAPPERS.find((key) => Array.isArray(asObject(value[key])['contents']));
  return wrapper === undefined ? { path: [], value } : { path: [wrapper], value: asObject(value[wrapper]) };
}

/** A name of the API as JSON has it, and as its protocol buffers have it. */
export type Spellings = readonly [camel: string, snake: string];

export function spellings(camel: string): Spellings {
  return [camel, camel.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

/** The spelling that the object uses; the first when it uses none. */
export function keyIn(object: JsonObject, [camel, snake]: Spellings): string {
  return object[camel] === undefined && object[snake] !== undefined ? snake : camel;
}

export function fieldOf(object: JsonObject, names: Spellings): JsonValue | undefined {
  return object[keyIn(object, names)];
}

/** The items of a list, and where each stands; the API takes a lone item for a list of one. */
export function itemsOf(
  list: JsonValue | undefined,
  path: JsonPath,
): readonly (readonly [value: JsonValue, at: JsonPath])[] {
  if (Array.isArray(list)) return (list as readonly JsonValue[]).map((value, index) => [value, [...path, index]]);
  return list === undefined || list === null ? [] : [[list, path]];
}

export const THOUGHT_SIGNATURE: Spellings = spellings('thoughtSignature');
export const FUNCTION_CALL: Spellings = spellings('functionCall');
export const FUNCTION_RESPONSE: Spellings = spellings('functionResponse');
export const FUNCTION_DECLARATIONS: Spellings = spellings('functionDeclarations');

export const CACHED_CONTENT: Spellings = spellings('cachedContent');

/** Tools are part of a cached content, and the API takes none beside it. */
export function hasCachedContent(request: JsonObject): boolean {
  const name = fieldOf(request, CACHED_CONTENT);
  return name !== undefined && name !== null && name !== '';
}

/**
 * A response repeats the settings of its request. What was added to that request is taken out of it, and the client finds
 * what it would find without: its own tools, and no name for its prefix where it gave none.
 */
import type { JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonPath } from '../../core/json/value.ts';
import { CACHE_KEY } from '../openai-cache.ts';

/** Whether a tool of a response is one that was added to its request. */
export type IsAdded = (name: unknown) => boolean;

/** As the cache aligner spells them: a name that a client gives itself looks otherwise. */
const ADDED_KEY = /^headroom-[0-9a-f]{16}$/;

/** The edits that take it out. @param at where the response stands. */
export function withoutEcho(response: JsonObject, at: JsonPath, isAdded: IsAdded): readonly JsonEdit[] {
  const edits: JsonEdit[] = [];
  for (const [index, tool] of asArray(response['tools']).entries()) {
    if (isAddedTool(asObject(tool), isAdded)) edits.push({ op: 'remove', path: [...at, 'tools', index] });
  }
  if (isAddedKey(response)) edits.push({ op: 'replace', path: [...at, CACHE_KEY], value: null });
  return edits;
}

/** The response without it; the same one where there is nothing of it. */
export function unechoed(response: JsonObject, isAdded: IsAdded): JsonObject {
  const { tools } = response;
  const kept = asArray(tools).filter((tool) => !isAddedTool(asObject(tool), isAdded));
  const isOwn = kept.length === asArray(tools).length && !isAddedKey(response);
  if (isOwn) return response;
  return {
    ...response,
    ...(tools !== undefined && { tools: kept }),
    ...(isAddedKey(response) && { [CACHE_KEY]: null }),
  };
}

function isAddedTool({ type, name }: JsonObject, isAdded: IsAdded): boolean {
  return type === 'function' && isAdded(name);
}

function isAddedKey(response: JsonObject): boolean {
  const key = response[CACHE_KEY];
  return typeof key === 'string' && ADDED_KEY.test(key);
}

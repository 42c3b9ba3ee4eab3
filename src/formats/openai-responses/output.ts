/** What the streamed and the whole form of a response have in common when it is carried on. */
import type { HiddenCall, Hiding, HopEnd } from '../../core/continuation.ts';
import type { JsonEdit } from '../../core/json/document.ts';
import {
  asArray,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
} from '../../core/json/value.ts';
import { hiddenCall, isHidden } from '../hidden-call.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';
import { callOf, isBehindProvider } from './items.ts';

export function isCallOf(item: JsonObject, toolName: string): boolean {
  return item['type'] === 'function_call' && item['name'] === toolName && textOf(item['namespace']) === '';
}

/** Kinds of calls whose outputs can be written here. */
const ANSWERABLE: ReadonlySet<JsonValue | undefined> = new Set(['function_call', 'custom_tool_call']);

/** Whether a call may turn out hidden once it is whole. */
export function mayBeRefused(item: JsonObject, { refuses }: Hiding): boolean {
  return refuses !== undefined && ANSWERABLE.has(item['type']) && waitsForClient(item);
}

/** An item that is whole. */
export function isHiddenItem(item: JsonObject, hiding: Hiding): boolean {
  if (isCallOf(item, hiding.toolName)) return true;
  const call = mayBeRefused(item, hiding) ? callOf(item) : undefined;
  // Arguments that are no object were cut off.
  const isWhole = item['type'] !== 'function_call' || isJsonObject(call?.input);
  return call !== undefined && isWhole && isHidden(call, hiding);
}

/** Calls that the provider carries out itself. */
const OF_THE_PROVIDER: ReadonlySet<string> = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
]);

/** Whether an item waits for something that only the client can give. A call of a kind that nobody knows does. */
export function waitsForClient(item: JsonObject): boolean {
  const type = textOf(item['type']);
  if (type === 'mcp_approval_request') return true;
  if (!type.endsWith('_call') || OF_THE_PROVIDER.has(type) || item['execution'] === 'server') return false;
  return !isBehindProvider(item);
}

/** @param response as it ended: only one that is complete waits for answers. */
export function endOf(
  items: readonly JsonObject[],
  hidden: readonly number[],
  hiding: Hiding,
  response: JsonObject,
): HopEnd {
  const isComplete = response['status'] === 'completed';
  const id = textOf(response['id']);
  return {
    pieces: items,
    hidden,
    calls: isComplete ? hidden.map((index) => hiddenCallOf(items[index]!, hiding)) : [],
    isMixed: items.some((item, index) => !hidden.includes(index) && waitsForClient(item)),
    // Where it does not say, it may be kept.
    ...(id !== '' && response['store'] !== false && { id }),
  };
}

function hiddenCallOf(item: JsonObject, hiding: Hiding): HiddenCall {
  return hiddenCall(textOf(item['call_id']), callOf(item) ?? { name: '', input: null }, hiding);
}

/** Input as the last hop says: that is what the context holds. Output is what all hops wrote. */
export function usageOverHops(hops: readonly JsonObject[]): JsonObject | undefined {
  const last = hops.findLast((usage) => Object.keys(usage).length > 0);
  if (!last) return undefined;
  const sum = (count: (usage: JsonObject) => JsonValue | undefined): number =>
    hops.reduce((total, usage) => total + (Number(count(usage)) || 0), 0);
  const output = sum(({ output_tokens: count }) => count);
  const details = asObject(last['output_tokens_details']);
  const reasoning = sum((usage) => asObject(usage['output_tokens_details'])['reasoning_tokens']);
  return {
    ...last,
    output_tokens: output,
    ...('reasoning_tokens' in details && { output_tokens_details: { ...details, reasoning_tokens: reasoning } }),
    total_tokens: (Number(last['input_tokens']) || 0) + output,
  };
}

/** What the client has been told of the response at its beginning, and must find again at its end. */
const KEPT_FROM_FIRST = ['id', 'created_at', 'previous_response_id'] as const;

export interface Visible {
  readonly first: JsonObject;
  /** Undefined where this provider leaves them out of the response. */
  readonly output: readonly JsonValue[] | undefined;
  readonly usages: readonly JsonObject[];
}

/** The edits that make the response of the last hop the one that the client began to read. @param at where it stands. */
export function asVisible(last: JsonObject, at: JsonPath, { first, output, usages }: Visible): readonly JsonEdit[] {
  const edits: JsonEdit[] = [];
  const put = (key: string, value: JsonValue | undefined): void => {
    if (value !== undefined && last[key] !== undefined && last[key] !== value)
      edits.push({ op: 'replace', path: [...at, key], value });
  };
  for (const key of KEPT_FROM_FIRST) put(key, first[key]);
  put('output', output);
  if (isJsonObject(last['usage'])) put('usage', usageOverHops(usages));
  return edits;
}

/** The provider's own error where it gave one. */
export function errorOf(status: number, body: string): JsonObject {
  const { error } = asObject(parseJson(body));
  const own = { message: `the provider answered with status ${status}`, type: 'server_error', param: null, code: null };
  return isJsonObject(error) ? error : own;
}

export function itemsOf(response: JsonObject): readonly JsonObject[] {
  return asArray(response['output']).map(asObject);
}

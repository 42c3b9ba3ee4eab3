/** What the streamed and the whole form of a Messages response have in common when it is carried on. */
import type { HiddenCall, Hiding, HopEnd } from '../../core/continuation.ts';
import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { hiddenCall, isHidden } from '../hidden-call.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';

/** @param stopReason why the model stopped: calls are complete, and wait for an answer, only when it is `tool_use`. */
export function endOf(
  blocks: readonly JsonObject[],
  hidden: readonly number[],
  hiding: Hiding,
  stopReason: string,
): HopEnd {
  const isPending = blocks.some(({ type }) => type === 'server_tool_use') && stopReason !== 'tool_use';
  const isAnswerable = stopReason === 'tool_use' && !isPending;
  return {
    pieces: blocks,
    hidden,
    calls: isAnswerable ? hidden.map((index) => callOf(blocks[index]!, hiding)) : [],
    isMixed: blocks.some((block, index) => block['type'] === 'tool_use' && !hidden.includes(index)),
  };
}

/** A block that is whole. What a program of the provider calls is read by that program. */
export function isHiddenBlock({ type, name, input, caller }: JsonObject, hiding: Hiding): boolean {
  if (type !== 'tool_use') return false;
  const by = textOf(asObject(caller)['type']);
  // What was cut off is no object.
  const mayBeRefused = (by === '' || by === 'direct') && isJsonObject(input);
  return mayBeRefused ? isHidden({ name: textOf(name), input }, hiding) : name === hiding.toolName;
}

function callOf({ id, name, input }: JsonObject, hiding: Hiding): HiddenCall {
  return hiddenCall(textOf(id), { name: textOf(name), input: input ?? null }, hiding);
}

/** Input and cache as the last hop says: that is what the context holds. Output is what all hops wrote. */
export function usageOverHops(hops: readonly JsonObject[], last: JsonObject): JsonObject {
  const output = hops.reduce((sum, { output_tokens: count }) => sum + (typeof count === 'number' ? count : 0), 0);
  const inputs = Object.entries(hops.at(-1) ?? {}).filter(
    ([key, count]) => typeof count === 'number' && /^(?:input_tokens|cache_(?:creation|read)_input_tokens)$/.test(key),
  );
  return { ...last, ...Object.fromEntries(inputs), output_tokens: output };
}

/** A message that ends without a call for the client does not wait for one. */
export function visibleStop(stopReason: JsonValue | undefined, hasVisibleCall: boolean): JsonValue {
  return stopReason === 'tool_use' && !hasVisibleCall ? 'end_turn' : (stopReason ?? null);
}

/** The provider's own error where it gave one. */
export function errorEvent(status: number, body: string): JsonObject {
  const { error } = asObject(parseJson(body) ?? null);
  const own = { type: 'api_error', message: `the provider answered with status ${status}` };
  return { type: 'error', error: isJsonObject(error) ? error : own };
}

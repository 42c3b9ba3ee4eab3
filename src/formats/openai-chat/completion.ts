/** What the streamed and the whole form of a chat completion have in common when it is carried on. */
import type { HiddenCall, Hiding, HopEnd } from '../../core/continuation.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { hiddenCall, isHidden } from '../hidden-call.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';

/** Reasons with which a model waits for the answers to its calls; some vendors say `stop`. */
const WAITING: ReadonlySet<string> = new Set(['tool_calls', 'function_call', 'stop', 'STOP']);

export function callNameOf(call: JsonObject): string {
  return textOf((isJsonObject(call['custom']) ? call['custom'] : asObject(call['function']))['name']);
}

/** The pieces of a turn: the message without its calls, then each call. */
export function piecesOf(message: JsonObject): readonly JsonObject[] {
  const { tool_calls: calls, ...rest } = message;
  return [rest as JsonObject, ...asArray(calls).map(asObject)];
}

/** Back to the message that these pieces were. */
export function messageOf([message, ...calls]: readonly JsonValue[]): JsonObject {
  return { ...asObject(message ?? null), ...(calls.length > 0 && { tool_calls: calls }) };
}

export function endOf(message: JsonObject, hiding: Hiding, finishReason: string): HopEnd {
  const pieces = piecesOf(message);
  const indexes = [...pieces.keys()].slice(1);
  const hidden = indexes.filter((index) => isHiddenCall(pieces[index]!, hiding));
  return {
    pieces,
    hidden,
    calls: WAITING.has(finishReason) ? hidden.map((index) => callOf(pieces[index]!, hiding)) : [],
    isMixed: indexes.length > hidden.length,
  };
}

/** A call that is whole. */
export function isHiddenCall(call: JsonObject, hiding: Hiding): boolean {
  const [name, input] = [callNameOf(call), inputOf(call)];
  return input === undefined ? name === hiding.toolName : isHidden({ name, input }, hiding);
}

function callOf(call: JsonObject, hiding: Hiding): HiddenCall {
  return hiddenCall(textOf(call['id']), { name: callNameOf(call), input: inputOf(call) ?? null }, hiding);
}

/** The text of a custom call; else what the arguments say, and undefined where they are no JSON. */
function inputOf(call: JsonObject): JsonValue | undefined {
  const { custom } = call;
  if (isJsonObject(custom)) return custom['input'];
  const text = asObject(call['function'])['arguments'];
  const input = typeof text === 'string' ? parseJson(text) : text;
  return isJsonObject(input) ? input : undefined;
}

/** Prompt counts as the last hop says: that is what the context holds. Completion counts are what all hops wrote. */
export function usageOverHops(hops: readonly JsonObject[]): JsonObject | undefined {
  const last = hops.findLast(isJsonObject);
  if (!last || Object.keys(last).length === 0) return undefined;
  const completion = hops.reduce((sum, { completion_tokens: count }) => sum + (Number(count) || 0), 0);
  return { ...last, completion_tokens: completion, total_tokens: (Number(last['prompt_tokens']) || 0) + completion };
}

/** A message that ends without a call for the client does not wait for one. */
export function visibleFinish(reason: string, hasVisibleCall: boolean): string {
  return reason === 'tool_calls' && !hasVisibleCall ? 'stop' : reason;
}

export function errorOf(status: number, body: string): JsonObject {
  const { error } = asObject(parseJson(body) ?? null);
  const own = { message: `the provider answered with status ${status}`, type: 'server_error', param: null, code: null };
  return { error: isJsonObject(error) ? error : own };
}

/** What a Responses answer says about its cost and its end, as an event stream or as one JSON body. */
import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { ResponseReader, ResponseSummary, Usage } from '../../core/wire-format.ts';
import { textOf } from '../part-list.ts';
import { countOf, parseJson, reasoningOf, responseReader, type ResponseWatch } from '../response-reader.ts';

export function readResponse(contentType: string): ResponseReader {
  return responseReader(contentType, new AnswerWatch());
}

/** Nearly all events are deltas and items, and none says what is asked here: they are not parsed. */
const LAST_EVENT = /"type"\s*:\s*"response\.(?:completed|incomplete|failed|cancelled)"/;
/** Ends of a response that is whole; a failed one and one that only breaks off with an error are not. */
const WHOLE: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete']);
const CUT_SHORT: ReadonlySet<string> = new Set(['response.failed', 'response.cancelled']);

class AnswerWatch implements ResponseWatch {
  #usage: Usage | undefined;
  #stopReason: string | undefined;
  #isDone = false;

  onEvent(data: string): void {
    if (!LAST_EVENT.test(data)) return;
    const event = asObject(parseJson(data));
    const type = textOf(event['type']);
    if (WHOLE.has(type)) this.#isDone = true;
    if (WHOLE.has(type) || CUT_SHORT.has(type)) this.#see(asObject(event['response']));
  }

  onBody(body: JsonValue): void {
    this.#see(asObject(body));
    this.#isDone = true;
  }

  summary(): ResponseSummary {
    return { usage: this.#usage, stopReason: this.#stopReason, complete: this.#isDone };
  }

  /** The items are not looked at: some providers leave them out here. */
  #see({ usage, status, incomplete_details: details }: JsonObject): void {
    const reason = textOf(asObject(details)['reason']) || textOf(status);
    if (reason !== '') this.#stopReason = reason;
    if (isJsonObject(usage)) this.#usage = usageOf(usage);
  }
}

/** Of the input, what was read from a cache and what was written to one are classes of their own. */
function usageOf(usage: JsonObject): Usage {
  const details = asObject(usage['input_tokens_details']);
  const cacheReadTokens = countOf(details['cached_tokens']) ?? 0;
  const cacheWriteTokens = countOf(details['cache_write_tokens']) ?? 0;
  return {
    inputTokens: Math.max(0, (countOf(usage['input_tokens']) ?? 0) - cacheReadTokens - cacheWriteTokens),
    outputTokens: countOf(usage['output_tokens']) ?? 0,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: 0,
    ...reasoningOf(asObject(usage['output_tokens_details'])['reasoning_tokens']),
  };
}

/** What a Chat Completions response says about its cost and its end, as an event stream or as one JSON body. */
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { ResponseReader, ResponseSummary, Usage } from '../../core/wire-format.ts';
import { countOf, parseJson, reasoningOf, responseReader, type ResponseWatch } from '../response-reader.ts';

export function readResponse(contentType: string): ResponseReader {
  return responseReader(contentType, new CompletionWatch());
}

/** Nearly all chunks carry text and say null here: they are not parsed. */
const TELLING_CHUNK = /"(?:usage|error)"\s*:\s*\{|"finish_reason"\s*:\s*"|"error"\s*:\s*"/;

class CompletionWatch implements ResponseWatch {
  #usage: Usage | undefined;
  #stopReason: string | undefined;
  #isDone = false;
  #hasFailed = false;

  onEvent(data: string): void {
    if (data.trim() === '[DONE]') {
      this.#isDone = true;
    } else if (TELLING_CHUNK.test(data)) {
      this.#see(asObject(parseJson(data)));
    }
  }

  onBody(body: JsonValue): void {
    this.#see(asObject(body));
    this.#isDone = true;
    // A whole error is a whole response; only a stream breaks off with one.
    this.#hasFailed = false;
  }

  summary(): ResponseSummary {
    return { usage: this.#usage, stopReason: this.#stopReason, complete: this.#isDone && !this.#hasFailed };
  }

  #see(chunk: JsonObject): void {
    if (chunk['error'] !== undefined && chunk['error'] !== null) this.#hasFailed = true;
    for (const choice of asArray(chunk['choices'])) {
      const reason = asObject(choice)['finish_reason'];
      if (typeof reason === 'string') this.#stopReason ??= reason;
    }
    if (!isJsonObject(chunk['usage'])) return;
    this.#usage = usageOf(chunk['usage']);
    // Not every vendor sends [DONE]: with the reason and the counts there is nothing left to come.
    if (this.#stopReason !== undefined) this.#isDone = true;
  }
}

/** Of the prompt, what was read from a cache and what was written to one are classes of their own. */
function usageOf(usage: JsonObject): Usage {
  const details = asObject(usage['prompt_tokens_details']);
  const cacheReadTokens = countOf(details['cached_tokens']) ?? 0;
  const cacheWriteTokens = countOf(details['cache_write_tokens']) ?? 0;
  return {
    inputTokens: Math.max(0, (countOf(usage['prompt_tokens']) ?? 0) - cacheReadTokens - cacheWriteTokens),
    outputTokens: countOf(usage['completion_tokens']) ?? 0,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: 0,
    ...reasoningOf(asObject(usage['completion_tokens_details'])['reasoning_tokens']),
  };
}

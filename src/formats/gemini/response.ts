/**
 * What a Gemini response says about its cost and its end: as an event stream, as one JSON body, or as a stream that is
 * one JSON array. Cloud Code wraps each piece.
 */
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { ResponseReader, ResponseSummary, Usage } from '../../core/wire-format.ts';
import { textOf } from '../part-list.ts';
import { countOf, parseJson, reasoningOf, responseReader, type ResponseWatch } from '../response-reader.ts';

export function readResponse(contentType: string): ResponseReader {
  return responseReader(contentType, new ContentWatch());
}

const COUNTS = [
  'promptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
] as const;

class ContentWatch implements ResponseWatch {
  /** Counts are cumulative and not all are repeated: the latest of each holds. */
  readonly #seen = new Map<string, JsonValue>();
  #stopReason: string | undefined;
  #isWhole = false;
  #hasFailed = false;

  onEvent(data: string): void {
    this.#see(asObject(parseJson(data)));
  }

  onBody(body: JsonValue): void {
    this.#isWhole = true;
    if (Array.isArray(body)) {
      for (const chunk of body as readonly JsonValue[]) this.#see(asObject(chunk));
      return;
    }
    this.#see(asObject(body));
    // A whole error is a whole response; only a stream breaks off with one.
    this.#hasFailed = false;
  }

  /** There is no last event: a stream has ended well when the model has said why it stopped. */
  summary(): ResponseSummary {
    const isDone = this.#isWhole || this.#stopReason !== undefined;
    return { usage: usageOf(this.#seen), stopReason: this.#stopReason, complete: isDone && !this.#hasFailed };
  }

  #see(chunk: JsonObject): void {
    const { candidates, usageMetadata, promptFeedback, error } = isJsonObject(chunk['response'])
      ? chunk['response']
      : chunk;
    if ((chunk['error'] ?? error ?? null) !== null) this.#hasFailed = true;
    const reasons = asArray(candidates).map((candidate) => nameOf(asObject(candidate)['finishReason']));
    const reason = reasons.find((one) => one !== '') ?? nameOf(asObject(promptFeedback)['blockReason']);
    if (reason !== '') this.#stopReason = reason;
    const counts = asObject(usageMetadata);
    for (const key of COUNTS) {
      const count = counts[key];
      if (count !== undefined && count !== null) this.#seen.set(key, count);
    }
  }
}

/** Whoever asks for numbers in place of names gets those. */
function nameOf(reason: JsonValue | undefined): string {
  return typeof reason === 'number' ? `${reason}` : textOf(reason);
}

/** The prompt's count holds what came from a cache, and the thoughts are counted apart from the answer. */
function usageOf(seen: ReadonlyMap<string, JsonValue>): Usage | undefined {
  if (seen.size === 0) return undefined;
  const [prompt, cacheReadTokens, answer, thoughts, toolUse, total] = COUNTS.map((key) => countOf(seen.get(key)) ?? 0);
  // Unless the total says that the answer's count holds them already.
  const isHeld = total === prompt! + answer! + toolUse!;
  return {
    inputTokens: Math.max(0, prompt! - cacheReadTokens!) + toolUse!,
    outputTokens: answer! + (isHeld ? 0 : thoughts!),
    cacheReadTokens: cacheReadTokens!,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    ...reasoningOf(thoughts),
  };
}

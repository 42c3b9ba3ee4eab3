/** What a Messages API response says about its cost and its end, as an event stream or as one JSON body. */
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { ResponseReader, ResponseSummary, Usage } from '../../core/wire-format.ts';
import { textOf } from '../part-list.ts';
import { countOf, parseJson, reasoningOf, responseReader, type ResponseWatch } from '../response-reader.ts';

export function readResponse(contentType: string): ResponseReader {
  return responseReader(contentType, new MessageWatch());
}

/** Nearly all events are these, and none says what is asked here: they are not parsed. */
const SILENT_EVENTS: ReadonlySet<string> = new Set([
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'ping',
]);
const TELLING_EVENT = /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"/;

const USAGE_KEYS = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
  'output_tokens_details',
  'iterations',
] as const;

class MessageWatch implements ResponseWatch {
  /** Counts are cumulative and not all are repeated: the latest of each holds. */
  readonly #seen = new Map<string, JsonValue>();
  #stopReason: string | undefined;
  #isStopped = false;
  #hasFailed = false;

  onEvent(data: string, name: string | undefined): void {
    if (name === undefined ? !TELLING_EVENT.test(data) : SILENT_EVENTS.has(name)) return;
    const event = asObject(parseJson(data));
    switch (textOf(event['type'])) {
      case 'message_start':
        this.#see(asObject(event['message']));
        break;
      case 'message_delta':
        this.#see({ ...asObject(event['delta']), usage: event['usage'] });
        break;
      case 'message_stop':
        this.#isStopped = true;
        break;
      case 'error':
        this.#hasFailed = true;
        break;
    }
  }

  onBody(body: JsonValue): void {
    this.#see(asObject(body));
    this.#isStopped = true;
  }

  summary(): ResponseSummary {
    const complete = this.#isStopped && !this.#hasFailed;
    return { usage: usageOf(this.#seen), stopReason: this.#stopReason, complete };
  }

  #see({ usage, stop_reason }: JsonObject): void {
    const counts = asObject(usage);
    for (const key of USAGE_KEYS) {
      const value = counts[key];
      if (value !== undefined && value !== null) this.#seen.set(key, value);
    }
    if (typeof stop_reason === 'string') this.#stopReason = stop_reason;
  }
}

function usageOf(seen: ReadonlyMap<string, JsonValue>): Usage | undefined {
  if (seen.size === 0) return undefined;
  const counts: JsonObject = Object.fromEntries(seen);
  // What a compaction on the server cost is told apart and not part of the counts.
  const compactions = asArray(counts['iterations'])
    .map(asObject)
    .filter(({ type }) => type === 'compaction');
  return compactions.map(classesOf).reduce(sum, classesOf(counts));
}

function classesOf(counts: JsonObject): Usage {
  const split = asObject(counts['cache_creation']);
  const for5m = countOf(split['ephemeral_5m_input_tokens']) ?? 0;
  const for1h = countOf(split['ephemeral_1h_input_tokens']) ?? 0;
  // The split comes once, at the start; what is written after that goes to the default time to live.
  const written = countOf(counts['cache_creation_input_tokens']) ?? for5m + for1h;
  const cacheWrite1hTokens = Math.min(for1h, written);
  return {
    inputTokens: countOf(counts['input_tokens']) ?? 0,
    outputTokens: countOf(counts['output_tokens']) ?? 0,
    cacheReadTokens: countOf(counts['cache_read_input_tokens']) ?? 0,
    cacheWriteTokens: written - cacheWrite1hTokens,
    cacheWrite1hTokens,
    ...reasoningOf(asObject(counts['output_tokens_details'])['thinking_tokens']),
  };
}

function sum(a: Usage, b: Usage): Usage {
  return {
    ...a,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
  };
}

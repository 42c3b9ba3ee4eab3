/**
 * Takes a response apart by its content type, event stream or JSON, and hands the pieces to what a format knows of them.
 * Nothing it is fed makes it throw; what it cannot read, it has nothing to say about.
 */
import type { JsonValue } from '../core/json/value.ts';
import type { ResponseReader, ResponseSummary } from '../core/wire-format.ts';
import { isEventStream, isJson } from './content-type.ts';
import { readEvents } from './sse.ts';

/** A JSON body larger than this is not read. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** What a format makes of the pieces of one response. */
export interface ResponseWatch {
  onEvent(data: string, name: string | undefined): void;
  onBody(body: JsonValue): void;
  summary(): ResponseSummary;
}

export function responseReader(contentType: string, watch: ResponseWatch): ResponseReader {
  if (isEventStream(contentType)) return streamReader(watch);
  if (isJson(contentType)) return bodyReader(watch);
  return { push: () => undefined, end: () => ({ ...NOTHING_SEEN, complete: true }) };
}

const NOTHING_SEEN = { usage: undefined, stopReason: undefined } as const;

function streamReader(watch: ResponseWatch): ResponseReader {
  const events = readEvents((data, name) => watch.onEvent(data, name));
  return {
    push: (chunk) => events.push(chunk),
    end: () => {
      events.end();
      return watch.summary();
    },
  };
}

function bodyReader(watch: ResponseWatch): ResponseReader {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let byteLength = 0;
  return {
    push(chunk): void {
      byteLength += chunk.length;
      if (byteLength <= MAX_BODY_BYTES) pieces.push(decoder.decode(chunk, { stream: true }));
      else pieces = [];
    },
    end(): ResponseSummary {
      if (byteLength > MAX_BODY_BYTES) return { ...NOTHING_SEEN, complete: true };
      const body = parseJson(pieces.join('') + decoder.decode());
      if (body === undefined) return { ...NOTHING_SEEN, complete: false };
      watch.onBody(body);
      return watch.summary();
    },
  };
}

/** The value of a JSON text; undefined for any other text. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Said where there is any. */
export function reasoningOf(value: JsonValue | undefined): { readonly reasoningTokens?: number } {
  const count = countOf(value) ?? 0;
  return count > 0 ? { reasoningTokens: count } : {};
}

/** A token count, if that is what the value is. */
export function countOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** What the streamed and the whole form of a Gemini response have in common when it is carried on. */
import type { JsonEdit } from '../../core/json/document.ts';
import {
  asArray,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
} from '../../core/json/value.ts';
import { countOf, parseJson } from '../response-reader.ts';

/** A response, or one chunk of it. Several candidates are never asked for where something may be hidden. */
export interface Chunk {
  /** Where it stands: Cloud Code wraps each. */
  readonly root: JsonPath;
  readonly response: JsonObject;
  readonly candidate: JsonObject;
  readonly parts: readonly JsonObject[];
  /** Undefined while it goes on; some clients ask for numbers in place of names. */
  readonly finishReason: JsonValue | undefined;
}

export function chunkOf(value: JsonObject): Chunk {
  const isWrapped = isJsonObject(value['response']);
  const response = isWrapped ? asObject(value['response']) : value;
  const candidate = asObject(asArray(response['candidates'])[0]);
  return {
    root: isWrapped ? ['response'] : [],
    response,
    candidate,
    parts: asArray(asObject(candidate['content'])['parts']).map(asObject),
    finishReason: candidate['finishReason'] ?? undefined,
  };
}

export const candidateAt = (root: JsonPath): JsonPath => [...root, 'candidates', 0];
export const partsAt = (root: JsonPath): JsonPath => [...candidateAt(root), 'content', 'parts'];

/** What clients know a response by: as the first hop says. */
const IDENTITIES = ['responseId', 'modelVersion'] as const;

export function sameIdentity({ root, response }: Chunk, first: JsonObject): readonly JsonEdit[] {
  return IDENTITIES.flatMap((key): JsonEdit[] => {
    const value = first[key];
    const isOther = value !== undefined && response[key] !== undefined && response[key] !== value;
    return isOther ? [{ op: 'replace', path: [...root, key], value }] : [];
  });
}

/** The counts of a response with those of the hops before it. */
export function countedOver({ root, response }: Chunk, earlier: readonly JsonObject[]): readonly JsonEdit[] {
  const usage = response['usageMetadata'];
  if (!isJsonObject(usage) || earlier.length === 0) return [];
  return [{ op: 'replace', path: [...root, 'usageMetadata'], value: usageOverHops(earlier, usage) }];
}

/** Prompt and cache as the last hop says: that is what the context holds. What was written, all hops wrote. */
function usageOverHops(earlier: readonly JsonObject[], last: JsonObject): JsonObject {
  const summed: Record<string, JsonValue> = {};
  for (const key of ['candidatesTokenCount', 'thoughtsTokenCount']) {
    const counts = [...earlier, last].flatMap((usage) => countOf(usage[key]) ?? []);
    if (counts.length > 0) summed[key] = counts.reduce((sum, count) => sum + count, 0);
  }
  const details = last['candidatesTokensDetails'];
  if (Array.isArray(details)) summed['candidatesTokensDetails'] = detailsOverHops(earlier, details.map(asObject));
  const total = countOf(last['totalTokenCount']);
  if (total !== undefined) summed['totalTokenCount'] = earlier.reduce((sum, usage) => sum + writtenIn(usage), total);
  return { ...last, ...summed };
}

/** Not every model counts its thoughts apart from its answer: the total knows. */
function writtenIn(usage: JsonObject): number {
  const [total = 0, prompt = 0, toolUse = 0] = ['totalTokenCount', 'promptTokenCount', 'toolUsePromptTokenCount'].map(
    (key) => countOf(usage[key]),
  );
  return Math.max(0, total - prompt - toolUse);
}

function detailsOverHops(earlier: readonly JsonObject[], last: readonly JsonObject[]): JsonValue {
  const before = earlier.flatMap((usage) => asArray(usage['candidatesTokensDetails'])).map(asObject);
  return last.map((one) => {
    const same = [one, ...before.filter(({ modality }) => modality === one['modality'])];
    return { ...one, tokenCount: same.reduce((sum, { tokenCount }) => sum + (countOf(tokenCount) ?? 0), 0) };
  });
}

/** The provider's own error where it gave one; streams give theirs in a list. */
export function errorOf(status: number, body: string): JsonObject {
  const said = parseJson(body);
  const { error } = asObject(Array.isArray(said) ? (said[0] as JsonValue) : said);
  const own = { code: status || 502, message: `the provider answered with status ${status}`, status: 'UNAVAILABLE' };
  return { error: isJsonObject(error) ? error : own };
}

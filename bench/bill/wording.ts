/**
 * What of a request's JSON is content: the text that a provider reads, hence what is compared and counted.
 * Keys and strings without JSON's escapes, one to a line, in their order; a list is its members.
 */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonMap = { readonly [key: string]: Json };
export type Count = (text: string) => number;

/** Bytes that are no text to the model: they are compared, but not counted. */
const UNCOUNTED: ReadonlySet<string> = new Set(['signature', 'encrypted_content', 'thoughtSignature', 'cache_control']);

export function asMap(value: Json | undefined): JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonMap) : {};
}

/** A missing or other value is no text. */
export function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The text to count. */
export function wording(value: Json): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map((member: Json) => wording(member)).join('\n');
  return Object.entries(value as JsonMap)
    .filter(([key, member]) => !UNCOUNTED.has(key) && !isBinary(key, value as JsonMap, member))
    .map(([key, member]) => `${key}: ${wording(member)}`)
    .join('\n');
}

function isBinary(key: string, holder: JsonMap, member: Json): boolean {
  return key === 'data' && typeof member === 'string' && ('media_type' in holder || 'mimeType' in holder);
}

/** The text to compare: JSON in the order of its keys, without marks that only steer the cache. */
export function identity(value: Json): string {
  return JSON.stringify(value, (key, member: Json) => (key === 'cache_control' ? undefined : member));
}

/** Exact o200k; texts that spell special tokens count as text. Each text is counted once. */
export function o200kCount(): Count {
  const known = new Map<string, number>();
  return (text) => {
    let tokens = known.get(text);
    if (tokens === undefined) {
      tokens = countTokens(text, { disallowedSpecial: new Set() });
      known.set(text, tokens);
    }
    return tokens;
  };
}

/**
 * One spelling for all JSON texts that mean the same to a model provider: key order, white space and the ignored keys
 * make no difference, and a lone text block is the same as its text. For hashing only; nobody reads it back.
 */
import type { JsonValue } from './value.ts';

const MAX_DEPTH = 1000;

export interface Canon {
  readonly ignoredKeys: ReadonlySet<string>;
  /** Stands for a long text: equal for equal texts only. */
  readonly digest: (text: string) => string;
}

/** Longer texts are said by their digest. */
const LONG_CHARS = 256;

/** @throws RangeError for values nested deeper than 1,000 levels. */
export function canonical(value: JsonValue | undefined, canon: Canon, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'string') return stringOf(value, canon);
  if (value === null || typeof value !== 'object') return `${value}`;
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    const text = items.length === 1 ? loneText(items[0]!, canon.ignoredKeys) : undefined;
    if (text !== undefined) return stringOf(text, canon);
    return `[${items.map((item) => canonical(item, canon, depth + 1)).join(',')}]`;
  }
  const members: string[] = [];
  const keys = Object.keys(value);
  for (const key of keys.length > 1 ? keys.sort() : keys) {
    if (canon.ignoredKeys.has(key)) continue;
    members.push(`${stringOf(key, canon)}:${canonical((value as Record<string, JsonValue>)[key], canon, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}

/** Length first: no escaping, and no two different values run together. */
function stringOf(text: string, { digest }: Canon): string {
  if (text.length > LONG_CHARS) return `#${digest(text)}`;
  return text.isWellFormed() ? `${text.length}"${text}"` : JSON.stringify(text);
}

function loneText(block: JsonValue, ignoredKeys: ReadonlySet<string>): string | undefined {
  if (block === null || typeof block !== 'object' || Array.isArray(block)) return undefined;
  const { type, text, ...rest } = block as Record<string, JsonValue>;
  if (type !== 'text' || typeof text !== 'string') return undefined;
  return Object.keys(rest).every((key) => ignoredKeys.has(key)) ? text : undefined;
}

/** Collects what a provider's cache sees of a request while a format lists it: what must be equal, and what is counted. */
import { asArray, isJsonObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import type { Level, Segment, Ttl } from '../core/ledger.ts';

/** An image or a page, in tokens, where nothing better is known. */
const PICTURE_TOKENS = 1_500;
/** Keys of what is no text to the model: proofs, and marks that only steer the cache. */
const UNREAD: ReadonlySet<string> = new Set([
  'signature',
  'encrypted_content',
  'thoughtSignature',
  'thought_signature',
  'cache_control',
  'prompt_cache_breakpoint',
]);
const MARKS: ReadonlySet<string> = new Set(['cache_control', 'prompt_cache_breakpoint']);
/** So long, and of such letters only, no text is. */
const LONG_CHARS = 1_024;
const ENCODED = /^(?:data:[^,]{0,200},)?[A-Za-z0-9+/_=-]+$/;

export class SegmentList {
  readonly segments: Segment[] = [];

  add(level: Level, value: JsonValue, place: { readonly message?: number; readonly role?: string } = {}): void {
    const { message = -1, role = '' } = place;
    const reading: Reading = { pictures: 0 };
    this.segments.push({
      level,
      message,
      identity: `${role} ${identityOf(value)}`,
      wording: wordingOf(value, reading),
      otherTokens: reading.pictures * PICTURE_TOKENS,
      mark: markIn(value),
    });
  }

  /** What is no part of the prompt, but changes what may be read from the cache for all that follows. */
  addSettings(values: readonly (JsonValue | undefined)[]): void {
    if (values.every((value) => value === undefined)) return;
    const identity = JSON.stringify(values);
    this.segments.push({ level: 'settings', message: -1, identity, wording: '', otherTokens: 0, mark: undefined });
  }

  /** Marks the last piece that can be marked and is not. */
  markLast(ttl: Ttl, isMarkable: (index: number) => boolean = () => true): void {
    const last = this.segments.findLastIndex(({ level }, index) => level !== 'settings' && isMarkable(index));
    const segment = this.segments[last];
    if (segment && !segment.mark) this.segments[last] = { ...segment, mark: ttl };
  }
}

interface Reading {
  pictures: number;
}

/** Equal for equal values in the same order of their keys, marks apart. Lengths instead of escapes: those take longest to write. */
function identityOf(value: JsonValue): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(identityOf).join(',')}]`;
  if (!isJsonObject(value)) return `${value as null | boolean | number}`;
  let members = '';
  for (const [key, member] of Object.entries(value))
    if (member !== undefined && !MARKS.has(key)) members += `${key.length}"${key}:${identityOf(member)},`;
  return `{${members}}`;
}

/** Keys and texts without JSON's own signs, one to a line. */
function wordingOf(value: JsonValue | undefined, reading: Reading): string {
  if (typeof value === 'string') {
    if (value.length < LONG_CHARS || !ENCODED.test(value)) return value;
    reading.pictures++;
    return '';
  }
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((member) => wordingOf(member, reading)).join('\n');
  if (!isJsonObject(value)) return `${value as null | boolean | number | undefined}`;
  return Object.entries(value)
    .filter(([key, member]) => member !== undefined && !UNREAD.has(key))
    .map(([key, member]) => `${key}: ${wordingOf(member, reading)}`)
    .join('\n');
}

/** Its own mark, or one within its content: that ends nothing that its own end would not. */
function markIn(value: JsonValue): Ttl | undefined {
  if (!isJsonObject(value)) return undefined;
  const own = ttlOf(value['cache_control']);
  if (own) return own;
  for (const inner of asArray(value['content'])) {
    const mark = isJsonObject(inner) ? ttlOf(inner['cache_control']) : undefined;
    if (mark) return mark;
  }
  return undefined;
}

export function ttlOf(mark: JsonValue | undefined): Ttl | undefined {
  if (!isJsonObject(mark)) return undefined;
  return mark['ttl'] === '1h' ? '1h' : '5m';
}

/** What of an object is not among these keys. */
export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

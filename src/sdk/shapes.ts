/**
 * The shapes in which the library takes what is to be shortened, and how each comes back: a list of messages and a
 * request body of any API, and everything else as the text that a model would read.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import type { WireFormat } from '../core/wire-format.ts';

/** A message, item or content of one of the APIs. */
export type MessageLike =
  | { readonly role: string }
  | { readonly parts: readonly unknown[] }
  | { readonly type: string };

/** A request body of one of the APIs. */
export type RequestLike =
  | { readonly messages: readonly object[] }
  | { readonly contents: readonly object[] | object | string }
  | { readonly model: string; readonly input: readonly object[] | string }
  | { readonly model: string; readonly previous_response_id: string };

/** Under which key a request has its messages: that of the first API that knows them. */
const MESSAGE_KEYS = ['contents', 'messages', 'input'] as const;

/** A list of people may have roles too. */
const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

export interface Shape {
  readonly format: WireFormat;
  readonly body: JsonObject;
  /** Where in the body the input stands; undefined: it is the body. */
  readonly key: string | undefined;
}

/** What a request or a list of messages is; undefined for anything else. */
export function shapeOf(input: unknown, model: string | undefined, formats: readonly WireFormat[]): Shape | undefined {
  const named = model === undefined ? {} : { model };
  if (Array.isArray(input)) return shapeOfMessages(input as readonly unknown[], named, formats);
  if (!isJsonObject(input)) return undefined;
  const format = formats.find((one) => one.recognizes(input));
  return format && { format, body: { ...named, ...input }, key: undefined };
}

function shapeOfMessages(
  messages: readonly unknown[],
  named: JsonObject,
  formats: readonly WireFormat[],
): Shape | undefined {
  if (messages.length === 0 || !messages.every(isJsonObject)) return undefined;
  for (const key of MESSAGE_KEYS) {
    // Any list would do for Chat Completions: its messages all say who speaks.
    if (key === 'messages' && !messages.every(({ role }) => ROLES.has(role))) continue;
    const body: JsonObject = { model: '', ...named, [key]: messages };
    const format = formats.find((one) => one.recognizes(body));
    if (format) return { format, body, key };
  }
  return undefined;
}

/** The text that a model reads of a value. */
export function textOf(input: unknown): string {
  return typeof input === 'string' ? input : (JSON.stringify(input) ?? '');
}

/**
 * The original with the texts of the shorter one: everything that is the same is the very thing that came, and what JSON
 * does not know stays.
 */
export function blend(original: unknown, shorter: JsonValue | undefined): unknown {
  if (Object.is(original, shorter) || shorter === undefined) return original;
  if (Array.isArray(original) && Array.isArray(shorter)) {
    const list = original.map((item, index) => blend(item, (shorter as readonly JsonValue[])[index]));
    const isSame = list.every((item, index) => Object.is(item, (original as readonly unknown[])[index]));
    return isSame ? original : list;
  }
  if (!isJsonObject(original) || !isJsonObject(shorter)) return typeof original === 'string' ? shorter : original;
  // What writes itself as JSON is not what stands there.
  if (typeof (original as { toJSON?: unknown }).toJSON === 'function') return original;
  const changed = Object.entries(original).flatMap(([key, value]) => {
    const next = blend(value, shorter[key]);
    return Object.is(next, value) ? [] : [[key, next] as const];
  });
  return changed.length === 0 ? original : { ...original, ...Object.fromEntries(changed) };
}

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
 * The original as the other one says it: everything that is the same is the very thing that came, and what JSON does not
 * know stays.
 */
export function blend(original: unknown, said: JsonValue | undefined): unknown {
  if (original === said || said === undefined) return original;
  // What writes itself as JSON is not what stands there.
  if (typeof (original as { toJSON?: unknown } | null | undefined)?.toJSON === 'function') return original;
  if (Array.isArray(original) && Array.isArray(said)) return blendLists(original, said as readonly JsonValue[]);
  if (isJsonObject(original) && isJsonObject(said)) return blendObjects(original, said);
  return isJson(original) ? said : original;
}

function blendLists(original: readonly unknown[], said: readonly JsonValue[]): readonly unknown[] {
  const list = said.map((item, index) => (index < original.length ? blend(original[index], item) : item));
  return list.length === original.length && list.every((item, index) => Object.is(item, original[index]))
    ? original
    : list;
}

function blendObjects(original: object, said: JsonObject): object {
  const members = Object.entries(original);
  // Something else has taken its place.
  if (members.some(([key, value]) => isKnownToJson(value) && !Object.hasOwn(said, key))) return said;
  const changed = members.flatMap(([key, value]) => {
    const next = blend(value, said[key]);
    return Object.is(next, value) ? [] : [[key, next] as const];
  });
  const added = Object.entries(said).filter(([key]) => !Object.hasOwn(original, key));
  return changed.length + added.length === 0
    ? original
    : { ...original, ...Object.fromEntries([...changed, ...added]) };
}

/** It stands there as JSON writes it. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return isKnownToJson(value);
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null;
}

function isKnownToJson(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

/** What turns of the model are called, and what they say, in whatever pieces they come. */
import type { TurnName } from '../../core/continuation.ts';
import { canonical } from '../../core/json/canonical.ts';
import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { fieldOf, FUNCTION_CALL, THOUGHT_SIGNATURE } from './request.ts';

/**
 * By the ids of its calls where they have any, by its signatures, and by what it says: clients leave ids and signatures
 * out, and make up some.
 */
export function namesOf(parts: readonly JsonValue[]): readonly TurnName[] {
  const calls = parts.map((part) => callIn(asObject(part))).filter((call) => call !== undefined);
  const words = parts.map((part) => wordsIn(asObject(part))).join('');
  const names: TurnName[] = [];
  const ids = calls.map(({ id }) => textOf(id));
  if (ids.length > 0 && !ids.includes('')) names.push({ name: `calls ${ids.join(' ')}`, isUnique: true });
  const signatures = parts
    .map((part) => textOf(fieldOf(asObject(part), THOUGHT_SIGNATURE)))
    .filter((one) => one !== '');
  if (signatures.length > 0) names.push({ name: `signed ${signatures.join(' ')}`, isUnique: false });
  if (ids.length === 0 && words.trim() === '') return names;
  const said = [`words ${words.trim()}`, ...calls.map(({ name, args }) => `call ${textOf(name)} ${meaning(args)}`)];
  return [...names, { name: said.join('\n'), isUnique: false }];
}

export function callIn(part: JsonObject): JsonObject | undefined {
  const call = fieldOf(part, FUNCTION_CALL);
  return isJsonObject(call) ? call : undefined;
}

export function isThought({ thought }: JsonObject): boolean {
  return thought === true;
}

function wordsIn(part: JsonObject): string {
  return isThought(part) ? '' : textOf(part['text']);
}

/** Nothing that says anything: an empty text, signed or not; clients drop it, or its text. */
export function isEmpty(part: JsonObject): boolean {
  return Object.keys(part).every((key) => KEYS_OF_TEXT.has(key)) && textOf(part['text']) === '';
}

const KEYS_OF_TEXT: ReadonlySet<string> = new Set(['text', 'thought', ...THOUGHT_SIGNATURE]);

/** Same calls are made with the same values, however they are spelt. */
export function meaning(value: JsonValue | undefined): string {
  return canonical(value ?? {}, { ignoredKeys: new Set(), digest: (text) => text });
}

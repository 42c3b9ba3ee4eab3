/** Turns of the Gemini API in few words, for tests. */
import type { Hop } from '../../core/continuation.ts';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';

export const TOOL = 'headroom_retrieve';
export const think = (text: string): JsonObject => ({ text, thought: true });
export const say = (text: string, more: JsonObject = {}): JsonObject => ({ text, ...more });
export const call = (name: string, id: string | undefined, args: JsonObject, more: JsonObject = {}): JsonObject => ({
  functionCall: { ...(id !== undefined && { id }), name, args },
  ...more,
});
export const ours = (id: string, more: JsonObject = {}): JsonObject => call(TOOL, id, { hash: id }, more);
export const theirs = (id: string, more: JsonObject = {}): JsonObject => call('Read', id, { of: id }, more);
export const answered = (id: string): JsonObject => ({
  functionResponse: { id, name: TOOL, response: { output: `original ${id}` } },
});
export const result = (id: string): JsonObject => ({
  functionResponse: { id, name: 'Read', response: { output: 'theirs' } },
});
export const model = (...parts: JsonValue[]): JsonObject => ({ role: 'model', parts });
export const user = (...parts: JsonValue[]): JsonObject => ({ role: 'user', parts });

export const idIn = (part: JsonObject): string | undefined => (part['functionCall'] as { id?: string } | undefined)?.id;
export const nameIn = (part: JsonObject): JsonValue | undefined =>
  (part['functionCall'] as JsonObject | undefined)?.['name'];

export function hop(...pieces: JsonObject[]): Hop {
  const hidden = [...pieces.keys()].filter((at) => nameIn(pieces[at]!) === TOOL);
  const results = hidden.map((at) => {
    const id = idIn(pieces[at]!) ?? '';
    return { id, text: `original ${id}`, isError: false };
  });
  return { pieces, hidden, results };
}

export const GO: JsonObject = user(say('go'));
export const NEXT: JsonObject = user(say('next'));

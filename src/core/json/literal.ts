/**
 * JSON spellings of long texts, remembered: a conversation says the same shortened results again with every turn, and
 * escaping them costs more than finding them. Bounded; a pure function to whoever calls it.
 */
import type { JsonValue } from './value.ts';

const MIN_CHARS = 512;
const MAX_REMEMBERED_CHARS = 16 * 1024 * 1024;

let remembered = new Map<string, string>();
let rememberedChars = 0;

export function literalOf(value: JsonValue): string {
  if (typeof value !== 'string' || value.length < MIN_CHARS) return JSON.stringify(value);
  const known = remembered.get(value);
  if (known !== undefined) return known;
  const literal = JSON.stringify(value);
  rememberedChars += value.length + literal.length;
  if (rememberedChars > MAX_REMEMBERED_CHARS) {
    remembered = new Map();
    rememberedChars = value.length + literal.length;
  }
  remembered.set(value, literal);
  return literal;
}

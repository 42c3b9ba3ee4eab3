/** The one hash scheme: 24 hex digits of SHA-256, for originals, pins, tenants and everything else that is keyed. */
import { hash } from 'node:crypto';

export const HASH_DIGITS = 24;

/** A text's key. Texts with lone surrogates have no UTF-8 of their own, so their JSON spelling is hashed instead. */
export function hashOf(text: string): string {
  return hash('sha256', text.isWellFormed() ? text : `\u0000json:${JSON.stringify(text)}`, 'hex').slice(0, HASH_DIGITS);
}

export function isHash(text: string): boolean {
  return /^[0-9a-f]{24}$/.test(text);
}

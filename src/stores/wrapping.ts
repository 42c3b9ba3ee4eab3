/**
 * How rows are named and spelt where they are kept: openly, or encrypted (sealed.ts). What is read is checked: a row that
 * was torn or altered counts as missing.
 */
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';

/** A text as a string, or as bytes where a string would not be exact or not be secret. */
export type Stored = string | Uint8Array;

export interface StoredPin {
  /** Undefined when the part was left alone. */
  readonly text: Stored | undefined;
  /** What shows that nothing was altered; undefined where the text itself does. */
  readonly proof: string | undefined;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface Wrapping {
  /** The name of the row of an original or a pin with this key. */
  readonly nameOf: (key: string) => string;
  /** What the tenant is called in the rows of originals. */
  readonly ownerOf: (tenant: string) => string;
  wrapOriginal(key: string, text: string): Stored;
  /** @returns undefined for what is not the original with this key. */
  unwrapOriginal(key: string, stored: Stored): string | undefined;
  readonly wrapPin: (pin: Pin) => StoredPin;
  /** @returns undefined for what was not made by `wrapPin` for this key. */
  readonly unwrapPin: (key: string, stored: StoredPin) => Pin | undefined;
}

/** Those that stored rows may have, what is written has the first. */
export type Wrappings = readonly [Wrapping, ...Wrapping[]];

export const plain: Wrapping = {
  nameOf: (key) => key,
  ownerOf: (tenant) => tenant,
  wrapOriginal: (_key, text) => encode(text),
  unwrapOriginal(key, stored) {
    const text = decode(stored);
    return hashOf(text) === key ? text : undefined;
  },
  wrapPin: (pin) => ({ ...pin, text: pin.text === undefined ? undefined : encode(pin.text), proof: proofOf(pin) }),
  unwrapPin(key, { text, proof, tokensBefore, tokensAfter }) {
    const pin = { key, text: text === undefined ? undefined : decode(text), tokensBefore, tokensAfter };
    return proof === proofOf(pin) ? pin : undefined;
  },
};

/** Lone surrogates have no UTF-8, and some readers end texts at a NUL: those go as UTF-16. */
function encode(text: string): Stored {
  return text.isWellFormed() && !text.includes('\0') ? text : Buffer.from(text, 'utf16le');
}

function decode(stored: Stored): string {
  return typeof stored === 'string' ? stored : bufferOf(stored).toString('utf16le');
}

/** The same memory, not a copy. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Parts that were left alone have no text that could be damaged. */
function proofOf({ key, text, tokensBefore, tokensAfter }: Pin): string | undefined {
  return text === undefined ? undefined : hashOf(`${key} ${tokensBefore} ${tokensAfter} ${text}`);
}

/**
 * Rows that only the holder of a key can read, or name: texts in AES-256-GCM with a fresh nonce each, bound to their row;
 * names by HMAC, so that whoever has the rows but not the key cannot test whether a known text is among them.
 */
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import { bufferOf, type Stored, type StoredPin, type Wrapping } from './wrapping.ts';

export const KEY_BYTES = 32;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LAYOUT = 1;
/** The first byte of what is encrypted: how the text is spelt. */
const UTF_8 = 0;
const UTF_16 = 1;
const NAME_CHARACTERS = 24;
/** Of SHA-256. */
const BLOCK_BYTES = 64;

export function sealed(key: Uint8Array): Wrapping {
  const names = hmac(derive(key, 'names'));
  const originals = derive(key, 'originals');
  const pins = derive(key, 'pins');
  const nameOf = (row: string): string => nameBy(names, `row ${row}`);
  return {
    nameOf,
    ownerOf: (tenant) => nameBy(names, `tenant ${tenant}`),
    wrapOriginal: (row, text) => seal(originals, text, nameOf(row)),
    unwrapOriginal(row, stored) {
      const text = unseal(originals, stored, nameOf(row));
      return text !== undefined && hashOf(text) === row ? text : undefined;
    },
    wrapPin: (pin) => ({
      ...pin,
      text: pin.text === undefined ? undefined : seal(pins, pin.text, boundTo(nameOf(pin.key), pin)),
      proof: undefined,
    }),
    unwrapPin(row, stored) {
      if (stored.text === undefined) return pinOf(row, undefined, stored);
      const text = unseal(pins, stored.text, boundTo(nameOf(row), stored));
      return text === undefined ? undefined : pinOf(row, text, stored);
    },
  };
}

/** Tells keys apart without telling anything else about them: kept beside the rows. */
export function fingerprintOf(key: Uint8Array): string {
  return nameBy(hmac(derive(key, 'fingerprint')), 'headroom');
}

/** Plain rows have hexadecimal names. */
export function isSealedName(name: string): boolean {
  return name.startsWith('~');
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `headroom store 1 ${purpose}`, KEY_BYTES));
}

function nameBy(names: Names, text: string): string {
  return `~${names(text).slice(0, NAME_CHARACTERS)}`;
}

type Names = (text: string) => string;

/** HMAC-SHA-256 by its definition, RFC 2104: seven times as fast as a Hmac object for each of these short texts. */
export function hmac(key: Buffer): Names {
  const padded = (filler: number): Buffer =>
    Buffer.from(Uint8Array.from({ length: BLOCK_BYTES }, (_, at) => (key[at] ?? 0) ^ filler));
  const [inner, outer] = [padded(0x36), padded(0x5c)];
  return (text) => {
    const within = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer');
    return hash('sha256', Buffer.concat([outer, within]), 'base64url');
  };
}

/** A text that is moved to another row, or gets other counts, cannot be read any more. */
function boundTo(name: string, { tokensBefore, tokensAfter }: Omit<StoredPin, 'text' | 'proof'>): string {
  return `${name} ${tokensBefore} ${tokensAfter}`;
}

function pinOf(key: string, text: string | undefined, { tokensBefore, tokensAfter }: StoredPin): Pin {
  return { key, text, tokensBefore, tokensAfter };
}

function seal(key: Buffer, text: string, place: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(place));
  const isUtf8 = text.isWellFormed();
  const body = [
    cipher.update(Buffer.of(isUtf8 ? UTF_8 : UTF_16)),
    cipher.update(Buffer.from(text, isUtf8 ? 'utf8' : 'utf16le')),
    cipher.final(),
  ];
  return Buffer.concat([Buffer.of(LAYOUT), nonce, cipher.getAuthTag(), ...body]);
}

function unseal(key: Buffer, stored: Stored, place: string): string | undefined {
  if (typeof stored === 'string' || stored[0] !== LAYOUT) return undefined;
  const bytes = bufferOf(stored);
  const [tagAt, bodyAt] = [1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES];
  if (bytes.length <= bodyAt) return undefined;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(1, tagAt), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(tagAt, bodyAt));
  try {
    const body = Buffer.concat([decipher.update(bytes.subarray(bodyAt)), decipher.final()]);
    return body.toString(body[0] === UTF_8 ? 'utf8' : 'utf16le', 1);
  } catch {
    return undefined;
  }
}

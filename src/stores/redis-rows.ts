/** How rows stand in a Redis: their names, and their bytes. Originals are hashes with a field for each of their tenants. */
import type { Reply } from './redis-link.ts';
import { bufferOf, type Stored, type StoredPin } from './wrapping.ts';

export const PREFIX = 'headroom:';
/** The fingerprint of the key that rows are encrypted with. */
export const SEAL: string = `${PREFIX}seal`;
export const TEXT_FIELD = 'text';
const ORIGINAL = `${PREFIX}original:`;
const PIN = `${PREFIX}pin:`;
/** A stream: one message for each entry of the ledger. */
export const LEDGER: string = `${PREFIX}ledger`;
const METER = `${PREFIX}meter:`;
const PROMPT = `${PREFIX}prompt:`;
const PROMPTS = `${PREFIX}prompts:`;

/** A hash: one field for each counter of a learned row. */
export const LEARNED: string = `${PREFIX}learned`;
export const LEARNED_SALT: string = `${PREFIX}learned-salt`;

/** What a text is, in its first byte. */
const STRING = 0x74;
const BYTES = 0x62;
/** Before the text: counts and proof. */
const PIN_HEAD = /^(\d+) (\d+) (-|[0-9a-f]+)\n/;
const HEAD_BYTES = 100;

export function originalRow(name: string): string {
  return `${ORIGINAL}${name}`;
}

export function pinRow(name: string): string {
  return `${PIN}${name}`;
}

export function promptRow(name: string): string {
  return `${PROMPT}${name}`;
}

export function meterRow(name: string): string {
  return `${METER}${name}`;
}

/** The prompts that are found by a key, by their time. */
export function promptsRow(name: string): string {
  return `${PROMPTS}${name}`;
}

/** Whether a row is of the ledger or beside it: it has no use of its own, and only goes when all goes. */
export function isLedgerRow(row: string): boolean {
  const beside = [LEARNED, METER, PROMPT, PROMPTS];
  return row === LEDGER || beside.some((prefix) => row.startsWith(prefix));
}

export function ownerField(owner: string): string {
  return `tenant:${owner}`;
}

/** The kind and the name of a row. */
export function readRowName(row: string): { readonly isPin: boolean; readonly name: string } | undefined {
  if (row.startsWith(PIN)) return { isPin: true, name: row.slice(PIN.length) };
  return row.startsWith(ORIGINAL) ? { isPin: false, name: row.slice(ORIGINAL.length) } : undefined;
}

export function packText(stored: Stored): Uint8Array {
  const [mark, bytes] = typeof stored === 'string' ? [STRING, Buffer.from(stored)] : [BYTES, stored];
  return Buffer.concat([Buffer.of(mark), bytes]);
}

/** @returns undefined for what `packText` never makes. */
export function unpackText(reply: Reply | undefined): Stored | undefined {
  if (!(reply instanceof Uint8Array)) return undefined;
  const bytes = reply.subarray(1);
  if (reply[0] === BYTES) return bytes;
  return reply[0] === STRING ? bufferOf(bytes).toString() : undefined;
}

export function packPin({ text, proof = '-', tokensBefore, tokensAfter }: StoredPin): Uint8Array {
  const head = Buffer.from(`${tokensBefore} ${tokensAfter} ${proof}\n`);
  return text === undefined ? head : Buffer.concat([head, packText(text)]);
}

/** @returns undefined for what `packPin` never makes. */
export function unpackPin(reply: Reply | undefined): StoredPin | undefined {
  if (!(reply instanceof Uint8Array)) return undefined;
  const bytes = bufferOf(reply);
  const head = PIN_HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES));
  if (!head) return undefined;
  const [{ length }, before, after, proof] = head as unknown as [string, string, string, string];
  const text = bytes.length === length ? undefined : unpackText(bytes.subarray(length));
  if (text === undefined && bytes.length > length) return undefined;
  const counts = { tokensBefore: Number(before), tokensAfter: Number(after) };
  return { ...counts, text, proof: proof === '-' ? undefined : proof };
}

/** How a request that was sent is remembered: its pieces and what they left in the cache, once as sent, once as received. */
import { hashOf } from '../core/hash.ts';
import type { RememberedPrompt } from '../core/ledger.ts';
import type { Trace } from './cache.ts';
import { PIECE_DIGITS } from './sizes.ts';

export interface Past {
  readonly id: string;
  readonly at: number;
  readonly model: string;
  readonly conversation: string;
  /** When its answer was over, and where in the conversation its newest turns began; undefined: nobody said. */
  readonly endedAt?: number | undefined;
  readonly newestAt?: string | undefined;
  readonly sent: Trace;
  readonly received: Trace;
  /** What the last requests of the conversation cost, with Headroom and without. */
  readonly bills: readonly Bill[];
}

/** `allowed`: what a request may be dearer by without it being held against Headroom. */
export type Bill = readonly [withHeadroom: number, without: number, allowed: number];

/** For the cause of a miss: so long after its last entry has gone, a prompt is still known. */
const KNOWN_MS = 86_400_000;

interface Body {
  readonly model: string;
  readonly conversation: string;
  readonly endedAt?: number | undefined;
  readonly newestAt?: string | undefined;
  readonly sent: PackedTrace;
  /** Left out when it is the same. */
  readonly received?: PackedTrace;
  readonly bills: readonly Bill[];
}

interface PackedTrace {
  readonly hashes: string;
  readonly entries: readonly (readonly [piece: number, ttlMs: number, readableAt: number, endsAt: number])[];
}

/** What requests of the same conversation, or with the same beginning, are found by. */
export function keysOf(tenant: string, conversation: string, worlds: readonly Pick<Trace, 'hashes'>[]): string[] {
  const roots = worlds.flatMap(({ hashes: [first] }) => (first === undefined ? [] : [`root ${first}`]));
  return [...new Set([`conversation ${conversation}`, ...roots])].map((name) => hashOf(`ledger ${tenant} ${name}`));
}

export function remember({ id, at, ...rest }: Past, keys: readonly string[]): RememberedPrompt {
  const { model, conversation, endedAt, newestAt, sent, received, bills } = rest;
  const [packed, other] = [pack(sent), pack(received)];
  const isSame = JSON.stringify(packed) === JSON.stringify(other);
  const body: Body = {
    model,
    conversation,
    endedAt,
    newestAt,
    sent: packed,
    ...(isSame ? {} : { received: other }),
    bills,
  };
  const ends = [...sent.entries, ...received.entries].map(({ endsAt }) => endsAt);
  return { id, keys, at, until: Math.max(at, ...ends) + KNOWN_MS, body: JSON.stringify(body) };
}

/** @returns undefined for what was not made by `remember`. */
export function unpack({ id, at, body }: RememberedPrompt): Past | undefined {
  try {
    const { sent, received = sent, ...rest } = JSON.parse(body) as Body;
    return { id, at, ...rest, sent: unpackTrace(sent), received: unpackTrace(received) };
  } catch {
    return undefined;
  }
}

function pack({ hashes, entries }: Trace): PackedTrace {
  const packed = entries.map(({ piece, ttlMs, readableAt, endsAt }) => [piece, ttlMs, readableAt, endsAt] as const);
  return { hashes: hashes.join(''), entries: packed };
}

function unpackTrace({ hashes, entries }: PackedTrace): Trace {
  return {
    hashes: Array.from({ length: hashes.length / PIECE_DIGITS }, (_, index) =>
      hashes.slice(index * PIECE_DIGITS, (index + 1) * PIECE_DIGITS),
    ),
    entries: entries.map(([piece, ttlMs, readableAt, endsAt]) => ({ piece, ttlMs, readableAt, endsAt })),
  };
}

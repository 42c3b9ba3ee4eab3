/**
 * Sends a request that its provider may refuse for something that it can do without: signed reasoning that has lost what
 * stood before it, the name of a kept prefix. Then it is sent once more without that; every other answer passes as it comes.
 */
import { type Head, headerIn, receiverBefore } from '../../pipeline/exchange/receiver.ts';
import { decodeBody } from '../body.ts';
import { type Destination, type Outgoing, relay, type Relayed } from './relay.ts';
import type { Upstream } from './upstream.ts';

/** Refusals are short: a longer one is none that is understood. */
const MAX_REFUSAL_BYTES = 256 * 1024;

const USUAL_STATUSES: readonly number[] = [400];

export interface Mending {
  /** Answers that are held back until they are whole: 400 unless given. */
  readonly statuses?: readonly number[];
  readonly isMismatch: (status: number, body: string) => boolean;
  /** What to send instead. */
  readonly mended: () => Promise<Outgoing | undefined>;
}

export async function relayMending(
  upstream: Upstream,
  request: Outgoing,
  { client, watch }: Destination,
  mending: Mending,
  send: typeof relay = relay,
): Promise<Relayed> {
  const { statuses = USUAL_STATUSES } = mending;
  let head: Head | undefined;
  let isOver = false;
  const held: Uint8Array[] = [];
  let bytes = 0;
  const release = (): void => {
    if (head) client.writeHead(head.status, head.reason, head.headers);
    head = undefined;
    for (const chunk of held.splice(0)) client.write(chunk);
  };
  const receiver = receiverBefore(client, {
    writeHead: (one) => {
      if (statuses.includes(one.status)) head = one;
      else client.writeHead(one.status, one.reason, one.headers);
    },
    write: (chunk) => {
      if (!head) return client.write(chunk);
      held.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_REFUSAL_BYTES) release();
      return true;
    },
    end: () => {
      isOver = true;
      if (!head) client.end();
    },
    destroy: () => {
      release();
      client.destroy();
    },
    isHeadHeld: () => head !== undefined,
  });
  const relayed = await send(upstream, request, { client: receiver, watch });
  if (!head || !isOver || client.destroyed) return relayed;
  const instead = await insteadOf(head, Buffer.concat(held), mending);
  if (instead && !client.destroyed) return send(upstream, instead, { client, watch });
  release();
  client.end();
  return relayed;
}

async function insteadOf(
  { status, headers }: Head,
  body: Buffer,
  { isMismatch, mended }: Mending,
): Promise<Outgoing | undefined> {
  const text = await decodeBody(body, headerIn(headers, 'content-encoding'), MAX_REFUSAL_BYTES);
  return text && isMismatch(status, text.toString()) ? mended().catch(() => undefined) : undefined;
}

/**
 * Sends a request whose model may call the retrieval tool. Its calls are answered here and the model goes on in the same
 * response, so that the client sees one answer; the exchanges that it does not see are kept before that answer ends.
 */
import type { Continuation, Hop } from '../../core/continuation.ts';
import type { HeadroomError } from '../../core/errors.ts';
import type { WireFormat } from '../../core/wire-format.ts';
import type { Advance, HopStep } from '../advance.ts';
import type { Refusals } from '../guard.ts';
import type { Destination, Receiver, Relayed, Watch } from './receiver.ts';
import type { LaterHop } from './later-hop.ts';
import { VisibleResponse } from './visible-response.ts';

const HEARTBEAT_MS = 10_000;
/** Waits before a later hop is tried again, in milliseconds, unless its provider says how long: what was shown so far would else be lost. */
const RETRY_AFTER_MS = [500, 2_000];
/** Who is told to wait for longer is told an error. */
const MOST_WAIT_MS = 10_000;
const WORTH_A_RETRY: ReadonlySet<number> = new Set([0, 408, 429, 500, 502, 503, 504, 529]);

export interface Retrieval {
  /** Whose answers these are. */
  readonly format: Pick<WireFormat, 'readResponse' | 'errorBody' | 'errorStatus'>;
  readonly continuation: Continuation;
  readonly toolName: string;
  /** Undefined where no call is sent back to the model. */
  readonly refusals: Refusals | undefined;
  readonly job: Pick<HopStep, 'tenant' | 'upstream' | 'format' | 'received' | 'chainEnd' | 'held'>;
  /** The body of the first hop. */
  readonly sent: Uint8Array;
  readonly sentEnd?: HopStep['sentEnd'];
  advance(step: HopStep): Promise<Advance | undefined>;
  /** Whoever watches one hop. */
  watch(): Watch | undefined;
  /** In words for people, why a hop got no answer; words of our own without it. */
  readonly explain?: (failure: Error) => HeadroomError;
}

/** Sends a hop, with the body of the first one where none is given. */
export type SendHop = (body: Uint8Array | undefined, destination: Destination) => Promise<Relayed>;

export async function sendWithRetrieval(send: SendHop, client: Receiver, retrieval: Retrieval): Promise<Relayed> {
  const { job, continuation, toolName, refusals } = retrieval;
  const visible = new VisibleResponse(client, continuation, { toolName, refuses: refusals?.refuses });
  const beat = setInterval(() => visible.heartbeat(), HEARTBEAT_MS);
  try {
    const relayed = await send(undefined, { client: visible.first(), watch: retrieval.watch() });
    const { splicer } = visible;
    if (!splicer || relayed.failure || relayed.status === 0) return relayed;
    let { sent, sentEnd } = retrieval;
    let hops: readonly Hop[] = [];
    let end = splicer.endHop();
    for (;;) {
      refusals?.endHop(end);
      if (end.hidden.length === 0 && hops.length === 0 && end.id === undefined) break;
      const advance = await retrieval.advance({ ...job, sent, sentEnd, hops, end });
      if (!advance?.body) break;
      ({ body: sent, bodyEnd: sentEnd, hops } = advance);
      const hop = await sendFurther(send, { body: sent, client, visible, retrieval });
      if (client.destroyed) return { status: relayed.status, failure: hop.failure ?? new ClientLeft() };
      const next = hop.end();
      if ('failure' in next) return { status: visible.fail(next), failure: next.failure };
      end = next;
    }
    visible.finish();
    return relayed;
  } finally {
    clearInterval(beat);
  }
}

/** While nothing was on its way. */
class ClientLeft extends Error {
  override readonly name = 'ClientGone';
}

interface Further {
  readonly body: Uint8Array;
  readonly client: Receiver;
  readonly visible: VisibleResponse;
  readonly retrieval: Retrieval;
}

/** A hop that got no byte of an answer is tried again. */
async function sendFurther(send: SendHop, { body, client, visible, retrieval }: Further): Promise<LaterHop> {
  const { format, job, explain } = retrieval;
  for (let attempt = 0; ; attempt++) {
    const { hop, receiver } = visible.further({ format, upstream: job.upstream, explain });
    ({ failure: hop.failure } = await send(body, { client: receiver, watch: retrieval.watch() }));
    const wait = WORTH_A_RETRY.has(hop.status) ? waitBefore(attempt, hop.header('retry-after')) : undefined;
    if (wait === undefined || client.destroyed) return hop;
    await pause(wait, client);
    if (client.destroyed) return hop;
  }
}

/** In milliseconds; undefined where it is not tried again. @param asked a number of seconds, or a date. */
function waitBefore(attempt: number, asked: string): number | undefined {
  const usual = RETRY_AFTER_MS[attempt];
  const told = /^\s*\d/.test(asked) ? Number(asked) * 1_000 : Date.parse(asked) - Date.now();
  if (usual === undefined || told > MOST_WAIT_MS) return undefined;
  return told > 0 ? told : usual;
}

/** Until it is over, or nobody waits any more. */
function pause(ms: number, client: Receiver): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      client.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    client.on('close', done);
  });
}

/**
 * Sends a request whose model may call the retrieval tool. Its calls are answered here and the model goes on in the same
 * response, so that the client sees one answer; the exchanges that it does not see are kept before that answer ends.
 */
import type { Continuation, Hop } from '../../core/continuation.ts';
import type { Advance, HopStep } from '../advance.ts';
import type { Refusals } from '../guard.ts';
import type { Destination, Receiver, Relayed, Watch } from './receiver.ts';
import { type FurtherHop, VisibleResponse } from './visible-response.ts';

const HEARTBEAT_MS = 10_000;
/** Waits before a later hop is tried again, in milliseconds: what was shown so far would else be lost. */
const RETRY_AFTER_MS = [500, 2_000];
const WORTH_A_RETRY: ReadonlySet<number> = new Set([0, 408, 429, 500, 502, 503, 504, 529]);

export interface Retrieval {
  readonly continuation: Continuation;
  readonly toolName: string;
  /** Undefined where no call is sent back to the model. */
  readonly refusals: Refusals | undefined;
  readonly job: Pick<HopStep, 'tenant' | 'upstream' | 'format' | 'received' | 'chainEnd' | 'held'>;
  /** The body of the first hop. */
  readonly sent: Uint8Array;
  advance(step: HopStep): Promise<Advance | undefined>;
  /** Whoever watches one hop. */
  watch(): Watch | undefined;
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
    let sent = retrieval.sent;
    let hops: readonly Hop[] = [];
    for (;;) {
      const end = splicer.endHop();
      refusals?.endHop(end);
      if (end.hidden.length === 0 && hops.length === 0 && end.id === undefined) break;
      const advance = await retrieval.advance({ ...job, sent, hops, end });
      if (!advance?.body) break;
      ({ body: sent, hops } = advance);
      const hop = await sendFurther(send, sent, visible, retrieval);
      if (client.destroyed) return { status: relayed.status, failure: hop.failure };
      if (!hop.further.isAnswered) {
        visible.fail(hop.further.refusal);
        return { status: relayed.status, failure: hop.failure ?? new Error('a later hop was refused') };
      }
    }
    visible.finish();
    return relayed;
  } finally {
    clearInterval(beat);
  }
}

interface SentHop {
  readonly further: FurtherHop;
  readonly failure: Error | undefined;
}

/** A hop that got no byte of an answer is tried again. */
async function sendFurther(
  send: SendHop,
  body: Uint8Array,
  visible: VisibleResponse,
  retrieval: Retrieval,
): Promise<SentHop> {
  for (let attempt = 0; ; attempt++) {
    const further = visible.further();
    const { failure } = await send(body, { client: further.receiver, watch: retrieval.watch() });
    const wait = RETRY_AFTER_MS[attempt];
    const isWorthARetry = !further.isAnswered && WORTH_A_RETRY.has(further.refusal.status);
    if (!isWorthARetry || wait === undefined || further.receiver.destroyed) return { further, failure };
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

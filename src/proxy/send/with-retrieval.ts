/** Over sockets: a request whose model may call the retrieval tool. */
import { type Retrieval as Carried, sendWithRetrieval } from '../../pipeline/exchange/with-retrieval.ts';
import { upstreamError } from '../refuse.ts';
import { type Outgoing, type Receiver, relay, type Relayed } from './relay.ts';
import type { Upstream } from './upstream.ts';

export type Retrieval = Omit<Carried, 'explain'>;

export function relayWithRetrieval(
  upstream: Upstream,
  request: Outgoing,
  client: Receiver,
  retrieval: Retrieval,
  send: typeof relay = relay,
): Promise<Relayed> {
  const explain: Carried['explain'] = (failure) => upstreamError(failure, upstream);
  return sendWithRetrieval(
    (body, to) =>
      send(
        upstream,
        body ? { ...request, body: () => Buffer.from(body.buffer, body.byteOffset, body.byteLength) } : request,
        to,
      ),
    client,
    { ...retrieval, explain },
  );
}

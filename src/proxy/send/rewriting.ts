/** Sends a request whose answer is one JSON body that the client gets with edits. Whatever else comes passes as it comes. */
import { JsonDocument, type JsonEdit } from '../../core/json/document.ts';
import { type Head, headerIn, receiverBefore } from '../../pipeline/exchange/receiver.ts';
import { type Destination, type Outgoing, relay, type Relayed } from './relay.ts';
import type { Upstream } from './upstream.ts';

export type Rewrite = (document: JsonDocument) => readonly JsonEdit[];

export async function relayRewritten(
  upstream: Upstream,
  request: Outgoing,
  { client, watch }: Destination,
  rewrite: Rewrite,
): Promise<Relayed> {
  let head: Head | undefined;
  const held: Uint8Array[] = [];
  const release = (body: Uint8Array): void => {
    const { status, reason, headers } = head!;
    const kept = headers.filter((_, index) => headers[index - (index % 2)]!.toLowerCase() !== 'content-length');
    client.writeHead(status, reason, [...kept, 'content-length', String(body.length)]);
    client.write(body);
    head = undefined;
  };
  const receiver = receiverBefore(client, {
    writeHead: (one) => {
      if (isPlainJson(one)) head = one;
      else client.writeHead(one.status, one.reason, one.headers);
    },
    write: (chunk) => (head ? held.push(chunk) > 0 : client.write(chunk)),
    end: () => {
      if (head) release(rewritten(Buffer.concat(held), rewrite));
      client.end();
    },
    destroy: () => client.destroy(),
    isHeadHeld: () => head !== undefined,
  });
  return relay(upstream, request, { client: receiver, watch });
}

function rewritten(body: Buffer, rewrite: Rewrite): Uint8Array {
  try {
    const document = JsonDocument.parse(body);
    return document.apply(rewrite(document));
  } catch {
    return body;
  }
}

function isPlainJson({ status, headers }: Head): boolean {
  const encoding = headerIn(headers, 'content-encoding').trim().toLowerCase();
  const isPlain = encoding === '' || encoding === 'identity';
  return status >= 200 && status < 300 && isPlain && /\bjson\b/i.test(headerIn(headers, 'content-type'));
}

/** One hop by fetch: its answer goes to a receiver as it comes, in the receiver's pace. */
import type { Destination, Receiver, Relayed } from '../pipeline/exchange/receiver.ts';
import type { WebReceiver } from './web-receiver.ts';

/** Fetch decodes: the body is no longer so encoded, nor so long. */
const ENCODED: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);

/** @param call sends the request; the signal ends it. Never rejects. */
export async function webHop(
  call: (signal: AbortSignal) => Promise<Response>,
  { client, watch }: Destination,
  root: WebReceiver,
): Promise<Relayed> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort(root.trouble);
  client.on('close', onClose);
  let status = 0;
  try {
    if (client.destroyed) onClose();
    const response = await call(gone.signal);
    const headers = headersOf(response);
    status = response.status;
    client.writeHead(status, response.statusText, headers);
    watch?.start(status, headers);
    for await (const chunk of piecesOf(response)) {
      // Not every fetch minds its signal.
      if (client.destroyed) throw root.trouble ?? new Error('nobody reads this answer any more');
      if (!client.write(chunk)) await drained(client);
      watch?.see(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
    client.end();
    return { status, failure: undefined };
  } catch (error) {
    root.trouble ??= error;
    if (status !== 0) client.destroy();
    return { status, failure: error as Error };
  } finally {
    client.off('close', onClose);
  }
}

function headersOf({ headers }: Response): string[] {
  const all = [...headers];
  return (headers.has('content-encoding') ? all.filter(([name]) => !ENCODED.has(name)) : all).flat();
}

/** Some libraries' bodies are streams of Node, which are read the same way. */
function piecesOf({ body }: Response): AsyncIterable<Uint8Array> | readonly Uint8Array[] {
  return (body as AsyncIterable<Uint8Array> | null) ?? [];
}

function drained(client: Receiver): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      client.off('drain', done).off('close', done);
      resolve();
    };
    client.on('drain', done).on('close', done);
    if (client.destroyed) done();
  });
}

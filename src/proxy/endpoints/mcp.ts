/** The way of a request to /mcp: to whoever answers it, and back. What it says is not read here. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { headerOf } from '../../core/backend.ts';
import { HeadroomError } from '../../core/errors.ts';
import type { AnswerMcp, App } from '../app.ts';
import { decodeBody, readBody } from '../body.ts';
import { tenantOf } from '../session.ts';
import type { Visit } from './endpoint.ts';
import { statsOf } from './stats.ts';

export function isMcp({ target }: Visit): boolean {
  return target.path === '/mcp' || target.path === '/mcp/';
}

/** @throws HeadroomError for bodies that cannot be read. */
export async function answerAtMcp(visit: Visit, app: App, answer: AnswerMcp): Promise<Response> {
  const { headers, target } = visit;
  return answer(await requestOf(visit, app), {
    tenant: tenantOf(headers, target.query),
    isOff: app.profile === 'off',
    optimizer: app.optimizer,
    stats: () => statsOf(app),
  });
}

async function requestOf({ incoming, headers, client }: Visit, { maxBodyBytes }: App): Promise<Request> {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  const method = incoming.method ?? 'GET';
  const encoding = headerOf(headers, 'content-encoding');
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? await decodeBody(await readBody(incoming, maxBodyBytes), encoding, maxBodyBytes) : null;
  if (body === undefined) throw new HeadroomError('BAD_REQUEST', `The body cannot be decoded as "${encoding}".`);
  const kept = headers.filter(([name]) => !/^(?:content-encoding|content-length|transfer-encoding)$/i.test(name));
  return new Request(`http://${headerOf(headers, 'host')}/mcp`, {
    method,
    headers: kept.map(([name, value]): [string, string] => [name, value]),
    body: body as Uint8Array<ArrayBuffer> | null,
    signal: gone.signal,
  });
}

/** Resolves when the client has all of it, or has gone. */
export async function write(response: Response, client: ServerResponse): Promise<void> {
  client.writeHead(response.status, [...response.headers].flat());
  if (!response.body) {
    client.end();
    return;
  }
  // Who asked for a stream should know at once that it is there.
  client.flushHeaders();
  await pipeline(Readable.fromWeb(response.body as ReadableStream), client).catch(() => undefined);
}

/** WebSockets: the handshake goes upstream as it came, and from then on bytes pass both ways unread. */
import http, { type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { HeadroomError } from '../core/errors.ts';
import type { App } from './app.ts';
import { ownPageAt } from './endpoints/index.ts';
import { admit } from './guard.ts';
import { headerList, upgradeHeaders } from './headers.ts';
import { errorBody, upstreamError } from './refuse.ts';
import { routeOf } from './route.ts';
import type { Upstream } from './send/upstream.ts';
import { targetOf } from './target.ts';

export interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  /** What came right behind the handshake. */
  readonly head: Buffer;
}

export class Tunnels {
  readonly #sockets = new Set<Duplex>();

  open({ incoming, socket, head }: Upgrade, app: App): void {
    this.#keep(socket);
    const headers = headerList(incoming.rawHeaders);
    const target = targetOf(incoming.url ?? '/');
    const route = routeOf(target, headers, app);
    try {
      admit(headers, app.door);
      if (ownPageAt(target.path)) throw new HeadroomError('NOT_FOUND', `The proxy has no WebSocket at ${target.path}.`);
      if (incoming.headers.upgrade?.toLowerCase() !== 'websocket') {
        throw new HeadroomError(
          'BAD_REQUEST',
          'Only WebSocket upgrades are passed on. Send the request without an Upgrade header.',
        );
      }
      const fields = [['Host', route.upstream.url.host] as const, ...upgradeHeaders(headers)].flat();
      const request = handshake(route.upstream, incoming.method ?? 'GET', route.path, fields);
      socket.on('close', () => request.destroy());
      request.on('error', (error) => say(socket, upstreamError(error, route.upstream)));
      request.on('response', (response) => answer(socket, response));
      request.on('upgrade', (response, upstream, rest) => {
        this.#keep(upstream);
        socket.write(headOf(response));
        if (rest.length > 0) socket.write(rest);
        if (head.length > 0) upstream.write(head);
        join(socket, upstream);
      });
      request.end();
    } catch (error) {
      say(socket, error instanceof HeadroomError ? error : upstreamError(error as Error, route.upstream));
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
  }
}

function handshake({ url, connect }: Upstream, method: string, path: string, headers: string[]): http.ClientRequest {
  const { hostname, host, protocol, port } = url;
  return http.request({
    method,
    path,
    headers,
    createConnection: (_options, done) => {
      connect({ hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }, (error, socket) =>
        done(error, socket as Duplex),
      );
      return undefined;
    },
  });
}

/** An upstream that will not upgrade says why; the connection ends with its answer. */
function answer(socket: Duplex, response: IncomingMessage): void {
  socket.write(headOf(response, ['connection', 'keep-alive', 'transfer-encoding']));
  response.pipe(socket);
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage, dropped: readonly string[] = []): Buffer {
  const kept = headerList(rawHeaders).filter(([name]) => !dropped.includes(name.toLowerCase()));
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`);
  if (dropped.length > 0) lines.push('Connection: close\r\n');
  return Buffer.from(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`, 'latin1');
}

function join(left: Duplex, right: Duplex): void {
  left.pipe(right).pipe(left);
  // A side that says no more will hear no more: half-open connections are of no use here.
  left.on('end', () => left.end());
  right.on('end', () => right.end());
  left.on('close', () => right.destroy());
  right.on('close', () => left.destroy());
}

function say(socket: Duplex, error: HeadroomError): void {
  const body = errorBody(error);
  const reason = http.STATUS_CODES[error.status] ?? '';
  socket.end(
    `HTTP/1.1 ${error.status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

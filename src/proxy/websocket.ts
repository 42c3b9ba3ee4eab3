/**
 * WebSockets: the handshake goes upstream as it came, and from then on bytes pass both ways unread; where an API speaks
 * over frames that can be read, both ends of the connection are here.
 */
import http, { type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { HeadroomError } from '../core/errors.ts';
import type { App } from './app.ts';
import { projectOf } from './bookkeeping.ts';
import { ownPageAt } from './endpoints/index.ts';
import { admit } from './guard.ts';
import { headerList, isBypass, upgradeHeaders } from './headers.ts';
import { type Departure, join } from './frames/join.ts';
import { isReadable, meet, type Meeting } from './frames/meet.ts';
import { errorBody, upstreamError } from './refuse.ts';
import { routeOf } from './route.ts';
import { connectionTo } from './send/connect.ts';
import { tenantOf } from './session.ts';
import { type Target, targetOf } from './target.ts';

export interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  /** What came right behind the handshake. */
  readonly head: Buffer;
}

/** For a closing frame to leave before its socket is gone. */
const LAST_WORDS_MS = 100;

export class Tunnels {
  readonly #sockets = new Set<Duplex>();
  /** By the client's socket; undefined while hands are shaken. */
  readonly #departures = new Map<Duplex, Departure | undefined>();
  #quietMs = 0;

  open({ incoming, socket, head }: Upgrade, app: App): void {
    this.#keep(socket);
    this.#departures.set(socket, undefined);
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
      if (isReadable(headers, route, app)) return this.#meet({ incoming, socket, head, route }, target, app);
      if (app.limiter && route.format?.frames) throw unreadable();
      const fields = [['Host', route.upstream.url.host] as const, ...upgradeHeaders(headers)].flat();
      const options = { method: incoming.method ?? 'GET', path: route.path, headers: fields };
      const request = http.request({ ...options, createConnection: connectionTo(route.upstream) });
      socket.on('close', () => request.destroy());
      request.on('error', (error) => say(socket, upstreamError(error, route.upstream)));
      request.on('response', (response) => answer(socket, response));
      request.on('upgrade', (response, upstream, rest) => {
        this.#keep(upstream);
        socket.write(headOf(response));
        if (rest.length > 0) socket.write(rest);
        if (head.length > 0) upstream.write(head);
        pipe(socket, upstream);
        this.#departures.set(
          socket,
          pipedDeparture(socket, upstream, () => this.#quietMs),
        );
      });
      request.end();
    } catch (error) {
      say(socket, error instanceof HeadroomError ? error : upstreamError(error as Error, route.upstream));
    }
  }

  #meet(meeting: Meeting, { path }: Target, app: App): void {
    const { incoming, socket, route } = meeting;
    const headers = headerList(incoming.rawHeaders);
    const tenant = tenantOf(headers, incoming.url ?? '');
    const project = projectOf(headers);
    const shortens = app.profile !== 'off' && !isBypass(headers);
    meet(meeting, {
      met: ({ client, upstream }) => {
        const joined = { client, upstream, route, path, tenant, project, shortens };
        this.#departures.set(socket, join(joined, app));
      },
      refused: (response) => answer(socket, response),
      failed: (error) => say(socket, upstreamError(error, route.upstream)),
    });
  }

  /** Idle ones end now, the others once their turn is over. */
  drain(quietMs: number): void {
    this.#quietMs = quietMs;
    for (const [socket, departure] of this.#departures) {
      if (departure) departure.leave();
      else socket.destroy();
    }
  }

  cut(): void {
    for (const departure of this.#departures.values()) departure?.leaveNow();
    setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), LAST_WORDS_MS);
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket
      .on('error', () => socket.destroy())
      .on('close', () => {
        this.#sockets.delete(socket);
        this.#departures.delete(socket);
      });
  }
}

/** Budgets and limits hold for every frame, or there is none. */
function unreadable(): HeadroomError {
  return new HeadroomError(
    'BAD_REQUEST',
    'This proxy holds budgets or limits, and cannot hold them on a WebSocket with subprotocols of its own. Connect without Sec-WebSocket-Protocol, or send the request by POST.',
  );
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

function pipe(left: Duplex, right: Duplex): void {
  left.pipe(right).pipe(left);
  // A side that says no more will hear no more: half-open connections are of no use here.
  left.on('end', () => left.end());
  right.on('end', () => right.end());
  left.on('close', () => right.destroy());
  right.on('close', () => left.destroy());
}

/** Of 1001, "going away": as a server says it, and as a client, whose frames are masked. */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);
const GOING_AWAY_MASKED = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]);
const LOOK_MS = 100;

/** Nobody reads these frames: a connection is idle, and between two frames, when nothing has passed for a while. */
function pipedDeparture(client: Duplex, upstream: Duplex, quietMs: () => number): Departure {
  let lastAt = performance.now();
  const pass = (): void => void (lastAt = performance.now());
  client.on('data', pass);
  upstream.on('data', pass);
  const leaveNow = (): void => {
    client.end(GOING_AWAY);
    upstream.end(GOING_AWAY_MASKED);
    setTimeout(() => client.destroy(), LAST_WORDS_MS);
  };
  const leave = (): void => {
    const quietFor = performance.now() - lastAt;
    if (quietFor >= quietMs()) return leaveNow();
    const timer = setTimeout(leave, Math.max(LOOK_MS, quietMs() - quietFor));
    client.once('close', () => clearTimeout(timer));
  };
  return { leave, leaveNow };
}

function say(socket: Duplex, error: HeadroomError): void {
  const body = errorBody(error);
  const reason = http.STATUS_CODES[error.status] ?? '';
  socket.end(
    `HTTP/1.1 ${error.status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

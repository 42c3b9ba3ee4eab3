/** Opens both WebSockets of a connection whose frames are read: the upstream's first, so that the client hears what it says. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { HeaderList } from '../../core/backend.ts';
import { headerOf } from '../../core/backend.ts';
import type { App } from '../app.ts';
import { headerList, isBypass, upgradeHeaders } from '../headers.ts';
import type { Route } from '../route.ts';
import { connectionTo } from '../send/connect.ts';

/** Histories come in one frame. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;
const OPTIONS = { autoPong: false, skipUTF8Validation: true, maxPayload: MAX_FRAME_BYTES } as const;
/** Of a handshake, what each of the two connections says for itself. */
const OF_ONE_CONNECTION = /^(?:connection|upgrade|content-length|sec-websocket-(?:key|version|extensions|accept))$/i;

export interface Meeting {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly route: Route;
}

export interface Met {
  readonly client: WebSocket;
  readonly upstream: WebSocket;
}

/** Whether the frames of this connection are read at all: else bytes pass both ways. */
export function isReadable(
  headers: HeaderList,
  { format, isCount }: Route,
  { profile, limiter }: Pick<App, 'profile' | 'limiter'>,
): boolean {
  // Limits hold for what is left as it is too.
  const isRead = limiter !== undefined || (profile !== 'off' && !isBypass(headers));
  if (!format?.frames || isCount || !isRead) return false;
  const key = headerOf(headers, 'sec-websocket-key') ?? '';
  const isUsual = /^[+/0-9a-z]{22}==$/i.test(key) && headerOf(headers, 'sec-websocket-version') === '13';
  return isUsual && headerOf(headers, 'sec-websocket-protocol') === undefined;
}

export interface Meet {
  readonly met: (sides: Met) => void;
  /** The upstream will not upgrade. */
  readonly refused: (response: IncomingMessage) => void;
  readonly failed: (error: Error) => void;
}

export function meet({ incoming, socket, head, route }: Meeting, { met, refused, failed }: Meet): void {
  const headers = headerList(incoming.rawHeaders);
  const upstream = openUpstreamSocket(route, headers);
  let said: readonly string[] = [];
  let isSettled = false;
  const settle = (act: () => void): void => {
    if (!isSettled && !socket.destroyed) act();
    isSettled = true;
  };
  upstream.on('error', (error) => settle(() => failed(error)));
  upstream.once('unexpected-response', (_request, response) => settle(() => refused(response)));
  upstream.once('upgrade', ({ rawHeaders }) => {
    said = headerList(rawHeaders).flatMap(([name, value]) => (OF_ONE_CONNECTION.test(name) ? [] : `${name}: ${value}`));
  });
  upstream.once('open', () =>
    settle(() => {
      // Nothing may come before somebody listens.
      upstream.pause();
      const server = new WebSocketServer({
        ...OPTIONS,
        noServer: true,
        clientTracking: false,
        perMessageDeflate: false,
      });
      server.on('headers', (lines) => void lines.push(...said));
      server.handleUpgrade(incoming, socket, head, (client) => {
        met({ client, upstream });
        upstream.resume();
      });
    }),
  );
  socket.once('close', () => upstream.terminate());
}

function openUpstreamSocket({ upstream, path }: Route, headers: HeaderList): WebSocket {
  const { origin, protocol } = upstream.url;
  const fields: Record<string, string[]> = {};
  for (const [name, value] of upgradeHeaders(headers)) {
    if (!OF_ONE_CONNECTION.test(name)) (fields[name] ??= []).push(value);
  }
  return new WebSocket(origin.replace(protocol, protocol === 'https:' ? 'wss:' : 'ws:') + path, {
    ...OPTIONS,
    headers: fields as unknown as Record<string, string>,
    // Compressed on the long way only, and there when the client can do it too.
    perMessageDeflate: /permessage-deflate/i.test(headerOf(headers, 'sec-websocket-extensions') ?? ''),
    createConnection: connectionTo(upstream),
  });
}

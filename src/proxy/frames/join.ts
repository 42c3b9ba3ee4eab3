/**
 * Joins a client's WebSocket with an upstream's: text frames by their lanes, all others as they come, pings, closings and
 * the pace of the slower side included.
 */
import type { RawData, WebSocket } from 'ws';
import type { App } from '../app.ts';
import { ClientGone } from '../body.ts';
import type { Route } from '../route.ts';
import { type Connection, Lane } from './lane.ts';

/** A side that has so much still to take gets no more for now. */
const HIGH_WATER_BYTES = 1024 * 1024;

export interface Joined {
  readonly client: WebSocket;
  readonly upstream: WebSocket;
  readonly route: Route;
  readonly path: string;
  readonly tenant: string;
  readonly project: string | undefined;
  /** False where frames are read for their limits only. */
  readonly shortens: boolean;
}

/** What becomes of a connection when the proxy ends. */
export interface Departure {
  /** Once nothing is asked and unanswered on it, which may be now. */
  leave(): void;
  leaveNow(): void;
}

export function join({ client, upstream, route, path, tenant, project, shortens }: Joined, app: App): Departure {
  const frames = route.format!.frames!;
  const toUpstream = pacedSend(upstream, client);
  const toClient = pacedSend(client, upstream);
  const lanes = new Map<string, Lane>();
  let isLeaving = false;
  // The upstream first: its connection breaks off with the client's.
  const endBoth = (): void => [upstream, client].forEach(goAway);
  const leave = (): void => {
    isLeaving = true;
    if (![...lanes.values()].some((lane) => lane.isBusy)) endBoth();
  };
  const connection: Connection = {
    app,
    route,
    path,
    tenant,
    project,
    shortens,
    frames,
    toUpstream: (frame) => toUpstream(frame, false),
    toClient: (frame) => toClient(frame, false),
    quiet: () => void (isLeaving && leave()),
  };
  client.on('message', (data: RawData, isBinary) => {
    // Its answer would come to nobody.
    if (client.readyState !== client.OPEN) return;
    const bytes = bytesOf(data);
    const name = isBinary ? undefined : frames.laneOfRequest(bytes.toString());
    if (name === undefined) return toUpstream(bytes, isBinary);
    let lane = lanes.get(name);
    if (!lane) lanes.set(name, (lane = new Lane(connection, name)));
    lane.request(bytes);
  });
  upstream.on('message', (data: RawData, isBinary) => {
    const bytes = bytesOf(data);
    if (isBinary || lanes.size === 0) return toClient(bytes, isBinary);
    const text = bytes.toString();
    const event = frames.readEvent(text);
    const lane = lanes.get(event.lane);
    if (lane) lane.event(text, event);
    else toClient(bytes, false);
  });
  client.on('close', () => lanes.forEach((lane) => lane.close(new ClientGone())));
  upstream.on('close', () => lanes.forEach((lane) => lane.close(new Error('the connection ended'))));
  tie(client, upstream);
  tie(upstream, client);
  const leaveNow = (): void => {
    lanes.forEach((lane) => lane.close(new ClientGone()));
    endBoth();
  };
  return { leave, leaveNow };
}

/** "Going away", as servers say it that end. */
const GOING_AWAY = 1001;
/** A client that does not answer a closing has no more to say. */
const CLOSING_MS = 1_000;

function goAway(socket: WebSocket): void {
  socket.close(GOING_AWAY, 'the proxy is stopping');
  setTimeout(() => socket.terminate(), CLOSING_MS).unref();
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

function pacedSend(to: WebSocket, from: WebSocket): (frame: string | Uint8Array, isBinary: boolean) => void {
  return (frame, isBinary) => {
    if (to.readyState !== to.OPEN) return;
    to.send(frame, { binary: isBinary }, () => {
      if (from.isPaused && to.bufferedAmount < HIGH_WATER_BYTES) from.resume();
    });
    if (to.bufferedAmount >= HIGH_WATER_BYTES) from.pause();
  };
}

/** What one side says of the connection itself, the other hears. */
function tie(one: WebSocket, other: WebSocket): void {
  const isOpen = (): boolean => other.readyState === other.OPEN;
  one.on('ping', (data) => isOpen() && other.ping(data));
  one.on('pong', (data) => isOpen() && other.pong(data));
  one.on('error', () => undefined);
  one.on('close', (code, reason) => {
    // A paused side would not notice its own end.
    other.resume();
    // 1005: no code was given; 1006 and 1015 say that there was no closing at all.
    if (code === 1006 || code === 1015) other.terminate();
    else if (code === 1005) other.close();
    else other.close(code, reason);
  });
}

/** An upstream: where it stands, and its pool of connections. One for each backend, made at start from the operator's options. */
import { Pool } from 'undici';
import { type Connect, connectorFor, type Environment } from './connect.ts';

/** Idle connections are closed before the usual servers close theirs, which would cost a request its connection. */
const KEEP_ALIVE_MS = 4_000;
const MAX_HEADER_BYTES = 64 * 1024;

export interface Timeouts {
  readonly connectTimeoutMs: number;
  /** Silence before the first byte and between bytes; 0 for none. */
  readonly responseTimeoutMs: number;
}

export interface Upstream {
  /** The backend's name: what its option is called after. */
  readonly name: string;
  readonly url: URL;
  /** The path of its address, without a slash at its end. */
  readonly prefix: string;
  readonly pool: Pool;
  /** For connections outside the pool: WebSockets. */
  readonly connect: Connect;
}

export function openUpstream(name: string, url: URL, timeouts: Timeouts, environment: Environment): Upstream {
  const connect = connectorFor(url, timeouts.connectTimeoutMs, environment);
  const pool = new Pool(url.origin, {
    connect: remembering(connect),
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeouts.responseTimeoutMs,
    bodyTimeout: timeouts.responseTimeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  return { name, url, prefix: url.pathname.replace(/\/+$/, ''), pool, connect };
}

const usedSockets = new WeakSet<Error>();

/** Errors of a connection that has answered before: it may have gone stale while it was idle. */
function remembering(connect: Connect): Connect {
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error) return callback(error, null);
      socket!.on('error', (trouble: Error) => {
        if (socket!.bytesRead > 0) usedSockets.add(trouble);
      });
      callback(null, socket!);
    });
}

/** Whether a request failed only because its kept-alive connection was closed by the other side. */
export function isStale(error: Error & { code?: string; socket?: { bytesRead?: number } }): boolean {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return usedSockets.has(error);
  return error.code === 'UND_ERR_SOCKET' && (error.socket?.bytesRead ?? 0) > 0;
}

/**
 * How a proxy ends: it takes nothing more, what is running may end for a while, and what is left then is cut, with its
 * accounts kept. Whoever is in a hurry cuts earlier.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Status } from './app.ts';
import { ownPageAt } from './endpoints/index.ts';
import { targetOf } from './target.ts';
import type { Tunnels } from './websocket.ts';

export interface DrainTimes {
  /** For exchanges with a provider. */
  readonly exchangesMs: number;
  /** For our own pages: some stay open for as long as somebody listens. */
  readonly pagesMs: number;
  /** So long nothing has passed a connection whose frames are not read when it counts as idle. */
  readonly quietMs: number;
}

/** Few answers take longer than that; help and docs/agents.md say it. */
export const DRAIN_TIMES: DrainTimes = { exchangesMs: 300_000, pagesMs: 5_000, quietMs: 10_000 };
const LOOK_MS = 50;

export class Drain {
  readonly #server: Server;
  readonly #tunnels: Tunnels;
  readonly #status: Status;
  readonly #times: DrainTimes;
  readonly #running = new Map<ServerResponse, Promise<void>>();
  readonly #pages = new Set<ServerResponse>();
  #isDraining = false;

  constructor(server: Server, tunnels: Tunnels, status: Status, times: DrainTimes) {
    this.#server = server;
    this.#tunnels = tunnels;
    this.#status = status;
    this.#times = times;
  }

  /** @param done must not reject. */
  track(incoming: IncomingMessage, client: ServerResponse, done: Promise<void>): void {
    this.#running.set(client, done);
    if (ownPageAt(targetOf(incoming.url ?? '/').path)) this.#pages.add(client);
    // Whoever keeps asking on an old connection would keep it open.
    if (this.#isDraining) client.shouldKeepAlive = false;
    void done.finally(() => {
      this.#running.delete(client);
      this.#pages.delete(client);
    });
  }

  get isBusy(): boolean {
    return this.#running.size > this.#pages.size;
  }

  /** Resolves once everything is over and accounted for. */
  async finish(): Promise<void> {
    this.#isDraining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const client of this.#running.keys()) if (!client.headersSent) client.shouldKeepAlive = false;
    this.#tunnels.drain(this.#times.quietMs);
    const { exchangesMs, pagesMs } = this.#times;
    const timers = [
      setInterval(() => this.#server.closeIdleConnections(), LOOK_MS),
      setTimeout(() => this.#pages.forEach((client) => client.destroy()), pagesMs),
      setTimeout(() => this.cut(), exchangesMs),
    ];
    await closed;
    timers.forEach(clearTimeout);
    await Promise.all(this.#running.values());
  }

  /** What is running ends now, and says why. */
  cut(): void {
    this.#status.isCut = true;
    this.#tunnels.cut();
    this.#server.closeAllConnections();
  }
}

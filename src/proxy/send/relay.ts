/**
 * Sends one request and relays its answer as it comes: status, headers, every chunk at once, in the client's pace.
 * A client that leaves ends the request upstream at once; an upstream that breaks off breaks the client's connection off
 * too, because a clean end would pass for a whole answer.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Destination, Receiver, Relayed, Watch } from '../../pipeline/exchange/receiver.ts';
import { ClientGone } from '../body.ts';
import { responseHeaders } from '../headers.ts';
import { isStale, type Upstream } from './upstream.ts';

export type { Destination, Receiver, Relayed, Watch };

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, `content-length` among them for a stream of known length. */
  readonly headers: string[];
  /** Asked again for a second try: undefined when the body cannot be sent again. */
  readonly body: () => Buffer | Readable | null | undefined;
  /** Told when an answer begins: from then on the body is not asked for again. */
  readonly forget: (() => void) | undefined;
}

/** Resolves once the answer is passed on or has failed. When `status` is 0 the client has got nothing yet. */
export async function relay(upstream: Upstream, request: Outgoing, destination: Destination): Promise<Relayed> {
  const first = await attempt(upstream, request, request.body() ?? null, destination);
  if (first.status !== 0 || !first.failure || !isStale(first.failure) || destination.client.destroyed) return first;
  const again = request.body();
  return again === undefined ? first : attempt(upstream, request, again, destination);
}

function attempt(
  { pool }: Upstream,
  { method, path, headers, forget }: Outgoing,
  body: Buffer | Readable | null,
  destination: Destination,
): Promise<Relayed> {
  return new Promise((resolve) => {
    const pass = new Pass(destination, forget, resolve);
    try {
      pool.dispatch({ method, path, headers, body }, pass);
    } catch (error) {
      pass.onResponseError(undefined, error as Error);
    }
  });
}

const NOTHING = Buffer.alloc(0);

class Pass implements Dispatcher.DispatchHandler {
  readonly #client: Receiver;
  readonly #watch: Watch | undefined;
  readonly #settle: (relayed: Relayed) => void;
  readonly #forget: (() => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #hasData = false;
  #isSettled = false;

  constructor({ client, watch }: Destination, forget: (() => void) | undefined, settle: (relayed: Relayed) => void) {
    this.#forget = forget;
    this.#client = client;
    this.#watch = watch;
    this.#settle = settle;
    client.on('close', this.#onClose).on('drain', this.#onDrain);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#client.destroyed) controller.abort(new ClientGone());
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, reason = ''): void {
    if (status < 200) return;
    const client = this.#client;
    const headers = responseHeaders(textsOf(controller.rawHeaders));
    client.sendDate = false;
    client.writeHead(status, isPlain(reason) ? reason : '', headers);
    this.#status = status;
    this.#forget?.();
    this.#watch?.start(status, headers);
    // A body that came in the same packet takes the head along; else the head leaves alone, at once.
    process.nextTick(() => {
      // (flushHeaders would spell header bytes above 127 as UTF-8.)
      if (!this.#hasData && !client.destroyed && !client.writableEnded) client.write(NOTHING);
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#hasData = true;
    if (!this.#client.write(chunk)) controller.pause();
    this.#watch?.see(chunk);
  }

  onResponseEnd(): void {
    this.#client.end();
    this.#finish(undefined);
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#status !== 0) this.#client.destroy();
    this.#finish(this.#client.destroyed && this.#status === 0 ? new ClientGone() : error);
  }

  #finish(failure: Error | undefined): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#client.off('close', this.#onClose).off('drain', this.#onDrain);
    this.#settle({ status: this.#status, failure });
  }

  readonly #onDrain = (): void => this.#controller?.resume();

  readonly #onClose = (): void => {
    const gone = new ClientGone();
    this.#controller?.abort(gone);
    this.#finish(gone);
  };
}

function textsOf(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  const texts: string[] = [];
  if (Array.isArray(raw)) for (const item of raw) texts.push(typeof item === 'string' ? item : item.toString('latin1'));
  return texts;
}

function isPlain(reason: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(reason);
}

/**
 * Gets an answer piece by piece and is a Response: for clients that fetch. Reading it sets the pace, leaving it off ends
 * what feeds it, and a failure is the reader's to see, as the very error that it was.
 */
import type { Receiver } from '../pipeline/exchange/receiver.ts';

const AHEAD_BYTES = 64 * 1024;
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

export class WebReceiver implements Receiver {
  readonly response: Promise<Response>;
  sendDate = false;
  destroyed = false;
  writableEnded = false;
  /** Why it was destroyed: to be set before. */
  trouble: unknown;
  readonly #listeners = { close: new Set<() => void>(), drain: new Set<() => void>() };
  readonly #signal: AbortSignal | undefined;
  readonly #url: string;
  #answer: (response: Response) => void = () => undefined;
  #refuse: (trouble: unknown) => void = () => undefined;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(url: string, signal: AbortSignal | undefined) {
    this.#url = url;
    this.#signal = signal;
    this.response = new Promise((resolve, reject) => ([this.#answer, this.#refuse] = [resolve, reject]));
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort);
  }

  writeHead(status: number, reason: string, headers: string[]): void {
    const body = WITHOUT_BODY.has(status) ? null : this.#open();
    const pairs = headers.flatMap((name, index) =>
      index % 2 === 0 ? [[name, headers[index + 1]!] satisfies [string, string]] : [],
    );
    const response = new Response(body, { status, statusText: reason, headers: pairs });
    this.#answer(Object.defineProperty(response, 'url', { value: this.#url }));
  }

  write(chunk: Uint8Array): boolean {
    if (this.destroyed || !this.#stream || chunk.length === 0) return true;
    this.#stream.enqueue(new Uint8Array(chunk));
    return (this.#stream.desiredSize ?? 0) > 0;
  }

  end(): void {
    if (this.destroyed || this.writableEnded) return;
    this.writableEnded = true;
    this.#release();
    this.#stream?.close();
  }

  destroy(): void {
    if (this.destroyed || this.writableEnded) return;
    this.destroyed = true;
    this.#release();
    const trouble = this.trouble ?? new TypeError('terminated');
    this.#stream?.error(trouble);
    this.#refuse(trouble);
    this.#tell('close');
  }

  on(event: 'close' | 'drain', listener: () => void): this {
    this.#listeners[event].add(listener);
    return this;
  }

  off(event: 'close' | 'drain', listener: () => void): this {
    this.#listeners[event].delete(listener);
    return this;
  }

  #open(): ReadableStream<Uint8Array> {
    const size = (chunk: Uint8Array): number => chunk.byteLength;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#stream = controller),
        pull: () => this.#tell('drain'),
        cancel: () => {
          this.#stream = undefined;
          this.destroy();
        },
      },
      { highWaterMark: AHEAD_BYTES, size },
    );
  }

  readonly #onAbort = (): void => {
    this.trouble = this.#signal?.reason;
    this.destroy();
  };

  #release(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #tell(event: 'close' | 'drain'): void {
    for (const listener of this.#listeners[event]) listener();
  }
}

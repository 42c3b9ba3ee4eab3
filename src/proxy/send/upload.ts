/**
 * A request body on its way through, with back-pressure. The first bytes are kept, so that it can be sent a second time
 * when the first connection turns out dead, and looked at afterwards.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { sharedBytes } from '../../core/shared-bytes.ts';

export class Upload {
  readonly #incoming: IncomingMessage;
  readonly #keepBytes: number;
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;
  #isComplete = false;
  #sink: Readable | undefined;
  /** All of it, once it is complete; undefined when it never is, or was too long to keep. */
  readonly whole: Promise<Buffer | undefined>;

  constructor(incoming: IncomingMessage, keepBytes: number) {
    this.#incoming = incoming;
    this.#keepBytes = keepBytes;
    incoming.on('data', (chunk: Buffer) => this.#pass(chunk));
    let tell: (whole: Buffer | undefined) => void = () => undefined;
    this.whole = new Promise((resolve) => (tell = resolve));
    incoming.on('end', () => {
      this.#isComplete = true;
      this.#sink?.push(null);
      tell(this.#kept && sharedBytes(this.#kept));
    });
    incoming.on('close', () => {
      if (!this.#isComplete) this.#sink?.destroy(new Error('the client went away'));
      tell(undefined);
    });
  }

  /** The body from its beginning; undefined when that is no longer here. */
  open(): Readable | undefined {
    const kept = this.#kept;
    if (!kept) return undefined;
    const sink = new Readable({
      read: () => void this.#incoming.resume(),
      // Nobody reads any further: what still comes is let go, so that the client can read its answer.
      destroy: (error, done) => {
        this.#incoming.resume();
        done(error);
      },
    });
    sink.on('error', () => undefined);
    for (const chunk of kept) sink.push(chunk);
    if (this.#isComplete) sink.push(null);
    this.#sink = sink;
    return sink;
  }

  /** Nothing is kept from now on. */
  forget(): void {
    this.#kept = undefined;
  }

  #pass(chunk: Buffer): void {
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > this.#keepBytes) this.#kept = undefined;
    else this.#kept?.push(chunk);
    const sink = this.#sink;
    if (sink && !sink.destroyed && !sink.push(chunk)) this.#incoming.pause();
  }
}

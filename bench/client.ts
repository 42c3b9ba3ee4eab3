/** One keep-alive connection to one server, timed at the first byte of the answer's body and at its last. */
import { Pool } from 'undici';

export interface Timed {
  readonly status: number;
  readonly firstByteMs: number;
  readonly wholeMs: number;
  /** The first chunk, and when it was here on the machine's steady clock, in nanoseconds. */
  readonly firstChunk: Buffer;
  readonly firstChunkAt: bigint;
}

export interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export class Client {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: 1, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  }

  post({ path, headers, body }: Request): Promise<Timed> {
    return new Promise((resolve, reject) => {
      let status = 0;
      let firstByteMs = 0;
      let firstChunkAt = 0n;
      let firstChunk: Buffer | undefined;
      const start = performance.now();
      this.#pool.dispatch(
        { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body },
        {
          onRequestStart: () => undefined,
          onResponseStart(_controller, statusCode) {
            status = statusCode;
          },
          onResponseData(_controller, chunk) {
            if (firstChunk) return;
            firstChunkAt = process.hrtime.bigint();
            firstByteMs = performance.now() - start;
            firstChunk = chunk;
          },
          onResponseEnd() {
            const wholeMs = performance.now() - start;
            resolve({ status, firstByteMs, wholeMs, firstChunk: firstChunk ?? Buffer.alloc(0), firstChunkAt });
          },
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** Reads a response as it goes by, behind its back: after the bytes are passed on, decoded, never in their way. */
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import type { ResponseReader, ResponseSummary, WireFormat } from '../core/wire-format.ts';

/** A response that decodes to more, or comes faster than it can be decoded, is not read to its end. */
const MAX_DECODED_BYTES = 256 * 1024 * 1024;
const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;
const GATHERED_BYTES = 256 * 1024;

export class Watcher {
  readonly #format: WireFormat;
  #contentType = '';
  #encoding = '';
  #isReadable = false;
  #seen: Buffer[] = [];
  #seenBytes = 0;
  #reader: ResponseReader | undefined;
  #decoder: Transform | undefined;

  constructor(format: WireFormat) {
    this.#format = format;
  }

  start(status: number, headers: readonly string[]): void {
    this.#isReadable = status >= 200 && status < 300;
    // Of a request that was sent again this is the answer that counts.
    [this.#contentType, this.#encoding] = ['', ''];
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index]!.toLowerCase();
      if (name === 'content-type') this.#contentType = headers[index + 1]!;
      if (name === 'content-encoding') this.#encoding = headers[index + 1]!.trim().toLowerCase();
    }
  }

  /** Gathered first: to read each chunk at once would hold up whatever comes next. */
  see(chunk: Buffer): void {
    if (!this.#isReadable) return;
    this.#seen.push(chunk);
    this.#seenBytes += chunk.length;
    if (this.#seenBytes >= GATHERED_BYTES) setImmediate(() => this.#read());
  }

  /** @param isWhole false when the response broke off. Resolves to undefined when it could not be read. */
  finish(isWhole: boolean): Promise<ResponseSummary | undefined> {
    this.#read();
    return new Promise((resolve) => {
      const end = (): void => {
        const summary = this.#quietly(() => this.#reader?.end());
        resolve(summary && { ...summary, complete: summary.complete && isWhole });
      };
      if (!this.#decoder || this.#decoder.destroyed) return end();
      this.#decoder.once('close', end);
      this.#decoder.end();
    });
  }

  #read(): void {
    const chunks = this.#seen;
    this.#seen = [];
    this.#seenBytes = 0;
    this.#quietly(() => {
      if (!this.#reader) this.#open();
      for (const chunk of chunks) {
        if (!this.#decoder) this.#reader!.push(chunk);
        else if (this.#decoder.writableLength > MAX_BACKLOG_BYTES) this.#giveUp();
        else if (!this.#decoder.destroyed) this.#decoder.write(chunk);
      }
    });
  }

  #open(): void {
    this.#reader = this.#format.readResponse(this.#contentType);
    if (this.#encoding === '' || this.#encoding === 'identity') return;
    const decoder = decoderFor(this.#encoding);
    if (!decoder) return this.#giveUp();
    let decodedBytes = 0;
    decoder.on('error', () => this.#giveUp());
    decoder.on('data', (chunk: Buffer) => {
      decodedBytes += chunk.length;
      if (decodedBytes > MAX_DECODED_BYTES) this.#giveUp();
      else this.#quietly(() => this.#reader!.push(chunk));
    });
    this.#decoder = decoder;
  }

  #giveUp(): void {
    this.#isReadable = false;
    this.#decoder?.destroy();
  }

  #quietly<Result>(read: () => Result): Result | undefined {
    if (!this.#isReadable) return undefined;
    try {
      return read();
    } catch {
      this.#giveUp();
      return undefined;
    }
  }
}

function decoderFor(encoding: string): Transform | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress();
    case 'deflate':
      return zlib.createInflate();
    default:
      return undefined;
  }
}

/** The messages of the stdio transport: one a line. */
import type { Readable, Writable } from 'node:stream';

const NEWLINE = 0x0a;

/** Each line with its line break, byte for byte; the last one as it ends. */
export async function* linesOf(stream: Readable): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...pieces, chunk.subarray(start, end + 1)]);
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield Buffer.concat(pieces);
}

/** Resolves when there is room for more, also when nobody reads any more. */
export function write(stream: Writable, line: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write(line, () => resolve());
  });
}

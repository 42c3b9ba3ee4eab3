/** Bytes that all threads read where they are: handing them over copies nothing. Nobody writes them once they are joined. */

/** One after the other, in memory of their own. */
export function sharedBytes(chunks: readonly Uint8Array[]): Buffer {
  const length = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const joined = Buffer.from(new SharedArrayBuffer(length));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return joined;
}

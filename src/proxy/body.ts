/** Request bodies that are read whole: received up to a limit, and decoded for reading only. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { HeadroomError } from '../core/errors.ts';
import { sharedBytes } from '../core/shared-bytes.ts';

/** @throws HeadroomError BODY_TOO_LARGE; Error when the client goes away first. */
export function readBody(incoming: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(incoming.headers['content-length'] ?? 0);
    if (announced > limitBytes) return reject(tooLarge(incoming, limitBytes));
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(tooLarge(incoming, limitBytes));
      }
    });
    incoming.on('end', () => {
      resolve(chunks.length === 1 ? chunks[0]! : sharedBytes(chunks));
      chunks.length = 0;
    });
    incoming.on('close', () => {
      if (!incoming.complete) reject(new ClientGone());
    });
  });
}

/** Nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

function tooLarge(incoming: IncomingMessage, limitBytes: number): HeadroomError {
  // The rest is let go: a client that is still sending could not read the answer.
  incoming.resume();
  const limit = `${Math.floor(limitBytes / 1_048_576)} MB`;
  return new HeadroomError(
    'BODY_TOO_LARGE',
    `The request body is larger than ${limit}, the most that this Headroom proxy accepts. Start it with a larger --max-body-mb, or send less.`,
  );
}

type Decode = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decode | undefined>> = {
  gzip: promisify(zlib.gunzip) as Decode,
  'x-gzip': promisify(zlib.gunzip) as Decode,
  deflate: promisify(zlib.inflate) as Decode,
  br: promisify(zlib.brotliDecompress) as Decode,
  zstd: promisify(zlib.zstdDecompress) as Decode,
};

/**
 * The body as it reads; undefined when it cannot be decoded within the limit.
 * @param encoding its content-encoding header.
 */
export async function decodeBody(
  body: Buffer,
  encoding: string | undefined,
  limitBytes: number,
): Promise<Buffer | undefined> {
  const name = (encoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return body;
  const decode = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (!decode) return undefined;
  try {
    return await decode(body, { maxOutputLength: limitBytes });
  } catch {
    return undefined;
  }
}

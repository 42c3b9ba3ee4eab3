/** Both ends of the wire, to the byte: an upstream that does what a test tells it, and a client that adds nothing. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface RawUpstream {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

const OK: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
};

export async function startUpstream(answer: Answer = OK): Promise<RawUpstream> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    void readAll(incoming).then(({ body, isComplete }) => {
      if (!isComplete) return;
      const { method = '', url = '', rawHeaders } = incoming;
      const entry = { method, url, rawHeaders, body };
      seen.push(entry);
      return answer(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface RawAnswer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** False when the connection broke before the end of the body. */
  readonly isComplete: boolean;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  /** Sent as they stand; Host and the length are added where they are missing. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | string;
}

/** Resolves with the response once its head is there; its body is the caller's to read. */
export function open(
  url: string,
  { method = 'POST', path, headers = JSON_HEADERS, body }: RawRequest,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(url);
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const flat = headers.flat();
  const has = (name: string): boolean => headers.some(([key]) => key.toLowerCase() === name);
  if (!has('host')) flat.push('Host', `${hostname}:${port}`);
  if (bytes !== undefined && !has('content-length')) flat.push('Content-Length', String(bytes.length));
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers: flat, agent: false }, resolve);
    outgoing.on('error', reject).end(bytes);
  });
}

export async function send(url: string, wanted: RawRequest): Promise<RawAnswer> {
  const response = await open(url, wanted);
  return { status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, ...(await readAll(response)) };
}

export const JSON_HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'application/json'],
  ['x-api-key', 'sk-test'],
  ['anthropic-version', '2023-06-01'],
];

export function headerOf({ rawHeaders }: { readonly rawHeaders: readonly string[] }, name: string): string | undefined {
  const at = rawHeaders.findIndex((entry, index) => index % 2 === 0 && entry.toLowerCase() === name);
  return at === -1 ? undefined : rawHeaders[at + 1];
}

/** Never rejects: a broken connection is an answer too. */
async function readAll(stream: IncomingMessage): Promise<{ readonly body: Buffer; readonly isComplete: boolean }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch {
    return { body: Buffer.concat(chunks), isComplete: false };
  }
  return { body: Buffer.concat(chunks), isComplete: stream.complete };
}

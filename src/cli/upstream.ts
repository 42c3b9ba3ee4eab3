/** One request of the command line to a provider, the way the proxy reaches it. */
import http, { type IncomingHttpHeaders } from 'node:http';
import { connectionTo, connectorFor } from '../proxy/send/connect.ts';

export interface UpstreamRequest {
  readonly url: URL;
  readonly method: 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Longest wait for a connection. */
  readonly connectMs: number;
  /** Longest wait for the whole answer. */
  readonly answerMs: number;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** @throws Error whose message says in short why there is no answer. */
export async function askUpstream(asked: UpstreamRequest): Promise<UpstreamAnswer> {
  try {
    return await answerTo(asked);
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException;
    const isLate = name === 'AbortError' || name === 'TimeoutError';
    const reason = isLate ? `no answer within ${asked.answerMs / 1000} s` : (code ?? message);
    throw new Error(reason, { cause: error });
  }
}

function answerTo({ url, method, headers, body, connectMs, answerMs }: UpstreamRequest): Promise<UpstreamAnswer> {
  const where = { url, connect: connectorFor(url, connectMs, process.env) };
  const length = body && { 'content-length': String(body.length) };
  return new Promise((resolve, reject) => {
    const request = http.request({
      method,
      path: url.pathname,
      headers: { ...headers, host: url.host, ...length },
      createConnection: connectionTo(where),
      signal: AbortSignal.timeout(answerMs),
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode!, headers: response.headers, text });
        request.destroy();
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Asks a provider's counting endpoint, the way the proxy reaches that provider. */
import http from 'node:http';
import { HeadroomError } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { connectionTo, connectorFor } from '../../proxy/send/connect.ts';

export interface Question {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
  readonly waitMs: number;
}

const MOST_SHOWN = 300;

/** @throws HeadroomError with what the provider says, where that is no answer. */
export async function ask({ url, headers, body, waitMs }: Question): Promise<JsonValue> {
  const bytes = Buffer.from(JSON.stringify(body));
  let answer: { readonly status: number; readonly text: string };
  try {
    answer = await post(url, { ...headers, 'content-type': 'application/json' }, bytes, waitMs);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = `${url.origin} cannot be reached (${code ?? message}); headroom doctor looks for the reason`;
    throw new HeadroomError('UPSTREAM_UNREACHABLE', what, { cause: error });
  }
  const { status, text } = answer;
  if (status === 200) return parsed(text, url);
  throw new HeadroomError(
    'UPSTREAM_UNREACHABLE',
    `${url.origin} answers ${status}: ${text.slice(0, MOST_SHOWN).trim()}; look at the model, the key and what it may do`,
  );
}

function parsed(text: string, url: URL): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new HeadroomError('UPSTREAM_UNREACHABLE', `${url.href} answers no JSON; look at the address`, {
      cause: error,
    });
  }
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  waitMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const where = { url, connect: connectorFor(url, waitMs, process.env) };
  return new Promise((resolve, reject) => {
    const request = http.request({
      method: 'POST',
      path: url.pathname,
      headers: { ...headers, host: url.host, 'content-length': String(body.length) },
      createConnection: connectionTo(where),
      signal: AbortSignal.timeout(3 * waitMs),
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

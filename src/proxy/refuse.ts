/** Errors of the proxy's own, told in the shape that the client's library understands. What upstreams say never comes here. */
import type { ServerResponse } from 'node:http';
import { type ErrorCode, HeadroomError } from '../core/errors.ts';
import { ClientGone } from './body.ts';
import type { Route } from './route.ts';
import type { Upstream } from './send/upstream.ts';
import type { Ending } from './settle.ts';

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found',
  413: 'request_too_large',
};

/** No limit of a minute is longer used up. */
const RETRY_SECONDS = 61;

/** The body of an error where no API's shape is asked for. */
export function errorBody(error: HeadroomError): string {
  const type = TYPES[error.status] ?? 'proxy_error';
  return JSON.stringify({ error: { type, code: error.code, message: error.message } });
}

/** Tells the client why it has no answer, if it is still there. */
export function refuse(client: ServerResponse, failure: Error | undefined, { format, batch, upstream }: Route): Ending {
  if (client.destroyed || failure instanceof ClientGone) return { status: 0, failure: new ClientGone() };
  const error = failure instanceof HeadroomError ? failure : upstreamError(failure ?? new Error('no answer'), upstream);
  const spoken = format ?? batch;
  const body = Buffer.from(spoken?.errorBody(error) ?? errorBody(error));
  const status = spoken?.errorStatus?.[error.code] ?? error.status;
  client.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...retryHeaders(error),
  });
  client.end(body);
  return { status, failure: error };
}

/** Some clients would wait for hours, or try again every few seconds: only what is over soon is worth it. */
function retryHeaders({ retryAfterSeconds }: HeadroomError): Record<string, string> {
  if (retryAfterSeconds === undefined) return {};
  return { 'retry-after': String(retryAfterSeconds), 'x-should-retry': String(retryAfterSeconds <= RETRY_SECONDS) };
}

/** What went wrong with an upstream, in words for people. */
export function upstreamError(failure: Error & { code?: string }, { name, url }: Upstream): HeadroomError {
  const trouble = failure.code ?? failure.message;
  const { code, message } = TROUBLES[trouble] ?? {
    code: 'UPSTREAM_UNREACHABLE',
    message: `Cannot reach HOST (${trouble}). Check the network, HTTPS_PROXY, and the address in --NAME-url.`,
  };
  const text = message.replace('HOST', url.host).replace('NAME', name).replace('REASON', failure.message);
  return new HeadroomError(code, text, { cause: failure });
}

const UNFIT = { code: 'BAD_REQUEST', message: 'This request cannot be passed on to HOST: REASON.' } as const;
const SILENT = {
  code: 'UPSTREAM_TIMEOUT',
  message:
    'HOST took the request but sent nothing for too long. Try again; --response-timeout-ms sets how long to wait.',
} as const;
const TROUBLES: Readonly<Record<string, { readonly code: ErrorCode; readonly message: string } | undefined>> = {
  UND_ERR_INVALID_ARG: UNFIT,
  UND_ERR_NOT_SUPPORTED: UNFIT,
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  UND_ERR_BODY_TIMEOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: {
    code: 'UPSTREAM_TIMEOUT',
    message:
      'No connection to HOST in time. Check the network and --NAME-url; --connect-timeout-ms sets how long to wait.',
  },
};

/**
 * A fetch that does for one program what the proxy does for all: requests to models leave shorter, and calls of the
 * retrieval tool are answered on the way back. Everything else, and everything that fails here, goes by as it came.
 */
import { Headroom, insideOf } from '../sdk/headroom.ts';
import type { HeadroomOptions } from '../sdk/options.ts';

/** What sends requests: the global `fetch` and all that have its shape. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A Headroom, or what to make one of. */
export interface ClientOptions extends HeadroomOptions {
  /** Shared with other clients; without it a client has one of its own, and with it its own sent log. */
  readonly headroom?: Headroom | undefined;
}

/**
 * A fetch that makes requests to models shorter and answers calls of the retrieval tool, for whatever takes a fetch. It never
 * fails by itself: what it cannot read goes out as it came, and `warn` is told.
 * @param inner what sends; the global fetch where it is not given.
 */
export function headroomFetch({ headroom, ...options }: ClientOptions = {}, inner: Fetch = globalThis.fetch): Fetch {
  return fetchWith(headroom ?? new Headroom(options), inner);
}

export function fetchWith(owner: Headroom, inner: Fetch): Fetch {
  const headroom = insideOf(owner);
  return async (input, init) => {
    const call = callOf(input, init);
    if (!call) return inner(input, init);
    const engines = await headroom.open().catch((error: unknown) => {
      headroom.options.warn?.(`requests go out as they are: ${String(error)}`);
      return undefined;
    });
    if (!engines) return inner(input, init);
    const { answerCall } = await import('./answer.ts');
    return answerCall(call, { inner, engines, headroom });
  };
}

/** A request as its sender gave it. */
export interface Call {
  readonly input: string | URL | Request;
  readonly init: RequestInit;
  readonly url: URL;
  readonly headers: Headers;
}

/** Undefined for what is left to the inner fetch: bodies that are no bytes yet, and requests made elsewhere. */
function callOf(input: string | URL | Request, init: RequestInit = {}): Call | undefined {
  if (typeof input !== 'string' && !(input instanceof URL)) return undefined;
  const url = URL.parse(String(input));
  if (!url) return undefined;
  const { body } = init;
  const isReadable = body === undefined || body === null || typeof body === 'string' || isBytes(body);
  return isReadable ? { input, init, url, headers: new Headers(init.headers) } : undefined;
}

export function isBytes(body: unknown): body is Uint8Array | ArrayBuffer {
  return body instanceof Uint8Array || body instanceof ArrayBuffer;
}

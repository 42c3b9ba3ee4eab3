/** Headroom's own errors in the shape that all of OpenAI's APIs give theirs. */
import type { HeadroomError } from '../core/errors.ts';

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [504, 'timeout_error'],
]);

export function errorBody({ status, message, code }: HeadroomError): Uint8Array {
  const type = TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return Buffer.from(JSON.stringify({ error: { message, type, param: null, code } }));
}

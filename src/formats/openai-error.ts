/** Headroom's own errors in the shape that all of OpenAI's APIs give theirs. */
import type { ErrorCode, HeadroomError } from '../core/errors.ts';
import type { JsonObject } from '../core/json/value.ts';

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [504, 'timeout_error'],
]);

/** What the API itself says for the same: clients decide by the code whether to try again. */
const OWN_WORDS: Readonly<Partial<Record<ErrorCode, { readonly type: string; readonly code: string }>>> = {
  OVER_BUDGET: { type: 'insufficient_quota', code: 'insufficient_quota' },
  RATE_LIMITED: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
};

export function errorBody(error: HeadroomError): Uint8Array {
  return Buffer.from(JSON.stringify({ error: errorObject(error) }));
}

export function errorObject({ status, message, code }: HeadroomError): JsonObject {
  const type = TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return { message, type, param: null, code, ...OWN_WORDS[code] };
}

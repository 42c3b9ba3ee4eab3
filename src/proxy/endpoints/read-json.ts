/** The JSON body of a request to one of our own pages. */
import { headerOf } from '../../core/backend.ts';
import { HeadroomError } from '../../core/errors.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { App } from '../app.ts';
import { decodeBody, readBody } from '../body.ts';
import type { Visit } from './endpoint.ts';

/** @throws HeadroomError BAD_REQUEST or BODY_TOO_LARGE. */
export async function readJson({ incoming, headers }: Visit, { maxBodyBytes }: App): Promise<JsonDocument> {
  const received = await readBody(incoming, maxBodyBytes);
  const encoding = headerOf(headers, 'content-encoding');
  const body = await decodeBody(received, encoding, maxBodyBytes);
  if (!body) throw new HeadroomError('BAD_REQUEST', `The request body cannot be decoded as "${encoding}".`);
  try {
    return JsonDocument.parse(body);
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    throw new HeadroomError('BAD_REQUEST', `The request body is not JSON: ${reason}.`, { cause: error });
  }
}

/** Gives originals back, byte for byte, to whoever they belong to: the credential that sent them. */
import { HeadroomError } from '../../core/errors.ts';
import { isHash } from '../../core/hash.ts';
import { asObject } from '../../core/json/value.ts';
import type { App } from '../app.ts';
import { tenantOf } from '../session.ts';
import { type Answer, type Endpoint, json, type Visit } from './endpoint.ts';
import { readJson } from './read-json.ts';

export const retrieveByPath: Endpoint = {
  method: 'GET',
  path: /^\/v1\/retrieve\/[^/]+$/,
  answer: (visit, app) => retrieve(visit.target.path.slice('/v1/retrieve/'.length), visit, app),
};

export const retrieveByBody: Endpoint = {
  method: 'POST',
  path: /^\/v1\/retrieve$/,
  async answer(visit, app) {
    const { value } = await readJson(visit, app);
    return retrieve(asObject(value)['hash'], visit, app);
  },
};

async function retrieve(hash: unknown, { headers, target }: Visit, { optimizer }: App): Promise<Answer> {
  if (typeof hash !== 'string' || !isHash(hash)) {
    throw new HeadroomError(
      'BAD_REQUEST',
      'The hash is missing or malformed: it is 24 digits 0-9 and a-f, as in the marker hash=….',
    );
  }
  const original = await optimizer.original(tenantOf(headers, target.query), hash);
  if (original === undefined) {
    throw new HeadroomError(
      'NOT_FOUND',
      `No original with hash ${hash} is kept here for this credential: it is unknown, has expired, or was sent with another key. Run the tool again to get its output.`,
    );
  }
  return json({ hash, original_content: original, original_bytes: Buffer.byteLength(original) });
}

/** Gives originals back, byte for byte or the part that is asked for, to whoever they belong to: the credential that sent them. */
import { HeadroomError } from '../../core/errors.ts';
import { isHash } from '../../core/hash.ts';
import { asObject, type JsonObject } from '../../core/json/value.ts';
import { answer } from '../../retrieval/answer.ts';
import type { App } from '../app.ts';
import { tenantOf } from '../session.ts';
import { type Answer, type Endpoint, json, type Visit } from './endpoint.ts';
import { readJson } from './read-json.ts';

export const retrieveByPath: Endpoint = {
  method: 'GET',
  path: /^\/v1\/retrieve\/[^/]+$/,
  answer(visit, app) {
    const asked = Object.fromEntries(new URLSearchParams(visit.target.query));
    return retrieve({ ...asked, hash: visit.target.path.slice('/v1/retrieve/'.length) }, visit, app);
  },
};

export const retrieveByBody: Endpoint = {
  method: 'POST',
  path: /^\/v1\/retrieve$/,
  async answer(visit, app) {
    const { value } = await readJson(visit, app);
    return retrieve(asObject(value), visit, app);
  },
};

/** What narrows an answer down, as in a call of the retrieval tool. */
const PARTS = ['query', 'lines', 'rows', 'path', 'limit'];

async function retrieve(asked: JsonObject, { headers, target }: Visit, { optimizer }: App): Promise<Answer> {
  const { hash } = asked;
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
  if (PARTS.some((part) => asked[part] !== undefined)) {
    const { text, isError } = answer(asked, () => original);
    if (isError) throw new HeadroomError('BAD_REQUEST', text);
    // Gateways hand on what stands under this name, whole or not.
    return json({ hash, text, original_content: text, is_part: true });
  }
  return json({ hash, original_content: original, original_bytes: Buffer.byteLength(original) });
}

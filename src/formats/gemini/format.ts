/** Google's Gemini API, with a key, on Vertex AI and as Cloud Code: what Google's SDKs and Gemini CLI speak. */
import { asArray, asObject, type JsonValue } from '../../core/json/value.ts';
import type { WireFormat, WirePath } from '../../core/wire-format.ts';
import { bodiesIn } from './batch.ts';
import { continuation } from './continuation.ts';
import { keeping } from './keeping.ts';
import { read } from './read.ts';
import { requestIn } from './request.ts';
import { readResponse } from './response.ts';
import { segments } from './segments.ts';
import { errorBody, write } from './write.ts';

const VERSION = '/v\\d\\w*';
const MODEL = '(?<model>[^/:]+)';
const MODELS = `/(?:models|tunedModels)/${MODEL}`;
const VERTEX = `(?:/projects/[^/]+/locations/[^/]+)?/(?:publishers/[^/]+/models|endpoints)/${MODEL}`;

/** Clients disagree on whether their base URL ends in a version; where it is said twice the last is the library's own. */
function keyedPathsOf(method: string): readonly Omit<WirePath, 'isCount'>[] {
  return [
    { pattern: new RegExp(`^(?:${VERSION})?(?<path>${VERSION}${MODELS}:${method})$`), upstream: '$<path>' },
    { pattern: new RegExp(`^${MODELS}:${method}$`), upstream: '/v1beta$&' },
  ];
}

function pathsOf(method: string, isCount: boolean): readonly WirePath[] {
  return [
    ...keyedPathsOf(method).map((path) => ({ ...path, isCount })),
    { pattern: new RegExp(`^${VERSION}${VERTEX}:${method}$`), upstream: '$&', isCount },
    { pattern: new RegExp(`^/v1internal:${method}$`), upstream: '$&', isCount },
  ];
}

export const gemini: WireFormat = {
  name: 'gemini',
  backend: 'gemini',
  paths: [...pathsOf('(?:generateContent|streamGenerateContent)', false), ...pathsOf('countTokens', true)],
  // Vertex AI takes batches by file only.
  batch: { paths: keyedPathsOf('batchGenerateContent'), bodiesIn },
  // Gemini CLI puts stand-ins for missing signatures into the newest turns only, and takes them out again later.
  volatileKeys: new Set(['thoughtSignature', 'thought_signature']),
  resultMarks: ['"functionResponse"', '"function_response"'],
  cacheMarks: ['"cachedContent"', '"cached_content"'],
  recognizes: (body: JsonValue): boolean =>
    asArray(requestIn(body).value['contents']).some((content) => asObject(content)['parts'] !== undefined),
  read,
  write,
  readResponse,
  cacheKind: 'automatic',
  segments,
  continuation,
  keeping,
  errorBody,
};

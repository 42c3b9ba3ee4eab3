/** Google's Gemini API, and what stands at the same paths elsewhere: Vertex AI and Cloud Code, where the operator's address says so. */
import { type Backend, headerOf } from '../core/backend.ts';

export const gemini: Backend = {
  name: 'gemini',
  defaultUrl: 'https://generativelanguage.googleapis.com',
  ownPaths:
    /^\/v1(?:alpha|beta)\d*(?:\/|$)|^\/v1internal(?:[:/]|$)|^\/v1\/projects\/[^/]+\/locations\/[^/]+\/(?:publishers\/google|endpoints|cachedContents)(?:\/|$)|^\/upload\/v1|:(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents|batchGenerateContent)$|^\/v1\/(?:cachedContents|tunedModels|corpora)(?:\/|$)/,
  claims: (headers, target) => headerOf(headers, 'x-goog-api-key') !== undefined || /[?&]key=/.test(target),
};

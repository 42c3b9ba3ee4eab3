/** Google's Gemini API. */
import { type Backend, headerOf } from '../core/backend.ts';

export const gemini: Backend = {
  name: 'gemini',
  defaultUrl: 'https://generativelanguage.googleapis.com',
  ownPaths:
    /^\/v1(?:alpha|beta)\d*(?:\/|$)|^\/upload\/v1|:(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents|batchGenerateContent)$|^\/v1\/(?:cachedContents|tunedModels|corpora)(?:\/|$)/,
  claims: (headers, target) => headerOf(headers, 'x-goog-api-key') !== undefined || /[?&]key=/.test(target),
};

/** OpenAI's Chat Completions API: what most SDKs, gateways and other vendors speak. */
import { asObject, type JsonValue } from '../../core/json/value.ts';
import type { WireFormat } from '../../core/wire-format.ts';
import { errorBody } from '../openai-error.ts';
import { continuation } from './continuation.ts';
import { read } from './read.ts';
import { readResponse } from './response.ts';
import { segments } from './segments.ts';
import { write } from './write.ts';

export const openaiChat: WireFormat = {
  name: 'openai-chat',
  backend: 'openai',
  // Clients disagree on whether their base URL ends in /v1: some leave it out, some say it twice.
  paths: [
    { pattern: /^(?:\/v1){0,2}\/chat\/completions$/, upstream: '/v1/chat/completions', isCount: false },
    // Google speaks it too, at addresses of its own.
    { pattern: /^\/v1\w+\/openai\/chat\/completions$/, upstream: '$&', backend: 'gemini', isCount: false },
    {
      pattern: /^\/v1\w*\/projects\/[^/]+\/locations\/[^/]+\/endpoints\/[^/]+\/chat\/completions$/,
      upstream: '$&',
      backend: 'gemini',
      isCount: false,
    },
  ],
  // Gateways take Anthropic's cache marks in this format too.
  volatileKeys: new Set(['cache_control']),
  resultMarks: ['"tool"', '"function"'],
  cacheMarks: ['"prompt_cache_', '"cache_control"'],
  recognizes: (body: JsonValue): boolean => Array.isArray(asObject(body)['messages']),
  read,
  write,
  readResponse,
  cacheKind: 'automatic',
  segments,
  continuation,
  errorBody,
};

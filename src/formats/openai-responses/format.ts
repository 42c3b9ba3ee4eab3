/** OpenAI's Responses API: what Codex, OpenAI's newer libraries and the agents built on them speak. */
import { asArray, asObject, isJsonObject, type JsonValue } from '../../core/json/value.ts';
import type { WireFormat } from '../../core/wire-format.ts';
import { errorBody } from '../openai-error.ts';
import { continuation } from './continuation.ts';
import { frames } from './frames.ts';
import { kept } from './kept.ts';
import { isMessage } from './items.ts';
import { read } from './read.ts';
import { readResponse } from './response.ts';
import { segments } from './segments.ts';
import { write } from './write.ts';

/** Addresses of other providers, and of the one behind a ChatGPT login: those stay as they came. */
const ELSEWHERE = String.raw`\/(?:openai(?:\/v1)?|(?:backend-api\/)?codex)`;

export const openaiResponses: WireFormat = {
  name: 'openai-responses',
  backend: 'openai',
  // Clients disagree on whether their base URL ends in /v1: some leave it out, some say it twice.
  paths: [
    { pattern: /^(?:\/v1){0,2}\/responses$/, upstream: '/v1/responses', isCount: false },
    { pattern: /^(?:\/v1){0,2}\/responses\/compact$/, upstream: '/v1/responses/compact', isCount: false },
    { pattern: /^(?:\/v1){0,2}\/responses\/input_tokens$/, upstream: '/v1/responses/input_tokens', isCount: true },
    { pattern: new RegExp(`^${ELSEWHERE}/responses$`), upstream: '$&', isCount: false },
    { pattern: new RegExp(`^${ELSEWHERE}/responses/compact$`), upstream: '$&', isCount: false },
    { pattern: new RegExp(`^${ELSEWHERE}/responses/input_tokens$`), upstream: '$&', isCount: true },
  ],
  // Gateways take Anthropic's cache marks in this format too.
  volatileKeys: new Set(['prompt_cache_breakpoint', 'cache_control']),
  // An answer that the provider holds may be known under another id; from one that only warmed up a conversation begins.
  resultMarks: ['call_output"', '"previous_response_id"', '"generate"'],
  cacheMarks: ['"prompt_cache_', '"previous_response_id"'],
  recognizes(body: JsonValue): boolean {
    const { input, messages, model } = asObject(body);
    if (messages !== undefined) return false;
    // Many a record has an input that is a text: only with a model is it a request.
    if (typeof input === 'string') return typeof model === 'string';
    return asArray(input).some(isItem) && asArray(input).every(isJsonObject);
  },
  read,
  write,
  readResponse,
  cacheKind: 'automatic',
  segments,
  continuation,
  frames,
  kept,
  errorBody,
};

const ITEM_TYPE = /_call$|_call_output$|^(?:reasoning|compaction|item_reference)$/;

function isItem(value: JsonValue): boolean {
  const item = asObject(value);
  const { type, content } = item;
  if (isMessage(item)) return typeof content === 'string' || Array.isArray(content);
  return typeof type === 'string' && ITEM_TYPE.test(type);
}

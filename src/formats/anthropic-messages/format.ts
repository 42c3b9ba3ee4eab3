/** Anthropic's Messages API: what Claude Code, the Anthropic SDKs and most coding agents speak. */
import { asArray, asObject, type JsonValue } from '../../core/json/value.ts';
import type { WireFormat } from '../../core/wire-format.ts';
import { bodiesIn } from './batch.ts';
import { continuation } from './continuation.ts';
import { read } from './read.ts';
import { readResponse } from './response.ts';
import { segments } from './segments.ts';
import { windowFrom } from './window.ts';
import { errorBody, errorStatus, write } from './write.ts';

/** Block types that no other API has in its messages. */
const OWN_BLOCKS: ReadonlySet<JsonValue | undefined> = new Set([
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
]);

export const anthropicMessages: WireFormat = {
  name: 'anthropic-messages',
  backend: 'anthropic',
  // Clients disagree on whether their base URL ends in /v1: some leave it out, some say it twice.
  paths: [
    { pattern: /^(?:\/v1){0,2}\/messages$/, upstream: '/v1/messages', isCount: false },
    { pattern: /^(?:\/v1){0,2}\/messages\/count_tokens$/, upstream: '/v1/messages/count_tokens', isCount: true },
  ],
  batch: { paths: [{ pattern: /^(?:\/v1){0,2}\/messages\/batches$/, upstream: '/v1/messages/batches' }], bodiesIn },
  volatileKeys: new Set(['cache_control']),
  resultMarks: ['tool_result'],
  cacheMarks: ['"cache_control"'],
  windowFrom,
  recognizes(body: JsonValue): boolean {
    const { messages, system, anthropic_version: version } = asObject(body);
    if (!Array.isArray(messages)) return false;
    if (system !== undefined || version !== undefined) return true;
    return asArray(messages).some((message) =>
      asArray(asObject(message)['content']).some((block) => OWN_BLOCKS.has(asObject(block)['type'])),
    );
  },
  read,
  write,
  readResponse,
  cacheKind: 'breakpoints',
  segments,
  continuation,
  errorBody,
  errorStatus,
};

import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asObject, type JsonValue } from '../core/json/value.ts';
import type { ResponseSummary } from '../core/wire-format.ts';
import { type FormatFixtures, formatContract } from '../testing/format-contract.ts';
import { formats } from './index.ts';

const CONTENT_TYPES = { '.response.sse': 'text/event-stream; charset=utf-8', '.response.json': 'application/json' };

/** Where the bodies of a format have their messages, said a second time; most have them in `messages`. */
const MESSAGES_AT: Readonly<Record<string, FormatFixtures['messagesAt']>> = {
  gemini: (body) => {
    const holders = [[], ['request'], ['generateContentRequest'], ['generate_content_request']];
    const paths = holders.map((holder) => [...holder, 'contents']);
    const isList = (path: readonly string[]): boolean =>
      Array.isArray(path.reduce<JsonValue | undefined>((at, key) => asObject(at)[key], body));
    return paths.find(isList) ?? paths[0]!;
  },
  'openai-responses': () => ['input'],
};

function fixturesOf(format: string): FormatFixtures {
  const folder = new URL(`../../fixtures/formats/${format}/`, import.meta.url);
  const names = readdirSync(folder).toSorted();
  const read = (name: string): Uint8Array => readFileSync(new URL(name, folder));
  const responses = Object.entries(CONTENT_TYPES).flatMap(([suffix, contentType]) =>
    names
      .filter((name) => name.endsWith(suffix))
      .map((name) => {
        const golden = readFileSync(new URL(name.replace(suffix, '.summary.json'), folder), 'utf8');
        const summary = JSON.parse(golden) as Partial<ResponseSummary>;
        const { usage, stopReason, complete = false } = summary;
        return { name, contentType, bytes: read(name), summary: { usage, stopReason, complete } };
      }),
  );
  const requests = names.filter((name) => name.endsWith('.request.json'));
  const messagesAt = MESSAGES_AT[format];
  return {
    requests: requests.map((name) => ({ name, bytes: read(name), takesTool: !name.includes('no-more-tools') })),
    responses,
    ...(messagesAt && { messagesAt }),
  };
}

for (const format of formats) formatContract(format, fixturesOf(format.name), { describe, test, expect, fc });

test('every format has fixtures of all three kinds, of its own name', () => {
  const folders = readdirSync(new URL('../../fixtures/formats/', import.meta.url));
  expect(folders.toSorted()).toEqual(formats.map(({ name }) => name).toSorted());
  for (const { name } of formats) {
    const { requests, responses } = fixturesOf(name);
    expect(requests.length).toBeGreaterThan(3);
    expect(new Set(responses.map(({ contentType }) => contentType)).size).toBe(2);
  }
});

describe('paths', () => {
  type Route = [path: string, format: string | undefined, upstream: string | undefined, isCount: boolean];
  const table: Route[] = [
    ['/v1/messages', 'anthropic-messages', '/v1/messages', false],
    ['/messages', 'anthropic-messages', '/v1/messages', false],
    ['/v1/v1/messages', 'anthropic-messages', '/v1/messages', false],
    ['/v1/messages/count_tokens', 'anthropic-messages', '/v1/messages/count_tokens', true],
    ['/messages/count_tokens', 'anthropic-messages', '/v1/messages/count_tokens', true],
    ['/v1/v1/messages/count_tokens', 'anthropic-messages', '/v1/messages/count_tokens', true],
    ['/v1/chat/completions', 'openai-chat', '/v1/chat/completions', false],
    ['/chat/completions', 'openai-chat', '/v1/chat/completions', false],
    ['/v1/v1/chat/completions', 'openai-chat', '/v1/chat/completions', false],
    ['/v1beta/openai/chat/completions', 'openai-chat', '/v1beta/openai/chat/completions', false],
    [
      '/v1/projects/p/locations/l/endpoints/openapi/chat/completions',
      'openai-chat',
      '/v1/projects/p/locations/l/endpoints/openapi/chat/completions',
      false,
    ],
    ...['/v1', '/v1beta', '/v1alpha'].flatMap((version): Route[] => [
      [`${version}/models/g-2.5:generateContent`, 'gemini', `${version}/models/g-2.5:generateContent`, false],
      [`${version}/models/g:streamGenerateContent`, 'gemini', `${version}/models/g:streamGenerateContent`, false],
      [`${version}/models/g:countTokens`, 'gemini', `${version}/models/g:countTokens`, true],
      [`${version}/tunedModels/t-1:generateContent`, 'gemini', `${version}/tunedModels/t-1:generateContent`, false],
    ]),
    ['/models/g:generateContent', 'gemini', '/v1beta/models/g:generateContent', false],
    ['/v1beta/v1/models/g:countTokens', 'gemini', '/v1/models/g:countTokens', true],
    ...['publishers/google/models/g', 'projects/p/locations/l/publishers/google/models/g@1'].flatMap(
      (model): Route[] => [
        [`/v1beta1/${model}:streamGenerateContent`, 'gemini', `/v1beta1/${model}:streamGenerateContent`, false],
        [`/v1/${model}:countTokens`, 'gemini', `/v1/${model}:countTokens`, true],
      ],
    ),
    [
      '/v1/projects/p/locations/l/endpoints/42:generateContent',
      'gemini',
      '/v1/projects/p/locations/l/endpoints/42:generateContent',
      false,
    ],
    ['/v1internal:streamGenerateContent', 'gemini', '/v1internal:streamGenerateContent', false],
    ['/v1internal:countTokens', 'gemini', '/v1internal:countTokens', true],
    ['/v1internal:loadCodeAssist', undefined, undefined, false],
    ['/v1beta/models/g:embedContent', undefined, undefined, false],
    ['/v1beta/models/g:batchGenerateContent', undefined, undefined, false],
    ['/v1beta/models/g', undefined, undefined, false],
    ['/v1beta/models/a/b:generateContent', undefined, undefined, false],
    ['/v1/projects/p/locations/l/publishers/anthropic/models/c:rawPredict', undefined, undefined, false],
    ['/v1/messages/batches', undefined, undefined, false],
    ['/v1/messages/', undefined, undefined, false],
    ['/v1/v1/v1/messages', undefined, undefined, false],
    ['/v2/messages', undefined, undefined, false],
    ['/x/v1/messages', undefined, undefined, false],
    ['/v1/messages/count_tokens/x', undefined, undefined, false],
    ['/v1/chat/completions/chatcmpl-1', undefined, undefined, false],
    ['/v1/completions', undefined, undefined, false],
    ...['/v1/responses', '/responses', '/v1/v1/responses'].flatMap((path): Route[] => [
      [path, 'openai-responses', '/v1/responses', false],
      [`${path}/input_tokens`, 'openai-responses', '/v1/responses/input_tokens', true],
      [`${path}/compact`, 'openai-responses', '/v1/responses/compact', false],
      [`${path}/resp_1`, undefined, undefined, false],
      [`${path}/resp_1/cancel`, undefined, undefined, false],
      [`${path}/resp_1/input_items`, undefined, undefined, false],
    ]),
    ...['/openai/v1', '/openai', '/backend-api/codex', '/codex'].flatMap((root): Route[] => [
      [`${root}/responses`, 'openai-responses', `${root}/responses`, false],
      [`${root}/responses/input_tokens`, 'openai-responses', `${root}/responses/input_tokens`, true],
      [`${root}/responses/compact`, 'openai-responses', `${root}/responses/compact`, false],
    ]),
    ['/v1/codex/responses', undefined, undefined, false],
    ['/v1/models', undefined, undefined, false],
  ];
  test.each(table)('%s is of %s', (path, name, upstream, isCount) => {
    const found = formats.flatMap((format) =>
      format.paths.filter(({ pattern }) => pattern.test(path)).map((one) => ({ name: format.name, ...one })),
    );
    expect(found.map((one) => one.name)).toEqual(name === undefined ? [] : [name]);
    expect(found[0] && path.replace(found[0].pattern, found[0].upstream)).toBe(upstream);
    expect(found[0]?.isCount ?? false).toBe(isCount);
  });
});

describe('bodies without a path', () => {
  const result = { type: 'tool_result', tool_use_id: 'a', content: 'x' };
  const table: [what: string, body: unknown, format: string | undefined][] = [
    ['tool_result blocks', { messages: [{ role: 'user', content: [result] }] }, 'anthropic-messages'],
    ['tool_use blocks', { messages: [{ content: [{ type: 'tool_use' }] }] }, 'anthropic-messages'],
    ['thinking blocks', { messages: [null, { content: [null, { type: 'thinking' }] }] }, 'anthropic-messages'],
    ['a system prompt beside the messages', { system: 'x', messages: [] }, 'anthropic-messages'],
    ['a version', { anthropic_version: 'bedrock-2023-05-31', messages: [] }, 'anthropic-messages'],
    ['messages only', { messages: [{ role: 'user', content: 'x' }] }, 'openai-chat'],
    ['tool messages', { messages: [{ role: 'tool', content: 'x' }] }, 'openai-chat'],
    ['text blocks only', { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }, 'openai-chat'],
    ['contents with parts', { contents: [{ parts: [{ text: 'x' }] }] }, 'gemini'],
    ['wrapped contents', { model: 'g', request: { contents: [{ role: 'user', parts: { text: 'x' } }] } }, 'gemini'],
    ['contents to count', { generateContentRequest: { contents: [{ parts: [] }] } }, 'gemini'],
    ['contents of another kind', { contents: [{ name: 'x' }, 7, null] }, undefined],
    ['contents that are no list', { contents: 'x', request: 7 }, undefined],
    ['a plain array', [{ role: 'user', content: [result] }], undefined],
    ['an input of items', { input: [{ type: 'function_call_output', call_id: 'a', output: 'x' }] }, 'openai-responses'],
    ['an input of messages', { input: [{ role: 'user', content: 'x' }, { id: 'rs_1' }] }, 'openai-responses'],
    ['an input that is a text for a model', { model: 'gpt-5.6', input: 'x' }, 'openai-responses'],
    ['a record with an input', { input: 'x', output: 'y' }, undefined],
    ['a list of inputs to embed', { model: 'm', input: ['x', 'y'] }, undefined],
    ['a list of other records', { input: [{ name: 'x' }, { role: 'user' }, { type: 'call' }] }, undefined],
    ['an input beside messages', { input: [{ role: 'user', content: 'x' }], messages: 'x' }, undefined],
    ['no messages', { system: 'x', input: [] }, undefined],
    ['messages of another kind', { messages: 'x' }, undefined],
    ['null', null, undefined],
  ];
  test.each(table)('%s: %j', (_, body, name) => {
    expect(formats.find((format) => format.recognizes(body as never))?.name).toBe(name);
  });
});

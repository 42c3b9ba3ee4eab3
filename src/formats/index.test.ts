import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ResponseSummary } from '../core/wire-format.ts';
import { type FormatFixtures, formatContract } from '../testing/format-contract.ts';
import { formats } from './index.ts';

const CONTENT_TYPES = { '.response.sse': 'text/event-stream; charset=utf-8', '.response.json': 'application/json' };

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
  return { requests: requests.map((name) => ({ name, bytes: read(name) })), responses };
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
  const table: [path: string, format: string | undefined, upstream: string | undefined, isCount: boolean][] = [
    ['/v1/messages', 'anthropic-messages', '/v1/messages', false],
    ['/messages', 'anthropic-messages', '/v1/messages', false],
    ['/v1/v1/messages', 'anthropic-messages', '/v1/messages', false],
    ['/v1/messages/count_tokens', 'anthropic-messages', '/v1/messages/count_tokens', true],
    ['/messages/count_tokens', 'anthropic-messages', '/v1/messages/count_tokens', true],
    ['/v1/v1/messages/count_tokens', 'anthropic-messages', '/v1/messages/count_tokens', true],
    ['/v1/chat/completions', 'openai-chat', '/v1/chat/completions', false],
    ['/chat/completions', 'openai-chat', '/v1/chat/completions', false],
    ['/v1/v1/chat/completions', 'openai-chat', '/v1/chat/completions', false],
    ['/v1/messages/batches', undefined, undefined, false],
    ['/v1/messages/', undefined, undefined, false],
    ['/v1/v1/v1/messages', undefined, undefined, false],
    ['/v2/messages', undefined, undefined, false],
    ['/x/v1/messages', undefined, undefined, false],
    ['/v1/messages/count_tokens/x', undefined, undefined, false],
    ['/v1/chat/completions/chatcmpl-1', undefined, undefined, false],
    ['/v1/completions', undefined, undefined, false],
    ['/v1/responses', undefined, undefined, false],
    ['/v1/models', undefined, undefined, false],
  ];
  test.each(table)('%s is of %s', (path, name, upstream, isCount) => {
    const found = formats.flatMap((format) =>
      format.paths.filter(({ pattern }) => pattern.test(path)).map((one) => ({ name: format.name, ...one })),
    );
    expect(found.map((one) => one.name)).toEqual(name === undefined ? [] : [name]);
    expect(found[0]?.upstream).toBe(upstream);
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
    ['a plain array', [{ role: 'user', content: [result] }], undefined],
    ['no messages', { system: 'x', input: [] }, undefined],
    ['messages of another kind', { messages: 'x' }, undefined],
    ['null', null, undefined],
  ];
  test.each(table)('%s: %j', (_, body, name) => {
    expect(formats.find((format) => format.recognizes(body as never))?.name).toBe(name);
  });
});

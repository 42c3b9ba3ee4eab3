/** Hidden calls through wrapped clients, against providers that refuse a history in which anything is lost or moved. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Headroom, headroomFetch, withHeadroom } from '../../src/index.ts';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { createAnthropic } from '@ai-sdk/anthropic';
import {
  call,
  type RememberingProvider,
  say as saying,
  startRememberingProvider,
  think as thinking,
} from '../e2e/remembering-provider.ts';
import { converse, fetch, grep, HITS, isOurs, planOf, say, think } from '../e2e/retrieving-agent.ts';
import { type SigningProvider, startSigningProvider } from '../e2e/signing-provider.ts';
import type { Json } from './programs.ts';

const SEARCH = HITS.join('\n');

let signing: SigningProvider;
let remembering: RememberingProvider;
beforeAll(async () => {
  signing = await startSigningProvider();
  remembering = await startRememberingProvider();
});
afterAll(async () => {
  await signing.close();
  await remembering.close();
});

describe.each([true, false])('Messages, streaming: %s', (isStreaming) => {
  test('signed thinking stays valid over hidden calls, also mixed with those of the client', async () => {
    signing.reset(
      planOf([
        () => [think('a'), grep()],
        (body) => [think('b'), fetch(body)],
        (body) => [think('c'), say('let me look'), fetch(body, { lines: '7' }), grep()],
        () => [think('d'), say('found')],
        () => [think('z'), say('and the second answer')],
      ]),
    );
    const headroom = new Headroom();
    const make = (baseURL: string): object =>
      withHeadroom(new Anthropic({ apiKey: 'k', baseURL, maxRetries: 0 }), { headroom });
    const answers = await converse(signing.url, { isStreaming, make }, ['search', 'and now?']);
    expect(signing.mismatches).toEqual([]);
    const visible = answers.flatMap(({ content }: Json) => content);
    expect(visible.some(isOurs)).toBe(false);
    expect(visible.flatMap(({ text }: Json) => text ?? [])).toEqual(['let me look', 'found', 'and the second answer']);
    expect(signing.requests).toHaveLength(5);
  });

  test('a history whose log is lost goes out without its signed reasoning, once it is refused', async () => {
    const hops = [() => [think('a'), grep()], (body: Json) => [think('b'), fetch(body)], () => [think('c'), say('x')]];
    signing.reset(planOf([...hops, () => [say('not reached')], () => [think('d'), say('y')]]));
    const headroom = new Headroom();
    const make = (baseURL: string): object => {
      // The second question comes in another process, which remembers nothing.
      const own = signing.requests.length < hops.length ? { headroom } : {};
      return withHeadroom(new Anthropic({ apiKey: 'k', baseURL, maxRetries: 0 }), own);
    };
    const answers = await converse(signing.url, { isStreaming, make }, ['search', 'and now?']);
    expect(answers.at(-1).content.flatMap(({ text }: Json) => text ?? [])).toEqual(['y']);
    expect(signing.mismatches).toHaveLength(1);
    expect(JSON.stringify(signing.requests.at(-1))).not.toContain('"thinking"');
  });
});

describe('Responses', () => {
  const tools: Json = [
    {
      type: 'function',
      name: 'Grep',
      description: 'searches',
      parameters: { type: 'object', properties: {} },
      strict: false,
    },
  ];
  const grepping = (): Json => call('Grep', { pattern: 'x' });
  const fetching = (body: Json): Json =>
    call('headroom_retrieve', {
      hash: /headroom_retrieve hash=([0-9a-f]{24})/.exec(JSON.stringify(body.input))?.[1] ?? 'none',
    });
  let client: OpenAI;
  beforeEach(() => {
    client = withHeadroom(new OpenAI({ apiKey: 'k', baseURL: `${remembering.url}/v1`, maxRetries: 0 }));
  });

  test.each([true, false])(
    'an answer that went on from a hidden call is kept under its id (stream: %s)',
    async (stream) => {
      remembering.reset([
        () => [thinking(), grepping()],
        (body) => [thinking(), fetching(body)],
        () => [thinking(), saying('found')],
        () => [saying('and the second')],
      ]);
      const ask = async (request: Json): Promise<Json> =>
        stream ? client.responses.stream(request).finalResponse() : client.responses.create(request);
      const first = await ask({ model: 'gpt-5.2', input: [{ role: 'user', content: 'search' }], tools });
      const { call_id } = first.output.find(({ type }: Json) => type === 'function_call');
      const news = [{ type: 'function_call_output', call_id, output: SEARCH }];
      const shown = await ask({ model: 'gpt-5.2', previous_response_id: first.id, input: news, tools });
      expect(shown.output_text).toBe('found');
      expect(JSON.stringify(shown)).not.toContain('headroom_retrieve');
      const again = await client.responses.retrieve(shown.id);
      expect(again.id).toBe(shown.id);
      expect(again.output_text).toBe('found');
      expect(JSON.stringify(again)).not.toContain('headroom_retrieve');
      const second = [{ role: 'user', content: 'and?' }];
      const next = await ask({ model: 'gpt-5.2', previous_response_id: shown.id, input: second, tools });
      expect(next.output_text).toBe('and the second');
      expect(remembering.problems).toEqual([]);
      await client.responses.delete(shown.id);
      expect([...remembering.responses.keys()].filter((id) => shown.id === id)).toEqual([]);
    },
  );
});

test.each([true, false])('a library that takes a fetch has all of it (streaming: %s)', async (isStreaming) => {
  signing.reset(planOf([() => [grep()], (body) => [think('b'), fetch(body)], () => [think('c'), say('found')]]));
  const model = createAnthropic({ apiKey: 'k', baseURL: `${signing.url}/v1`, fetch: headroomFetch() })(
    'claude-opus-5-5',
  );
  const Grep = tool({
    description: 'searches',
    inputSchema: jsonSchema<object>({ type: 'object' }),
    execute: () => SEARCH,
  });
  const request = { model, prompt: 'search', tools: { Grep }, stopWhen: stepCountIs(5), maxRetries: 0 };
  const result = isStreaming ? streamText(request) : await generateText(request);
  expect(await result.text).toBe('found');
  expect(JSON.stringify(await result.steps)).not.toContain('headroom_retrieve');
  expect(signing.mismatches).toEqual([]);
  expect(signing.requests).toHaveLength(3);
});

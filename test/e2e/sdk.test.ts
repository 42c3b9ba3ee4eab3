/** The official client libraries in front of the proxy: the same answers, errors and ends as without it, for fewer tokens. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { generateText, jsonSchema, stepCountIs, streamText, tool, type LanguageModel } from 'ai';
import OlderAnthropic from 'anthropic-sdk-0.71';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { JsonObject } from '../../src/core/json/value.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { aroundResults, resultTexts, withoutTool } from './body-diff.ts';
import { ORDERS } from './conversations.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';

const COMMAND = 'curl -s localhost:8080/orders';
const TEXT = 'Refund 4711 failed: the card had expired. “Voilà” 😀 '.repeat(8);
const LOOP: Script = { call: [{ tool: /^run$/, input: { command: COMMAND } }], text: TEXT, cacheReadTokens: 12 };

let script: Script = LOOP;
let provider: ScriptedProvider;
let proxy: ProxyProcess;

beforeAll(async () => {
  provider = await startScriptedProvider(() => script);
  proxy = await startProxyProcess({ upstream: provider.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

const STRING = { type: 'string' } as const;
const PARAMETERS = { type: 'object' as const, properties: { command: STRING }, required: ['command'] };
const KEY = 'sk-ant-api03-dummy';
const MAX_TURNS = 4;

/** What a program sees of one piece of work: every call that it was asked for, and the last words. */
interface Outcome {
  readonly calls: readonly unknown[];
  readonly text: string;
  readonly end: string;
}

type Loop = (url: string) => Promise<Outcome>;

/** Both majors have the calls that are used here. */
type AnthropicClient = Pick<Anthropic, 'messages'>;

function anthropicLoop(make: (url: string) => AnthropicClient, isStreaming: boolean): Loop {
  return async (url) => {
    const { messages: api } = make(url);
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'why did it fail?' }];
    const calls: unknown[] = [];
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const tools = [{ name: 'run', description: 'runs', input_schema: PARAMETERS }];
      const request = { model: 'claude-opus-5-5', max_tokens: 64, tools, messages };
      const answer = isStreaming ? await api.stream(request).finalMessage() : await api.create(request);
      const asked = answer.content.filter((block) => block.type === 'tool_use');
      const text = answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      if (asked.length === 0) return { calls, text, end: String(answer.stop_reason) };
      calls.push(...asked.map(({ name, input }) => [name, input]));
      const results = asked.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: ORDERS }));
      messages.push({ role: 'assistant', content: asked }, { role: 'user', content: results });
    }
    throw new Error('the conversation did not end');
  };
}

function openaiLoop(isStreaming: boolean): Loop {
  return async (url) => {
    const client = new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0 });
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'why did it fail?' }];
    const calls: unknown[] = [];
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const tools = [{ type: 'function' as const, function: { name: 'run', parameters: PARAMETERS } }];
      const request = { model: 'gpt-4o', messages, tools };
      const answer = isStreaming
        ? await client.chat.completions
            .stream({ ...request, stream_options: { include_usage: true } })
            .finalChatCompletion()
        : await client.chat.completions.create(request);
      const { message, finish_reason: end } = answer.choices[0]!;
      const asked = (message.tool_calls ?? []).filter((call) => call.type === 'function');
      if (asked.length === 0) return { calls, text: message.content ?? '', end };
      calls.push(...asked.map((call) => [call.function.name, JSON.parse(call.function.arguments)]));
      messages.push({ role: 'assistant', content: null, tool_calls: asked });
      messages.push(...asked.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: ORDERS })));
    }
    throw new Error('the conversation did not end');
  };
}

function aiLoop(model: (url: string) => LanguageModel, isStreaming: boolean): Loop {
  return async (url) => {
    const calls: unknown[] = [];
    const run = tool({
      description: 'runs',
      inputSchema: jsonSchema<{ command: string }>(PARAMETERS),
      execute: (input) => {
        calls.push(['run', input]);
        return ORDERS;
      },
    });
    const request = {
      model: model(url),
      prompt: 'why did it fail?',
      tools: { run },
      maxRetries: 0,
      stopWhen: stepCountIs(MAX_TURNS),
    };
    const result = isStreaming ? streamText(request) : await generateText(request);
    return { calls, text: await result.text, end: await result.finishReason };
  };
}

const newAnthropic = (baseURL: string): AnthropicClient => new Anthropic({ apiKey: KEY, baseURL, maxRetries: 0 });
const olderAnthropic = (baseURL: string): AnthropicClient =>
  new OlderAnthropic({ apiKey: KEY, baseURL, maxRetries: 0 }) as unknown as AnthropicClient;
const aiAnthropic = (url: string): LanguageModel =>
  createAnthropic({ apiKey: KEY, baseURL: `${url}/v1` })('claude-opus-5-5');
const aiOpenai = (url: string): LanguageModel => createOpenAI({ apiKey: KEY, baseURL: `${url}/v1` }).chat('gpt-4o');

const LOOPS: readonly (readonly [name: string, make: (isStreaming: boolean) => Loop])[] = [
  ['@anthropic-ai/sdk', (isStreaming) => anthropicLoop(newAnthropic, isStreaming)],
  ['@anthropic-ai/sdk 0.71', (isStreaming) => anthropicLoop(olderAnthropic, isStreaming)],
  ['openai', openaiLoop],
  ['ai with @ai-sdk/anthropic', (isStreaming) => aiLoop(aiAnthropic, isStreaming)],
  ['ai with @ai-sdk/openai', (isStreaming) => aiLoop(aiOpenai, isStreaming)],
];

const lastBody = (): Buffer => provider.requests.at(-1)!.body;

describe.each(LOOPS)('%s', (_, make) => {
  for (const isStreaming of [false, true]) {
    verifies(
      ['clients:sdk-answers-equal', 'savings:results-shortened', 'bytes:only-tool-results-change'],
      `works through the proxy as it does directly, ${isStreaming ? 'streaming' : 'in one piece'}`,
      async () => {
        script = LOOP;
        const direct = await make(isStreaming)(provider.url);
        const sent = lastBody();
        const outcome = await make(isStreaming)(proxy.url);
        const arrived = lastBody();
        expect(outcome).toEqual(direct);
        expect(outcome.text).toBe(TEXT);
        expect(outcome.calls).toEqual([['run', { command: COMMAND }]]);
        // Ids of calls are numbered by the provider: one per request since it started.
        const unnumbered = (text: string): string => text.replaceAll(/scripted_\d+/g, 'scripted_n');
        expect(unnumbered(aroundResults(withoutTool(arrived).body))).toBe(unnumbered(aroundResults(sent)));
        expect(resultTexts(sent)).toEqual([ORDERS]);
        expect(resultTexts(arrived)[0]!.length).toBeLessThan(ORDERS.length / 2);
      },
    );
  }
});

interface Failure {
  readonly status?: number;
  readonly error?: unknown;
  readonly headers?: Headers;
}

const ERRORS: readonly (readonly [status: number, body: JsonObject])[] = [
  [429, { type: 'error', error: { type: 'rate_limit_error', message: 'slow — é' }, request_id: 'req_1' }],
  [500, { type: 'error', error: { type: 'api_error', message: 'boom' } }],
  [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
  [
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    },
  ],
];

describe.each(ERRORS)('an error %i of the provider', (status, body) => {
  for (const stream of [false, true]) {
    verifies('errors:unchanged', `reaches the libraries as it was (stream: ${stream})`, async () => {
      script = { error: { status, body, headers: { 'retry-after': '7', 'x-should-retry': 'false' } } };
      const messages = [{ role: 'user' as const, content: 'hi' }];
      const openai = new OpenAI({ apiKey: KEY, baseURL: `${proxy.url}/v1`, maxRetries: 0 });
      const calls: readonly Promise<unknown>[] = [
        newAnthropic(proxy.url).messages.create({ model: 'm', max_tokens: 8, messages, stream }),
        olderAnthropic(proxy.url).messages.create({ model: 'm', max_tokens: 8, messages, stream }),
        openai.chat.completions.create({ model: 'm', messages, stream }),
      ];
      const failures = (await Promise.all(calls.map((call) => call.catch((error: unknown) => error)))) as Failure[];
      expect(failures.map((failure) => failure.status)).toEqual([status, status, status]);
      expect(failures.map((failure) => failure.headers?.get('retry-after'))).toEqual(['7', '7', '7']);
      expect(failures[0]!.error).toEqual(body);
      expect(failures[1]!.error).toEqual(body);
      expect(failures[2]!.error).toEqual(body.error);
    });
  }
});

verifies(
  'count:same-as-sent',
  'count_tokens counts what the message request will send, and answers through the library',
  async () => {
    script = LOOP;
    const client = newAnthropic(proxy.url);
    const request = {
      model: 'claude-opus-5-5',
      messages: [
        { role: 'user' as const, content: 'count' },
        {
          role: 'assistant' as const,
          content: [{ type: 'tool_use' as const, id: 'toolu_c', name: 'run', input: { command: 'counted' } }],
        },
        { role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'toolu_c', content: ORDERS }] },
      ],
    };
    const { input_tokens: counted } = await client.messages.countTokens(request);
    const asked = resultTexts(lastBody());
    await client.messages.create({ ...request, max_tokens: 8 });
    expect(asked).toEqual(resultTexts(lastBody()));
    expect(asked[0]!.length).toBeLessThan(ORDERS.length / 2);
    expect(counted).toBeLessThan(ORDERS.length / 8);
  },
);

for (const [name, start] of [
  [
    '@anthropic-ai/sdk',
    async (): Promise<void> => {
      const stream = newAnthropic(proxy.url).messages.stream({
        model: 'm',
        max_tokens: 8,
        messages: [{ role: 'user', content: 'hi' }],
      });
      stream.on('text', () => stream.abort());
      await stream.finalMessage();
    },
  ],
  [
    'openai',
    async (): Promise<void> => {
      const client = new OpenAI({ apiKey: KEY, baseURL: `${proxy.url}/v1` });
      const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
      stream.on('content', () => stream.abort());
      await stream.finalChatCompletion();
    },
  ],
] as const) {
  verifies('stream:abort-reaches-upstream', `${name} aborts in mid-stream and the provider sees it`, async () => {
    // Long enough that it can only end by the abort.
    script = { text: 'a long story '.repeat(5_000), chunkDelayMs: 20 };
    await expect(start()).rejects.toThrow(/abort/i);
    const request = provider.requests.at(-1)!;
    while (!request.isAborted) await new Promise((resolve) => setTimeout(resolve, 10));
  });
}

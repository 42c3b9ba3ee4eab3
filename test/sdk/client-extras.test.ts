/** R-63: what vendors' clients build on top of requests: parsed answers, raw responses, tools that run by themselves. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withHeadroom } from '../../src/index.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { type Json, plain } from './programs.ts';

const ROWS = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, order: `A-${id}`, state: 'shipped' })));
const ANSWER = JSON.stringify({ orders: 200, words: 'quite “many” 😀 '.repeat(6) });
const PARAMETERS = { type: 'object' as const, properties: {} };
const SCHEMA: Json = {
  type: 'object',
  properties: { orders: { type: 'number' }, words: { type: 'string' } },
  required: ['orders', 'words'],
  additionalProperties: false,
};

let script: Script;
let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider(() => script);
});
afterAll(() => provider.close());

const anthropic = (): Json => new Anthropic({ apiKey: 'sk-ant-api03-dummy', baseURL: provider.url, maxRetries: 0 });
const openai = (): Json => new OpenAI({ apiKey: 'k', baseURL: `${provider.url}/v1`, maxRetries: 0 });
const genai = (): Json => new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: provider.url } });

const MESSAGES = {
  model: 'claude-opus-5-5',
  max_tokens: 64,
  tools: [{ name: 'run', description: 'runs', input_schema: PARAMETERS }],
  messages: [
    { role: 'user', content: 'how many?' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'run', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: ROWS }] },
  ],
};
const CALLED = { id: 't', type: 'function', function: { name: 'run', arguments: '{}' } };
const CHAT = {
  model: 'gpt-4o',
  tools: [
    {
      type: 'function',
      function: { name: 'run', strict: true, parameters: { ...PARAMETERS, additionalProperties: false } },
    },
  ],
  messages: [
    { role: 'user', content: 'how many?' },
    { role: 'assistant', content: null, tool_calls: [CALLED] },
    { role: 'tool', tool_call_id: 't', content: ROWS },
  ],
  response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: SCHEMA } },
};
const RESPONSES = {
  model: 'gpt-5.2',
  tools: [{ type: 'function', name: 'run', parameters: { ...PARAMETERS, additionalProperties: false }, strict: true }],
  input: [
    { role: 'user', content: 'how many?' },
    { type: 'function_call', call_id: 't', name: 'run', arguments: '{}' },
    { type: 'function_call_output', call_id: 't', output: ROWS },
  ],
  text: { format: { type: 'json_schema', name: 'answer', strict: true, schema: SCHEMA } },
};

async function raw(promise: Json): Promise<Json> {
  const response: Response = await promise.asResponse();
  return {
    status: response.status,
    ok: response.ok,
    url: response.url,
    type: response.headers.get('content-type'),
    body: await response.json(),
  };
}

const CALLS: readonly (readonly [name: string, make: () => Json, act: (client: Json) => Promise<Json>])[] = [
  [
    'messages.parse',
    anthropic,
    (client) =>
      client.messages.parse({ ...MESSAGES, output_config: { format: { type: 'json_schema', schema: SCHEMA } } }),
  ],
  ['messages.create().asResponse', anthropic, (client) => raw(client.messages.create(MESSAGES))],
  [
    'messages.create().withResponse',
    anthropic,
    async (client) => {
      const { data, request_id: id } = await client.messages.create(MESSAGES).withResponse();
      return { data, id, again: data._request_id };
    },
  ],
  [
    'beta.messages.create',
    anthropic,
    (client) => client.beta.messages.create({ ...MESSAGES, betas: ['context-1m-2025-08-07'] }),
  ],
  [
    'beta.messages.stream, its snapshots',
    anthropic,
    async (client) => {
      const texts: string[] = [];
      const stream = client.beta.messages.stream(MESSAGES).on('text', (_: string, all: string) => texts.push(all));
      return { texts, final: await stream.finalText() };
    },
  ],
  [
    'withOptions of the wrapped',
    anthropic,
    (client) => client.withOptions({ timeout: 20_000 }).messages.create(MESSAGES),
  ],
  ['chat.completions.parse', openai, (client) => client.chat.completions.parse(CHAT)],
  ['chat.completions.create().asResponse', openai, (client) => raw(client.chat.completions.create(CHAT))],
  [
    'chat.completions.stream, parsed',
    openai,
    async (client) => {
      const stream = client.chat.completions.stream(CHAT);
      return { final: await stream.finalChatCompletion(), content: await stream.finalContent() };
    },
  ],
  ['responses.parse', openai, (client) => client.responses.parse(RESPONSES)],
  ['responses.stream, parsed', openai, (client) => client.responses.stream(RESPONSES).finalResponse()],
  [
    'a stream cut in two',
    openai,
    async (client) => {
      const stream = await client.chat.completions.create({ ...CHAT, stream: true });
      const [one, other] = stream.tee();
      const seen: Json[] = [];
      for await (const chunk of one) seen.push(chunk);
      for await (const chunk of other) seen.push(chunk);
      return seen;
    },
  ],
  [
    'chats.sendMessageStream',
    genai,
    async (client) => {
      const config = {
        tools: [{ functionDeclarations: [{ name: 'run', parametersJsonSchema: PARAMETERS }] }],
        responseMimeType: 'application/json',
        responseJsonSchema: SCHEMA,
      };
      const history = [
        { role: 'user', parts: [{ text: 'how many?' }] },
        { role: 'model', parts: [{ functionCall: { name: 'run', args: {} } }] },
      ];
      const chat = client.chats.create({ model: 'gemini-3-pro', config, history });
      const message = [{ functionResponse: { name: 'run', response: { output: ROWS } } }];
      const seen: Json[] = [];
      for await (const chunk of await chat.sendMessageStream({ message })) seen.push(chunk.text);
      return { seen, history: chat.getHistory().slice(3) };
    },
  ],
];

describe.each(CALLS)('%s', (_name, make, act) => {
  test('gives the same, for less', async () => {
    script = { text: ANSWER };
    const direct = await act(make());
    const asked = provider.requests.at(-1)!;
    const seen = await act(withHeadroom(make()));
    expect(plain(seen)).toEqual(plain(direct));
    const sent = provider.requests.at(-1)!;
    expect(sent.url).toBe(asked.url);
    expect(sent.body.length).toBeLessThan(asked.body.length / 2);
    // Headers are those of the library, but for the length.
    const named = ({ rawHeaders }: typeof sent): string[] =>
      rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`] : []));
    const own = (headers: string[]): string[] =>
      headers.filter((header) => !header.startsWith('content-length')).sort();
    expect(own(named(sent))).toEqual(own(named(asked)));
  });
});

test('tools that the library runs by itself run as often, and get what they gave', async () => {
  const runs = async (client: Json): Promise<Json> => {
    const seen: string[] = [];
    const run = {
      type: 'function',
      function: { name: 'run', parse: JSON.parse, parameters: PARAMETERS, function: () => (seen.push('run'), ROWS) },
    };
    const runner = client.chat.completions.runTools({
      model: 'gpt-4o',
      tools: [run],
      messages: [{ role: 'user', content: 'go' }],
    });
    return { seen, content: await runner.finalContent(), messages: runner.messages };
  };
  script = {
    call: [
      { tool: /^run$/, input: {} },
      { tool: /^run$/, input: {} },
    ],
    text: 'done',
  };
  const direct = await runs(openai());
  const asked = provider.requests.at(-1)!.body.length;
  expect(plain(await runs(withHeadroom(openai())))).toEqual(plain(direct));
  expect(direct.seen).toEqual(['run', 'run']);
  expect(provider.requests.at(-1)!.body.length).toBeLessThan(asked / 3);
});

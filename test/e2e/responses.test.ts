/** The Responses API through the proxy, as OpenAI's own library and the AI SDK speak it: the same answers, for fewer tokens. */
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { JsonObject } from '../../src/core/json/value.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { aroundResults, messagesOf, resultTexts, withoutTool } from './body-diff.ts';
import { manyOrders, ORDERS } from './conversations.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';
import { send } from './wire.ts';

const COMMANDS = ['curl -s localhost:8080/orders', 'curl -s localhost:8080/orders?page=2', 'date'] as const;
const RESULTS: Readonly<Record<string, string>> = {
  [COMMANDS[0]]: ORDERS,
  [COMMANDS[1]]: JSON.stringify(manyOrders(500)),
  [COMMANDS[2]]: 'Tue',
};
const TEXT = 'Refund 4711 failed: the card had expired. “Voilà” 😀 '.repeat(8);
const RUN = /^run$/;
const LOOP: Script = {
  call: [
    { tool: RUN, input: { command: COMMANDS[0] } },
    [
      { tool: RUN, input: { command: COMMANDS[1] } },
      { tool: RUN, input: { command: COMMANDS[2] } },
    ],
  ],
  text: TEXT,
  cacheReadTokens: 12,
  cacheWriteTokens: 3,
};
const STRING = { type: 'string' } as const;
const PARAMETERS = { type: 'object' as const, properties: { command: STRING }, required: ['command'] };
const TOOLS = [{ type: 'function' as const, name: 'run', description: 'runs', parameters: PARAMETERS, strict: false }];
const MAX_TURNS = 4;

let script: Script = LOOP;
let provider: ScriptedProvider;
let proxy: ProxyProcess;

beforeAll(async () => {
  // Where it holds the history itself, it knows by the last result that all is done.
  provider = await startScriptedProvider(({ body }) => (body.includes('"Tue"') ? { ...script, call: [] } : script));
  proxy = await startProxyProcess({ upstream: provider.url, flags: ['--log-level', 'info'] });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

const clientOf = (url: string): OpenAI => new OpenAI({ apiKey: 'sk-dummy', baseURL: `${url}/v1`, maxRetries: 0 });
const bodies = (): readonly Buffer[] => provider.requests.map(({ body }) => body);

/** What a program sees of one piece of work: every call that it was asked for, and the last words. */
interface Outcome {
  readonly calls: readonly unknown[];
  readonly text: string;
  readonly end: string;
}

type Loop = (url: string, isStreaming: boolean) => Promise<Outcome>;
type Params = OpenAI.Responses.ResponseCreateParamsNonStreaming;

function answerOf(url: string, request: Params, isStreaming: boolean): Promise<OpenAI.Responses.Response> {
  const api = clientOf(url).responses;
  return isStreaming ? api.stream({ ...request, stream: true }).finalResponse() : api.create(request);
}

/** @param next what the next request holds, from what was sent, what was answered, and what tools gave. */
function openaiLoop(
  next: (
    request: Params,
    answer: OpenAI.Responses.Response,
    outputs: readonly OpenAI.Responses.ResponseInputItem[],
  ) => Params,
): Loop {
  return async (url, isStreaming) => {
    let request: Params = { model: 'gpt-5.6', instructions: 'Be careful.', input: 'why did it fail?', tools: TOOLS };
    const calls: unknown[] = [];
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const answer = await answerOf(url, request, isStreaming);
      const asked = answer.output.filter((item) => item.type === 'function_call');
      if (asked.length === 0) return { calls, text: answer.output_text, end: String(answer.status) };
      const inputs = asked.map((item) => JSON.parse(item.arguments) as { command: string });
      calls.push(...asked.map(({ name }, index) => [name, inputs[index]]));
      const outputs = asked.map(({ call_id }, index) => ({
        type: 'function_call_output' as const,
        call_id,
        output: RESULTS[inputs[index]!.command]!,
      }));
      request = next(request, answer, outputs);
    }
    throw new Error('the conversation did not end');
  };
}

/** The whole history each time, reasoning and ids and all. */
const stateless = openaiLoop((request, answer, outputs) => {
  const before =
    typeof request.input === 'string' ? [{ role: 'user' as const, content: request.input }] : request.input!;
  return {
    ...request,
    store: false,
    include: ['reasoning.encrypted_content'],
    input: [...before, ...(answer.output as OpenAI.Responses.ResponseInputItem[]), ...outputs],
  };
});

/** The provider holds the history: only what is new is sent. */
const chained = openaiLoop((request, answer, outputs) => ({
  ...request,
  previous_response_id: answer.id,
  input: [...outputs],
}));

const ai: Loop = async (url, isStreaming) => {
  const calls: unknown[] = [];
  const request = {
    model: createOpenAI({ apiKey: 'sk-dummy', baseURL: `${url}/v1` })('gpt-5.6'),
    prompt: 'why did it fail?',
    tools: {
      run: tool({
        description: 'runs',
        inputSchema: jsonSchema<{ command: string }>(PARAMETERS),
        execute: (input) => {
          calls.push(['run', input]);
          return RESULTS[input.command];
        },
      }),
    },
    maxRetries: 0,
    stopWhen: stepCountIs(MAX_TURNS),
  };
  const result = isStreaming ? streamText(request) : await generateText(request);
  return { calls, text: await result.text, end: await result.finishReason };
};

const LOOPS: readonly (readonly [name: string, loop: Loop, holdsAll: boolean])[] = [
  ['openai with all of the history', stateless, true],
  ['openai with previous_response_id', chained, false],
  ['ai with @ai-sdk/openai', ai, true],
];

// Ids are numbered by the provider: one per request since it started.
const unnumbered = (text: string): string => text.replaceAll(/scripted[_-]\d+/g, 'scripted_n');

describe.each(LOOPS)('%s', (_, loop, holdsAll) => {
  for (const isStreaming of [false, true]) {
    verifies(
      ['clients:sdk-answers-equal', 'savings:results-shortened', 'bytes:only-tool-results-change'],
      `works through the proxy as it does directly, ${isStreaming ? 'streaming' : 'in one piece'}`,
      async () => {
        script = LOOP;
        const before = bodies().length;
        const direct = await loop(provider.url, isStreaming);
        const sent = bodies().slice(before);
        const outcome = await loop(proxy.url, isStreaming);
        const arrived = bodies().slice(before + sent.length);
        expect(outcome).toEqual(direct);
        expect(outcome.text).toBe(TEXT);
        expect(outcome.calls).toEqual(COMMANDS.map((command) => ['run', { command }]));
        expect(arrived.map((body) => unnumbered(aroundResults(withoutTool(body).body)))).toEqual(
          sent.map((body) => unnumbered(aroundResults(body))),
        );
        const texts = arrived.map(resultTexts);
        expect(texts.map((list) => list.length)).toEqual(holdsAll ? [0, 1, 3] : [0, 1, 2]);
        const [orders, more, date] = holdsAll ? texts[2]! : [...texts[1]!, ...texts[2]!];
        expect(orders!.length).toBeLessThan(ORDERS.length / 2);
        expect(more!.length).toBeLessThan(RESULTS[COMMANDS[1]]!.length / 2);
        expect(date).toBe('Tue');
        if (holdsAll)
          expect(messagesOf(arrived[2]!).slice(0, messagesOf(arrived[1]!).length)).toEqual(messagesOf(arrived[1]!));
      },
    );
  }
});

verifies('count:same-as-sent', 'input_tokens counts what the request itself will send', async () => {
  script = LOOP;
  const client = clientOf(proxy.url);
  const input = [
    { role: 'user' as const, content: 'count' },
    { type: 'function_call' as const, call_id: 'call_c', name: 'run', arguments: '{"command":"counted"}' },
    { type: 'function_call_output' as const, call_id: 'call_c', output: ORDERS },
  ];
  const { input_tokens: counted } = await client.responses.inputTokens.count({ model: 'gpt-5.6', input });
  const asked = resultTexts(bodies().at(-1)!);
  await client.responses.create({ model: 'gpt-5.6', input, background: true });
  expect(asked).toEqual(resultTexts(bodies().at(-1)!));
  expect(asked[0]!.length).toBeLessThan(ORDERS.length / 2);
  expect(counted).toBeLessThan(ORDERS.length / 8);
});

const PATHS: readonly (readonly [path: string, upstream: string])[] = [
  ['/v1/responses', '/v1/responses'],
  ['/responses', '/v1/responses'],
  ['/responses/compact', '/v1/responses/compact'],
  ['/v1/v1/responses?api-version=preview', '/v1/responses?api-version=preview'],
  ['/openai/v1/responses', '/openai/v1/responses'],
  ['/backend-api/codex/responses', '/backend-api/codex/responses'],
];

verifies('savings:results-shortened', 'whatever a client calls the path, its results are shortened', async () => {
  script = LOOP;
  const input = [{ type: 'function_call_output', call_id: 'call_p', output: ORDERS }];
  for (const [path, upstream] of PATHS) {
    await send(proxy.url, { path, body: JSON.stringify({ model: 'm', input, path }) });
    const arrived = provider.requests.at(-1)!;
    expect(arrived.url).toBe(upstream);
    expect(resultTexts(arrived.body)[0]!.length).toBeLessThan(ORDERS.length / 2);
  }
});

verifies('bytes:only-tool-results-change', 'odd spellings around a shortened output stay', async () => {
  script = LOOP;
  const call = '{"type":"function_call","call_id":"call_o","name":"run","arguments":"{ \\"n\\" : 1.0 }"}';
  const output = `{"output" : ${JSON.stringify(ORDERS)},"type":"function_call_output","call_id":"call_o","new":1.0}`;
  const odd = '"max_output_tokens":12345678901234567890,"\\u00e9":"\\/ \\ud83d é","a":1,"a":-0,"2":2,"1":1e400';
  const body = Buffer.from(
    ` {${odd},\n"input":[ {"role":"user","content":"\\u00e9"},\t${call}, ${output} ] ,"x":1.0}\n`,
  );
  await send(proxy.url, { path: '/v1/responses', body });
  const arrived = bodies().at(-1)!;
  expect(aroundResults(arrived)).toBe(aroundResults(body));
  expect(resultTexts(arrived)[0]!.length).toBeLessThan(ORDERS.length / 2);
});

verifies('bytes:only-tool-results-change', 'what a program of the provider’s will read is left as it is', async () => {
  script = LOOP;
  const caller = { type: 'program', caller_id: 'call_prog' };
  const input = [
    { type: 'function_call', call_id: 'call_q', name: 'run', arguments: '{}', caller },
    { type: 'function_call_output', call_id: 'call_q', output: ORDERS },
    { type: 'function_call_output', call_id: 'call_r', output: ORDERS, caller },
  ];
  const body = JSON.stringify({ model: 'm', input });
  await send(proxy.url, { path: '/v1/responses', body });
  expect(bodies().at(-1)!.toString()).toBe(body);
});

verifies(
  'history:signed-by-others-kept',
  'a history with encrypted reasoning that went past Headroom stays as it was sent, and what is new is shortened',
  async () => {
    script = LOOP;
    const round = (number: number): object[] => [
      { type: 'reasoning', summary: [], encrypted_content: `gAAAAAB-elsewhere-${number}` },
      { type: 'function_call', call_id: `call_s${number}`, name: 'run', arguments: `{"page":${number}}` },
      { type: 'function_call_output', call_id: `call_s${number}`, output: ORDERS.replaceAll('paid', `paid ${number}`) },
    ];
    const items = [{ role: 'user', content: 'go' }, ...round(1), ...round(2)];
    await send(proxy.url, { path: '/v1/responses', body: JSON.stringify({ model: 'm', input: items }) });
    const [old, now] = resultTexts(bodies().at(-1)!);
    expect(old).toBe(ORDERS.replaceAll('paid', 'paid 1'));
    expect(now!.length).toBeLessThan(ORDERS.length / 2);
    await send(proxy.url, {
      path: '/v1/responses',
      body: JSON.stringify({ model: 'm', input: [...items, ...round(3)] }),
    });
    expect(resultTexts(bodies().at(-1)!).slice(0, 2)).toEqual([old, now]);
  },
);

verifies('cache:prefix-stable-over-turns', 'items that lose or gain their ids go out with the same texts', async () => {
  script = LOOP;
  const call = { type: 'function_call', call_id: 'call_i', name: 'run', arguments: '{"command":"ids"}' };
  const output = { type: 'function_call_output', call_id: 'call_i', output: ORDERS };
  const ids = { id: 'fc_i', status: 'completed' };
  const inputs = [
    [{ role: 'user', content: 'ids' }, { ...call, ...ids }, output],
    [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ids' }] },
      call,
      { ...output, id: 'fco_i' },
    ],
  ];
  // With no time to decide, the first is pinned as it came: only what is found again goes out so a second time.
  await using hurried = await startProxyProcess({
    upstream: provider.url,
    flags: ['--deadline-ms', '1'],
    home: proxy.home,
  });
  await send(hurried.url, { path: '/v1/responses', body: JSON.stringify({ model: 'm', input: inputs[0] }) });
  const [first] = resultTexts(bodies().at(-1)!);
  await send(proxy.url, { path: '/v1/responses', body: JSON.stringify({ model: 'm', input: inputs[1] }) });
  expect(resultTexts(bodies().at(-1)!)).toEqual([first]);
});

const ERRORS: readonly (readonly [status: number, body: JsonObject])[] = [
  [429, { error: { type: 'insufficient_quota', message: 'slow — é', param: null, code: 'insufficient_quota' } }],
  [400, { error: { type: 'invalid_request_error', message: 'no', param: 'input', code: 'context_length_exceeded' } }],
];

describe.each(ERRORS)('an error %i of the provider', (status, body) => {
  for (const isStreaming of [false, true]) {
    verifies('errors:unchanged', `reaches the library as it was (stream: ${isStreaming})`, async () => {
      script = { error: { status, body, headers: { 'retry-after': '7', 'x-should-retry': 'false' } } };
      const failure = await answerOf(proxy.url, { model: 'm', input: 'hi' }, isStreaming).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ status, error: body['error'] });
    });
  }
});

verifies('stream:abort-reaches-upstream', 'a client aborts in mid-stream and the provider sees it', async () => {
  // Long enough that it can only end by the abort.
  script = { text: 'a long story '.repeat(5_000), chunkDelayMs: 20 };
  const stream = clientOf(proxy.url).responses.stream({ model: 'm', input: 'hi' });
  stream.on('response.output_text.delta', () => stream.abort());
  await expect(stream.finalResponse()).rejects.toThrow(/abort/i);
  const request = provider.requests.at(-1)!;
  while (!request.isAborted) await new Promise((resolve) => setTimeout(resolve, 10));
});

verifies('clients:sdk-answers-equal', 'what a streamed answer cost is counted by class', async () => {
  script = { ...LOOP, call: [] };
  await answerOf(proxy.url, { model: 'gpt-counted', input: 'hi' }, true);
  await proxy.says(/"gpt-counted"/);
  const line = proxy
    .said()
    .split('\n')
    .find((one) => one.includes('"gpt-counted"'))!;
  const input = Math.ceil(bodies().at(-1)!.length / 4);
  expect(JSON.parse(line)).toMatchObject({ format: 'openai-responses', input, cache_read: 12, cache_write: 3 });
});

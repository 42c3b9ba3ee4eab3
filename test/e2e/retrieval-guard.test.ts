/**
 * R-17 Calls by which a model would write words of Headroom's into a file: with `--guard refuse` the client never gets
 * them, the model hears why, and what it says then goes on in the same response.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { chatChunks, chatCompletion } from '../../src/testing/scripted-replies.ts';
import { CLIENTS } from './gemini-clients.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { call, say as sayItem, startRememberingProvider, think as thinkItem } from './remembering-provider.ts';
import { converse, grep, HITS, planOf, say, think } from './retrieving-agent.ts';
import { startSigningGemini } from './signing-gemini.ts';
import { startSigningProvider } from './signing-provider.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- requests of any shape are looked into

const BAD = { file_path: '/a.ts', content: `one\n[lines 2-40: same as in Read a.ts, above]\ntwo` };
const GOOD = { file_path: '/a.ts', content: 'one\nall of it\ntwo' };
const WHY = /this call was not made/;
const SEARCH = HITS.join('\n');
const REFUSE = ['--guard', 'refuse'];

let ids = 0;
const write = (input: object): Json => ({ type: 'tool_use', id: `toolu_w${++ids}`, name: 'Write', input });

interface Running {
  readonly url: string;
  close(): Promise<void> | void;
}

/** A proxy that refuses, before this provider. */
async function guarded(provider: Running): Promise<ProxyProcess> {
  return startProxyProcess({ upstream: provider.url, flags: REFUSE });
}

describe.each([
  ['streaming', true],
  ['whole', false],
])('Messages, %s', (_name, isStreaming) => {
  let provider: Awaited<ReturnType<typeof startSigningProvider>>;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    provider = await startSigningProvider();
    proxy = await guarded(provider);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await provider.close();
  });
  const make = (url: string): Anthropic => new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 });
  const run = async (hops: (() => Json[])[]): Promise<Json[]> => {
    provider.reset(planOf(hops));
    const answers = await converse(proxy.url, { isStreaming, make }, ['search', 'and now?']);
    expect(provider.mismatches).toEqual([]);
    return answers.flatMap(({ content }: Json) => content).filter(({ type }: Json) => type === 'tool_use');
  };
  const refusals = (): Json[] =>
    provider.requests
      .at(-1)
      .messages.flatMap(({ content }: Json) => content)
      .filter((block: Json) => block.is_error && WHY.test(block.content));

  test('the call alone: the model goes on in the same answer', async () => {
    const calls = await run([
      () => [grep()],
      () => [think('a'), say('now I write'), write(BAD)],
      () => [think('b'), write(GOOD)],
      () => [think('c'), say('done')],
      () => [think('d'), say('and the second answer')],
    ]);
    expect(calls.map(({ name, input }: Json) => [name, input.content])).toEqual([
      ['Grep', undefined],
      ['Write', GOOD.content],
    ]);
    expect(refusals().length).toBe(1);
    await proxy.says(/was sent back/);
  });

  test('beside calls of the client: those are delivered at once, and the refusal goes with their results', async () => {
    const calls = await run([
      () => [grep()],
      () => [think('a'), grep(), write(BAD), grep()],
      () => [think('c'), say('done')],
    ]);
    expect(calls.map(({ name }: Json) => name)).toEqual(['Grep', 'Grep', 'Grep']);
    expect(refusals().length).toBe(1);
  });

  test('a model that insists is let through', async () => {
    const calls = await run([() => [grep()], () => [write(BAD)], () => [write(BAD)], () => [say('done')]]);
    expect(calls.map(({ name }: Json) => name)).toEqual(['Grep', 'Write']);
  });

  test('a call of ordinary text comes as it was made', async () => {
    const calls = await run([() => [grep()], () => [say('x'), write(GOOD), grep()], () => [say('done')]]);
    expect(calls.map(({ input }: Json) => input.content)).toEqual([undefined, GOOD.content, undefined]);
    expect(refusals()).toEqual([]);
  });
});

describe.each([
  ['streaming', true],
  ['whole', false],
])('Chat Completions, %s', (_name, isStreaming) => {
  const requests: Json[] = [];
  const replies: Json[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    const body = JSON.parse(text);
    const reply = { calls: [], text: '', ...replies[requests.push(body) - 1] };
    const usage = { inputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const shape = { reply, model: 'm', number: requests.length, usage };
    outgoing.writeHead(200, { 'content-type': body.stream ? 'text/event-stream' : 'application/json' });
    if (!body.stream) return void outgoing.end(JSON.stringify(chatCompletion(shape)));
    const chunks = chatChunks(shape, false).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    outgoing.end(`${chunks.join('')}data: [DONE]\n\n`);
  });
  let proxy: ProxyProcess;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await startProxyProcess({
      upstream: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      flags: REFUSE,
    });
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    server.close();
  });
  const ask = async (): Promise<Json> => {
    const api = new OpenAI({ apiKey: 'k', baseURL: `${proxy.url}/v1`, maxRetries: 0 }).chat.completions;
    const tools = ['Grep', 'Write'].map((name) => ({ type: 'function' as const, function: { name, parameters: {} } }));
    const request: Json = { model: 'm', tools, messages: [{ role: 'user', content: 'go' }] };
    const answer: Json = isStreaming ? await api.stream(request).finalChatCompletion() : await api.create(request);
    return answer.choices[0];
  };
  const made = (name: string, input: object): Json => ({ id: `call_${++ids}`, name, input });
  const outline = ({ message }: Json): Json =>
    (message.tool_calls ?? []).map((one: Json) => [one.function.name, JSON.parse(one.function.arguments)]);

  test('the call alone, and beside others', async () => {
    requests.length = 0;
    replies.splice(0, 9, { text: 'well', calls: [made('Write', BAD)] }, { calls: [made('Write', GOOD)] });
    const choice = await ask();
    expect([choice.message.content, outline(choice), choice.finish_reason]).toEqual([
      'well',
      [['Write', GOOD]],
      'tool_calls',
    ]);
    expect(requests[1].messages.at(-1)).toMatchObject({ role: 'tool', content: expect.stringMatching(WHY) });

    requests.length = 0;
    const calls = [made('Write', BAD), made('Grep', { pattern: 'x' }), made('Write', GOOD)];
    replies.splice(0, 9, { calls });
    expect(outline(await ask())).toEqual([
      ['Grep', { pattern: 'x' }],
      ['Write', GOOD],
    ]);
    expect(requests.length).toBe(1);
  });
});

describe.each([
  ['streaming', true],
  ['whole', false],
])('Responses, %s', (_name, isStreaming) => {
  let provider: Awaited<ReturnType<typeof startRememberingProvider>>;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    provider = await startRememberingProvider();
    proxy = await guarded(provider);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await provider.close();
  });
  const TOOLS = ['Grep', 'Write'].map((name) => ({ type: 'function' as const, name, parameters: {}, strict: false }));
  const patch = (input: string): Json => ({ type: 'custom_tool_call', name: 'apply_patch', input });

  test.each([
    ['alone', (bad: Json) => [thinkItem(), sayItem('now'), bad]],
    ['beside another', (bad: Json) => [thinkItem(), bad, call('Grep', { pattern: 'x' })]],
  ])('the call %s', async (_case, plan) => {
    provider.reset([
      () => plan(call('Write', BAD)),
      () => [thinkItem(), call('Write', GOOD)],
      () => [thinkItem(), sayItem('done')],
    ]);
    const api = new OpenAI({ apiKey: 'k', baseURL: `${proxy.url}/v1`, maxRetries: 0 }).responses;
    const input: Json[] = [{ role: 'user', content: 'go' }];
    const seen: Json[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const request: Json = { model: 'gpt-5.6', tools: TOOLS, input, store: false };
      const answer: Json = isStreaming
        ? await api.stream({ ...request, stream: true }).finalResponse()
        : await api.create(request);
      const calls = answer.output.filter(({ type }: Json) => type === 'function_call');
      seen.push(...calls.map(({ arguments: given }: Json) => JSON.parse(given)));
      input.push(...answer.output);
      input.push(...calls.map(({ call_id }: Json) => ({ type: 'function_call_output', call_id, output: SEARCH })));
      if (calls.length === 0) break;
    }
    expect(provider.problems).toEqual([]);
    expect(seen).toContainEqual(GOOD);
    expect(seen).not.toContainEqual(BAD);
    const told = provider.seen.at(-1)!.filter(({ output }) => WHY.test(String(output)));
    expect(told.length).toBe(1);
  });

  test('a call of free text has an output of its own kind', async () => {
    provider.reset([() => [patch(`*** Begin Patch\n${BAD.content}\n*** End Patch`)], () => [sayItem('done')]]);
    const api = new OpenAI({ apiKey: 'k', baseURL: `${proxy.url}/v1`, maxRetries: 0 }).responses;
    const request: Json = { model: 'gpt-5.6', tools: TOOLS, input: 'go' };
    const answer: Json = isStreaming
      ? await api.stream({ ...request, stream: true }).finalResponse()
      : await api.create(request);
    expect(answer.output_text).toBe('done');
    expect(provider.seen.at(-1)!.at(-1)).toMatchObject({ type: 'custom_tool_call_output' });
  });
});

test('Responses over a WebSocket: the call alone', async () => {
  const provider = await startRememberingProvider();
  await using proxy = await guarded(provider);
  provider.reset([() => [sayItem('now'), call('Write', BAD)], () => [call('Write', GOOD)]]);
  const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}/v1/responses`, { headers: { Authorization: 'k' } });
  await new Promise((resolve) => socket.once('open', resolve));
  const tools = [{ type: 'function', name: 'Write', parameters: {}, strict: false }];
  const frames: Json[] = [];
  const ended = new Promise<void>((resolve) =>
    socket.on('message', (data: Buffer) => {
      frames.push(JSON.parse(data.toString()));
      if (frames.at(-1).type === 'response.completed') resolve();
    }),
  );
  socket.send(JSON.stringify({ type: 'response.create', model: 'gpt-5.6', tools, input: 'go' }));
  await ended;
  socket.close();
  const made = frames.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item.arguments);
  expect(made).toEqual([undefined, JSON.stringify(GOOD)]);
  expect(frames.map(({ sequence_number: number }) => number)).toEqual([...frames.keys()]);
  expect(provider.problems).toEqual([]);
  expect(provider.seen.at(-1)!.at(-1).output).toMatch(WHY);
  await provider.close();
});

describe('Gemini', () => {
  let provider: Awaited<ReturnType<typeof startSigningGemini>>;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    provider = await startSigningGemini();
    proxy = await guarded(provider);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await provider.close();
  });

  test.each(CLIENTS)('%s', async (clientName, client) => {
    const hasIds = !clientName.includes('ids of its own');
    const made = (name: string, args: object): Json => ({
      functionCall: { ...(hasIds && { id: `fc${++ids}` }), name, args },
    });
    const plan = [
      [made('write', BAD)],
      [made('grep', { pattern: 'x' }), made('write', BAD)],
      [made('write', GOOD)],
      [{ text: 'done' }],
    ];
    provider.reset((_request, index) => plan[index] ?? [{ text: 'nothing more' }]);
    const ask = client(proxy.url);
    const seen: Json[] = [];
    let message: Json[] = [{ text: 'go' }];
    for (let turn = 0; turn < 4 && message.length > 0; turn++) {
      const { kept } = await ask(message);
      const calls = kept.flatMap(({ functionCall }) => functionCall ?? []);
      seen.push(...calls.map(({ name, args }: Json) => [name, args.content === BAD.content]));
      message = calls.map(({ id, name }: Json) => ({
        functionResponse: { ...(id && { id }), name, response: { output: SEARCH } },
      }));
    }
    expect(provider.mismatches).toEqual([]);
    // The second one of the first answer was insisted on.
    expect(seen).toEqual([
      ['grep', false],
      ['write', true],
      ['write', false],
    ]);
    expect(JSON.stringify(provider.requests.at(-1))).toMatch(WHY);
  });
});

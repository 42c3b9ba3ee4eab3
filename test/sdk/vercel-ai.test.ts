/** Programs on the Vercel AI SDK, with and without the middleware: they see the same, and their model reads less. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool, wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headroomMiddleware } from '../../src/integrations/vercel-ai.ts';
import type { ClientOptions } from '../../src/integrations/fetch.ts';
import { Headroom } from '../../src/index.ts';
import { startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import * as agent from '../e2e/retrieving-agent.ts';
import { planOf } from '../e2e/retrieving-agent.ts';
import { startSigningProvider } from '../e2e/signing-provider.ts';
import type { Json } from './programs.ts';
import { type Answer, ask, fetchLast, modelOf, OURS, say, think } from './vercel-model.ts';

const HITS = Array.from({ length: 600 }, (_, n) => `src/p${n % 30}/f.ts:${n}:  const v${n} = compute(${n * 7});`).join(
  '\n',
);
const ROWS = Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, state: 'active' }));
const LISTED = JSON.stringify(ROWS);

const nothing = jsonSchema<object>({ type: 'object', properties: {} });
const tools = {
  grep: tool({ description: 'searches', inputSchema: nothing, execute: async () => HITS }),
  list: tool({ description: 'lists', inputSchema: nothing, execute: async () => ROWS }),
};

interface Run {
  readonly texts: readonly string[];
  readonly calls: readonly string[];
  readonly messages: Json[];
  readonly parts: readonly string[];
}

async function run(model: Json, isStreaming: boolean, messages: Json[], more: Json = {}): Promise<Run> {
  const options: Json = { model, messages, tools, stopWhen: stepCountIs(8), maxRetries: 0, ...more };
  const parts: string[] = [];
  let answer: Json;
  if (isStreaming) {
    answer = streamText({ ...options, onError: () => undefined });
    for await (const part of answer.fullStream) parts.push(`${part.type} ${part.toolName ?? part.text ?? ''}`);
  } else answer = await generateText(options);
  const steps: Json[] = await answer.steps;
  return {
    texts: steps.map(({ text }) => text),
    calls: steps.flatMap(({ toolCalls }) => toolCalls.map(({ toolName }: Json) => toolName)),
    messages: [...messages, ...steps.flatMap(({ response }) => response.messages)],
    parts,
  };
}

const wrapped = (model: Json, options?: ClientOptions): Json =>
  wrapLanguageModel({ model, middleware: headroomMiddleware(options) });
const sizeOf = (params: Json): number => JSON.stringify(params.prompt).length;
const SAID: Json[] = [{ role: 'user', content: [{ type: 'text', text: 'go' }] }];
const user = (text: string): Json => ({ role: 'user', content: text });

/** Every prompt begins with all of the one before it, but for the answers to calls that came with ours. */
function expectGrowing(asked: readonly Json[]): void {
  for (const [index, { prompt, tools: offered }] of asked.entries()) {
    const before = asked[index - 1];
    if (!before) continue;
    expect(JSON.stringify(offered)).toBe(JSON.stringify(before.tools));
    expect(bare(prompt.slice(0, before.prompt.length))).toEqual(bare(before.prompt));
  }
}

/** Without what is undefined. */
const bare = (value: Json): Json => JSON.parse(JSON.stringify(value));

describe.each([false, true])('streaming: %s', (isStreaming) => {
  const plain: Answer[] = [
    () => [think('a'), say('looking'), ask('1', 'grep'), ask('2', 'list')],
    () => [ask('3', 'list')],
    () => [say('all found')],
  ];

  test('R-35: a program sees the same with and without it, and its model reads less, by a stable prefix', async () => {
    const [one, other] = [modelOf(plain), modelOf(plain)];
    const without = await run(one.model, isStreaming, [user('go')]);
    const seen = await run(wrapped(other.model), isStreaming, [user('go')]);
    expect(seen).toEqual(without);
    expect(other.asked).toHaveLength(3);
    expect(sizeOf(other.asked[2])).toBeLessThan(sizeOf(one.asked[2]) / 2);
    expect(JSON.stringify(seen.messages)).toContain('compute(4193)');
    expectGrowing(other.asked);
  });

  test('calls for originals are answered unseen, and are put back in later prompts of the conversation', async () => {
    const first: Answer[] = [
      () => [think('a'), ask('1', 'grep')],
      (prompt) => [think('b'), say('wait, '), fetchLast('h1', { lines: '7' })(prompt)],
      (prompt) => [fetchLast('h2', { query: 'v599' })(prompt), ask('2', 'list')],
      () => [say('found')],
      (prompt) => [fetchLast('h3')(prompt)],
      () => [say('the second answer')],
      () => [say('the third answer')],
    ];
    const { model, asked } = modelOf(first);
    const headroom = new Headroom();
    const ours = wrapped(model, { headroom });
    const one = await run(ours, isStreaming, [user('go')]);
    // Another middleware of the same Headroom, as if the model was wrapped for each request.
    const two = await run(wrapped(model, { headroom }), isStreaming, [...one.messages, user('and now?')]);
    const three = await run(wrapped(model, { headroom }), isStreaming, [...two.messages, user('and then?')]);
    expect(one.texts).toEqual(['', 'wait, ', 'found']);
    expect([two.texts, three.texts]).toEqual([['the second answer'], ['the third answer']]);
    expect(one.calls).toEqual(['grep', 'list']);
    expect(JSON.stringify([one, two, three])).not.toContain(OURS);
    expect(asked).toHaveLength(7);
    const answers = asked[6].prompt.flatMap(({ role, content }: Json) =>
      role === 'tool' ? content.filter(({ toolName }: Json) => toolName === OURS) : [],
    );
    expect(answers.map(({ toolCallId }: Json) => toolCallId)).toEqual(['h1', 'h2', 'h3']);
    expect(answers[0].output.value).toContain('compute(42)');
    expect(answers[1].output.value).toContain('compute(4193)');
    expect(JSON.stringify(asked[6].prompt)).toContain('"signature":"b"');
    expectGrowing(asked);
  });

  test('a model that fetches for ever is told to go on without, and its turn ends where it does not', async () => {
    const fetching = Array.from(
      { length: 7 },
      (_, n): Answer =>
        (prompt) => [say(`${n}`), fetchLast(`h${n}`)(prompt)],
    );
    const told = modelOf([() => [ask('1', 'grep')], ...fetching.slice(0, 6), () => [say('enough')]]);
    expect((await run(wrapped(told.model), isStreaming, [user('go')])).texts).toEqual(['', '012345enough']);
    const values = told.asked[7].prompt.flatMap(({ role, content }: Json) =>
      role === 'tool' ? content.map(({ output }: Json) => output.value) : [],
    );
    expect(values.slice(1, 6).every((value: string) => value.includes('compute('))).toBe(true);
    expect(values[6]).toContain('continue with what you have');
    const deaf = modelOf([() => [ask('1', 'grep')], ...fetching]);
    const { texts, calls } = await run(wrapped(deaf.model), isStreaming, [user('go')]);
    expect([texts, calls, deaf.asked.length]).toEqual([['', '0123456'], ['grep'], 8]);
  });

  test('a failure of a tool that the provider carries out stays one in later requests', async () => {
    const search = { ...ask('s', 'search'), providerExecuted: true };
    const failed = { type: 'tool-result', toolCallId: 's', toolName: 'search', result: { error: 'no' }, isError: true };
    const { model, asked } = modelOf([() => [search, failed, ask('h', OURS, { hash: 'x' })], () => [say('found')]]);
    const params: Json = { prompt: SAID, tools: [{ type: 'function', name: 'grep', inputSchema: { type: 'object' } }] };
    if (!isStreaming) await wrapped(model).doGenerate(params);
    else for await (const _ of (await wrapped(model).doStream(params)).stream);
    const [, { content }] = asked[1].prompt;
    expect(content[1].output).toEqual({ type: 'error-json', value: { error: 'no' } });
  });

  test('who has no tools, or another tool of that name, or the lossless profile, is offered none and reads no views', async () => {
    const history: Json[] = (await run(modelOf(plain).model, false, [user('go')])).messages;
    const taken = { ...tools, [OURS]: tools.grep };
    const headroom = new Headroom();
    const seen = modelOf([() => [say('x')], () => [say('y')], () => [say('z')], () => [say('z')]]);
    await run(wrapped(seen.model, { headroom }), isStreaming, [...history, user('?')]);
    expect(JSON.stringify(seen.asked[0].prompt)).toContain('hash=');
    await run(wrapped(seen.model, { headroom }), isStreaming, [...history, user('?')], { tools: undefined });
    await run(wrapped(seen.model, { headroom }), isStreaming, [...history, user('?')], { tools: taken });
    await run(wrapped(seen.model, { profile: 'lossless' }), isStreaming, [...history, user('?')]);
    for (const { prompt, tools: offered = [] } of seen.asked.slice(1)) {
      expect(JSON.stringify(prompt)).not.toContain('hash=');
      expect(offered.filter(({ name, description }: Json) => name === OURS && description !== 'searches')).toEqual([]);
    }
  });

  test('objects are the same, also after an original was fetched', async () => {
    const schema = jsonSchema<object>({ type: 'object', properties: { n: { type: 'number' } } });
    const output = Output.object({ schema });
    const found: Answer = () => [say('{"n":42}')];
    const fetching: Answer = (prompt) => [say('let me see'), fetchLast('h1')(prompt)];
    const answers = isStreaming ? [plain[1]!, found] : [() => [ask('1', 'grep')], fetching, found];
    const { model } = modelOf(answers);
    const options = { model: wrapped(model), prompt: 'go', tools, output, stopWhen: stepCountIs(5) };
    const answer: Json = isStreaming ? streamText(options) : await generateText(options);
    expect(await answer.output).toEqual({ n: 42 });
  });

  test('usage is that of all rounds', async () => {
    const { model } = modelOf([() => [ask('1', 'grep')], (prompt) => [fetchLast('h')(prompt)], () => [say('x')]]);
    const options = { model: wrapped(model), prompt: 'go', tools, stopWhen: stepCountIs(5) };
    const answer: Json = isStreaming ? streamText(options) : await generateText(options);
    const steps: Json[] = await answer.steps;
    expect(steps.map(({ usage }) => usage.inputTokens)).toEqual([10, 20]);
  });

  test('errors and aborts are those of the model', async () => {
    const trouble = new Error('no such model');
    const fail: Answer = () => {
      throw trouble;
    };
    const ends = async (model: Json, more: Json = {}): Promise<unknown> => {
      const options: Json = { model, prompt: 'go', tools, maxRetries: 0, stopWhen: stepCountIs(5), ...more };
      const errors: unknown[] = [];
      if (!isStreaming) return generateText(options).catch((error: unknown) => [error]);
      const answer = streamText({ ...options, onError: ({ error }: Json) => errors.push(error) });
      for await (const { type } of answer.fullStream) if (type === 'abort') errors.push(type);
      return errors;
    };
    expect(await ends(wrapped(modelOf([fail]).model))).toEqual(await ends(modelOf([fail]).model));
    const inRound = modelOf([() => [ask('1', 'grep')], (prompt) => [fetchLast('h')(prompt)], fail]);
    expect(await ends(wrapped(inRound.model))).toEqual([trouble]);
    const stopping = (): [Json, Json] => {
      const stop = new AbortController();
      const { model } = modelOf([
        () => {
          stop.abort();
          throw stop.signal.reason;
        },
      ]);
      return [model, { abortSignal: stop.signal }];
    };
    const [[a, aborted], [b, stopped]] = [stopping(), stopping()];
    expect(String(await ends(wrapped(a), aborted))).toBe(String(await ends(b, stopped)));
  });
});

test('the SDK is there by its types alone', () => {
  const folder = join(import.meta.dirname, '../../src/integrations');
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const sources = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const imports = sources.flatMap((text) => text.match(/^import .*? from '(?:ai|@ai-sdk\/[^']+)'/gms) ?? []);
  expect(imports.length).toBeGreaterThan(0);
  for (const line of imports) expect(line).toMatch(/^import type /);
});

test('a stream over several answers of the model is one: it starts and ends once, and every text in it has its own id', async () => {
  const answers: Answer[] = [
    () => [think('a'), say('one'), ask('h1', OURS, { hash: 'x' })],
    () => [think('b'), say('two'), ask('1', 'grep')],
  ];
  const given: Json[] = [{ type: 'function', name: 'grep', inputSchema: { type: 'object' } }];
  const { stream } = await wrapped(modelOf(answers).model).doStream({ prompt: SAID, tools: given });
  const parts: Json[] = [];
  for await (const part of stream) parts.push(part);
  expect(parts.filter(({ type }) => !type.endsWith('-delta')).map(({ type, id }) => [type, id])).toEqual([
    ['stream-start', undefined],
    ['reasoning-start', '0'],
    ['reasoning-end', '0'],
    ['text-start', '1'],
    ['text-end', '1'],
    ['reasoning-start', '0:1'],
    ['reasoning-end', '0:1'],
    ['text-start', '1:1'],
    ['text-end', '1:1'],
    ['tool-input-start', '1'],
    ['tool-input-end', '1'],
    ['tool-call', undefined],
    ['finish', undefined],
  ]);
  expect(parts.at(-1)).toMatchObject({
    finishReason: { unified: 'tool-calls' },
    usage: { inputTokens: { total: 20 } },
  });
});

test('a stream that is cancelled cancels the model', async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Json>({
    start: (controller) => controller.enqueue({ type: 'stream-start', warnings: [] }),
    cancel: () => {
      isCancelled = true;
    },
  });
  const model = wrapped(new MockLanguageModelV4({ doStream: async () => ({ stream }) }));
  const given: Json[] = [{ type: 'function', name: 'grep', inputSchema: { type: 'object' } }];
  const reader = (await model.doStream({ prompt: [], tools: given })).stream.getReader();
  await reader.read();
  await reader.cancel();
  expect(isCancelled).toBe(true);
});

test('reports of failures, files and what is short stay; texts among files are shortened', async () => {
  const { model, asked } = modelOf([() => [say('x')]]);
  const result = (id: string, output: Json): Json => ({
    type: 'tool-result',
    toolCallId: id,
    toolName: 'grep',
    output,
  });
  const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } };
  const outputs = [
    { type: 'error-text', value: HITS },
    { type: 'text', value: 'short' },
    { type: 'content', value: [file, { type: 'text', text: LISTED }] },
    { type: 'execution-denied', reason: 'no' },
    { type: 'json', value: ROWS },
  ];
  const prompt = [
    { role: 'user', content: [{ type: 'text', text: 'go' }] },
    { role: 'assistant', content: outputs.map((_, n) => ({ ...ask(`${n}`, 'grep'), input: {} })) },
    { role: 'tool', content: outputs.map((output, n) => result(`${n}`, output)) },
  ];
  await wrapped(model).doGenerate({ prompt: structuredClone(prompt) });
  const sent = asked[0].prompt[2].content.map(({ output }: Json) => output);
  for (const index of [0, 1, 3]) expect(sent[index]).toEqual(outputs[index]);
  expect(sent[2].value[0]).toEqual(file);
  expect(sent[2].value[1].text.length).toBeLessThan(LISTED.length / 2);
  expect(sent[4].value.length).toBeLessThan(LISTED.length / 2);
});

test.each([false, true])('signed thinking stays valid over hidden calls, streaming: %s', async (isStreaming) => {
  const provider = await startSigningProvider(
    planOf([
      () => [agent.think('a'), agent.grep()],
      (body) => [agent.think('b'), agent.fetch(body)],
      (body) => [agent.think('c'), agent.say('let me look'), agent.fetch(body, { lines: '7' }), agent.grep()],
      () => [agent.think('d'), agent.say('found')],
      (body) => [agent.think('e'), agent.fetch(body)],
      () => [agent.think('f'), agent.say('and the second answer')],
      () => [agent.think('g'), agent.say('and the third')],
    ]),
  );
  try {
    const model = wrapped(createAnthropic({ baseURL: `${provider.url}/v1`, apiKey: 'k' })('claude-opus-5-5'));
    const Grep = tool({ description: 'searches', inputSchema: nothing, execute: () => agent.HITS.join('\n') });
    let messages: Json[] = [];
    const texts: string[] = [];
    for (const question of ['search', 'and now?', 'and then?']) {
      const seen = await run(model, isStreaming, [...messages, user(question)], { tools: { Grep } });
      ({ messages } = seen);
      texts.push(...seen.texts);
      expect(JSON.stringify(seen)).not.toContain(OURS);
    }
    expect(texts).toEqual(['', 'let me look', 'found', 'and the second answer', 'and the third']);
    expect(provider.mismatches).toEqual([]);
    expect(provider.requests).toHaveLength(7);
    expect(JSON.stringify(provider.requests[6]).split(`"name":"${OURS}"`)).toHaveLength(5);
  } finally {
    await provider.close();
  }
});

test('whatever a model asks for, its turns come out without it and its prompts only grow', async () => {
  const step = fc.record({
    text: fc.constantFrom('', 'one', 'two'),
    ours: fc.nat({ max: 2 }),
    theirs: fc.nat({ max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (steps, isStreaming) => {
      const answers = steps.map(
        ({ text, ours, theirs }, n): Answer =>
          (prompt) => [
            ...(text ? [say(text)] : []),
            ...Array.from({ length: ours }, (_, k) => fetchLast(`h${n}${k}`, { lines: `${k + 1}` })(prompt)),
            ...Array.from({ length: theirs }, (_, k) => ask(`t${n}${k}`, k === 0 ? 'grep' : 'list')),
          ],
      );
      const { model, asked } = modelOf([() => [ask('1', 'grep')], ...answers, () => [say('end')], () => [say('ends')]]);
      const ours = wrapped(model);
      const one = await run(ours, isStreaming, [user('go')]);
      await run(ours, isStreaming, [...one.messages, user('more')]);
      expect(JSON.stringify(one)).not.toContain(OURS);
      const isEnd = ({ ours: o, theirs: t }: { ours: number; theirs: number }): boolean => o + t === 0;
      const end = steps.findIndex(isEnd);
      const said = steps.slice(0, end < 0 ? steps.length : end + 1);
      const wanted = said.map(({ text }) => text).join('') + (end < 0 ? 'end' : '');
      if (!hasLongTurn(said)) expect(one.texts.join('')).toBe(wanted);
      expectGrowing(asked);
    }),
    { numRuns: 30 },
  );
});

/** Six answers in a row with nothing for the program. */
function hasLongTurn(steps: readonly { ours: number; theirs: number }[]): boolean {
  return steps.length >= 6 && steps.every(({ ours, theirs }) => ours > 0 && theirs === 0);
}

test.each([false, true])('over a real model class and HTTP, streaming: %s', async (isStreaming) => {
  const provider = await startScriptedProvider({ call: [{ tool: /grep/, input: {} }], text: 'fine' });
  try {
    const openai = createOpenAI({ apiKey: 'sk-x', baseURL: `${provider.url}/v1` });
    const without = await run(openai.chat('gpt-4o'), isStreaming, [user('go')]);
    const headroom = new Headroom();
    const seen = await run(wrapped(openai.chat('gpt-4o'), { headroom }), isStreaming, [user('go')]);
    expect([seen.texts, seen.calls, seen.parts]).toEqual([without.texts, without.calls, without.parts]);
    const [, plain, , ours] = provider.requests;
    expect(ours!.body.length).toBeLessThan(plain!.body.length / 2);
    expect(headroom.savings.tokensSaved).toBeGreaterThan(1_000);
  } finally {
    await provider.close();
  }
});

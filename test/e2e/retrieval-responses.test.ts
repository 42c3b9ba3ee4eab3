/** Hidden calls over the Responses API: the client's answers are what a provider that never called would have sent. */
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import {
  call,
  plain,
  type Plan,
  type RememberingProvider,
  say,
  startRememberingProvider,
  think,
} from './remembering-provider.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- requests of any shape are looked into

const HITS = Array.from(
  { length: 600 },
  (_, n) => `src/part${n % 30}/file.ts:${n}:  const value${n} = compute(${n * 7});`,
);
const SEARCH = HITS.join('\n');
const PARAMETERS = { type: 'object' as const, properties: {} };
const TOOL = {
  type: 'function' as const,
  name: 'Grep',
  description: 'searches',
  parameters: PARAMETERS,
  strict: false,
};
const grep = (): Json => call('Grep', { pattern: 'x' });
/** As the model does: with the hash that the request shows. */
const fetch = (body: Json, more: object = {}): Json =>
  call('headroom_retrieve', {
    hash: /headroom_retrieve hash=([0-9a-f]{24})/.exec(JSON.stringify(body.input))?.[1] ?? 'none',
    ...more,
  });
const isOurs = ({ name }: Json): boolean => name === 'headroom_retrieve';

const CASES: [string, Plan][] = [
  ['never', [() => [think(), grep()], () => [think(), say('found')]]],
  ['first', [() => [grep()], (body) => [fetch(body)], () => [think(), say('found')]]],
  ['last, after words', [() => [grep()], (body) => [think(), say('let me look. '), fetch(body)], () => [say('found')]]],
  [
    'in the middle, with reasoning, then a call',
    [() => [think(), grep()], (body) => [think(), fetch(body)], () => [think(), grep()], () => [think(), say('done')]],
  ],
  ['mixed', [() => [grep()], (body) => [think(), fetch(body), grep()], () => [think(), say('done')]]],
  ['mixed, ours last', [() => [grep()], (body) => [think(), grep(), fetch(body)], () => [think(), say('done')]]],
  [
    'two at once, between two of the client',
    [() => [grep()], (body) => [grep(), fetch(body), fetch(body, { lines: '2-3' }), grep()], () => [say('done')]],
  ],
  [
    'twice in a row',
    [
      () => [grep()],
      (body) => [think(), fetch(body), fetch(body)],
      (body) => [fetch(body, { lines: '7' })],
      () => [think(), say('done')],
    ],
  ],
  [
    'in two turns',
    [
      () => [grep()],
      (body) => [think(), fetch(body)],
      () => [think(), grep()],
      (body) => [think(), fetch(body)],
      () => [think(), say('done')],
    ],
  ],
];
const SECOND: Plan = [() => [think(), say('and the second answer')]];

/** How a client goes on from an answer: what its next request has, beside what is new. */
type GoOn = (request: Json, answer: Json, news: readonly Json[]) => Json;
const replayed: GoOn = (request, answer, news) => ({
  ...request,
  input: [...request.input, ...answer.output, ...news],
});
const chained: GoOn = (request, answer, news) => ({ ...request, previous_response_id: answer.id, input: news });
const ENCRYPTED = { store: false, include: ['reasoning.encrypted_content' as const] };

const MODES: [string, object, GoOn][] = [
  ['all of it again, sealed', ENCRYPTED, replayed],
  ['all of it again, kept', {}, replayed],
  ['by the id of the answer', {}, chained],
  [
    'by references',
    {},
    (request, answer, news) => ({
      ...request,
      input: [...request.input, ...answer.output.map(({ id }: Json) => ({ type: 'item_reference', id })), ...news],
    }),
  ],
  [
    'without reasoning and ids',
    ENCRYPTED,
    (request, answer, news) => {
      const said = answer.output.filter(({ type }: Json) => type !== 'reasoning');
      const bare = said.map((item: Json) => ({ ...item, id: undefined, status: undefined }));
      return { ...request, input: [...request.input, ...bare, ...news] };
    },
  ],
];

async function converse(url: string, isStreaming: boolean, more: object, goOn: GoOn): Promise<Json[]> {
  const api = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 }).responses;
  const answers: Json[] = [];
  let request: Json = { model: 'gpt-5.6', tools: [TOOL], ...more, input: [{ role: 'user', content: 'search' }] };
  for (let turn = 0; turn < 8; turn++) {
    const answer: Json = isStreaming
      ? await api.stream({ ...request, stream: true }).finalResponse()
      : await api.create(request);
    answers.push(answer);
    const calls = answer.output.filter(({ type }: Json) => type === 'function_call');
    const isFirstEnd = calls.length === 0 && !answers.slice(0, -1).some(isWordsAlone);
    if (calls.length === 0 && !isFirstEnd) break;
    const outputs = calls.map(({ call_id }: Json) => ({ type: 'function_call_output', call_id, output: SEARCH }));
    request = goOn(request, answer, calls.length > 0 ? outputs : [{ role: 'user', content: 'and now?' }]);
  }
  return answers;
}

const isWordsAlone = ({ output }: Json): boolean => !output.some(({ type }: Json) => type === 'function_call');

let provider: RememberingProvider;
let proxy: ProxyProcess;
beforeAll(async () => {
  provider = await startRememberingProvider();
  proxy = await startProxyProcess({ upstream: provider.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

/** What the model said according to the plan, for the requests that came. */
const plannedBy = (plan: Plan): Json[] =>
  provider.seen.flatMap((input, index) => ([...plan, ...SECOND][index]?.({ input }) as Json[]) ?? []);
const outline = ({ type, name, content }: Json): Json => [type, name, content?.[0]?.text];

function expectHidden(answers: readonly Json[], plan: Plan): void {
  expect(provider.problems).toEqual([]);
  const planned = plannedBy(plan);
  const visible = answers.flatMap(({ output }: Json) => output);
  expect(visible.map(outline)).toEqual(planned.filter((item) => !isOurs(item)).map(outline));
  const fetched = provider.seen
    .at(-1)!
    .filter(({ type, output }: Json) => type === 'function_call_output' && String(output).includes(HITS[1]!));
  if (planned.some(isOurs)) expect(fetched.length).toBeGreaterThan(0);
}

describe.each([
  ['streaming', true],
  ['whole', false],
])('openai 7, %s', (_name, isStreaming) => {
  describe.each(MODES)('%s', (mode, more, goOn) => {
    test.each(CASES)('a hidden call %s', async (_case, plan) => {
      provider.reset([...plan, ...SECOND]);
      const answers = await converse(proxy.url, isStreaming, more, goOn);
      expectHidden(answers, plan);
      // The provider sees one conversation that only grows.
      const isKept = ({ type }: Json): boolean => mode !== 'without reasoning and ids' || type !== 'reasoning';
      const seen = provider.seen.map((items) => items.filter(isKept).map(plain));
      seen.slice(1).forEach((items, index) => expect(items.slice(0, seen[index]!.length)).toEqual(seen[index]));
      const last = answers.at(-1);
      expect([last.status, last.output_text, last.usage.input_tokens]).toEqual([
        'completed',
        'and the second answer',
        100 * provider.requests.length,
      ]);
    });
  });
});

describe('an answer that is asked for later by its id', () => {
  const api = (): OpenAI.Responses => new OpenAI({ apiKey: 'k', baseURL: `${proxy.url}/v1`, maxRetries: 0 }).responses;
  const input: Json[] = [
    { role: 'user', content: 'look' },
    { ...grep(), call_id: 'c1' },
    { type: 'function_call_output', call_id: 'c1', output: SEARCH },
  ];
  const ask = (more: object = {}): Promise<Json> => api().create({ model: 'gpt-5.6', tools: [TOOL], input, ...more });

  test('is what was shown, cancelled too', async () => {
    provider.reset([(body) => [think(), say('look. '), fetch(body)], () => [think(), say('found')]]);
    const shown = await ask();
    const { usage: _, ...again }: Json = await api().retrieve(shown.id);
    expect([again.id, again.output]).toEqual([shown.id, shown.output]);
    expect(JSON.stringify(again)).not.toContain('headroom_retrieve');
    expect(await api().cancel(shown.id)).toMatchObject({ id: shown.id, status: 'cancelled', output: shown.output });
  });

  test('is what was shown where ours was called beside another, and where none was hidden', async () => {
    provider.reset([(body) => [think(), grep(), fetch(body)], () => [say('plain')]]);
    for (const shown of [await ask(), await ask({ input: 'x' })]) {
      const again: Json = await api().retrieve(shown.id);
      expect([again.id, again.output]).toEqual([shown.id, shown.output]);
    }
  });

  test('is deleted with all its hops', async () => {
    provider.reset([(body) => [fetch(body)], () => [say('found')]]);
    const before = [...provider.responses.keys()];
    const { id } = await ask();
    expect(provider.responses.size).toBe(before.length + 2);
    const deleted: Json = await api().delete(id);
    expect([deleted.id, deleted.deleted]).toEqual([id, true]);
    await expect.poll(() => [...provider.responses.keys()]).toEqual(before);
  });

  test('its input has no trace of earlier hidden exchanges', async () => {
    provider.reset([(body) => [fetch(body)], () => [say('found')], () => [say('more')]]);
    const first = await ask();
    const { id } = await ask({ input: [...input, ...first.output, { role: 'user', content: 'and now?' }] });
    expect(JSON.stringify(provider.requests.at(-1))).toContain('headroom_retrieve","arguments');
    const { data }: Json = await api().inputItems.list(id);
    expect(data.map(({ type, role }: Json) => type ?? role)).toEqual([
      'user',
      'function_call',
      'function_call_output',
      'message',
      'user',
    ]);
  });

  test('of somebody else’s is asked for as it was', async () => {
    provider.reset([(body) => [fetch(body)], () => [say('found')]]);
    const { id } = await ask();
    const other = new OpenAI({ apiKey: 'other', baseURL: `${proxy.url}/v1`, maxRetries: 0 }).responses;
    expect(JSON.stringify(await other.retrieve(id))).toContain('headroom_retrieve');
    await expect(api().retrieve('resp_none')).rejects.toMatchObject({ status: 404 });
  });
});

describe('a later hop that the provider refuses', () => {
  const api = (): OpenAI.Responses => new OpenAI({ apiKey: 'k', baseURL: `${proxy.url}/v1`, maxRetries: 0 }).responses;
  const input = [{ role: 'user' as const, content: 'refuse' }];
  const request = { model: 'gpt-5.6', tools: [TOOL], input };

  test('ends a stream that has begun as failed, with the provider’s words (R-23)', async () => {
    provider.reset([(body) => [think(), say('look'), fetch(body)], () => 400]);
    const events: Json[] = [];
    const stream: AsyncIterable<Json> = await api().create({ ...request, stream: true as const });
    for await (const event of stream) events.push(event);
    const { type, response, sequence_number: number } = events.at(-1);
    expect([type, response.id, response.error, number]).toEqual([
      'response.failed',
      events[0].response.id,
      { code: 'refused', message: 'planned' },
      events.length - 1,
    ]);
    expect(response.output.map(outline)).toEqual([think(), say('look')].map(outline));
  });

  test('is the answer where nothing was said yet', async () => {
    provider.reset([(body) => [fetch(body)], () => 400]);
    await expect(api().create(request)).rejects.toMatchObject({ status: 400, code: 'refused' });
  });
});

describe.each([
  ['streaming', true],
  ['whole', false],
])('the AI SDK 7, %s', (_name, isStreaming) => {
  test.each(CASES)('a hidden call %s', async (_case, plan) => {
    provider.reset([...plan, ...SECOND]);
    const request = {
      model: createOpenAI({ apiKey: 'k', baseURL: `${proxy.url}/v1` })('gpt-5.6'),
      tools: { Grep: tool({ inputSchema: jsonSchema<object>(PARAMETERS), execute: () => SEARCH }) },
      stopWhen: stepCountIs(8),
      maxRetries: 0,
    };
    const messages: Json[] = [];
    const texts: string[] = [];
    for (const question of ['search', 'and now?']) {
      messages.push({ role: 'user', content: question });
      const run: Json = isStreaming
        ? streamText({ ...request, messages })
        : await generateText({ ...request, messages });
      texts.push(...(await run.steps).map(({ text }: Json) => text));
      messages.push(...(await run.responseMessages));
    }
    expect(provider.problems).toEqual([]);
    const planned = plannedBy(plan);
    expect(texts.join('')).toBe(planned.map(({ content }) => content?.[0].text ?? '').join(''));
  });
});

/** Agents of langchain and LangGraph with headroomMiddleware, or around a HeadroomChatModel, and without. */
import { ChatAnthropic } from '@langchain/anthropic';
import { type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { MemorySaver } from '@langchain/langgraph';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { createAgent, createMiddleware, initChatModel, providerStrategy, toolStrategy } from 'langchain';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Headroom } from '../../src/index.ts';
import { headroomMiddleware } from '../../src/integrations/langchain/index.ts';
import { startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import * as signer from '../e2e/retrieving-agent.ts';
import { startSigningProvider } from '../e2e/signing-provider.ts';
import { type Answer, ask, fetchLast, OURS, PlannedModel, say } from './langchain-model.ts';
import { expectGrowing, MAKERS, plain, sizeOf, tools, wrap } from './langchain-programs.ts';
import type { Json } from './programs.ts';

type Make = (model: Json, more?: Json) => Json;

const plainAgent: Make = (model, more) => createAgent({ model, tools, ...more });
const plainReact: Make = (model, more) => createReactAgent({ llm: model, tools, ...more } as Json);
const WITH: readonly (readonly [string, Make, Make])[] = [
  [
    'middleware',
    (model, more) => createAgent({ model, tools, middleware: [headroomMiddleware()], ...more }),
    plainAgent,
  ],
  ['a HeadroomChatModel', (model, more) => createAgent({ model: wrap(model), tools, ...more }), plainAgent],
  ['a HeadroomChatModel in a ReAct agent', (model, more) => plainReact(wrap(model), more), plainReact],
];

async function invoked(agent: Json, text: string, config: Json = {}): Promise<BaseMessage[]> {
  const { messages } = await agent.invoke({ messages: [new HumanMessage({ id: text, content: text })] }, config);
  return messages;
}

/** Without ids that are drawn, and what a ReAct agent leaves out. */
const shownOf = (messages: BaseMessage[]): Json =>
  messages.map(({ type, content, ...rest }: Json) => [
    type,
    content,
    rest.tool_calls,
    rest.tool_call_id,
    rest.status,
    rest.usage_metadata,
  ]);

/** Agents keep what they put together on the way. */
async function streamed(agent: Json, text: string): Promise<Json[]> {
  const seen: Json[] = [];
  const config = { streamMode: ['messages', 'updates'] };
  for await (const [mode, part] of await agent.stream(
    { messages: [new HumanMessage({ id: 'u', content: text })] },
    config,
  )) {
    if (mode === 'updates') seen.push(Object.keys(part));
    else seen.push([part[0].type, part[0].content, part[0].tool_call_chunks]);
  }
  return seen;
}

const answers: Answer[] = [
  () => ({ text: 'looking', calls: [ask('1', 'grep'), ask('2', 'list')] }),
  () => ({ calls: [ask('3', 'list')] }),
  () => say('all found'),
];
const fetching: Answer[] = [
  () => ({ text: 'looking', calls: [ask('1', 'grep')] }),
  (messages) => ({ text: 'wait, ', calls: [fetchLast('h1', messages, { lines: '7' })] }),
  (messages) => ({ calls: [fetchLast('h2', messages, { query: 'v599' }), ask('2', 'list')] }),
  () => say('found'),
  (messages) => ({ calls: [fetchLast('h3', messages)] }),
  () => say('the second answer'),
  () => say('the third answer'),
];

describe.each(WITH)('an agent with %s', (_, make, without) => {
  test('R-35: ends in the same state, in the same steps, and its model reads less', async () => {
    const [one, other] = [new PlannedModel(answers), new PlannedModel(answers)];
    const expected = await invoked(without(one), 'go');
    const seen = await invoked(make(other), 'go');
    expect(shownOf(seen)).toEqual(shownOf(expected));
    expect(sizeOf(other.asked[2]!.messages)).toBeLessThan(sizeOf(one.asked[2]!.messages) / 2);
    expectGrowing(other.asked);
  });

  test('over turns with a checkpointer its prompts only grow, also where it fetches originals', async () => {
    const model = new PlannedModel(fetching);
    const agent = make(model, { checkpointer: new MemorySaver() });
    const config = { configurable: { thread_id: 't' } };
    let messages: BaseMessage[] = [];
    for (const text of ['go', 'and now?', 'and then?']) messages = await invoked(agent, text, config);
    expect(messages.filter(({ type }) => type === 'ai').map(({ text }) => text)).toEqual([
      'looking',
      'wait, ',
      'found',
      'the second answer',
      'the third answer',
    ]);
    expect(JSON.stringify(messages).includes(OURS)).toBe(false);
    expect(model.asked).toHaveLength(7);
    expect(model.asked[6]!.messages.filter(({ name }) => name === OURS)).toHaveLength(3);
    expectGrowing(model.asked);
  });

  test('streams the same', async () => {
    expect(await streamed(make(new PlannedModel(answers)), 'go')).toEqual(
      await streamed(without(new PlannedModel(answers)), 'go'),
    );
    const seen = await streamed(make(new PlannedModel(fetching)), 'go');
    expect(JSON.stringify(seen).includes(OURS)).toBe(false);
    expect(seen.flatMap(([type, text]) => (type === 'ai' ? [text] : [])).join('')).toBe('lookingwait, found');
  });
});

test.each(['providerStrategy', 'toolStrategy'])('structured answers of agents are the same: %s', async (kind) => {
  const schema = z.object({ n: z.number() });
  const responseFormat = kind === 'toolStrategy' ? toolStrategy(schema) : providerStrategy(schema);
  const last = ({ tools: offered }: Json): ReturnType<Answer> => {
    const name = offered.map((each: Json) => each.function.name).find((each: string) => each.startsWith('extract'));
    return name ? { calls: [ask('x', name, { n: 42 })] } : say('{"n":42}');
  };
  const plan: Answer[] = [() => ({ calls: [ask('1', 'grep')] }), (_messages, options) => last(options)];
  const other: Answer[] = [
    plan[0]!,
    (messages) => ({ text: 'let me see', calls: [fetchLast('h', messages)] }),
    plan[1]!,
  ];
  const middleware = [headroomMiddleware()];
  const input = { messages: [new HumanMessage('go')] };
  const without: Json = await createAgent({ model: new PlannedModel(plan), tools, responseFormat } as Json).invoke(
    input,
  );
  const seen: Json = await createAgent({
    model: new PlannedModel(plan),
    tools,
    responseFormat,
    middleware,
  } as Json).invoke(input);
  const fetched: Json = await createAgent({
    model: new PlannedModel(other),
    tools,
    responseFormat,
    middleware,
  } as Json).invoke(input);
  expect(without.structuredResponse).toEqual({ n: 42 });
  expect(seen.structuredResponse).toEqual({ n: 42 });
  expect(fetched.structuredResponse).toEqual({ n: 42 });
});

test('middlewares that share a Headroom share what was fetched; others see what they see without it', async () => {
  const headroom = new Headroom();
  const model = new PlannedModel(fetching);
  const sizes: number[] = [];
  const looking = createMiddleware({
    name: 'Looking',
    wrapModelCall: async (request, handler) => {
      sizes.push(sizeOf(request.messages), request.tools.length);
      return handler(request);
    },
  });
  const agent = (): Json => createAgent({ model, tools, middleware: [headroomMiddleware({ headroom }), looking] });
  const one = await invoked(agent(), 'go');
  await agent().invoke({ messages: [...one, new HumanMessage('and now?')] });
  expect(sizes.filter((_, index) => index % 2 === 1)).toEqual([2, 2, 2, 2]);
  expect(sizes[2]).toBeGreaterThan(20_000);
  expectGrowing(model.asked);
  expect(headroom.savings.tokensSaved).toBeGreaterThan(1_000);
});

test('a model that is named, not given, is wrapped when it is there', async () => {
  const provider = await startScriptedProvider({ call: [{ tool: /grep/, input: {} }], text: 'fine' });
  try {
    const asked = async (wrapping: (model: Json) => Json): Promise<Json> => {
      const fields = { modelProvider: 'openai', apiKey: 'k', configuration: { baseURL: `${provider.url}/v1` } };
      const model: Json = await initChatModel('gpt-4o', fields);
      return plain(shownOf(await invoked(wrapping(model), 'go')));
    };
    const without = await asked((model) => plainAgent(model));
    for (const [, make] of WITH.slice(0, 2)) expect(await asked((model) => make(model))).toEqual(without.map(counted));
    const sizes = provider.requests.map(({ body }) => body.length);
    expect(Math.max(sizes[3]!, sizes[5]!)).toBeLessThan(sizes[1]! / 2);
  } finally {
    await provider.close();
  }
});
/** Of what is counted it matters that it is. */
const counted = (message: Json[]): Json => message.map((value, at) => (at === 5 && value ? expect.anything() : value));

describe.each(MAKERS)('an agent on %s over HTTP', (_, make) => {
  test('ends in the same state, and its provider gets less', async () => {
    const provider = await startScriptedProvider({
      call: [
        { tool: /grep/, input: {} },
        { tool: /list/, input: {} },
      ],
      text: 'fine',
    });
    try {
      const without = await invoked(plainAgent(make(provider.url)), 'go');
      const seen = await invoked(WITH[0]![1](make(provider.url)), 'go');
      const bare = (messages: BaseMessage[]): Json =>
        plain(messages.map(({ id: _id, ...rest }: Json) => ({ ...rest, lc_kwargs: 0 })));
      expect(bare(seen)).toEqual(bare(without));
      expect(provider.requests[5]!.body.length).toBeLessThan(provider.requests[2]!.body.length / 2);
    } finally {
      await provider.close();
    }
  });
});

test('signed thinking of an agent with a checkpointer stays valid over hidden calls', async () => {
  const grep = (): Json => ({ ...signer.grep(), name: 'grep' });
  const provider = await startSigningProvider(
    signer.planOf([
      () => [signer.think('a'), grep()],
      (body) => [signer.think('b'), signer.fetch(body)],
      (body) => [signer.think('c'), signer.say('let me look'), signer.fetch(body, { lines: '7' }), grep()],
      () => [signer.think('d'), signer.say('found')],
      (body) => [signer.think('e'), signer.fetch(body)],
      () => [signer.think('f'), signer.say('and the second answer')],
    ]),
  );
  try {
    const model = new ChatAnthropic({
      model: 'claude-opus-5-5',
      apiKey: 'k',
      anthropicApiUrl: provider.url,
      maxRetries: 0,
    });
    const agent = WITH[0]![1](model, { checkpointer: new MemorySaver() });
    const config = { configurable: { thread_id: 't' } };
    await invoked(agent, 'search', config);
    const messages = await invoked(agent, 'and now?', config);
    expect(messages.at(-1)!.text).toBe('and the second answer');
    expect(JSON.stringify(messages).includes(OURS)).toBe(false);
    expect(provider.mismatches).toEqual([]);
    expect(provider.requests).toHaveLength(6);
  } finally {
    await provider.close();
  }
});

test('an error of the model is the cause of what the agent throws, as with any middleware', async () => {
  const trouble = new Error('no such model');
  const fail: Answer = () => {
    throw trouble;
  };
  const ends = (middleware: Json): Promise<Json> =>
    invoked(createAgent({ model: new PlannedModel([fail]), tools, middleware }), 'go').catch((error: unknown) => error);
  const passing = createMiddleware({ name: 'Passing', wrapModelCall: (request, handler) => handler(request) });
  const [ours, other] = [await ends([headroomMiddleware()]), await ends([passing])];
  expect([ours.name, ours.message, ours.cause]).toEqual([other.name, other.message, trouble]);
});

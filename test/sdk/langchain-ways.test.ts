/** What chat models of LangChain can do besides answering, with HeadroomChatModel around them: all as without it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { InMemoryCache } from '@langchain/core/caches';
import { type AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { ChatOpenAI } from '@langchain/openai';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Headroom } from '../../src/index.ts';
import { HeadroomChatModel } from '../../src/integrations/langchain/index.ts';
import { withOurs } from '../../src/integrations/langchain/own-tool.ts';
import { type Answer, ask, fetchLast, OURS, PlannedModel, say } from './langchain-model.ts';
import {
  expectGrowing,
  history,
  HITS,
  LISTED,
  Recorder,
  run,
  sizeOf,
  tools,
  user,
  WAYS,
  wrap,
} from './langchain-programs.ts';
import type { Json } from './programs.ts';

describe.each(WAYS)('by %s', (way) => {
  const answers: Answer[] = [() => ({ text: 'looking', calls: [ask('1', 'grep')] }), () => say('all found')];

  test('R-35: callbacks are told the same, once for each call that the program makes', async () => {
    const recorded = async (make: (model: PlannedModel) => Json, plan = answers): Promise<Json[]> => {
      const recorder = new Recorder();
      const model = make(new PlannedModel(plan, { tags: ['own'] })).bindTools(tools);
      await run(model, way, [user('go')], { callbacks: [recorder], tags: ['mine'] });
      return recorder.told;
    };
    const told = await recorded(wrap);
    expect(told).toEqual(await recorded((model) => model));
    const fetching: Answer[] = [
      answers[0]!,
      (messages) => ({ text: 'all ', calls: [fetchLast('h', messages)] }),
      () => say('found'),
    ];
    const fetched = await recorded(wrap, fetching);
    expect(JSON.stringify(fetched).includes(OURS)).toBe(false);
    expect(fetched.filter(([kind]) => kind !== 'token').map(([kind]) => kind)).toEqual(
      told.filter(([kind]) => kind !== 'token').map(([kind]) => kind),
    );
    const tokens = (all: Json[]): string => all.flatMap(([kind, token]) => (kind === 'token' ? [token] : [])).join('');
    expect(tokens(fetched)).toBe(tokens(told));
  });

  test('the metadata of a run says what was saved, and what the program says there stays', async () => {
    const recorder = new Recorder();
    const model = wrap(new PlannedModel([() => say('x')], { metadata: { own: 1 } })).bindTools(tools);
    const metadata = { mine: 2, 'headroom.tokens_saved': 'mine' };
    await run(model, way, history(), { callbacks: [recorder], metadata });
    // LangChain starts no run for blocks.
    if (way === 'blocks') return expect(recorder.metadata).toEqual([]);
    expect(recorder.metadata[0]).toMatchObject({
      ...metadata,
      own: 1,
      'headroom.transforms_applied': [expect.any(String)],
    });
    const { 'headroom.tokens_before': before, 'headroom.tokens_after': after } = recorder.metadata[0];
    expect(after).toBeLessThan(before / 2);
  });

  test('errors are those of the model, also in a later round', async () => {
    const trouble = new Error('no such model');
    const fail: Answer = () => {
      throw trouble;
    };
    const ends = (model: Json): Promise<unknown> => run(model, way, [user('go')]).catch((error: unknown) => error);
    expect(await ends(wrap(new PlannedModel([fail])).bindTools(tools))).toBe(trouble);
    const inRound = new PlannedModel([answers[0]!, (messages) => ({ calls: [fetchLast('h', messages)] }), fail]);
    expect(await ends(wrap(inRound).bindTools(tools))).toBe(trouble);
  });

  test('a signal ends a call as it does without', async () => {
    const ends = async (make: (model: PlannedModel) => Json): Promise<string> => {
      const stop = new AbortController();
      const model = new PlannedModel([
        () => {
          stop.abort();
          throw stop.signal.reason;
        },
      ]);
      return run(make(model).bindTools(tools), way, history(), { signal: stop.signal }).then(() => 'went on', String);
    };
    const end = await ends(wrap);
    expect(end).toBe(await ends((model) => model));
    expect(end).not.toBe('went on');
  });

  test('a model that fetches for ever is told to go on without; where it does not its turn ends, and all is paid', async () => {
    const grep: Answer = () => ({ calls: [ask('1', 'grep')] });
    const fetching = Array.from(
      { length: 7 },
      (_, n): Answer =>
        (messages) => ({ text: `${n}`, calls: [fetchLast(`h${n}`, messages)] }),
    );
    const told = new PlannedModel([grep, ...fetching.slice(0, 6), () => say('enough')]);
    expect((await run(wrap(told).bindTools(tools), way, [user('go')])).texts).toEqual(['', '012345enough']);
    const results = told.asked[7]!.messages.filter(({ name, type }) => type === 'tool' && name === OURS);
    expect(results.slice(0, 5).every(({ text }) => text.includes('compute('))).toBe(true);
    expect(results[5]!.text).toContain('continue with what you have');
    const deaf = new PlannedModel([grep, ...fetching]);
    const seen = await run(wrap(deaf).bindTools(tools), way, [user('go')]);
    expect([seen.texts, seen.calls]).toEqual([['', '0123456'], ['grep']]);
    expect(deaf.asked).toHaveLength(8);
    const { usage_metadata, response_metadata } = seen.messages.at(-1) as AIMessage;
    expect(usage_metadata).toMatchObject({ input_tokens: 70, total_tokens: 84 });
    if (way === 'invoke') expect(response_metadata['tokenUsage']).toEqual({ totalTokens: 84 });
  });

  test('who has no tools, or another tool of that name, or strict ones, or the lossless profile, is offered none and reads no views', async () => {
    const model = new PlannedModel(Array.from({ length: 7 }, () => () => say('x')));
    const headroom = new Headroom();
    const other = { type: 'function', function: { name: OURS, parameters: {} } };
    await run(wrap(model, { headroom }).bindTools(tools), way, history());
    await run(wrap(model, { headroom }), way, history());
    await run(wrap(model, { headroom }).bindTools([...tools, other]), way, history());
    await run(wrap(model, { headroom }).bindTools(tools, { strict: true }), way, history());
    await run(wrap(model, { headroom }).bindTools(tools, { n: 2 }), way, history());
    await run(wrap(model, { profile: 'lossless' }).bindTools(tools), way, history());
    await run(wrap(model).bindTools(tools, { tool_choice: 'none' }), way, history());
    expect(model.asked.map(({ messages }) => JSON.stringify(messages).includes('hash='))).toEqual([
      true,
      ...Array(6).fill(false),
    ]);
    expect(
      model.asked.map(
        ({ tools: offered }) =>
          offered.filter(({ function: { description } }) => description && offered.at(-1)?.function.name === OURS)
            .length > 2,
      ),
    ).toEqual([true, false, false, false, false, false, true]);
  });
});

test('only texts of results change: status, artifact, names, ids and everything else is the very same', async () => {
  const model = new PlannedModel([() => say('x')]);
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
  const given = [
    ...history([picture, { type: 'text', text: LISTED }], {
      id: 'r1',
      artifact: { raw: 1 },
      metadata: { a: 1 },
      additional_kwargs: { k: 1 },
    }),
    ...history(HITS, { status: 'error' }),
    ...history('short'),
  ];
  const before = JSON.stringify(given);
  await wrap(model).bindTools(tools).invoke(given);
  const sent = model.asked[0]!.messages as Json[];
  expect(JSON.stringify(given)).toBe(before);
  for (const [index, message] of sent.entries()) if (index !== 2) expect(message).toBe(given[index]);
  const { content, ...rest } = sent[2];
  const { content: _, ...was } = given[2] as Json;
  expect(sent[2]).toBeInstanceOf(ToolMessage);
  expect({ ...rest, lc_kwargs: 0 }).toEqual({ ...was, lc_kwargs: 0 });
  expect(content[0]).toBe(picture);
  expect(content[1].text.length).toBeLessThan(LISTED.length / 2);
});

test('it is of the class of the model that it is around, which stays as it was', async () => {
  const inner = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'k' });
  const keys = Reflect.ownKeys(inner);
  const model = new HeadroomChatModel(inner);
  expect(model).toBeInstanceOf(ChatOpenAI);
  expect(model).toBeInstanceOf(HeadroomChatModel);
  expect(inner).not.toBeInstanceOf(HeadroomChatModel);
  expect(Reflect.ownKeys(inner)).toEqual(keys);
  expect(JSON.stringify(model)).toBe(JSON.stringify(inner));
  expect([model.model, model.getName(), model._llmType()]).toEqual(['gpt-4o', 'ChatOpenAI', 'openai']);
  const headroom = new Headroom();
  const named = new HeadroomChatModel({ wrappedModel: inner, headroom });
  expect(named.headroom).toBe(headroom);
  expect(new HeadroomChatModel(named, { headroom }).bindTools(tools)).toBeInstanceOf(HeadroomChatModel);
  expect(named.getSavingsSummary()).toEqual({
    totalRequests: 0,
    totalTokensBefore: 0,
    totalTokensAfter: 0,
    totalTokensSaved: 0,
    averageSavingsPercent: 0,
  });
});

test('what is bound, configured, retried and in reserve goes through it too; each counts', async () => {
  const headroom = new Headroom();
  const plan = Array.from({ length: 8 }, () => () => say('x'));
  const model = new PlannedModel(plan);
  const ours = wrap(model, { headroom });
  const broken = wrap(
    new PlannedModel([
      () => {
        throw new Error('down');
      },
    ]),
    { headroom },
  );
  await ours.withConfig({ tags: ['x'] }).invoke(history(LISTED));
  await ours
    .bindTools(tools)
    .withConfig({ tags: ['x'] })
    .invoke(history(LISTED));
  await ours.withRetry({ stopAfterAttempt: 2 }).invoke(history(LISTED));
  await broken.withFallbacks([ours]).invoke(history(LISTED));
  await ours.pipe(RunnableLambda.from((message: BaseMessage) => message.text)).invoke(history(LISTED));
  await ours.batch([history(LISTED), history(LISTED)]);
  await ours.generate([history(LISTED)]);
  expect(model.asked.every(({ messages }) => sizeOf(messages) < LISTED.length / 2)).toBe(true);
  expect(ours.getSavingsSummary()).toMatchObject({ totalRequests: 9, totalTokensSaved: headroom.savings.tokensSaved });
  expect(ours.totalTokensSaved).toBeGreaterThan(1_000);
});

test('a retry by LangChain sends the same again', async () => {
  let fails = 1;
  const model = new PlannedModel(
    Array.from({ length: 2 }, () => () => {
      if (fails-- > 0) throw new Error('busy');
      return say('x');
    }),
  );
  await wrap(model).bindTools(tools).withRetry({ stopAfterAttempt: 2 }).invoke(history());
  expect(JSON.stringify(model.asked[1])).toBe(JSON.stringify(model.asked[0]));
});

test('an answer in a cache of LangChain is found, by what the program asks', async () => {
  const cache = new InMemoryCache();
  const model = new PlannedModel([() => say('once')], { cache });
  const bound = wrap(model).bindTools(tools);
  expect((await bound.invoke(history())).text).toBe('once');
  expect((await bound.invoke(history())).text).toBe('once');
  // Another program without it has the same question.
  expect((await new PlannedModel([], { cache }).bindTools(tools).invoke(history())).text).toBe('once');
});

test('a model without tools, and prompts without messages of tools, go by as they are', async () => {
  const plainModel = new FakeListChatModel({ responses: ['a', 'b'] });
  const model = new HeadroomChatModel(plainModel);
  expect((await model.invoke('hi')).text).toBe('a');
  expect((await model.invoke([['user', 'hi']])).text).toBe('b');
  let text = '';
  for await (const chunk of await model.stream('hi')) text += chunk.text;
  expect(text).toBe('a');
});

test('a class may keep what it says of its calls to itself', async () => {
  class Private extends PlannedModel {
    readonly #temperature = 0.5;
    override invocationParams(): Json {
      return { temperature: this.#temperature };
    }
  }
  const recorder = new Recorder();
  await wrap(new Private([() => say('x')])).invoke(history(), { callbacks: [recorder] });
  expect(recorder.told[0][2]).toEqual({ temperature: 0.5 });
});

test('what the runs around it say in their metadata stays', async () => {
  AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
  const metadataOf = async (model: Json): Promise<Json> => {
    const recorder = new Recorder();
    const chain = RunnableLambda.from(async () => model.invoke(history(LISTED)));
    const config = { metadata: { outer: 1 }, configurable: { thread_id: 't' } };
    await chain.invoke({}, { callbacks: [recorder], ...config });
    return recorder.metadata[0];
  };
  const planned = (): PlannedModel => new PlannedModel([() => say('x')]);
  const seen = await metadataOf(wrap(planned()));
  expect(seen['headroom.tokens_saved']).toBeGreaterThan(1_000);
  const theirs = Object.entries(seen).filter(([key]) => !key.startsWith('headroom.'));
  expect(Object.fromEntries(theirs)).toEqual(await metadataOf(planned()));
});

test('where tools are declared in one list inside another, ours is too', () => {
  const declared = (...names: string[]): Json => ({ functionDeclarations: names.map((name) => ({ name })) });
  expect(withOurs([declared('a', 'b'), { googleSearch: {} }], declared(OURS))).toEqual([
    declared('a', 'b', OURS),
    { googleSearch: {} },
  ]);
  expect(withOurs([{ name: 'a' }], { name: OURS })).toEqual([{ name: 'a' }, { name: OURS }]);
});

test('where Headroom fails itself, messages go out as they are', async () => {
  const warnings: string[] = [];
  const headroom = new Headroom({ tokenizer: 'nobody', warn: (message) => warnings.push(message) });
  const model = new PlannedModel([() => say('x')]);
  const given = history();
  expect((await wrap(model, { headroom }).bindTools(tools).invoke(given)).text).toBe('x');
  expect(model.asked[0]!.messages).toEqual(given);
  expect(warnings.join()).toContain('no tokenizer called "nobody"');
});

test('whatever a model asks for, its turns come out without it and its prompts only grow', async () => {
  const step = fc.record({
    text: fc.constantFrom('', 'one', 'two'),
    ours: fc.nat({ max: 2 }),
    theirs: fc.nat({ max: 2 }),
    thinks: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.constantFrom(...WAYS), async (steps, way) => {
      const answers = steps.map(
        ({ text, ours, theirs, thinks }, n): Answer =>
          (messages) => ({
            text,
            ...(thinks && { thinks: `t${n}` }),
            calls: [
              ...Array.from({ length: ours }, (_, k) => fetchLast(`h${n}${k}`, messages, { lines: `${k + 1}` })),
              ...Array.from({ length: theirs }, (_, k) => ask(`t${n}${k}`, k === 0 ? 'grep' : 'list')),
            ],
          }),
      );
      const model = new PlannedModel([
        () => ({ calls: [ask('1', 'grep')] }),
        ...answers,
        () => say('end'),
        () => say('ends'),
      ]);
      const bound = wrap(model).bindTools(tools);
      const one = await run(bound, way, [user('go')]);
      await run(bound, way, [...one.messages, user('more')]);
      expect(JSON.stringify(one).includes(OURS)).toBe(false);
      const end = steps.findIndex(({ ours, theirs }) => ours + theirs === 0);
      const said = steps.slice(0, end < 0 ? steps.length : end + 1);
      const isLong = said.length >= 6 && said.every(({ ours, theirs }) => ours > 0 && theirs === 0);
      const wanted = said.map(({ text }) => text).join('') + (end < 0 ? 'end' : '');
      if (!isLong) expect(one.texts.join('')).toBe(wanted);
      const called = said.flatMap(({ theirs }) => ['grep', 'list'].slice(0, theirs));
      expect(one.calls).toEqual(['grep', ...called]);
      expectGrowing(model.asked);
    }),
    {
      numRuns: 40,
      examples: [
        // A string, and a call that stands behind it once ours is gone.
        [
          [
            { text: 'one', ours: 1, theirs: 0, thinks: false },
            { text: '', ours: 0, theirs: 1, thinks: false },
          ],
          'blocks',
        ],
      ],
    },
  );
});

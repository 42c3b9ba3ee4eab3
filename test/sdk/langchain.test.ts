/** Programs on LangChain.js, with and without HeadroomChatModel: they see the same, and their model reads less. */
import { ChatAnthropic } from '@langchain/anthropic';
import type { AIMessage, BaseMessage, ToolMessage } from '@langchain/core/messages';
import { describe, expect, test } from 'vitest';
import { Headroom } from '../../src/index.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import {
  type Script,
  type ScriptedCall,
  type ScriptedProvider,
  startScriptedProvider,
} from '../../src/testing/scripted-provider.ts';
import * as agent from '../e2e/retrieving-agent.ts';
import { startSigningProvider } from '../e2e/signing-provider.ts';
import { type Answer, ask, fetchLast, OURS, PlannedModel, say } from './langchain-model.ts';
import { expectGrowing, MAKERS, plain, run, sizeOf, tools, user, WAYS, wrap } from './langchain-programs.ts';
import type { Json } from './programs.ts';

describe.each(WAYS)('by %s', (way) => {
  const answers: Answer[] = [
    () => ({ text: 'looking', thinks: 'a', calls: [ask('1', 'grep'), ask('2', 'list')] }),
    () => ({ calls: [ask('3', 'list')] }),
    () => say('all found'),
  ];

  test('R-35: a program sees the same with and without it, and its model reads less, by a stable prefix', async () => {
    const [one, other] = [new PlannedModel(answers), new PlannedModel(answers)];
    const without = await run(one.bindTools(tools), way, [user('go')]);
    const seen = await run(wrap(other).bindTools(tools), way, [user('go')]);
    expect(plain(seen)).toEqual(plain(without));
    expect(other.asked).toHaveLength(3);
    expect(sizeOf(other.asked[2]!.messages)).toBeLessThan(sizeOf(one.asked[2]!.messages) / 2);
    expect(other.asked[0]!.tools.map((each) => each.function.name)).toEqual(['grep', 'list', OURS]);
    expectGrowing(other.asked);
  });

  test('calls for originals are answered unseen, and are put back in later prompts of the conversation', async () => {
    const model = new PlannedModel([
      () => ({ calls: [ask('1', 'grep')] }),
      (messages) => ({ thinks: 'b', text: 'wait, ', calls: [fetchLast('h1', messages, { lines: '7' })] }),
      (messages) => ({ thinks: 'c', calls: [fetchLast('h2', messages, { query: 'v599' }), ask('2', 'list')] }),
      () => say('found'),
      (messages) => ({ calls: [fetchLast('h3', messages)] }),
      () => say('the second answer'),
      () => say('the third answer'),
    ]);
    const headroom = new Headroom();
    const ours = wrap(model, { headroom }).bindTools(tools);
    const one = await run(ours, way, [user('go')]);
    // Another model of the same Headroom, as if it was wrapped for each request.
    const two = await run(wrap(model, { headroom }).bindTools(tools), way, [...one.messages, user('and now?')]);
    const three = await run(ours, way, [...two.messages, user('and then?')]);
    expect(one.texts).toEqual(['', 'wait, ', 'found']);
    expect([two.texts, three.texts]).toEqual([['the second answer'], ['the third answer']]);
    expect(two.messages.at(-1)!.response_metadata['finish_reason']).toBe('stop');
    expect(one.calls).toEqual(['grep', 'list']);
    expect(JSON.stringify([one.seen, two.seen, three.seen]).includes(OURS)).toBe(false);
    expect(JSON.stringify(three.messages).includes(OURS)).toBe(false);
    expect(model.asked).toHaveLength(7);
    const results = model.asked[6]!.messages.filter(({ name }) => name === OURS) as ToolMessage[];
    expect(results.map(({ tool_call_id: id }) => id)).toEqual(['h1', 'h2', 'h3']);
    expect(results[0]!.text).toContain('compute(42)');
    expect(results[1]!.text).toContain('compute(4193)');
    expectGrowing(model.asked);
  });
});

async function overHttp(use: (provider: ScriptedProvider) => Promise<void>): Promise<void> {
  const provider = await startScriptedProvider({
    call: [
      { tool: /grep/, input: {} },
      [
        { tool: /list/, input: {} },
        { tool: /grep/, input: {} },
      ],
    ],
    text: 'fine',
  });
  try {
    await use(provider);
  } finally {
    await provider.close();
  }
}

describe.each(MAKERS)('%s over HTTP', (_, make) => {
  test.each(WAYS)('sees the same by %s, and its provider gets less', async (way) => {
    await overHttp(async (provider) => {
      const without = await run(make(provider.url).bindTools(tools), way, [user('go')]);
      const count = provider.requests.length;
      const headroom = new Headroom();
      const seen = await run(wrap(make(provider.url), { headroom }).bindTools(tools), way, [user('go')]);
      expect(plain(seen)).toEqual(plain(without));
      expect(provider.requests).toHaveLength(2 * count);
      expect(provider.requests.at(-1)!.body.length).toBeLessThan(provider.requests[count - 1]!.body.length / 2);
      expect(headroom.savings.tokensSaved).toBeGreaterThan(1_000);
    });
  });
});

/** Searches, fetches a part of the original, calls two tools along with another part, and says it is done. */
function fetching({ body }: { readonly body: Buffer }): Script {
  const hash = /headroom_retrieve hash=([0-9a-f]{24})/.exec(body.toString())?.[1] ?? 'none';
  const fetch = (more: JsonObject): ScriptedCall => ({ tool: /headroom_retrieve/, input: { hash, ...more } });
  const [grep, list] = [
    { tool: /grep/, input: {} },
    { tool: /list/, input: {} },
  ];
  return { call: [grep, fetch({ lines: '7' }), [fetch({ query: 'v599' }), list, grep]], text: 'found' };
}

describe.each(MAKERS)('%s over HTTP, which fetches originals', (_name, make) => {
  test.each(WAYS)('by %s: unseen, in requests that only grow', async (way) => {
    const provider = await startScriptedProvider(fetching);
    try {
      const headroom = new Headroom();
      const model = (): Json => wrap(make(provider.url), { headroom }).bindTools(tools);
      const one = await run(model(), way, [user('go')]);
      const two = await run(model(), way, [...one.messages, user('and now?')]);
      expect(JSON.stringify([one, two]).includes(OURS)).toBe(false);
      expect(one.calls).toEqual(['grep', 'list', 'grep']);
      expect([one.texts.at(-1), two.texts]).toEqual(['found', ['found']]);
      const bodies = provider.requests.map(({ body }) => JSON.parse(body.toString()));
      expect(bodies).toHaveLength(5);
      const lists: Json[][] = bodies.map(({ messages, input }) => messages ?? input);
      for (const [index, list] of lists.entries()) {
        if (index > 0) expect(textOf(list.slice(0, lists[index - 1]!.length))).toEqual(textOf(lists[index - 1]!));
      }
      expect(JSON.stringify(lists[4])).toContain('compute(4193)');
      expect(new Set(bodies.map((body) => JSON.stringify(body.tools))).size).toBe(1);
      const said = [...one.messages, ...two.messages.slice(-1)].filter(({ type }) => type === 'ai') as AIMessage[];
      // All rounds are paid, and what is said of them is said once.
      expect(sumOf(said.map((one: Json) => one.usage_metadata.input_tokens))).toBe(
        sumOf(provider.requests.map(({ body }) => Math.ceil(body.length / 4))),
      );
      expect(wordsOf(said[1]!)).toEqual(wordsOf(said[0]!));
    } finally {
      await provider.close();
    }
  });
});

const sumOf = (counts: number[]): number => counts.reduce((sum, count) => sum + count, 0);
/** Of what is said of an answer, what every answer has. LangChain itself says some of it twice. */
const wordsOf = ({ response_metadata: all }: AIMessage): Json =>
  Object.entries(plain({ ...all, output: 0 })).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value.replace(/^(.+)\1$/, '$1')]] : [],
  );

/** What goes out for the results that came with ours is theirs first; marks of caches move. */
const textOf = (list: Json[]): Json => list.map((message) => JSON.parse(JSON.stringify(message)));

describe.each(WAYS)('signed thinking, by %s', (way) => {
  test('stays valid over hidden calls', async () => {
    const provider = await startSigningProvider(
      agent.planOf([
        () => [agent.think('a'), { ...agent.grep(), name: 'grep' }],
        (body) => [agent.think('b'), agent.fetch(body)],
        (body) => [
          agent.think('c'),
          agent.say('let me look'),
          agent.fetch(body, { lines: '7' }),
          { ...agent.grep(), name: 'grep' },
        ],
        () => [agent.think('d'), agent.say('found')],
        (body) => [agent.think('e'), agent.fetch(body)],
        () => [agent.think('f'), agent.say('and the second answer')],
        () => [agent.think('g'), agent.say('and the third')],
      ]),
    );
    try {
      const model = wrap(
        new ChatAnthropic({ model: 'claude-opus-5-5', apiKey: 'k', anthropicApiUrl: provider.url, maxRetries: 0 }),
      );
      let messages: BaseMessage[] = [];
      const texts: string[] = [];
      for (const question of ['search', 'and now?', 'and then?']) {
        const seen = await run(model.bindTools(tools), way, [...messages, user(question)]);
        ({ messages } = seen);
        texts.push(...seen.texts);
        expect(JSON.stringify(seen).includes(OURS)).toBe(false);
      }
      expect(texts).toEqual(['', 'let me look', 'found', 'and the second answer', 'and the third']);
      expect(provider.mismatches).toEqual([]);
      expect(provider.requests).toHaveLength(7);
      expect(JSON.stringify(provider.requests[6]).split(`"name":"${OURS}"`)).toHaveLength(5);
    } finally {
      await provider.close();
    }
  });
});

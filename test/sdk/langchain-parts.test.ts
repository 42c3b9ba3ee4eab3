/** Histories, retrievers and tools of LangChain by themselves, with Headroom. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InMemoryChatMessageHistory } from '@langchain/core/chat_history';
import { Document } from '@langchain/core/documents';
import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { RunnableLambda, RunnableWithMessageHistory } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import fc from 'fast-check';
import { createAgent } from 'langchain';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Headroom } from '../../src/index.ts';
import {
  HeadroomChatMessageHistory,
  HeadroomDocumentCompressor,
  wrapToolsWithHeadroom,
} from '../../src/integrations/langchain/index.ts';
import { ask, PlannedModel, say } from './langchain-model.ts';
import { HITS, LISTED } from './langchain-programs.ts';
import type { Json } from './programs.ts';

const call = (id: string): AIMessage =>
  new AIMessage({ content: '', tool_calls: [{ id, name: 'list', args: {}, type: 'tool_call' }] });
const result = (id: string, content: Json = LISTED, more: Json = {}): ToolMessage =>
  new ToolMessage({ tool_call_id: id, name: 'list', content, artifact: { id }, ...more });

describe('a chat history within a budget', () => {
  const turns = (count: number, words = 60): BaseMessage[] =>
    Array.from({ length: count }, (_, n) => [
      new HumanMessage(`question ${n} ${'word '.repeat(words)}`),
      call(`c${n}`),
      result(`c${n}`),
      new AIMessage(`answer ${n}`),
    ]).flat();

  test('reads results shorter, keeps all else, and never changes what is behind it', async () => {
    const given = [new SystemMessage('be brief'), ...turns(2)];
    const inner = new InMemoryChatMessageHistory(given);
    const before = JSON.stringify(given);
    const read = await new HeadroomChatMessageHistory(inner, { maxTokens: 100_000 }).getMessages();
    expect(read).toHaveLength(given.length);
    for (const [index, message] of read.entries()) {
      if (message.type !== 'tool') expect(message).toBe(given[index]);
      else
        expect([message.text.length < LISTED.length / 2, (message as ToolMessage).artifact]).toEqual([
          true,
          (given[index] as ToolMessage).artifact,
        ]);
    }
    expect(JSON.stringify(await inner.getMessages())).toBe(before);
    expect(await new Headroom().expand(read[3]!.text)).toBe(LISTED);
  });

  test('leaves out the oldest exchanges, whole, and stays the same from read to read while it can', async () => {
    const inner = new InMemoryChatMessageHistory([new SystemMessage('be brief')]);
    const history = new HeadroomChatMessageHistory(inner, { maxTokens: 1_500 });
    let [moves, last] = [0, [] as BaseMessage[]];
    for (const message of turns(40)) {
      await history.addMessage(message);
      const read = await history.getMessages();
      const other = await new HeadroomChatMessageHistory(inner, { maxTokens: 1_500 }).getMessages();
      expect(other.map(({ content }) => content)).toEqual(read.map(({ content }) => content));
      expect(read[0]!.type).toBe('system');
      expect(read[1]!.type).toBe('human');
      expect(
        last.length === 0 || read.slice(0, last.length).every((one, index) => one === last[index]) || ++moves,
      ).toBeTruthy();
      const ids = new Set(read.flatMap((one: Json) => (one.tool_calls ?? []).map(({ id }: Json) => id)));
      expect(read.every((one: Json) => one.type !== 'tool' || ids.has(one.tool_call_id))).toBe(true);
      last = read;
    }
    expect(await inner.getMessages()).toHaveLength(161);
    expect(last.length).toBeLessThan(80);
    expect(moves).toBeGreaterThan(1);
    expect(moves).toBeLessThan(12);
  });

  test('counts and shortens each message once, whoever makes its objects', async () => {
    let counts = 0;
    const tokenizer = {
      name: 'counting',
      exact: true,
      count: (text: string) => ((counts += 1), Math.ceil(text.length / 4)),
    };
    const given = turns(3);
    const anew = {
      getMessages: async () => given.map((one: Json) => new one.constructor({ ...one.lc_kwargs })),
    } as Json;
    const history = new HeadroomChatMessageHistory(anew, { tokenizer, maxTokens: 100_000 });
    const first = await history.getMessages();
    const before = counts;
    expect((await history.getMessages()).map(({ content }) => content)).toEqual(first.map(({ content }) => content));
    expect(counts).toBe(before);
  });

  test('the last exchange stays whole, reports of failures stay, and blocks that are no text count', async () => {
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
    const asked = new HumanMessage({ content: [picture, { type: 'text', text: 'look' }] });
    const given = [
      ...turns(2),
      asked,
      call('a'),
      result('a', HITS, { status: 'error' }),
      call('b'),
      result('b', [picture, { type: 'text', text: LISTED }]),
    ];
    const read = await new HeadroomChatMessageHistory(new InMemoryChatMessageHistory(given), {
      maxTokens: 50,
    }).getMessages();
    expect(read.map(({ type }) => type)).toEqual(['human', 'ai', 'tool', 'ai', 'tool']);
    expect(read[2]).toBe(given[10]);
    expect((read[4]!.content as Json)[0]).toBe(picture);
  });

  test('works in RunnableWithMessageHistory, and clears', async () => {
    const inner = new InMemoryChatMessageHistory();
    const history = new HeadroomChatMessageHistory(inner);
    const seen: number[] = [];
    const runnable = RunnableLambda.from((messages: BaseMessage[]) => {
      seen.push(messages.length);
      return new AIMessage('ok');
    });
    const chain = new RunnableWithMessageHistory({ runnable, getMessageHistory: () => history } as Json);
    const config = { configurable: { sessionId: 's' } };
    await chain.invoke([new HumanMessage('one')], config);
    await chain.invoke([new HumanMessage('two')], config);
    expect(seen).toEqual([1, 3]);
    await history.addUserMessage('three');
    await history.addAIMessage('four');
    await history.addMessages([new HumanMessage('five')]);
    expect(await inner.getMessages()).toHaveLength(7);
    await history.clear();
    expect(await history.getMessages()).toEqual([]);
  });

  test('whatever is said, pairs stay together and what is read is an end of what was said', async () => {
    const one = fc.constantFrom('human', 'call', 'answer');
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { maxLength: 30 }),
        fc.integer({ min: 10, max: 400 }),
        async (kinds, maxTokens) => {
          const given = kinds.flatMap((kind, n): BaseMessage[] => {
            if (kind === 'human') return [new HumanMessage(`q${n} ${'x '.repeat(n)}`)];
            return kind === 'call' ? [call(`${n}`), result(`${n}`, 'short')] : [new AIMessage(`a${n}`)];
          });
          const read = await new HeadroomChatMessageHistory(new InMemoryChatMessageHistory(given), {
            maxTokens,
          }).getMessages();
          expect(read).toEqual(given.slice(given.length - read.length));
          expect(read.length === 0 || read.length === given.length || read[0]!.type === 'human').toBe(true);
          if (given.length > 0) expect(read.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a document compressor', () => {
  const doc = (pageContent: string, n = 0): Document => new Document({ pageContent, metadata: { n }, id: `d${n}` });
  const facts = [
    'The capital of France is Paris, and the city is old.',
    'Dogs and the cats of the town sleep in the sun.',
    'Paris has the tower of Eiffel; France built it.',
    'Paris has a tower of Eiffel; France built it.',
    'A recipe for the soup of the day.',
  ].map((text, n) => doc(text, n));
  const found = async (options: Json, query = 'capital of France', docs = facts): Promise<unknown[]> =>
    (await new HeadroomDocumentCompressor(options).compressDocuments(docs, query)).map(({ metadata }) => metadata['n']);

  test('puts first what says most, by words that are rare, and gives the very documents', async () => {
    const compressor = new HeadroomDocumentCompressor();
    expect(compressor).toBeInstanceOf(BaseDocumentCompressor);
    const [first] = await compressor.compressDocuments(facts, 'capital of France');
    expect(first).toBe(facts[0]);
    expect(await found({ maxDocuments: 2 })).toEqual([0, 2]);
    expect(await found({ maxDocuments: 0 })).toEqual([]);
    expect(await new HeadroomDocumentCompressor().compressDocuments([], 'x')).toEqual([]);
  });

  test('minRelevance holds however few there are', async () => {
    expect(await found({ minRelevance: 0.5 })).toEqual([0]);
    expect(await found({ minRelevance: 0.3 }, 'quantum chromodynamics')).toEqual([]);
    expect(await found({ minRelevance: 0.3 }, 'dogs', [facts[4]!])).toEqual([]);
    expect(await found({}, 'quantum chromodynamics')).toEqual([0, 1, 2, 3, 4]);
  });

  test('what says the same stands back', async () => {
    expect(await found({ maxDocuments: 2 }, 'tower Eiffel Paris France')).toEqual([2, 3]);
    expect(await found({ maxDocuments: 2, diversity: 1 }, 'tower Eiffel Paris France')).toEqual([2, 0]);
  });

  test('single letters and scripts without spaces are words too', async () => {
    const docs = ['東京は日本の首都です', '京都は古い町です', 'vitamin C', 'vitamin D'].map(doc);
    expect((await found({ maxDocuments: 1 }, '日本の首都', docs))[0]).toBe(0);
    expect((await found({ maxDocuments: 1 }, 'vitamin D', docs))[0]).toBe(3);
  });

  test('texts get shorter where that is wanted, and lose nothing', async () => {
    const docs = [doc(LISTED, 1), doc('user 7', 2)];
    const headroom = new Headroom();
    const [one, two] = await new HeadroomDocumentCompressor({ compressText: true, headroom }).compressDocuments(
      docs,
      'user 7 active',
    );
    const short = [one!, two!].find(({ metadata }) => metadata['n'] === 1)!;
    expect(short).toBeInstanceOf(Document);
    expect([short.id, docs[0]!.pageContent]).toEqual(['d1', LISTED]);
    expect(short.pageContent.length).toBeLessThan(LISTED.length / 2);
    expect(await headroom.expand(short.pageContent)).toBe(LISTED);
  });
});

describe('wrapped tools', () => {
  const schema = z.object({ q: z.string().optional() });
  const rows = JSON.parse(LISTED) as unknown[];
  const made = {
    text: tool(async ({ q }) => `${q ?? ''}${LISTED}`, {
      name: 'text',
      description: 'd',
      schema,
      metadata: { m: 1 },
      tags: ['t'],
    }),
    rows: tool(async () => rows, { name: 'rows', description: 'd', schema }),
    pair: tool(async () => [LISTED, { raw: rows }], {
      name: 'pair',
      description: 'd',
      schema,
      responseFormat: 'content_and_artifact',
    }),
    short: tool(async () => 'short', { name: 'short', description: 'd', schema }),
    fails: tool(
      async () => {
        throw new TypeError('broken');
      },
      { name: 'fails', description: 'd', schema },
    ),
    direct: tool(async (_input, config: Json) => result(config.toolCall?.id ?? 'x'), {
      name: 'direct',
      description: 'd',
      schema,
    }),
    error: tool(async (_input, config: Json) => result(config.toolCall?.id ?? 'x', LISTED, { status: 'error' }), {
      name: 'error',
      description: 'd',
      schema,
    }),
    blocks: tool(
      async () => [
        { type: 'text', text: LISTED },
        { type: 'image_url', image_url: { url: 'data:,' } },
      ],
      { name: 'blocks', description: 'd', schema },
    ),
    steps: tool(
      async function* steps() {
        yield 'on my way';
        return LISTED;
      } as Json,
      { name: 'steps', description: 'd', schema },
    ),
  };
  const names = Object.keys(made) as (keyof typeof made)[];
  const wrapped = wrapToolsWithHeadroom(names.map((name) => made[name] as Json)) as Json[];
  const oursOf = (name: keyof typeof made): Json => wrapped[names.indexOf(name)];
  const asked = (name: string): Json => ({ name, args: {}, id: 'c1', type: 'tool_call' });

  test.each(names)('%s keeps its schema, name, class and settings', (name) => {
    for (const key of ['name', 'description', 'schema', 'responseFormat', 'returnDirect', 'metadata', 'tags']) {
      expect(oursOf(name)[key]).toBe((made[name] as Json)[key]);
    }
    expect(oursOf(name)).toBeInstanceOf((made[name] as Json).constructor);
  });

  test.each(['text', 'rows', 'pair', 'direct', 'blocks', 'steps'] as const)(
    '%s says the same shorter',
    async (name) => {
      const [long, short] = [await (made[name] as Json).invoke(asked(name)), await oursOf(name).invoke(asked(name))];
      expect(short).toBeInstanceOf(ToolMessage);
      expect({ ...short, content: 0, lc_kwargs: 0 }).toEqual({ ...long, content: 0, lc_kwargs: 0 });
      expect(short.text.length).toBeLessThan(LISTED.length / 2);
      expect(await new Headroom().expand(short.text)).toBe(name === 'rows' ? LISTED : long.text);
      if (Array.isArray(long.content) && name === 'blocks') expect(short.content[1]).toEqual(long.content[1]);
    },
  );

  test('short results, failures and objects that a program takes itself stay as they are', async () => {
    expect((await oursOf('short').invoke(asked('short'))).content).toBe('short');
    expect((await oursOf('error').invoke(asked('error'))).content).toBe(LISTED);
    expect(await oursOf('rows').invoke({})).toBe(rows);
    await expect(oursOf('fails').invoke(asked('fails'))).rejects.toThrow(new TypeError('broken'));
    await expect(oursOf('text').invoke({ ...asked('text'), args: { q: 5 } })).rejects.toThrow(
      'did not match expected schema',
    );
    const lazy = wrapToolsWithHeadroom([made.text], { minTokens: 100_000 });
    expect((await (lazy[0] as Json).invoke(asked('text'))).content).toBe(LISTED);
  });

  test('what a tool reports on its way, and how it ends, callbacks are told', async () => {
    const told: Json[] = [];
    const handler = {
      handleToolStart: (_tool: Json, input: string) => void told.push(['start', input]),
      handleToolEvent: (event: Json) => void told.push(['event', event]),
      handleToolEnd: (output: Json) => void told.push(['end', output.content.length < LISTED.length]),
      handleToolError: (error: Error) => void told.push(['error', error.message]),
    };
    await oursOf('steps').invoke(asked('steps'), { callbacks: [handler] });
    await oursOf('fails')
      .invoke(asked('fails'), { callbacks: [handler] })
      .catch(() => undefined);
    expect(told.map(([kind]) => kind)).toEqual(['start', 'event', 'end', 'start', 'error']);
    expect(told[2]).toEqual(['end', true]);
  });

  test('an agent runs them; definitions alone go by', async () => {
    const definition = { type: 'function', function: { name: 'x', parameters: {} } };
    const runnable = RunnableLambda.from(async () => LISTED).asTool({ name: 'r', schema });
    const [same, other] = wrapToolsWithHeadroom([definition, runnable] as Json[]) as Json[];
    expect(same).toBe(definition);
    expect((await other.invoke(asked('r'))).length).toBeLessThan(LISTED.length / 2);
    const model = new PlannedModel([() => ({ calls: [ask('1', 'text')] }), () => say('done')]);
    const agent = createAgent({ model, tools: [oursOf('text')] });
    const { messages }: Json = await agent.invoke({ messages: [new HumanMessage('go')] });
    expect(messages.map(({ type }: Json) => type)).toEqual(['human', 'ai', 'tool', 'ai']);
    expect(messages[2].text.length).toBeLessThan(LISTED.length / 2);
    expect(model.asked[0]!.tools[0].function.parameters).toMatchObject({ properties: { q: { type: 'string' } } });
  });
});

test('the entry loads @langchain/core and no other package', () => {
  const folder = join(import.meta.dirname, '../../src/integrations/langchain');
  const files = readdirSync(folder).filter((file) => !file.endsWith('.test.ts'));
  const sources = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const loads = sources.flatMap((text) =>
    Array.from(text.matchAll(/^(?:import|export) (?!type\b)[^;]*? from '([^.'][^']*)'/gm)),
  );
  expect(loads.length).toBeGreaterThan(0);
  for (const [, name] of loads) expect(name).toMatch(/^@langchain\/core\//);
});

/** Context fitting in frameworks: what their models are asked fits, begins the same, and says what cannot fit. */
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { describe, expect, test } from 'vitest';
import { type ClientOptions, Headroom } from '../../src/index.ts';
import { HeadroomChatModel } from '../../src/integrations/langchain/index.ts';
import { headroomProcessor } from '../../src/integrations/mastra/index.ts';
import { headroomModelProvider } from '../../src/integrations/openai-agents/index.ts';
import { headroomMiddleware } from '../../src/integrations/vercel-ai.ts';
import { startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { modelOf, REQUEST } from './agents-model.ts';
import { tools } from './langchain-programs.ts';
import { LEFT_OUT, modelsFile, resultOf, SMALL } from './long-conversations.ts';
import type { Json } from './programs.ts';

const TASK = 'Fix the parser of the configuration.';
/** So long that each would be left out, if calls were. */
const wishOf = (at: number): string => `part ${at} ${resultOf(at + 100, 30).replaceAll('\n', ' ')}`;

interface Asked {
  /** What the model was asked with, message by message. */
  readonly messages: Json[];
}

interface Framework {
  readonly name: string;
  /** One model over several turns. @param tools what else it is told that it has. */
  readonly open: (options: ClientOptions, headroom?: Headroom) => (exchanges: number, tools?: Json[]) => Promise<Asked>;
}

const vercelPrompt = (exchanges: number): Json[] => [
  { role: 'user', content: [{ type: 'text', text: TASK }] },
  ...Array.from({ length: exchanges }, (_, at) => {
    const named = { toolCallId: `c${at}`, toolName: 'fetch' };
    const output = { type: 'text', value: resultOf(at) };
    return [
      { role: 'assistant', content: [{ type: 'tool-call', ...named, input: { target: wishOf(at) } }] },
      { role: 'tool', content: [{ type: 'tool-result', ...named, output }] },
    ];
  }).flat(),
];

const functionOf = (name: string, description = ''): Json => ({
  type: 'function',
  name,
  description,
  inputSchema: { type: 'object', properties: {} },
});

const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'the AI SDK',
    open: (options) => {
      const asked: Json[] = [];
      const answer = { content: [], finishReason: { unified: 'stop' }, usage: { inputTokens: {}, outputTokens: {} } };
      const doGenerate = async (params: Json): Promise<Json> => (asked.push(params), { ...answer, warnings: [] });
      const inner = new MockLanguageModelV4({ modelId: SMALL, doGenerate });
      const model = wrapLanguageModel({ model: inner, middleware: headroomMiddleware(options) });
      return async (exchanges, more = []) => {
        await model.doGenerate({ prompt: vercelPrompt(exchanges), tools: [functionOf('fetch'), ...more] } as Json);
        return { messages: asked.at(-1).prompt };
      };
    },
  },
  {
    name: 'LangChain',
    open:
      (options, headroom = new Headroom(options)) =>
      async (exchanges, more = []) => {
        const provider = await startScriptedProvider({ text: 'fine' });
        try {
          const configuration = { baseURL: `${provider.url}/v1` };
          const model = new ChatOpenAI({ model: SMALL, apiKey: 'k', configuration, maxRetries: 0 });
          const messages = Array.from({ length: exchanges }, (_, at) => [
            new AIMessage({ content: '', tool_calls: [{ id: `c${at}`, name: 'fetch', args: { target: wishOf(at) } }] }),
            new ToolMessage({ tool_call_id: `c${at}`, name: 'fetch', content: resultOf(at) }),
          ]);
          const bound = [
            ...tools,
            ...more.map(({ name, description, inputSchema: parameters }) => ({
              type: 'function',
              function: { name, description, parameters },
            })),
          ];
          await new HeadroomChatModel(model, { headroom })
            .bindTools(bound)
            .invoke([new HumanMessage(TASK), ...messages.flat()]);
          return { messages: (JSON.parse(provider.requests.at(-1)!.body.toString()) as Json).messages };
        } finally {
          await provider.close();
        }
      },
  },
  {
    name: 'the Agents SDK',
    open: (options) => {
      const { model, asked } = modelOf(Array.from({ length: 9 }, () => () => []));
      const provider = headroomModelProvider({ getModel: () => model }, options);
      return async (exchanges, more = []) => {
        const items = Array.from({ length: exchanges }, (_, at) => [
          {
            type: 'function_call',
            callId: `c${at}`,
            name: 'fetch',
            status: 'completed',
            arguments: JSON.stringify({ target: wishOf(at) }),
          },
          { type: 'function_call_result', callId: `c${at}`, name: 'fetch', status: 'completed', output: resultOf(at) },
        ]);
        const has = [...REQUEST.tools, ...more.map((one) => ({ ...one, parameters: one.inputSchema, strict: false }))];
        const input = [{ role: 'user', content: TASK }, ...items.flat()];
        await (await provider.getModel(SMALL)).getResponse({ ...REQUEST, tools: has, input });
        return { messages: asked.at(-1).input };
      };
    },
  },
];

const leftOutOf = (value: unknown): number => JSON.stringify(value).split(LEFT_OUT).length - 1;

describe.each(FRAMEWORKS)('$name', ({ open }) => {
  test('results are left out, calls are not, and turns that follow begin with what was sent', async () => {
    const ask = open({ modelsFile });
    expect(leftOutOf((await ask(10)).messages)).toBe(0);
    const { messages } = await ask(22);
    expect(leftOutOf(messages)).toBeGreaterThan(8);
    const lines = JSON.stringify(messages);
    for (let at = 0; at < 22; at++) expect(lines).toContain(wishOf(at));
    const next = (await ask(23)).messages;
    expect(next.slice(0, messages.length)).toEqual(messages);
    expect(leftOutOf(next)).toBe(leftOutOf(messages));
  });

  test('tools count, and a request that cannot fit ends in an error that says so', async () => {
    const long = functionOf('manual', resultOf(3, 700));
    expect(leftOutOf((await open({ modelsFile })(10, [long])).messages)).toBeGreaterThan(2);
    const ask = open({ modelsFile });
    await expect(ask(60)).rejects.toThrow(/prompt is too long: \d+ tokens > \d+ maximum/);
    const anyway = await open({ modelsFile, contextFit: 'off' })(60);
    expect(leftOutOf(anyway.messages)).toBe(0);
  });
});

test('Mastra’s processor leaves out what the agent’s own tool can fetch, and nothing else', async () => {
  const model = { modelId: SMALL };
  const asked = async (options: ClientOptions, exchanges = 22): Promise<Json> => {
    const processor = headroomProcessor({ modelsFile, ...options });
    return processor.processLLMRequest({ prompt: vercelPrompt(exchanges), model } as Json);
  };
  expect(leftOutOf((await asked({ offersRetrieval: true })).prompt)).toBeGreaterThan(8);
  expect(await asked({})).toBeUndefined();
  await expect(asked({ offersRetrieval: true }, 60)).rejects.toThrow(/prompt is too long/);
});

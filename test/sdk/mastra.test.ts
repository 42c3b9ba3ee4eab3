/** agents on Mastra, with and without Headroom: they see the same, and their model reads less. */
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { createTool } from '@mastra/core/tools';
import { wrapLanguageModel } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Headroom } from '../../src/index.ts';
import { headroomProcessor } from '../../src/integrations/mastra/index.ts';
import { headroomMiddleware } from '../../src/integrations/vercel-ai.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import type { Json } from './programs.ts';

const OURS = 'headroom_retrieve';
const ROWS = Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, state: 'active' }));
const HITS = Array.from({ length: 600 }, (_, n) => `src/p${n % 30}/f.ts:${n}:  const v${n} = compute(${n * 7});`).join(
  '\n',
);

let script: Script | ((body: string) => Script);
let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider(({ body }) =>
    typeof script === 'function' ? script(body.toString()) : script,
  );
});
afterAll(() => provider.close());
beforeEach(() => {
  // Nothing leaves this machine.
  vi.stubEnv('MASTRA_TELEMETRY_DISABLED', '1');
  vi.stubEnv('MASTRA_OFFLINE', '1');
  vi.stubEnv('OPENAI_API_KEY', 'sk-x');
  vi.stubEnv('OPENAI_BASE_URL', `${provider.url}/v1`);
  return () => vi.unstubAllEnvs();
});

const grep = { tool: /^grep$/, input: { pattern: 'x' } };
const list = { tool: /^list$/, input: {} };
beforeEach(() => (script = { call: [list, [grep, list], list], text: 'all found '.repeat(10) }));

const tools = {
  grep: createTool({
    id: 'grep',
    description: 'searches',
    inputSchema: z.object({ pattern: z.string() }),
    execute: async () => HITS,
  }),
  list: createTool({ id: 'list', description: 'lists', inputSchema: z.object({}), execute: async () => ROWS }),
};

const openai = (): Json => createOpenAI({ apiKey: 'sk-x', baseURL: `${provider.url}/v1` }).chat('gpt-4o');
const config = (): Json => ({ id: 'custom/gpt-4o', url: `${provider.url}/v1`, apiKey: 'sk-x' });
const wrapped = (headroom?: Headroom): Json =>
  wrapLanguageModel({ model: openai(), middleware: headroomMiddleware({ headroom }) });
/** Mastra writes every error of a model to the log. */
const agentWith = (more: Json): Json =>
  new Mastra({
    logger: false,
    agents: { a: new Agent({ id: 'a', name: 'a', instructions: 'Find it.', tools, maxRetries: 0, ...more }) },
  }).getAgent('a');

interface Seen {
  readonly text: string;
  readonly object: Json;
  readonly calls: Json;
  readonly results: Json;
  readonly chunks: readonly Json[];
  readonly messages: Json[];
}

async function seenBy(agent: Json, isStreaming: boolean, input: Json = 'go', more: Json = {}): Promise<Seen> {
  const chunks: Json[] = [];
  const options = { maxSteps: 8, ...more };
  const answer: Json = isStreaming ? await agent.stream(input, options) : await agent.generate(input, options);
  if (isStreaming) for await (const chunk of answer.fullStream) chunks.push(chunk);
  const steps: Json[] = await answer.steps;
  const error = await answer.error;
  if (error) throw error;
  return {
    text: await answer.text,
    object: await answer.object,
    calls: steps.flatMap(({ toolCalls }) => toolCalls.map(({ payload }: Json) => [payload.toolName, payload.args])),
    results: steps.flatMap(({ toolResults }) => toolResults.map(({ payload }: Json) => payload.result)),
    chunks: chunks.map((chunk) => shapeOf(chunk)),
    messages: [{ role: 'user', content: 'go' }, ...(await answer.response).messages],
  };
}

/** Of a chunk, what no clock and no chance had a hand in. */
function shapeOf({ type, payload = {} }: Json): Json {
  const { text, toolName, args, result, argsTextDelta } = payload;
  return JSON.parse(JSON.stringify({ type, text, toolName, args, result, argsTextDelta }));
}

const bodiesSince = (start: number): string[] => provider.requests.slice(start).map(({ body }) => body.toString());
const within = async <Value>(act: () => Promise<Value>): Promise<[Value, string[]]> => {
  const start = provider.requests.length;
  const value = await act();
  return [value, bodiesSince(start)];
};
const comparable = (seen: Seen): Json => ({ ...seen, messages: [] });

const messagesOf = (body: string): Json[] => {
  const { messages, input } = JSON.parse(body);
  return messages ?? input;
};

function expectGrowing(bodies: readonly string[]): void {
  for (const [index, body] of bodies.entries()) {
    const before = bodies[index - 1];
    if (before === undefined) continue;
    const said = messagesOf(before);
    expect(messagesOf(body).slice(0, said.length)).toEqual(said);
    expect(JSON.parse(body).tools).toEqual(JSON.parse(before).tools);
  }
}

const WAYS = [
  ['the middleware around a model of the AI SDK', () => ({ model: wrapped() }), () => ({ model: openai() })],
  [
    'the processor and a model of the AI SDK',
    () => ({ model: openai(), inputProcessors: [headroomProcessor()] }),
    () => ({ model: openai() }),
  ],
  [
    'the processor and a model that Mastra makes',
    () => ({ model: config(), inputProcessors: [headroomProcessor()] }),
    () => ({ model: config() }),
  ],
  [
    'the processor and a model by its name',
    () => ({ model: 'openai/gpt-4o', inputProcessors: [headroomProcessor()] }),
    () => ({ model: 'openai/gpt-4o' }),
  ],
] as const;

describe.each(WAYS)('%s', (_, ours, theirs) => {
  describe.each([false, true])('streaming: %s', (isStreaming) => {
    test('an agent sees the same, by smaller requests with a stable prefix', async () => {
      const [direct, plain] = await within(() => seenBy(agentWith(theirs()), isStreaming));
      const [seen, sent] = await within(() => seenBy(agentWith(ours()), isStreaming));
      expect(comparable(seen)).toEqual(comparable(direct));
      expect(seen.calls).toHaveLength(4);
      expect(seen.results).toContainEqual(ROWS);
      expect(sent).toHaveLength(4);
      expect(sent.at(-1)!.length).toBeLessThan(plain.at(-1)!.length * 0.6);
      expectGrowing(sent);
    });

    test('objects are the same', async () => {
      script = { call: [list], text: '{"n":42}' };
      const more = { structuredOutput: { schema: z.object({ n: z.number() }) } };
      const [direct] = await within(() => seenBy(agentWith(theirs()), isStreaming, 'go', more));
      const [seen] = await within(() => seenBy(agentWith(ours()), isStreaming, 'go', more));
      expect(comparable(seen)).toEqual(comparable(direct));
      expect(seen.object).toEqual({ n: 42 });
    });

    test('errors and aborts are those of Mastra', async () => {
      const ends = (more: Json, options: Json = {}): Promise<unknown> =>
        seenBy(agentWith(more), isStreaming, 'go', options).then(
          ({ text, calls }) => [text, calls],
          (error: Json) => [error.name, error.message, error.statusCode],
        );
      script = { error: { status: 400, body: { error: { message: 'no', type: 'invalid_request_error' } } } };
      expect(await ends(ours())).toEqual(await ends(theirs()));
      script = { silenceMs: 1_000 };
      const hurried = (): Json => ({ abortSignal: AbortSignal.timeout(60) });
      expect(await ends(ours(), hurried())).toEqual(await ends(theirs(), hurried()));
      await expect.poll(() => provider.requests.at(-1)!.isAborted).toBe(true);
    });

    test('retries send the same again', async () => {
      let failures = 1;
      script = () => (failures-- > 0 ? { error: { status: 500, body: {} } } : { call: [list], text: 'fine' });
      const [seen, sent] = await within(() => seenBy(agentWith({ ...ours(), maxRetries: 2 }), isStreaming));
      expect([seen.text, sent.length]).toEqual(['fine', 3]);
      expect(sent[1]).toBe(sent[0]);
    });
  });
});

describe.each([false, true])('streaming: %s', (isStreaming) => {
  test('the middleware answers calls for originals unseen, and puts them back in the prompts of later steps', async () => {
    script = (body) => ({ call: [grep, fetching(body), [list, fetching(body)], fetching(body), list], text: 'found' });
    const [seen, sent] = await within(() => seenBy(agentWith({ model: wrapped() }), isStreaming));
    expect([seen.text, seen.calls.map(([name]: Json) => name)]).toEqual(['found', ['grep', 'list', 'list']]);
    expect(sent).toHaveLength(6);
    expect(sent[2]).toContain('compute(4193)');
    expect(JSON.stringify(seen)).not.toContain(OURS);
    expectGrowing(sent);
  });

  test('and of later runs, where Mastra itself repeats what it sent', async () => {
    script = (body) => ({ call: [grep, fetching(body)], text: 'found' });
    const headroom = new Headroom();
    const ask = (input: Json): Promise<Seen> => seenBy(agentWith({ model: wrapped(headroom) }), isStreaming, input);
    const [one, sent] = await within(() => ask('go'));
    const [two, later] = await within(() => ask([...one.messages, { role: 'user', content: 'and?' }]));
    expect([one.text, two.text, later.length]).toEqual(['found', 'found', 1]);
    expect(JSON.stringify([one, two])).not.toContain(OURS);
    expectGrowing([...sent, ...later]);
  });

  test('an agent that has a tool for originals may read views', async () => {
    script = (body) => ({ call: [grep, fetching(body)], text: 'found' });
    const headroom = new Headroom({ offersRetrieval: true });
    const { name: id, description } = headroom.retrieveTool;
    const retrieve = createTool({
      id,
      description,
      inputSchema: z.object({ hash: z.string() }),
      execute: async (input) => headroom.retrieveTool.execute(input),
    });
    const [seen, sent] = await within(() =>
      seenBy(
        agentWith({
          model: config(),
          tools: { ...tools, [id]: retrieve },
          inputProcessors: [headroomProcessor({ headroom })],
        }),
        isStreaming,
      ),
    );
    expect(seen.results).toEqual([HITS, expect.stringContaining('compute(4193)')]);
    expect(sent[1]).toContain('hash=');
    expect(sent[2]).toContain('compute(4193)');
    expect(headroom.savings.tokensSaved).toBeGreaterThan(1_000);
  });
});

test('results of tools that failed stay, and what fails in the processor costs the saving alone', async () => {
  script = { call: [{ tool: /^fail$/, input: {} }], text: 'x' };
  const fail = createTool({
    id: 'fail',
    description: 'fails',
    inputSchema: z.object({}),
    execute: async () => {
      throw new Error(JSON.stringify(ROWS));
    },
  });
  const failing = (more: Json = {}): Json => agentWith({ model: config(), tools: { fail }, ...more });
  const [, plain] = await within(() => seenBy(failing(), false));
  const [, sent] = await within(() => seenBy(failing({ inputProcessors: [headroomProcessor()] }), false));
  expect(JSON.parse(sent[1]!).messages.at(-1).content).toBe(JSON.parse(plain[1]!).messages.at(-1).content);
  script = { call: [list], text: 'x' };
  const warnings: string[] = [];
  const broken = headroomProcessor({ tokenizer: 'nobody', warn: (words) => warnings.push(words) });
  const [{ text }] = await within(() => seenBy(agentWith({ model: config(), inputProcessors: [broken] }), false));
  expect([text, warnings]).toEqual(['x', [expect.stringContaining('no tokenizer called "nobody"')]]);
});

function fetching(body: string): { tool: RegExp; input: { hash: string } } {
  return { tool: /^headroom_retrieve$/, input: { hash: /hash=([0-9a-f]{24})/.exec(body)?.[1] ?? 'none' } };
}

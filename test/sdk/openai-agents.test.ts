/** programs on the OpenAI Agents SDK, with and without Headroom: they see the same, and their model reads less. */
import {
  Agent,
  type AgentInputItem,
  handoff,
  MemorySession,
  type Model,
  OpenAIChatCompletionsModel,
  OpenAIProvider,
  OpenAIResponsesModel,
  Runner,
  setDefaultOpenAIClient,
  setOpenAIAPI,
  setTracingDisabled,
  tool,
} from '@openai/agents';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Headroom, withHeadroom } from '../../src/index.ts';
import { headroomModel, headroomModelProvider } from '../../src/integrations/openai-agents/index.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { HITS, LISTED, OURS, plainRun, seenBy, type Seen } from './agents-program.ts';
import { call as item, type Plan, say, startRememberingProvider, think } from '../e2e/remembering-provider.ts';
import type { Json } from './programs.ts';

setTracingDisabled(true);

let script: Script | ((body: string) => Script);
let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider(({ body }) =>
    typeof script === 'function' ? script(body.toString()) : script,
  );
});
afterAll(() => provider.close());

const grep = { tool: /^grep$/, input: { pattern: 'x' } };
const list = { tool: /^list$/, input: {} };
beforeEach(() => (script = { call: [grep, [list, grep], list], text: 'all found '.repeat(10) }));

const grepTool = tool({
  name: 'grep',
  description: 'searches',
  parameters: z.object({ pattern: z.string() }),
  execute: () => HITS,
});
const listTool = tool({ name: 'list', description: 'lists', parameters: z.object({}), execute: () => LISTED });
const tools = [grepTool, listTool];

const client = (more: object = {}): OpenAI =>
  new OpenAI({ apiKey: 'sk-x', baseURL: `${provider.url}/v1`, maxRetries: 0, ...more });
const KINDS = [
  ['Responses', (of: OpenAI): Model => new OpenAIResponsesModel(of as never, 'gpt-5.2')],
  ['Chat Completions', (of: OpenAI): Model => new OpenAIChatCompletionsModel(of as never, 'gpt-4o')],
] as const;

const bodiesSince = (start: number): string[] => provider.requests.slice(start).map(({ body }) => body.toString());
const within = async <Value>(act: () => Promise<Value>): Promise<[Value, string[]]> => {
  const start = provider.requests.length;
  const value = await act();
  return [value, bodiesSince(start)];
};
const messagesOf = (body: string): Json[] => {
  const { input, messages } = JSON.parse(body);
  return input ?? messages;
};

/** Every request begins with all of the one before it. */
function expectGrowing(bodies: readonly string[]): void {
  for (const [index, body] of bodies.entries()) {
    const before = bodies[index - 1];
    if (before === undefined) continue;
    const said = messagesOf(before);
    expect(messagesOf(body).slice(0, said.length)).toEqual(said);
    expect(JSON.parse(body).tools).toEqual(JSON.parse(before).tools);
  }
}

describe.each(KINDS)('%s', (_kind, modelOn) => {
  describe.each([false, true])('streaming: %s', (isStreaming) => {
    const go = (model: Model, input: string | AgentInputItem[] = 'go', more: Json = {}): Promise<Seen> =>
      seenBy(new Agent({ name: 'finder', instructions: 'Find it.', model, tools, ...more }), input, { isStreaming });
    // On the wire several answers are one.
    const ways: readonly (readonly [string, () => Model, number])[] = [
      ['a model', () => headroomModel(modelOn(client())), 5],
      ['a client', () => modelOn(withHeadroom(client())), 3],
    ];

    test.each(ways)('around %s, a run is the same, by smaller requests with a stable prefix', async (_, make) => {
      const [direct, plain] = await within(() => go(modelOn(client())));
      const [seen, sent] = await within(() => go(make()));
      expect(plainRun(seen)).toEqual(plainRun(direct));
      expect(seen.calls).toEqual(['grep', 'list', 'grep', 'list']);
      expect(sent).toHaveLength(plain.length);
      expect(sent.at(-1)!.length).toBeLessThan(plain.at(-1)!.length / 3);
      expectGrowing(sent);
    });

    test.each(ways)('around %s, no run sees that the model fetched an original', async (_, make, requests) => {
      script = (body) => ({ call: [grep, fetching(body), [list, fetching(body)], fetching(body)], text: 'found' });
      const model = make();
      const [one, sent] = await within(() => go(model));
      expect(sent).toHaveLength(5);
      expect(sent[2]).toContain('compute(4193)');
      expect([one.finalOutput, one.calls, one.requests]).toEqual(['found', ['grep', 'list'], requests]);
      expect(JSON.stringify(one)).not.toContain(OURS);
      const [two, later] = await within(() => go(model, [...one.history, { role: 'user', content: 'and?' }]));
      expect(two.finalOutput).toBe('found');
      expect(JSON.stringify(two)).not.toContain(OURS);
      expectGrowing([...sent, ...later]);
    });

    test('errors are those of the model', async () => {
      script = { error: { status: 429, body: { error: { message: 'slow', type: 'rate_limit' } } } };
      const failure = (model: Model): Promise<unknown> => go(model).then(() => 'none', String);
      expect(await failure(headroomModel(modelOn(client())))).toBe(await failure(modelOn(client())));
      script = (body) =>
        body.split('"name":"headroom_retrieve"').length > 2
          ? { error: { status: 400, body: { error: { message: 'no', type: 'invalid_request_error' } } } }
          : { call: [grep, fetching(body)] };
      expect(await failure(headroomModel(modelOn(client())))).toContain('400');
    });

    test('time-outs and aborts are those of the SDK, and end the request', async () => {
      script = { silenceMs: 1_000 };
      const ends = async (model: Model, more: Json): Promise<unknown> => {
        const agent = new Agent({ name: 'a', model, tools, ...more });
        return seenBy(agent, 'go', { isStreaming, signal: more.signal?.() }).then(
          ({ finalOutput }) => finalOutput,
          String,
        );
      };
      for (const more of [{ modelSettings: { timeoutMs: 60 } }, { signal: () => AbortSignal.timeout(60) }]) {
        const wrapped = headroomModel(modelOn(client()));
        expect(await ends(wrapped, more)).toEqual(await ends(modelOn(client()), more));
        await expect.poll(() => provider.requests.at(-1)!.isAborted).toBe(true);
      }
    });

    test('retries of the runner send the same again', async () => {
      let failures = 1;
      const failing = (): Script =>
        failures-- > 0 ? { error: { status: 500, body: {} } } : { call: [grep], text: 'fine' };
      script = failing;
      const retry = { maxRetries: 2, backoff: { initialDelayMs: 1, jitter: false }, policy: () => true };
      const [seen, sent] = await within(() => go(headroomModel(modelOn(client())), 'go', { modelSettings: { retry } }));
      expect([seen.finalOutput, sent.length]).toEqual(['fine', 3]);
      expect(sent[1]).toBe(sent[0]);
    });
  });
});

test('the default client of the SDK may be a wrapped one', async () => {
  const headroom = new Headroom();
  setDefaultOpenAIClient(withHeadroom(client(), { headroom }) as never);
  try {
    for (const api of ['responses', 'chat_completions'] as const) {
      setOpenAIAPI(api);
      const agent = new Agent({ name: 'a', model: 'gpt-5.2', tools });
      const [{ finalOutput }, sent] = await within(() => seenBy(agent, 'go', { isStreaming: false }));
      expect(finalOutput).toContain('all found');
      expect(sent.at(-1)).toContain('hash=');
    }
    expect(headroom.savings.tokensSaved).toBeGreaterThan(10_000);
  } finally {
    setOpenAIAPI('responses');
  }
});

describe.each([false, true])('streaming: %s', (isStreaming) => {
  test('every model of a provider reads less, over handoffs, sessions, guardrails and structured output', async () => {
    script = (body) => ({
      call: [grep, { tool: /^transfer_to_writer$/, input: {} }, list],
      text: body.includes('json_schema') ? '{"n":42}' : 'x',
    });
    const outcome = async (more: object): Promise<Json> => {
      const guarded: string[] = [];
      const guard = (name: string): Json => ({
        name,
        execute: async ({ agentOutput }: Json) => {
          guarded.push(`${name} ${JSON.stringify(agentOutput ?? null)}`);
          return { tripwireTriggered: false, outputInfo: {} };
        },
      });
      const writer = new Agent({
        name: 'writer',
        model: 'gpt-5.2',
        tools,
        outputType: z.object({ n: z.number() }),
        outputGuardrails: [guard('out')],
      });
      const finder = Agent.create({
        name: 'finder',
        model: 'gpt-5.2',
        tools,
        handoffs: [handoff(writer)],
        inputGuardrails: [guard('in')],
      });
      const session = new MemorySession();
      const runner = new Runner({ tracingDisabled: true, ...more });
      const options = { isStreaming, runner, session, context: { user: 'me' } };
      const first = await seenBy(finder, 'go', options);
      const second = await seenBy(finder, 'again', options);
      return { runs: [first, second].map(plainRun), guarded, kept: (await session.getItems()).length };
    };
    const openai = new OpenAIProvider({ openAIClient: client() as never });
    const [direct, plain] = await within(() => outcome({ modelProvider: openai }));
    const [seen, sent] = await within(() => outcome({ modelProvider: headroomModelProvider(openai) }));
    expect(seen).toEqual(direct);
    expect(seen.runs[0].finalOutput).toEqual({ n: 42 });
    expect(sent.at(-1)!.length).toBeLessThan(plain.at(-1)!.length / 2);
  });
});

describe.each([false, true])(
  'a provider that refuses a history in which anything is lost, streaming: %s',
  (isStreaming) => {
    const fetchIt = (body: Json): Json =>
      item(OURS, { hash: /hash=([0-9a-f]{24})/.exec(JSON.stringify(body.input))?.[1] ?? 'none' });
    const plan: Plan = [
      () => [think(), item('grep', { pattern: 'x' })],
      (body) => [think(), fetchIt(body)],
      (body) => [think(), say('let me look'), fetchIt(body), item('list', {})],
      (body) => [think(), fetchIt(body), think(), item('grep', { pattern: 'y' })],
      () => [think(), say('found')],
      (body) => [think(), fetchIt(body)],
      () => [think(), say('and the second')],
      () => [think(), say('and the third')],
    ];

    test.each(['its history', 'the id of an answer', 'a session'])('goes on by %s', async (way) => {
      const strict = await startRememberingProvider();
      try {
        strict.reset(plan);
        const model = headroomModel(
          new OpenAIResponsesModel(client({ baseURL: `${strict.url}/v1` }) as never, 'gpt-5.2'),
        );
        const agent = new Agent({ name: 'a', model, tools });
        const session = new MemorySession();
        let history: AgentInputItem[] = [];
        let previousResponseId: string | undefined;
        const outputs: string[] = [];
        for (const content of ['search', 'and now?', 'and then?']) {
          const news: AgentInputItem = { role: 'user', content };
          const input = way === 'its history' ? [...history, news] : [news];
          const more = way === 'a session' ? { session } : way === 'its history' ? {} : { previousResponseId };
          const seen = await seenBy(agent, input, { isStreaming, ...more });
          ({ history, previousResponseId } = seen);
          outputs.push(seen.finalOutput);
          expect(JSON.stringify(seen)).not.toContain(OURS);
        }
        expect(strict.problems).toEqual([]);
        expect(outputs).toEqual(['found', 'and the second', 'and the third']);
        expect(strict.requests).toHaveLength(8);
      } finally {
        await strict.close();
      }
    });
  },
);

function fetching(body: string): { tool: RegExp; input: { hash: string } } {
  return { tool: /^headroom_retrieve$/, input: { hash: /hash=([0-9a-f]{24})/.exec(body)?.[1] ?? 'none' } };
}

/** An agent by hand on LangChain.js, by each way to ask a model, and what it saw: for tests with and without Headroom. */
import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ChatModelStream } from '@langchain/core/language_models/stream';
import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { type StructuredToolInterface, tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { expect } from 'vitest';
import { HeadroomChatModel } from '../../src/integrations/langchain/index.ts';
import type { PlannedModel } from './langchain-model.ts';
import type { Json } from './programs.ts';

export const HITS: string = Array.from(
  { length: 600 },
  (_, n) => `src/p${n % 30}/f.ts:${n}:  const v${n} = compute(${n * 7});`,
).join('\n');
export const LISTED: string = JSON.stringify(
  Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, state: 'active' })),
);
const nothing = { type: 'object', properties: {} } as const;
export const tools: StructuredToolInterface[] = [
  tool(async () => HITS, { name: 'grep', description: 'searches', schema: nothing }),
  tool(async () => LISTED, { name: 'list', description: 'lists', schema: nothing }),
];

export type Way = 'invoke' | 'stream' | 'events' | 'blocks';
export const WAYS: readonly Way[] = ['invoke', 'stream', 'events', 'blocks'];

export interface Run {
  readonly messages: BaseMessage[];
  readonly texts: readonly string[];
  readonly calls: readonly string[];
  readonly seen: Json[];
}

/** An agent by hand: as long as the model calls tools. */
export async function run(model: Json, way: Way, before: BaseMessage[], more: Json = {}): Promise<Run> {
  const messages = [...before];
  const seen: Json[] = [];
  const answers: Json[] = [];
  for (let step = 0; step < 8; step++) {
    const answer = await answered(model, way, messages, { seen, more });
    answers.push(answer);
    messages.push(answer);
    if (answer.tool_calls.length === 0) break;
    for (const call of answer.tool_calls) {
      const one = tools.find(({ name }) => name === call.name) as Json;
      messages.push(await one.invoke({ ...call, type: 'tool_call' }));
    }
  }
  return {
    messages,
    texts: answers.map(({ text }) => text),
    calls: answers.flatMap(({ tool_calls }) => tool_calls.map(({ name }: Json) => name)),
    seen,
  };
}

async function answered(model: Json, way: Way, messages: BaseMessage[], { seen, more }: Json): Promise<Json> {
  if (way === 'invoke') return model.invoke(messages, more);
  if (way === 'stream') {
    let whole: Json;
    for await (const chunk of await model.stream(messages, more)) {
      seen.push(plain(chunk));
      whole = whole ? whole.concat(chunk) : chunk;
    }
    return whole;
  }
  if (way === 'blocks') {
    const events: Json[] = [];
    for await (const event of model.streamEvents(messages, more)) events.push(event);
    seen.push(...events.map(plain));
    return new ChatModelStream(
      (async function* again(): AsyncGenerator<Json> {
        yield* events;
      })(),
    );
  }
  let answer: Json;
  for await (const event of model.streamEvents(messages, { version: 'v2', ...more })) {
    seen.push({ event: event.event, name: event.name, chunk: event.data.chunk && plain(event.data.chunk) });
    if (event.event === 'on_chat_model_end') answer = event.data.output;
  }
  return answer;
}

const COUNTED = /tokens$|^(?:promptTokens|completionTokens|totalTokens)$/i;
/** Without what differs from request to request: its size, its number, ids of runs. */
export function plain(value: Json): Json {
  const text = JSON.stringify(value, (key, one) => (COUNTED.test(key) ? 0 : key === 'runId' ? 'run' : one));
  return JSON.parse(text.replaceAll(/scripted([-_])\d+/g, 'scripted$1n').replaceAll(/run-[\w-]{30,}/g, 'run-id'));
}

export const user = (text: string): BaseMessage => new HumanMessage(text);
export const wrap = (model: Json, options?: Json): Json => new HeadroomChatModel(model as BaseChatModel, options);
export const sizeOf = (messages: BaseMessage[]): number => JSON.stringify(messages).length;

/** Every prompt begins with all of the one before it, but for the answers to calls that came with ours. */
export function expectGrowing(asked: PlannedModel['asked']): void {
  for (const [index, { messages, tools: offered }] of asked.entries()) {
    const before = asked[index - 1];
    if (!before) continue;
    expect(offered).toEqual(before.tools);
    expect(bare(messages.slice(0, before.messages.length))).toEqual(bare(before.messages));
  }
}
const bare = (list: BaseMessage[]): Json =>
  list.map((message: Json) => [message.type, message.content, message.tool_calls ?? message.tool_call_id]);

export const MAKERS: readonly (readonly [string, (url: string, more?: Json) => Json])[] = [
  [
    'ChatOpenAI',
    (url, more) =>
      new ChatOpenAI({ model: 'gpt-4o', apiKey: 'k', configuration: { baseURL: `${url}/v1` }, maxRetries: 0, ...more }),
  ],
  [
    'ChatOpenAI, Responses',
    (url, more) =>
      new ChatOpenAI({
        model: 'gpt-4o',
        useResponsesApi: true,
        apiKey: 'k',
        configuration: { baseURL: `${url}/v1` },
        maxRetries: 0,
        ...more,
      }),
  ],
  [
    'ChatAnthropic',
    (url, more) =>
      new ChatAnthropic({ model: 'claude-opus-5-5', apiKey: 'k', anthropicApiUrl: url, maxRetries: 0, ...more }),
  ],
];

/** A conversation whose last message is a long result. */
export const history = (result: Json = HITS, more: Json = {}): BaseMessage[] => [
  new HumanMessage('go'),
  new AIMessage({ content: '', tool_calls: [{ id: '1', name: 'grep', args: {}, type: 'tool_call' }] }),
  new ToolMessage({ tool_call_id: '1', name: 'grep', content: result, ...more }),
];

export class Recorder extends BaseCallbackHandler {
  readonly name: string = 'recorder';
  readonly told: Json[] = [];
  readonly metadata: Json[] = [];

  override handleChatModelStart(...told: Json[]): void {
    const [, lists, , , extra, tags, metadata] = told;
    const contents = lists.map((list: Json[]) => list.map(({ content }) => content));
    this.told.push(['start', contents, extra.invocation_params, tags]);
    this.metadata.push(metadata);
  }
  override handleLLMNewToken(...told: Json[]): void {
    const [token, indices, , , , fields] = told;
    this.told.push(['token', token, indices, plain(fields?.chunk?.message)]);
  }
  override handleLLMEnd({ generations, llmOutput }: Json): void {
    this.told.push([
      'end',
      plain(generations.map((list: Json[]) => list.map(({ text, message }) => [text, message]))),
      plain(llmOutput ?? null),
    ]);
  }
  override handleLLMError(error: Error): void {
    this.told.push(['error', error.message]);
  }
}

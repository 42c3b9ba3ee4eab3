/** A model of the OpenAI Agents SDK that says what its plan says, whole or in events, and keeps what it was asked. */
import { type AgentInputItem, type Model, type ModelRequest, Usage } from '@openai/agents';
import { OURS } from './agents-program.ts';
import type { Json } from './programs.ts';

export type Answer = (input: Json[], request: ModelRequest) => Json[];

export const say = (text: string): Json => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
});
export const think = (text: string): Json => ({
  type: 'reasoning',
  id: text,
  content: [],
  providerData: { signature: text },
});
export const ask = (callId: string, name: string, input: Json = {}): Json => ({
  type: 'function_call',
  callId,
  name,
  status: 'completed',
  arguments: JSON.stringify(input),
});
export const fetchLast =
  (id: string, more: Json = {}): ((input: Json[]) => Json) =>
  (input) =>
    ask(id, OURS, { hash: Array.from(JSON.stringify(input).matchAll(/hash=(\w+)/g)).at(-1)?.[1], ...more });
export const user = (content: string): AgentInputItem => ({ role: 'user', content });

export interface Fake {
  readonly model: Model;
  readonly asked: Json[];
}

/** Answers in turn, whole or in events, and keeps what it was asked. */
export function modelOf(answers: readonly Answer[]): Fake {
  const asked: Json[] = [];
  const next = (request: ModelRequest): Json[] => {
    const { signal: _, ...rest } = request;
    asked.push(structuredClone({ ...rest, modelSettings: {} }));
    const input = typeof request.input === 'string' ? [user(request.input)] : request.input;
    return structuredClone(answers[asked.length - 1]!(input, request));
  };
  const usage = { requests: 1, inputTokens: 10, outputTokens: 2, totalTokens: 12, inputTokensDetails: { cached: 3 } };
  const model: Model = {
    getResponse: async (request) => ({
      usage: new Usage(usage),
      output: next(request),
      responseId: `r${asked.length}`,
    }),
    async *getStreamedResponse(request) {
      const output = next(request);
      const id = `r${asked.length}`;
      yield { type: 'response_started' };
      for (const item of output) {
        if (item.type === 'message') yield { type: 'output_text_delta', delta: item.content[0].text };
        if (item.type !== 'function_call') continue;
        yield { type: 'model', event: { type: 'tool-input-start', id: item.callId, toolName: item.name } };
        yield { type: 'model', event: { type: 'tool-input-delta', id: item.callId, delta: item.arguments } };
        yield { type: 'model', event: { type: 'tool-call', toolCallId: item.callId, toolName: item.name } };
      }
      yield { type: 'model', event: { type: 'finish', id } };
      yield { type: 'response_done', response: { id, usage, output } };
    },
  };
  return { model, asked };
}

/** What a model is asked, but for its input. */
export const REQUEST: Json = {
  modelSettings: {},
  tools: [{ type: 'function', name: 'grep', description: 'searches', parameters: {}, strict: false }],
  handoffs: [],
  outputType: 'text',
  tracing: false,
};

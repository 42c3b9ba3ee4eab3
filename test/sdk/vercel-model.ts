/** A model of the Vercel AI SDK that says what its plan says, whole or in parts, and keeps what it was asked. */
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';
import type { Json } from './programs.ts';

export const OURS = 'headroom_retrieve';

const USAGE = {
  inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
};

export type Answer = (prompt: Json[], params: Json) => Json[];

export const say = (text: string): Json => ({ type: 'text', text });
export const think = (text: string): Json => ({
  type: 'reasoning',
  text,
  providerMetadata: { mock: { signature: text } },
});
export const ask = (id: string, toolName: string, input: Json = {}): Json => ({
  type: 'tool-call',
  toolCallId: id,
  toolName,
  input: JSON.stringify(input),
});
/** Asks for the view that was read last. */
export const fetchLast =
  (id: string, more: Json = {}): ((prompt: Json[]) => Json) =>
  (prompt) => {
    const hash = Array.from(JSON.stringify(prompt).matchAll(/hash=(\w+)/g)).at(-1)?.[1];
    return ask(id, OURS, { hash, ...more });
  };

const reasonOf = (content: Json[]): Json => ({
  unified: content.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop',
  raw: undefined,
});

function partsOf(content: Json[]): Json[] {
  const parts = content.flatMap((part, index): Json[] => {
    const id = String(index);
    if (part.type === 'tool-call') {
      const { toolCallId, toolName, input } = part;
      return [
        { type: 'tool-input-start', id: toolCallId, toolName },
        { type: 'tool-input-delta', id: toolCallId, delta: input },
        { type: 'tool-input-end', id: toolCallId },
        part,
      ];
    }
    if (part.type === 'tool-result') return [part];
    const { type, text, providerMetadata } = part;
    const middle = text.length >> 1;
    return [
      { type: `${type}-start`, id },
      { type: `${type}-delta`, id, delta: text.slice(0, middle) },
      { type: `${type}-delta`, id, delta: text.slice(middle) },
      { type: `${type}-end`, id, ...(providerMetadata && { providerMetadata }) },
    ];
  });
  return [
    { type: 'stream-start', warnings: [] },
    ...parts,
    { type: 'finish', usage: USAGE, finishReason: reasonOf(content) },
  ];
}

/** Answers in turn, and keeps what it was asked. */
export function modelOf(answers: Answer[]): { model: MockLanguageModelV4; asked: Json[] } {
  const asked: Json[] = [];
  const next = (params: Json): Json[] => {
    asked.push(structuredClone({ ...params, abortSignal: undefined }));
    return answers[asked.length - 1]!(params.prompt, params);
  };
  const model = new MockLanguageModelV4({
    doGenerate: async (params: Json): Promise<Json> => {
      const content = next(params);
      return { content, finishReason: reasonOf(content), usage: USAGE, warnings: [] };
    },
    doStream: async (params: Json): Promise<Json> => ({ stream: convertArrayToReadableStream(partsOf(next(params))) }),
  });
  return { model, asked };
}

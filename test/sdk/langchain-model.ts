/** A chat model of LangChain that says what its plan says, whole or in chunks, and keeps what it was asked. */
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { convertToOpenAITool } from '@langchain/core/utils/function_calling';
import type { Json } from './programs.ts';

export const OURS = 'headroom_retrieve';

export interface Said {
  readonly text?: string;
  readonly calls?: readonly { id: string; name: string; args: Json }[];
  /** Content is a list of blocks, with signed thinking. */
  readonly thinks?: string;
}
export type Answer = (messages: BaseMessage[], options: Json) => Said;

export const say = (text: string): Said => ({ text });
export const ask = (id: string, name: string, args: Json = {}): { id: string; name: string; args: Json } => ({
  id,
  name,
  args,
});
/** Asks for the view that was read last. */
export const fetchLast = (id: string, messages: BaseMessage[], more: Json = {}): ReturnType<typeof ask> => {
  const hash = Array.from(JSON.stringify(messages).matchAll(/hash=(\w+)/g)).at(-1)?.[1];
  return ask(id, OURS, { hash, ...more });
};

const USAGE = { input_tokens: 10, output_tokens: 2, total_tokens: 12 };

export class PlannedModel extends BaseChatModel {
  readonly answers: Answer[];
  readonly asked: { messages: BaseMessage[]; tools: Json[] }[] = [];

  constructor(answers: Answer[], fields: Json = {}) {
    super(fields);
    this.answers = answers;
  }

  _llmType(): string {
    return 'planned';
  }

  override bindTools(tools: Json[], kwargs: Json = {}): Json {
    return this.withConfig({ tools: tools.map((tool) => convertToOpenAITool(tool)), ...kwargs } as Json);
  }

  override getName(): string {
    return 'ChatPlanned';
  }

  #next(messages: BaseMessage[], options: Json): Said {
    options.signal?.throwIfAborted();
    this.asked.push({ messages: [...messages], tools: options.tools ?? [] });
    return this.answers[this.asked.length - 1]!(messages, options);
  }

  async _generate(messages: BaseMessage[], options: Json): Promise<Json> {
    const { text = '', calls = [], thinks } = this.#next(messages, options);
    const fields: Json = {
      id: `msg-${this.asked.length}`,
      content: thinks === undefined ? text : blocksOf(thinks, text),
      tool_calls: calls.map((call) => ({ ...call, type: 'tool_call' as const })),
      usage_metadata: USAGE,
      response_metadata: {
        model_name: 'planned-1',
        finish_reason: calls.length > 0 ? 'tool_calls' : 'stop',
        tokenUsage: { totalTokens: 12 },
      },
    };
    return { generations: [{ text, message: new AIMessage(fields) }], llmOutput: { tokenUsage: { totalTokens: 12 } } };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: Json,
    runManager?: Json,
  ): AsyncGenerator<ChatGenerationChunk> {
    const id = `msg-${this.asked.length + 1}`;
    const { text = '', calls = [], thinks } = this.#next(messages, options);
    const pieces: Json[] = [{ content: '', response_metadata: { model_name: 'planned-1' } }];
    const middle = text.length >> 1;
    const at = thinks === undefined ? 0 : 1;
    if (thinks !== undefined)
      pieces.push({ content: [{ type: 'thinking', index: 0, thinking: thinks, signature: thinks }] });
    for (const piece of [text.slice(0, middle), text.slice(middle)]) {
      if (piece) pieces.push({ content: at === 0 ? piece : [{ type: 'text', index: at, text: piece }] });
    }
    // Of its own place in the message, apart from what is said.
    const first = at + (text ? 1 : 0);
    for (const [index, { id: callId, name, args }] of calls.entries()) {
      const json = JSON.stringify(args);
      pieces.push({ content: '', tool_call_chunks: [{ id: callId, name, args: '', index: index + first }] });
      pieces.push({ content: '', tool_call_chunks: [{ args: json, index: index + first }] });
    }
    pieces.push({ content: '', response_metadata: { finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' } });
    pieces.push({ content: '', usage_metadata: USAGE });
    for (const piece of pieces) {
      const message = new AIMessageChunk({ id, ...piece });
      const chunk = new ChatGenerationChunk({ message, text: message.text });
      yield chunk;
      await runManager?.handleLLMNewToken(chunk.text, { prompt: 0, completion: 0 }, undefined, undefined, undefined, {
        chunk,
      });
    }
  }
}

function blocksOf(thinks: string, text: string): Json[] {
  const thinking = { type: 'thinking', thinking: thinks, signature: thinks };
  return [thinking, ...(text ? [{ type: 'text', text }] : [])];
}

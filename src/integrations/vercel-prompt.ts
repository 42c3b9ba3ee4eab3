/**
 * A prompt of the AI SDK as messages of Chat Completions, for the engine to decide on, and the prompt again with the
 * shorter texts in their places. Reports of failures are not shown to the engine and stay.
 */
import type { JsonObject, JsonValue } from '../core/json/value.ts';
import { type IsKept, keptWhere, withTexts } from './shorter-texts.ts';
import type { AssistantPart, Message, Output, Prompt, ToolPart } from './vercel-types.ts';

export interface Chat {
  readonly messages: readonly ChatMessage[];
  /** Where the messages that stand for each message of the prompt begin. */
  readonly starts: readonly number[];
}

export type ChatMessage = JsonObject & { readonly role: string };

export function chatOf(prompt: Prompt): Chat {
  const messages: ChatMessage[] = [];
  const starts = prompt.map((message) => {
    const start = messages.length;
    messages.push(...messagesOf(message));
    return start;
  });
  return { messages, starts };
}

function messagesOf(message: Message): readonly ChatMessage[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [{ role: 'user', content: message.content.map(userPart) }];
    case 'assistant':
      return [assistantMessage(message.content)];
    case 'tool':
      return message.content.flatMap((part) => resultMessage(part) ?? []);
    default:
      return [];
  }
}

/** Of files it counts that they are there. */
function userPart(part: Extract<Message, { role: 'user' }>['content'][number]): JsonObject {
  return { type: 'text', text: part.type === 'text' ? part.text : `[${part.type} ${part.mediaType}]` };
}

function assistantMessage(content: readonly AssistantPart[]): ChatMessage {
  const calls = content.flatMap((part): JsonObject[] => {
    if (part.type !== 'tool-call' || part.providerExecuted) return [];
    const { toolCallId: id, toolName: name, input } = part;
    return [{ id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } }];
  });
  return { role: 'assistant', content: saidIn(content), ...(calls.length > 0 && { tool_calls: calls }) };
}

export function saidIn(content: readonly { readonly type: string; readonly text?: string }[]): string {
  return content.map(({ type, text }) => (type === 'text' ? text : '')).join('');
}

function resultMessage(part: ToolPart): ChatMessage | undefined {
  const content = part.type === 'tool-result' ? contentOf(part.output) : undefined;
  if (part.type !== 'tool-result' || content === undefined) return undefined;
  return { role: 'tool', tool_call_id: part.toolCallId, content };
}

function contentOf(output: Output): JsonValue | undefined {
  if (output.type === 'text') return output.value;
  // What the SDK's models write of it.
  if (output.type === 'json') return JSON.stringify(output.value) ?? 'null';
  if (output.type !== 'content') return undefined;
  const texts = output.value.flatMap((piece) => (piece.type === 'text' ? [{ type: 'text', text: piece.text }] : []));
  return texts.length > 0 ? texts : undefined;
}

/**
 * The prompt with what the engine made of its results; the very prompt where nothing is shorter.
 * @param mayView false: where a view was sent before, its original goes out, because nobody could fetch it.
 */
export function withShorter(prompt: Prompt, chat: Chat, shorter: readonly JsonObject[], mayView: boolean): Prompt {
  if (shorter.length !== chat.messages.length) return prompt;
  const isKept = keptWhere(mayView);
  const next = prompt.map((message, index): Message => {
    if (message.role !== 'tool') return message;
    let at = chat.starts[index]!;
    const content = message.content.map((part): ToolPart => {
      if (part.type !== 'tool-result' || contentOf(part.output) === undefined) return part;
      const [before, after] = [chat.messages[at]!['content'], shorter[at]!['content']];
      at += 1;
      const output = before === after ? part.output : outputWith(part.output, after, isKept);
      return output === part.output ? part : { ...part, output };
    });
    return content.every((part, place) => part === message.content[place]) ? message : { ...message, content };
  });
  return next.every((message, index) => message === prompt[index]) ? prompt : next;
}

function outputWith(output: Output, content: JsonValue | undefined, isKept: IsKept): Output {
  if (typeof content === 'string' && (output.type === 'text' || output.type === 'json')) {
    if (!isKept(content)) return output;
    const { providerOptions } = output;
    return { type: 'text', value: content, ...(providerOptions && { providerOptions }) };
  }
  if (!Array.isArray(content) || output.type !== 'content') return output;
  const texts = (content as readonly JsonObject[]).map(({ text }) => text);
  const textOf = (piece: (typeof output.value)[number]): string | undefined =>
    piece.type === 'text' ? piece.text : undefined;
  const value = withTexts(output.value, textOf, texts, isKept);
  return value === output.value ? output : { ...output, value: [...value] };
}

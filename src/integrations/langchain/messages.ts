/**
 * Messages of LangChain as those of Chat Completions, for the engine to decide on, and the messages again with the
 * shorter texts in their places. Reports of failures are not shown to the engine and stay.
 */
import type { BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { type IsKept, keptWhere, withTexts } from '../shorter-texts.ts';

export interface Chat {
  readonly messages: readonly ChatMessage[];
  /** Where the message that stands for each of LangChain's is, or would be. */
  readonly starts: readonly number[];
}

export type ChatMessage = JsonObject & { readonly role: string };
export type Content = BaseMessage['content'];
type Block = Exclude<Content, string>[number] & { readonly text?: unknown };

export function chatOf(list: readonly BaseMessage[]): Chat {
  const messages: ChatMessage[] = [];
  const starts = list.map((message) => {
    const start = messages.length;
    const one = messageOf(message);
    if (one) messages.push(one);
    return start;
  });
  return { messages, starts };
}

function messageOf(message: BaseMessage): ChatMessage | undefined {
  switch (message.type) {
    case 'system':
    case 'developer':
      return { role: 'system', content: saidIn(message.content) };
    case 'ai':
      return assistantMessage(message);
    case 'tool':
      return resultMessage(message as ToolMessage);
    case 'human':
    default:
      return { role: 'user', content: userContent(message.content) };
  }
}

/** Of pictures and files it counts that they are there. */
function userContent(content: Content): JsonValue {
  if (typeof content === 'string') return content;
  return blocksOf(content).map((block) => ({ type: 'text', text: textOf(block) ?? `[${block.type}]` }));
}

export interface AskedCall {
  readonly name: string;
  readonly id?: string | undefined;
  readonly args: unknown;
}

export function callsOf(message: BaseMessage): readonly AskedCall[] {
  return (message as { tool_calls?: AskedCall[] }).tool_calls ?? [];
}

function assistantMessage(message: BaseMessage): ChatMessage {
  const calls = callsOf(message).map(
    ({ id = '', name, args }): JsonObject => ({
      id,
      type: 'function',
      function: { name, arguments: JSON.stringify(args ?? {}) },
    }),
  );
  return { role: 'assistant', content: saidIn(message.content), ...(calls.length > 0 && { tool_calls: calls }) };
}

function resultMessage({ status, tool_call_id, content }: ToolMessage): ChatMessage | undefined {
  if (status === 'error') return undefined;
  if (typeof content === 'string') return { role: 'tool', tool_call_id, content };
  const texts = blocksOf(content).flatMap((block) => {
    const text = textOf(block);
    return text === undefined ? [] : [{ type: 'text', text }];
  });
  return texts.length > 0 ? { role: 'tool', tool_call_id, content: texts } : undefined;
}

export function blocksOf(content: Content): readonly Block[] {
  if (typeof content !== 'string') return content as readonly Block[];
  return content === '' ? [] : [{ type: 'text', text: content }];
}

function textOf({ type, text }: Block): string | undefined {
  return type === 'text' && typeof text === 'string' ? text : undefined;
}

export function saidIn(content: Content): string {
  return blocksOf(content)
    .map((block) => textOf(block) ?? '')
    .join('');
}

/**
 * The messages with what the engine made of their results; the very list where nothing is shorter.
 * @param mayView false: where a view was sent before, its original goes out, because nobody could fetch it.
 */
export function withShorter(
  list: readonly BaseMessage[],
  chat: Chat,
  shorter: readonly JsonObject[],
  mayView: boolean,
): readonly BaseMessage[] {
  if (shorter.length !== chat.messages.length) return list;
  const isKept = keptWhere(mayView);
  const next = list.map((message, index) => {
    const at = chat.starts[index]!;
    if (message.type !== 'tool' || chat.starts[index + 1] === at || at >= shorter.length) return message;
    const [before, after] = [chat.messages[at]!['content'], shorter[at]!['content']];
    const content = before === after ? message.content : contentWith(message.content, after, isKept);
    return content === message.content ? message : copyOf(message, { content });
  });
  return next.every((message, index) => message === list[index]) ? list : next;
}

function contentWith(content: Content, after: JsonValue | undefined, isKept: IsKept): Content {
  if (typeof content === 'string') return isKept(after) ? after : content;
  if (!Array.isArray(after)) return content;
  const texts = (after as readonly JsonObject[]).map(({ text }) => text);
  return withTexts(blocksOf(content), textOf, texts, isKept) as Content;
}

/** The same message but for what is given: its class, status, artifact and all else that it has. */
export function copyOf<M extends BaseMessage>(message: M, changes: Readonly<Record<string, unknown>>): M {
  const descriptors: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(message);
  const all = { ...changes, lc_kwargs: { ...message.lc_kwargs, ...changes } };
  for (const [key, value] of Object.entries(all)) {
    // Some of LangChain's own are read late, and written to the message that they came from.
    descriptors[key] = { value, writable: true, enumerable: true, configurable: true };
  }
  return Object.create(Object.getPrototypeOf(message) as object, descriptors) as M;
}

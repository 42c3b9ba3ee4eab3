/** The calls of our tool in what a model said, wherever its provider's message repeats them, and the message without them. */
import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import { bagOf, RETRIEVAL_NAME } from './own-tool.ts';
import { type AskedCall, callsOf, type Content, copyOf } from './messages.ts';

/** Also those whose input is no JSON: what can be read of them is answered. */
export function hiddenCalls(message: BaseMessage): readonly AskedCall[] {
  const { invalid_tool_calls: invalid = [] } = message as Partial<AIMessage>;
  const broken = invalid.flatMap(({ name, id, args }) => (name === RETRIEVAL_NAME ? [{ name, id, args }] : []));
  return [...callsOf(message).filter(({ name }) => name === RETRIEVAL_NAME), ...broken];
}

/** The program has to act, or to notice, before the model can go on. */
export function isForProgram(message: BaseMessage): boolean {
  const { invalid_tool_calls: invalid = [] } = message as Partial<AIMessage>;
  return [...callsOf(message), ...invalid].some(({ name }) => name !== RETRIEVAL_NAME);
}

/** As it can be sent again: every call of ours is one. */
export function repaired<M extends BaseMessage>(message: M): M {
  const { invalid_tool_calls: invalid = [] } = message as Partial<AIMessage>;
  const broken = invalid.filter(({ name }) => name === RETRIEVAL_NAME);
  if (broken.length === 0) return message;
  const calls = broken.map(({ id }) => ({ type: 'tool_call', id, name: RETRIEVAL_NAME, args: {} }));
  return copyOf(message, {
    tool_calls: [...callsOf(message), ...calls],
    invalid_tool_calls: invalid.filter((call) => !broken.includes(call)),
  });
}

export function isHiddenBlock(block: unknown): boolean {
  const { name, function: called, functionCall } = bagOf(block);
  return [name, bagOf(called)['name'], bagOf(functionCall)['name']].includes(RETRIEVAL_NAME);
}

/** The very message where nothing is hidden. */
export function visibleOf<M extends BaseMessage>(message: M): M {
  const hidden = hiddenCalls(message);
  if (hidden.length === 0) {
    const response_metadata = unoffered(message.response_metadata);
    return response_metadata === message.response_metadata ? message : copyOf(message, { response_metadata });
  }
  const ids = new Set(hidden.map(({ id }) => id ?? ''));
  const { invalid_tool_calls: invalid, tool_call_chunks: chunks } = message as Partial<AIMessage> & {
    tool_call_chunks?: { name?: string; index?: number }[];
  };
  const places = chunks?.flatMap(({ name, index }) => (name === RETRIEVAL_NAME ? [index] : []));
  return copyOf(message, {
    content: visibleContent(message.content),
    tool_calls: callsOf(message).filter(({ name }) => name !== RETRIEVAL_NAME),
    ...(invalid && { invalid_tool_calls: invalid.filter(({ name }) => name !== RETRIEVAL_NAME) }),
    ...(chunks && { tool_call_chunks: chunks.filter(({ index }) => !places!.includes(index)) }),
    additional_kwargs: pruned(message.additional_kwargs, ids),
    response_metadata: pruned(message.response_metadata, ids),
  });
}

export function visibleContent(content: Content): Content {
  if (typeof content === 'string') return content;
  // Pieces of an input that was streamed stand by themselves.
  const places = new Set(content.flatMap((block) => (isHiddenBlock(block) ? [indexOf(block)] : [])));
  places.delete(undefined);
  return content.filter((block) => !isHiddenBlock(block) && !places.has(indexOf(block)));
}

export function indexOf(block: unknown): number | undefined {
  const { index } = block as { index?: unknown };
  return typeof index === 'number' ? index : undefined;
}

/** Lists without our calls, and no keys that are their ids; the very object where there are none. */
export function pruned<Kind extends object>(bag: Kind, ids: ReadonlySet<string>): Kind {
  let isChanged = false;
  const entries = Object.entries(bag).flatMap(([key, value]: [string, unknown]) => {
    const next = ids.has(key) ? undefined : prunedValue(value, ids);
    isChanged ||= next !== value;
    return next === undefined ? [] : [[key, next] as const];
  });
  return isChanged ? (Object.fromEntries(entries) as Kind) : bag;
}

const NO_IDS: ReadonlySet<string> = new Set();

/** Some APIs repeat in their answers which tools they were offered: without ours; the very object where it is not named. */
export function unoffered<Kind extends object>(said: Kind): Kind {
  return pruned(said, NO_IDS);
}

function prunedValue(value: unknown, ids: ReadonlySet<string>): unknown {
  if (isPlain(value)) return pruned(value, ids);
  if (!Array.isArray(value)) return value;
  const rest = value.filter((item) => !isHiddenBlock(item));
  return rest.length === value.length ? value : rest.length > 0 ? rest : undefined;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

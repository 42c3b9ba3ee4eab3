/** Recorded conversations with the requests that a client sent for them, in the shapes of today's clients. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asList, asMap, asText, type Json, type JsonMap } from './wording.ts';

/** What a tool said and the assistant used later. */
export interface LaterRef {
  readonly text: string;
  /** The message that uses it. */
  readonly usedAt: number;
}

export interface Conversation {
  readonly id: string;
  readonly set: string;
  readonly api: 'anthropic-messages' | 'openai-chat';
  readonly messages: readonly JsonMap[];
  /** As OpenAI's chat wants them; only where the recording has them. */
  readonly tools: readonly Json[] | undefined;
  readonly refs: readonly LaterRef[];
}

export function* conversations(folder: string): Generator<Conversation> {
  const files = readdirSync(folder).filter((file) => /^traj_.*\.jsonl$/.test(file));
  for (const file of files.toSorted()) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      if (line.trim() !== '') yield conversation(file.slice(0, -'.jsonl'.length), JSON.parse(line) as JsonMap);
    }
  }
}

/** The messages that are answered: each assistant's turn is a request with all that stands before it. */
export function answered({ messages }: Conversation): readonly number[] {
  return messages.flatMap(({ role }, index) => (index > 0 && role === 'assistant' ? [index] : []));
}

function conversation(set: string, record: JsonMap): Conversation {
  const shape = SHAPES[asText(record['format'])];
  if (!shape) throw new Error(`${set}: unknown format ${asText(record['format'])}`);
  const refs = asList(record['later_refs']).map((ref) => {
    const { text, used_at: usedAt } = asMap(ref);
    return { text: asText(text), usedAt: Number(usedAt) };
  });
  return { id: `${set}/${asText(record['id'])}`, set, refs, ...shape(today(record)) };
}

/** File reads were recorded with padded gutters, `    12→`; today's clients write `12<TAB>`. */
function today(record: JsonMap): JsonMap {
  return JSON.parse(JSON.stringify(record), (_, value: Json) =>
    typeof value === 'string' && value.includes('→') ? withTabs(value) : value,
  ) as JsonMap;
}

function withTabs(text: string): string {
  const lines = text.split('\n');
  const numbered = lines.filter((line) => /^ *\d+→/.test(line)).length;
  return numbered * 2 < lines.length ? text : lines.map((line) => line.replace(/^ *(\d+)→/, '$1\t')).join('\n');
}

type Shaped = Pick<Conversation, 'api' | 'messages' | 'tools'>;

const SHAPES: Readonly<Record<string, (record: JsonMap) => Shaped>> = {
  'anthropic-messages': ({ messages }) => ({
    api: 'anthropic-messages',
    messages: asList(messages).map(asMap),
    tools: undefined,
  }),
  'openai-chat': ({ messages, tools }) => ({
    api: 'openai-chat',
    messages: asList(messages).map(asMap),
    tools: asList(tools).length > 0 ? asList(tools) : undefined,
  }),
  'openai-chat-legacy-functions': ({ messages, functions }) => ({
    api: 'openai-chat',
    messages: withCalls(asList(messages).map(asMap), ({ role }) => role === 'function'),
    tools: asList(functions).map((declared) => ({ type: 'function', function: declared })),
  }),
  'openai-chat-text-actions': ({ messages }) => ({
    api: 'openai-chat',
    messages: withCalls(
      asList(messages).map(asMap),
      ({ role }, before) => role === 'user' && before?.['role'] === 'assistant',
    ),
    tools: undefined,
  }),
};

/** Results that were written as functions or as users' turns become results of calls, message for message. */
function withCalls(
  messages: readonly JsonMap[],
  isResult: (message: JsonMap, before: JsonMap | undefined) => boolean,
): readonly JsonMap[] {
  return messages.map((message, index) => {
    const content = textOf(message['content'] ?? '');
    if (isResult(message, messages[index - 1])) return { role: 'tool', tool_call_id: `call_${index}`, content };
    const next = messages[index + 1];
    if (!next || !isResult(next, message)) return { role: message['role']!, content };
    const { name = 'Bash', arguments: input = '{}' } = asMap(message['function_call']);
    const call = { id: `call_${index + 1}`, type: 'function', function: { name, arguments: input } };
    return { role: 'assistant', content, tool_calls: [call] };
  });
}

function textOf(content: Json): string {
  if (typeof content === 'string') return content;
  return asList(content)
    .map((block) => asText(asMap(block)['text']))
    .join('\n');
}

/** How clients put a conversation into a request: one that marks its cache points as coding agents do, and plain libraries. */
import type { Conversation } from './conversations.ts';
import { type Pace, WITH_PAUSES } from './timing.ts';
import { asList, asMap, asText, type Json, type JsonMap } from './wording.ts';

export interface BillClient {
  readonly name: string;
  readonly api: Conversation['api'];
  readonly path: string;
  /** How its requests follow each other, where not at a steady pace. */
  readonly pace?: Pace;
  /** The request that is answered by the message of this index. */
  body(conversation: Conversation, index: number): JsonMap;
}

const ANTHROPIC_MODEL = 'claude-sonnet-4-5';
const OPENAI_MODEL = 'gpt-5';
const MARK: JsonMap = { cache_control: { type: 'ephemeral' } };
const TOOL_NAMES = ['Bash', 'Read', 'Grep', 'Glob', 'Edit', 'Write', 'WebFetch'];
const SCHEMA: JsonMap = { type: 'object', properties: { command: { type: 'string' } } };
const SYSTEM =
  'You are a careful software engineer. Look at the project with your tools before you answer, and say what you found. ';
const SYSTEM_TIMES = 16;

/** Short on purpose: what every request repeats is no saving of anybody's, and would only make all shares look alike. */
export function anthropicHead(): JsonMap {
  return {
    model: ANTHROPIC_MODEL,
    max_tokens: 1024,
    tools: TOOL_NAMES.map((name) => ({ name, description: name, input_schema: SCHEMA })),
    system: [{ type: 'text', text: SYSTEM.repeat(SYSTEM_TIMES) }],
  };
}

export function openaiTools(): readonly JsonMap[] {
  return TOOL_NAMES.map((name) => ({ type: 'function', function: { name, description: name, parameters: SCHEMA } }));
}

const plainAnthropic: BillClient = {
  name: 'without cache_control',
  api: 'anthropic-messages',
  path: '/v1/messages',
  body: ({ messages }, index) => ({ ...anthropicHead(), messages: messages.slice(0, index) }),
};

/** Marks the last tool, the end of the system prompt and the ends of the last two user turns. */
const markingAnthropic: BillClient = {
  ...plainAnthropic,
  name: 'with cache_control',
  body: (conversation, index) => {
    const body = plainAnthropic.body(conversation, index);
    const messages = asList(body['messages']).map(asMap);
    const users = messages.flatMap(({ role }, at) => (role === 'user' ? [at] : [])).slice(-2);
    return {
      ...body,
      tools: lastMarked(asList(body['tools'])),
      system: lastMarked(asList(body['system'])),
      messages: messages.map((message, at) => (users.includes(at) ? markedTurn(message) : message)),
    };
  },
};

function markedTurn(message: JsonMap): JsonMap {
  const { content } = message;
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asList(content);
  return { ...message, content: lastMarked(blocks) };
}

/** Empty texts cannot be marked. */
function lastMarked(blocks: readonly Json[]): readonly Json[] {
  const last = blocks.findLastIndex((block) => asMap(block)['text'] !== '');
  return blocks.map((block, at) => (at === last ? { ...asMap(block), ...MARK } : block));
}

const openai: BillClient = {
  name: 'automatic cache',
  api: 'openai-chat',
  path: '/v1/chat/completions',
  body: ({ messages, tools }, index) => ({
    model: OPENAI_MODEL,
    messages: messages.slice(0, index),
    tools: tools ?? openaiTools(),
  }),
};

/** Reasoning is signed over what stands before it, which then stays as it is: this one sends none back. */
const unsigned: BillClient = {
  ...markingAnthropic,
  name: 'no reasoning',
  body: (conversation, index) => {
    const body = markingAnthropic.body(conversation, index);
    return { ...body, messages: asList(body['messages']).map(asMap).map(withoutReasoning) };
  },
};

function withoutReasoning(message: JsonMap): JsonMap {
  const { content } = message;
  if (typeof content === 'string') return message;
  const said = asList(content).filter((block) => !asText(asMap(block)['type']).endsWith('thinking'));
  return { ...message, content: said.length > 0 ? said : '...' };
}

/** For histories that may be said shorter once their cache has gone. */
export const COLD_CLIENTS: readonly BillClient[] = [
  unsigned,
  { ...unsigned, name: 'no reasoning, long pauses', pace: WITH_PAUSES },
];

export const BILL_CLIENTS: readonly BillClient[] = [markingAnthropic, plainAnthropic, openai];

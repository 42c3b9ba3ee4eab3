/**
 * A chat history that is read within a budget of tokens: results of tools are said shorter, and the oldest exchanges are
 * left out whole. What is read depends on the messages alone, so it begins the same from one read to the next for as long as
 * it can, in any process. The history behind it keeps everything.
 */
import { BaseChatMessageHistory } from '@langchain/core/chat_history';
import type { BaseMessage } from '@langchain/core/messages';
import { hashOf } from '../../core/hash.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { Headroom, insideOf } from '../../sdk/headroom.ts';
import type { ClientOptions } from '../fetch.ts';
import { blocksOf, callsOf, type Content, copyOf } from './messages.ts';

/** Histories of either of LangChain's base classes. */
export type HistoryLike = Pick<
  BaseChatMessageHistory,
  'getMessages' | 'addMessage' | 'addUserMessage' | 'addMessages' | 'clear'
> & { addAIMessage?(message: string): Promise<void>; addAIChatMessage?(message: string): Promise<void> };

/** How much of it is read; or a Headroom, or what to make one of. */
export interface HistoryOptions extends ClientOptions {
  /** Default 4,000. Its last exchange, from the user's message on, is always whole. */
  readonly maxTokens?: number | undefined;
}

const MAX_TOKENS = 4_000;
/** Once something is left out so much is, of the budget: then nothing has to be for a while. */
const FREED = 0.25;
/** Who speaks, and what stands between messages. */
const TOKENS_PER_MESSAGE = 4;
/** Of a picture or a file. */
const TOKENS_PER_BLOCK = 800;
const MAX_KEPT = 10_000;

interface Told {
  readonly message: BaseMessage;
  readonly tokens: number;
}

export class HeadroomChatMessageHistory extends BaseChatMessageHistory {
  override lc_namespace: string[] = ['headroom', 'chat_history'];
  readonly headroom: Headroom;
  readonly #history: HistoryLike;
  readonly #maxTokens: number;
  /** By the message, and by what it says: stores make new ones for every read. */
  readonly #told = new WeakMap<BaseMessage, Told>();
  readonly #counts = new Map<string, number>();
  readonly #texts = new Map<string, string>();

  constructor(history: HistoryLike, { maxTokens = MAX_TOKENS, headroom, ...options }: HistoryOptions = {}) {
    super();
    this.#history = history;
    this.#maxTokens = maxTokens;
    this.headroom = headroom ?? new Headroom(options);
  }

  override async getMessages(): Promise<BaseMessage[]> {
    const messages = await this.#history.getMessages();
    try {
      const calls = new Map(messages.flatMap((message) => callsOf(message).map((call) => [call.id, call] as const)));
      const told: Told[] = [];
      for (const message of messages) {
        const call = calls.get((message as { tool_call_id?: string }).tool_call_id);
        told.push(await this.#tell(message, call?.name, call?.args));
      }
      return within(told, this.#maxTokens);
    } catch (error) {
      this.headroom.options.warn?.(`a history is read as it is: ${String(error)}`);
      return messages;
    }
  }

  override addMessage(message: BaseMessage): Promise<void> {
    return this.#history.addMessage(message);
  }

  override addMessages(messages: BaseMessage[]): Promise<void> {
    return this.#history.addMessages(messages);
  }

  override addUserMessage(message: string): Promise<void> {
    return this.#history.addUserMessage(message);
  }

  override async addAIMessage(message: string): Promise<void> {
    await (this.#history.addAIMessage?.(message) ?? this.#history.addAIChatMessage?.(message));
  }

  override clear(): Promise<void> {
    return this.#history.clear();
  }

  /** Each by itself: what stands before it may not be there to be pointed at. */
  async #tell(given: BaseMessage, tool: string | undefined, input: unknown): Promise<Told> {
    const known = this.#told.get(given);
    if (known) return known;
    const message = given.type === 'tool' ? await this.#shorter(given, tool, input) : given;
    const told = { message, tokens: await this.#count(message) };
    this.#told.set(given, told);
    return told;
  }

  async #shorter(message: BaseMessage, tool: string | undefined, input: unknown): Promise<BaseMessage> {
    if ((message as { status?: string }).status === 'error') return message;
    const short = (text: string): Promise<string> => this.#text(text, tool, input);
    const { content } = message;
    if (typeof content === 'string') {
      const text = await short(content);
      return text === content ? message : copyOf(message, { content: text });
    }
    const blocks = await Promise.all(
      blocksOf(content).map(async (block) =>
        block.type === 'text' && typeof block.text === 'string' ? { ...block, text: await short(block.text) } : block,
      ),
    );
    const isSame = blocks.every((block, index) => block.text === blocksOf(content)[index]!.text);
    return isSame ? message : copyOf(message, { content: blocks as Content });
  }

  async #text(text: string, tool: string | undefined, input: unknown): Promise<string> {
    const key = hashOf(JSON.stringify([tool, input, text]));
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const options = { offersRetrieval: false, ...(tool !== undefined && { tool, input: input as JsonValue }) };
    return kept(this.#texts, key, (await this.headroom.compress(text, options)).text);
  }

  async #count(message: BaseMessage): Promise<number> {
    const calls = callsOf(message);
    const blocks = blocksOf(message.content);
    const texts = blocks.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []));
    const said = [...texts, ...calls.map(({ name, args }) => `${name} ${JSON.stringify(args)}`)].join('\n');
    const key = hashOf(said);
    const { tokenizer } = await insideOf(this.headroom).open();
    const count = this.#counts.get(key) ?? kept(this.#counts, key, tokenizer.count(said));
    return count + TOKENS_PER_MESSAGE + TOKENS_PER_BLOCK * (blocks.length - texts.length);
  }
}

/**
 * As if it had been read after every message: what was left out once stays out, whoever reads.
 */
function within(told: readonly Told[], maxTokens: number): BaseMessage[] {
  const starts = startsOf(told);
  const fixed = told.slice(0, starts[0] ?? told.length);
  let tokens = totalOf(fixed);
  let [first, latest] = [0, 0];
  for (const [index, { tokens: more }] of told.entries()) {
    if (index < fixed.length) continue;
    if (starts[latest + 1] === index) latest += 1;
    tokens += more;
    if (tokens <= maxTokens) continue;
    while (first < latest && tokens > maxTokens * (1 - FREED)) {
      tokens -= totalOf(told.slice(starts[first], starts[first + 1]));
      first += 1;
    }
  }
  return [...fixed, ...told.slice(starts[first] ?? told.length)].map(({ message }) => message);
}

function kept<Value>(values: Map<string, Value>, key: string, value: Value): Value {
  if (values.size >= MAX_KEPT) values.clear();
  values.set(key, value);
  return value;
}

function totalOf(told: readonly Told[]): number {
  return told.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Where exchanges begin: with what a user says. Instructions before them are none. */
function startsOf(told: readonly Told[]): readonly number[] {
  const first = told.findIndex(({ message: { type } }) => type !== 'system' && type !== 'developer');
  if (first < 0) return [];
  const starts = told.flatMap(({ message }, index) => (index > first && message.type === 'human' ? [index] : []));
  return [first, ...starts];
}

/** Has messages decided, once for a request: before its run begins, whose metadata says so, and again for its last step. */
import type { BaseMessage } from '@langchain/core/messages';
import { type Headroom, insideOf } from '../../sdk/headroom.ts';
import type { CompressedRequest } from '../../sdk/results.ts';
import type { Chat, ChatMessage } from './messages.ts';
import { bagOf } from './own-tool.ts';
import type { AnyModel } from './types.ts';

export interface Read {
  readonly chat: Chat;
  readonly said: CompressedRequest<{ readonly messages: readonly ChatMessage[] }>;
}

/** What is asked, beside the messages. */
export interface Reading {
  readonly canFetch: boolean;
  /** Most tokens of the answer, where that is known. */
  readonly maxTokens: number | undefined;
  /** What the model reads that is not among the messages. */
  readonly beside: readonly string[];
}

interface Kept extends Read {
  readonly messages: readonly BaseMessage[];
  readonly key: string;
}

export class Reader {
  readonly #headroom: Headroom;
  readonly #model: string;
  /** By the last message of each list. */
  readonly #kept = new WeakMap<BaseMessage, Kept>();

  constructor(headroom: Headroom, model: AnyModel) {
    const { model: name, modelName } = bagOf(model);
    this.#headroom = headroom;
    this.#model = typeof name === 'string' ? name : typeof modelName === 'string' ? modelName : '';
  }

  async read(chat: Chat, messages: readonly BaseMessage[], reading: Reading): Promise<Read> {
    const { canFetch, maxTokens: max_tokens, beside } = reading;
    const last = messages.at(-1);
    const key = JSON.stringify(reading);
    const known = last && this.#kept.get(last);
    if (known && known.key === key && isSame(known.messages, messages)) return known;
    const request = { model: this.#model, max_tokens, messages: chat.messages };
    const said = await insideOf(this.#headroom).shorten(request, { offersRetrieval: canFetch }, beside);
    if (last) this.#kept.set(last, { messages, key, chat, said });
    return { chat, said };
  }

  /** The request is on its way: whoever sends these messages again asks again. */
  forget(messages: readonly BaseMessage[]): void {
    const last = messages.at(-1);
    if (last) this.#kept.delete(last);
  }
}

function isSame(one: readonly BaseMessage[], other: readonly BaseMessage[]): boolean {
  return one.length === other.length && one.every((message, index) => message === other[index]);
}

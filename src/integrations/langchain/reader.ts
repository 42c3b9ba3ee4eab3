/** Has messages decided, once for a request: before its run begins, whose metadata says so, and again for its last step. */
import type { BaseMessage } from '@langchain/core/messages';
import type { Headroom } from '../../sdk/headroom.ts';
import type { CompressedRequest } from '../../sdk/results.ts';
import { type Chat, chatOf, type ChatMessage } from './messages.ts';
import { bagOf } from './own-tool.ts';
import type { AnyModel } from './types.ts';

export interface Read {
  readonly chat: Chat;
  readonly said: CompressedRequest<{ readonly messages: readonly ChatMessage[] }>;
}

interface Kept extends Read {
  readonly messages: readonly BaseMessage[];
  readonly canFetch: boolean;
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

  async read(messages: readonly BaseMessage[], canFetch: boolean): Promise<Read> {
    const last = messages.at(-1);
    const known = last && this.#kept.get(last);
    if (known && known.canFetch === canFetch && isSame(known.messages, messages)) return known;
    const chat = chatOf(messages);
    const request = { model: this.#model, messages: chat.messages };
    const said = await this.#headroom.compress(request, { offersRetrieval: canFetch });
    if (last) this.#kept.set(last, { messages, canFetch, chat, said });
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

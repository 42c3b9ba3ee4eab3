/**
 * A chat model with Headroom in its last step, before its provider: everything above (callbacks, caches, tracing, retries,
 * streams, structured output) is the model's own, and sees what it would see without. The model that is given stays as it is.
 */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { Headroom } from '../../sdk/headroom.ts';
import type { ClientOptions } from '../fetch.ts';
import { ownersOf } from '../owner.ts';
import { Exchanges } from './exchanges.ts';
import { derived } from './derived.ts';
import type { Owner } from './turn.ts';

/** Of all requests so far, of every model that shares the Headroom. */
export interface SavingsSummary {
  readonly totalRequests: number;
  readonly totalTokensBefore: number;
  readonly totalTokensAfter: number;
  readonly totalTokensSaved: number;
  /** Of the tokens of results, request by request. */
  readonly averageSavingsPercent: number;
}

/** What a chat model has of Headroom, beside all that it has without. */
export interface OfHeadroom {
  readonly headroom: Headroom;
  readonly totalTokensSaved: number;
  getSavingsSummary(): SavingsSummary;
}

/** A model of the class of the one that it is around, and its savings. */
export type HeadroomChatModel<Model extends BaseChatModel = BaseChatModel> = Model & OfHeadroom;

interface HeadroomChatModelClass {
  new <Model extends BaseChatModel>(wrappedModel: Model, options?: ClientOptions): HeadroomChatModel<Model>;
  new <Model extends BaseChatModel>(
    fields: ClientOptions & { readonly wrappedModel: Model },
    options?: ClientOptions,
  ): HeadroomChatModel<Model>;
}

export const ownerOf: (options?: ClientOptions) => Owner = ownersOf(() => new Exchanges());

/**
 * `new HeadroomChatModel(model)`: a model of the same class, whose provider reads shorter tool results. Where tools are bound,
 * it has one more, `headroom_retrieve`, whose calls the program never sees.
 */
export const HeadroomChatModel: HeadroomChatModelClass = class {
  constructor(given: BaseChatModel | (ClientOptions & { wrappedModel: BaseChatModel }), options: ClientOptions = {}) {
    const { wrappedModel, ...own } = 'wrappedModel' in given ? given : { wrappedModel: given };
    // A class whose instances are of the class of what they wrap.
    return derived(wrappedModel, ownerOf({ ...own, ...options })) as object;
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && 'headroom' in value && value.headroom instanceof Headroom;
  }
} as unknown as HeadroomChatModelClass;

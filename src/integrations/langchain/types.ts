/** What we take of LangChain's types: the steps of a chat model that every one of them has, or may have. */
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { ChatModelStreamEvent } from '@langchain/core/language_models/event';
import type { BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult } from '@langchain/core/outputs';

export type AnyModel = BaseChatModel;
export type RunManager = CallbackManagerForLLMRun | undefined;
export type Options = Readonly<Record<string, unknown>> & { readonly signal?: AbortSignal | undefined };

/** The steps by which a model asks its provider. */
export interface Steps {
  _generate(messages: readonly BaseMessage[], options: Options, runManager: RunManager): Promise<ChatResult>;
  _streamResponseChunks(
    messages: readonly BaseMessage[],
    options: Options,
    runManager: RunManager,
  ): AsyncGenerator<ChatGenerationChunk>;
  _streamChatModelEvents(
    messages: readonly BaseMessage[],
    options: Options,
    runManager: RunManager,
  ): AsyncGenerator<ChatModelStreamEvent>;
}

export type Event = ChatModelStreamEvent;

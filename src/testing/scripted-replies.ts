/** One reply of the scripted provider in the words of each API: whole, and as stream events in their proper order. */
import type { JsonObject } from '../core/json/value.ts';

export interface Reply {
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: JsonObject }[];
  /** Empty when tools are called. */
  readonly text: string;
}

export interface ReplyShape {
  readonly reply: Reply;
  readonly model: string;
  /** Which request of the provider's life this answers. */
  readonly number: number;
  readonly usage: { readonly inputTokens: number; readonly cacheReadTokens: number; readonly cacheWriteTokens: number };
}

/** As models stream: a few characters at a time. */
const DELTA_CHARS = 24;
const CREATED = 1_767_225_600;

export function anthropicMessage(shape: ReplyShape): JsonObject {
  const { calls, text } = shape.reply;
  return {
    ...anthropicHead(shape),
    content: [
      ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
      ...calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input, caller: { type: 'direct' } })),
    ],
    stop_reason: stopReason(shape.reply),
    usage: anthropicUsage(shape, outputTokens(shape.reply)),
  };
}

export function anthropicEvents(shape: ReplyShape): readonly JsonObject[] {
  const { calls, text } = shape.reply;
  const blocks = [
    ...(text === '' ? [] : [textBlock(text)]),
    ...calls.map(({ id, name, input }) => ({
      start: { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } } as JsonObject,
      deltas: cut(JSON.stringify(input)).map(
        (piece): JsonObject => ({ type: 'input_json_delta', partial_json: piece }),
      ),
    })),
  ];
  return [
    {
      type: 'message_start',
      message: { ...anthropicHead(shape), content: [], stop_reason: null, usage: anthropicUsage(shape, 1) },
    },
    { type: 'ping' },
    ...blocks.flatMap(({ start, deltas }, index): readonly JsonObject[] => [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map((delta): JsonObject => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: stopReason(shape.reply), stop_sequence: null },
      usage: anthropicUsage(shape, outputTokens(shape.reply)),
    },
    { type: 'message_stop' },
  ];
}

function textBlock(text: string): { readonly start: JsonObject; readonly deltas: readonly JsonObject[] } {
  return {
    start: { type: 'text', text: '', citations: null },
    deltas: cut(text).map((piece): JsonObject => ({ type: 'text_delta', text: piece })),
  };
}

function anthropicHead({ model, number }: ReplyShape): JsonObject {
  return {
    id: `msg_scripted_${number}`,
    type: 'message',
    role: 'assistant',
    model,
    stop_sequence: null,
    container: null,
  };
}

function anthropicUsage({ usage }: ReplyShape, outputTokens: number): JsonObject {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWriteTokens, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    server_tool_use: null,
    service_tier: 'standard',
  };
}

function stopReason({ calls }: Reply): string {
  return calls.length > 0 ? 'tool_use' : 'end_turn';
}

export function chatCompletion(shape: ReplyShape): JsonObject {
  const { calls, text } = shape.reply;
  const message = {
    role: 'assistant',
    content: text === '' ? null : text,
    refusal: null,
    annotations: [],
    ...(calls.length > 0 && { tool_calls: calls.map(chatCall) }),
  };
  return {
    ...chatHead(shape, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(shape.reply) }],
    usage: chatUsage(shape),
  };
}

export function chatChunks(shape: ReplyShape, wantsUsage: boolean): readonly JsonObject[] {
  const { calls, text } = shape.reply;
  const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
    ...chatHead(shape, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(wantsUsage && { usage: null }),
  });
  return [
    chunk({ role: 'assistant', content: calls.length > 0 ? null : '', refusal: null }),
    ...(text === '' ? [] : cut(text).map((piece) => chunk({ content: piece }))),
    ...calls.flatMap((call, index) => {
      const opening = { ...chatCall(call), function: { name: call.name, arguments: '' } };
      const rest = cut(JSON.stringify(call.input)).map(
        (piece): JsonObject => ({ index, function: { arguments: piece } }),
      );
      return [{ index, ...opening }, ...rest].map((part) => chunk({ tool_calls: [part] }));
    }),
    chunk({}, finishReason(shape.reply)),
    ...(wantsUsage ? [{ ...chatHead(shape, 'chat.completion.chunk'), choices: [], usage: chatUsage(shape) }] : []),
  ];
}

function chatCall({ id, name, input }: Reply['calls'][number]): JsonObject {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

function chatHead({ model, number }: ReplyShape, object: string): JsonObject {
  return {
    id: `chatcmpl-scripted-${number}`,
    object,
    created: CREATED,
    model,
    service_tier: 'default',
    system_fingerprint: 'fp_scripted',
  };
}

/** Here, unlike with Anthropic, what came from the cache is part of the prompt's count. */
function chatUsage({ reply, usage }: ReplyShape): JsonObject {
  const prompt = usage.inputTokens + usage.cacheReadTokens;
  const completion = outputTokens(reply);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function finishReason({ calls }: Reply): string {
  return calls.length > 0 ? 'tool_calls' : 'stop';
}

export function outputTokens({ calls, text }: Reply): number {
  return Math.ceil((text.length + JSON.stringify(calls).length) / 4);
}

/** Never between the halves of a surrogate pair. */
export function cut(text: string): readonly string[] {
  const characters = Array.from(text);
  return Array.from({ length: Math.ceil(characters.length / DELTA_CHARS) }, (_, index) =>
    characters.slice(index * DELTA_CHARS, (index + 1) * DELTA_CHARS).join(''),
  );
}

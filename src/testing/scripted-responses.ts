/** One reply of the scripted provider in the words of OpenAI's Responses API: whole, and as stream events in their order. */
import { asArray, asObject, type JsonObject } from '../core/json/value.ts';
import { cut, outputTokens, type ReplyShape as Shape } from './scripted-replies.ts';

/** Responses repeat the settings of their requests. */
interface ReplyShape extends Shape {
  readonly asked: JsonObject;
}

const CREATED = 1_767_225_600;

export function responsesAnswer(shape: ReplyShape): JsonObject {
  return { ...head(shape, 'completed'), output: itemsOf(shape), usage: usageOf(shape) };
}

/** Encrypted reasoning, then calls or words. */
export function responsesEvents(shape: ReplyShape): readonly JsonObject[] {
  const begun = { ...head(shape, 'in_progress'), output: [], usage: null };
  const events: readonly JsonObject[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...itemsOf(shape).flatMap((item, index) => [
      { type: 'response.output_item.added', output_index: index, item: unfinished(item) },
      ...deltasOf(item, { item_id: item['id'], output_index: index }),
      { type: 'response.output_item.done', output_index: index, item },
    ]),
    { type: 'response.completed', response: responsesAnswer(shape) },
  ];
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}

function itemsOf({ reply, number }: ReplyShape): readonly JsonObject[] {
  const reasoning = {
    type: 'reasoning',
    id: `rs_scripted_${number}`,
    summary: [],
    encrypted_content: `gAAAAAB-scripted-${number}`,
  };
  const calls = reply.calls.map(({ id, name, input }) => ({
    type: 'function_call',
    id: id.replace(/^call/, 'fc'),
    call_id: id,
    name,
    arguments: JSON.stringify(input),
    status: 'completed',
  }));
  const message = {
    type: 'message',
    id: `msg_scripted_${number}`,
    role: 'assistant',
    status: 'completed',
    content: [textPart(reply.text)],
  };
  return [reasoning, ...calls, ...(reply.text === '' ? [] : [message])];
}

function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

/** The item as it is when it begins. */
function unfinished(item: JsonObject): JsonObject {
  if (item['type'] === 'function_call') return { ...item, arguments: '', status: 'in_progress' };
  return item['type'] === 'message' ? { ...item, content: [], status: 'in_progress' } : item;
}

function deltasOf(item: JsonObject, place: JsonObject): readonly JsonObject[] {
  const { type, name, arguments: json, content } = item;
  if (type === 'function_call' && typeof json === 'string') {
    return [
      ...cut(json).map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
      { type: 'response.function_call_arguments.done', ...place, name, arguments: json },
    ];
  }
  const part = asObject(asArray(content)[0]);
  if (typeof part['text'] !== 'string') return [];
  const { text } = part;
  const at = { ...place, content_index: 0 };
  return [
    { type: 'response.content_part.added', ...at, part: textPart('') },
    ...cut(text).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
  ];
}

function head({ model, number, asked }: ReplyShape, status: string): JsonObject {
  return {
    id: `resp_scripted_${number}`,
    object: 'response',
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: asked['prompt_cache_key'] ?? null,
    store: false,
    temperature: 1,
    tool_choice: 'auto',
    tools: asked['tools'] ?? [],
    top_p: 1,
    truncation: 'disabled',
  };
}

/** What came from a cache, and what was written to one, is part of the input's count. */
function usageOf({ reply, usage }: ReplyShape): JsonObject {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const output = outputTokens(reply);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

/** Answers that take several hops, one API after the other: what each API says when it fetches an original, when it is done, and its errors. */
type Json = any; // oxlint-disable-line typescript/no-explicit-any -- answers of four APIs, by what they have in common

/** One API, streamed or whole. */
export interface Way {
  readonly name: string;
  readonly path: string;
  readonly isStreaming: boolean;
  readonly request: string;
  readonly type: string;
  /** The model fetches an original. */
  readonly fetching: string;
  /** The model says this and is done. */
  saying(text: string): string;
  /** The message of the error that the client has, whole or as the last of its stream. */
  errorIn(body: string): string;
}

const EVENTS = 'text/event-stream';
const WHOLE = 'application/json';

const sse = (events: readonly Json[]): string =>
  events.map((event) => `${event.type ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('');
const dataOf = (stream: string): Json[] =>
  stream.split(/(?:\r?\n){2}/).flatMap((event) => {
    const data = /^data: (\{.*)$/m.exec(event)?.[1];
    return data === undefined ? [] : [JSON.parse(data) as Json];
  });
const SCHEMA = { type: 'object', properties: {} };
const CALL = { hash: 'f'.repeat(24) };

interface Api {
  readonly name: string;
  path(isStreaming: boolean): string;
  request(isStreaming: boolean): Json;
  whole(text: string | undefined): Json;
  streamed(text: string | undefined): string;
  messageOf(last: Json): string | undefined;
}

const messages: Api = {
  name: 'Messages',
  path: () => '/v1/messages',
  request: (stream) => ({
    model: 'claude-x',
    max_tokens: 9,
    stream,
    tools: [{ name: 'run', input_schema: SCHEMA }],
    messages: [{ role: 'user', content: 'hi' }],
  }),
  whole: (text) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [
      text === undefined
        ? { type: 'tool_use', id: 't1', name: 'headroom_retrieve', input: CALL }
        : { type: 'text', text },
    ],
    stop_reason: text === undefined ? 'tool_use' : 'end_turn',
    usage: { input_tokens: 5, output_tokens: 5 },
  }),
  streamed(text) {
    const { content, stop_reason, ...message } = messages.whole(text);
    const [block] = content;
    const [empty, delta] =
      text === undefined
        ? [
            { ...block, input: {} },
            { type: 'input_json_delta', partial_json: JSON.stringify(CALL) },
          ]
        : [
            { ...block, text: '' },
            { type: 'text_delta', text },
          ];
    return sse([
      { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: empty },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ]);
  },
  messageOf: ({ type, error }) => (type === 'error' && typeof error.type === 'string' ? error.message : undefined),
};

const chat: Api = {
  name: 'Chat Completions',
  path: () => '/v1/chat/completions',
  request: (stream) => ({
    model: 'gpt-x',
    stream,
    tools: [{ type: 'function', function: { name: 'run', parameters: SCHEMA } }],
    messages: [{ role: 'user', content: 'hi' }],
  }),
  whole: (text) => ({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-x',
    choices: [{ index: 0, message: chatMessage(text), finish_reason: text === undefined ? 'tool_calls' : 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 },
  }),
  streamed(text) {
    const { choices, usage } = chat.whole(text);
    const [{ message, finish_reason }] = choices;
    const calls = message.tool_calls?.map((call: Json, index: number) => ({ index, ...call }));
    const chunk = (delta: Json, reason: string | null): Json => ({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'gpt-x',
      choices: [{ index: 0, delta, finish_reason: reason }],
    });
    const counts = { ...chunk({}, null), choices: [], usage };
    return `${sse([chunk({ ...message, tool_calls: calls }, null), chunk({}, finish_reason), counts])}data: [DONE]\n\n`;
  },
  messageOf: ({ error }) => (typeof error?.type === 'string' && error.param === null ? error.message : undefined),
};

function chatMessage(text: string | undefined): Json {
  const call = { name: 'headroom_retrieve', arguments: JSON.stringify(CALL) };
  return text === undefined
    ? { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: call }] }
    : { role: 'assistant', content: text };
}

const responses: Api = {
  name: 'Responses',
  path: () => '/v1/responses',
  request: (stream) => ({
    model: 'gpt-x',
    stream,
    store: false,
    tools: [{ type: 'function', name: 'run', parameters: SCHEMA }],
    input: 'hi',
  }),
  whole: (text) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'gpt-x',
    store: false,
    output: [
      text === undefined
        ? {
            type: 'function_call',
            id: 'fc_1',
            call_id: 'call_1',
            name: 'headroom_retrieve',
            arguments: JSON.stringify(CALL),
            status: 'completed',
          }
        : {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
    ],
    usage: { input_tokens: 5, output_tokens: 5, total_tokens: 10 },
  }),
  streamed(text) {
    const response = responses.whole(text);
    const [item] = response.output;
    return sse([
      { type: 'response.created', sequence_number: 0, response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item },
      { type: 'response.output_item.done', sequence_number: 2, output_index: 0, item },
      { type: 'response.completed', sequence_number: 3, response },
    ]);
  },
  messageOf: ({ type, response, error }) => (type === 'response.failed' ? response.error.message : error?.message),
};

const gemini: Api = {
  name: 'Gemini',
  path: (stream) => `/v1beta/models/gemini-x:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  request: () => ({
    tools: [{ functionDeclarations: [{ name: 'run', parameters: SCHEMA }] }],
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
  }),
  whole: (text) => ({
    candidates: [{ content: { role: 'model', parts: [geminiPart(text)] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 5, totalTokenCount: 10 },
  }),
  streamed: (text) => `data: ${JSON.stringify(gemini.whole(text))}\r\n\r\n`,
  messageOf: ({ error }) => (typeof error?.code === 'number' && error.status !== undefined ? error.message : undefined),
};

const geminiPart = (text: string | undefined): Json =>
  text === undefined ? { functionCall: { name: 'headroom_retrieve', args: CALL } } : { text };

export const WAYS: readonly Way[] = [messages, chat, responses, gemini].flatMap((api) =>
  [false, true].map(
    (isStreaming): Way => ({
      name: `${api.name}${isStreaming ? ', streaming' : ''}`,
      path: api.path(isStreaming),
      isStreaming,
      request: JSON.stringify(api.request(isStreaming)),
      type: isStreaming ? EVENTS : WHOLE,
      fetching: isStreaming ? api.streamed(undefined) : JSON.stringify(api.whole(undefined)),
      saying: (text) => (isStreaming ? api.streamed(text) : JSON.stringify(api.whole(text))),
      errorIn: (body) => {
        const last = isStreaming ? dataOf(body).at(-1) : JSON.parse(body);
        return api.messageOf(last) ?? `no error of ${api.name}: ${JSON.stringify(last)}`;
      },
    }),
  ),
);

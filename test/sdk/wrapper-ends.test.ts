/** what goes wrong goes wrong through the wrapper as it does without: errors, breaks, aborts, time-outs, retries. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fetch, Headroom, headroomFetch, headroomOf, withHeadroom } from '../../src/index.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { Json } from './programs.ts';

const HITS = Array.from({ length: 600 }, (_, n) => `src/p${n % 30}/f.ts:${n}:  const v${n} = compute(${n * 7});`).join(
  '\n',
);

let script: Script | ((body: string, index: number) => Script) = {};
let provider: ScriptedProvider;

beforeAll(async () => {
  provider = await startScriptedProvider(({ body }, index) =>
    typeof script === 'function' ? script(body.toString(), index) : script,
  );
});
afterAll(() => provider.close());

const PARAMETERS = { type: 'object' as const, properties: {} };
const KEY = 'sk-ant-api03-dummy';
const anthropic = (more: object = {}): Anthropic =>
  new Anthropic({ apiKey: KEY, baseURL: provider.url, maxRetries: 0, ...more });
const openai = (more: object = {}): OpenAI =>
  new OpenAI({ apiKey: KEY, baseURL: `${provider.url}/v1`, maxRetries: 0, ...more });
const genai = (more: object = {}): GoogleGenAI =>
  new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: provider.url, ...more } });

/** A request that is shortened, with the tool offered: its answer goes through us. */
const MESSAGES: Json = [
  { role: 'user', content: 'go' },
  { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'run', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: HITS }] },
];
const TOOLS: Json = [{ name: 'run', description: 'runs', input_schema: PARAMETERS }];
const ASKED = { model: 'claude-opus-5-5', max_tokens: 64, messages: MESSAGES, tools: TOOLS };
const CHAT: Json = {
  model: 'gpt-4o',
  tools: [{ type: 'function', function: { name: 'run', parameters: PARAMETERS } }],
  messages: [
    { role: 'user', content: 'go' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 't', type: 'function', function: { name: 'run', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 't', content: HITS },
  ],
};
const CONTENTS: Json = {
  model: 'gemini-3-pro',
  config: { tools: [{ functionDeclarations: [{ name: 'run', parametersJsonSchema: PARAMETERS }] }] },
  contents: [
    { role: 'user', parts: [{ text: 'go' }] },
    { role: 'model', parts: [{ functionCall: { name: 'run', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'run', response: { output: HITS } } }] },
  ],
};

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}

type Act = (client: Json) => Promise<unknown>;
const CALLS: readonly (readonly [name: string, make: (more?: object) => object, act: Act])[] = [
  ['anthropic whole', anthropic, (client) => client.messages.create(ASKED)],
  ['anthropic stream helper', anthropic, (client) => client.messages.stream(ASKED).finalMessage()],
  ['anthropic stream', anthropic, async (client) => drain(await client.messages.create({ ...ASKED, stream: true }))],
  ['chat whole', openai, (client) => client.chat.completions.create(CHAT)],
  ['chat stream helper', openai, (client) => client.chat.completions.stream(CHAT).finalChatCompletion()],
  ['genai whole', genai, (client) => client.models.generateContent(CONTENTS)],
  ['genai stream', genai, async (client) => drain(await client.models.generateContentStream(CONTENTS))],
];

/** What a program can tell of a failure. */
async function failureOf(act: Promise<unknown>): Promise<object> {
  const error: Json = await act.then(
    (value) => new Error(`no failure but ${JSON.stringify(value)?.slice(0, 200)}`),
    (trouble: unknown) => trouble,
  );
  const { name, message, status, error: body, code, requestID } = error;
  return { kind: error.constructor.name, name, message, status, body, code, requestID, cause: error.cause?.name };
}

const FAILURES: readonly (readonly [name: string, script: Script])[] = [
  [
    'a refusal',
    {
      error: {
        status: 429,
        body: { type: 'error', error: { type: 'rate_limit_error', message: 'slow — é' } },
        headers: { 'retry-after': '7', 'x-should-retry': 'false' },
      },
    },
  ],
  ['an overloaded provider', { error: { status: 529, body: { error: { message: 'Overloaded' } } } }],
  ['an answer that breaks off', { text: 'a long story '.repeat(200), cutAfterBytes: 600 }],
  ['an answer that breaks off at once', { cutAfterBytes: 1 }],
];

describe.each(CALLS)('%s', (_name, make, act) => {
  test.each(FAILURES)('fails alike for %s', async (_what, failing) => {
    script = failing;
    const direct = await failureOf(act(make()));
    const start = provider.requests.length;
    expect(await failureOf(act(withHeadroom(make())))).toEqual(direct);
    // The answer really went through the wrapper: the request was shorter.
    expect(provider.requests[start]!.body.length).toBeLessThan(HITS.length * 0.7);
  });

  test('fails alike where nobody listens', async () => {
    const gone = { baseURL: 'http://127.0.0.1:9', baseUrl: 'http://127.0.0.1:9' };
    expect(await failureOf(act(withHeadroom(make(gone))))).toEqual(await failureOf(act(make(gone))));
  });

  test('times out alike', async () => {
    script = { silenceMs: 1_500 };
    const hurried = { timeout: 80 };
    const direct = await failureOf(act(make(hurried)));
    expect(direct).toMatchObject({ message: expect.stringMatching(/time|abort/i) as string });
    const warm = withHeadroom(make(hurried));
    await headroomOf(warm)!.prepare();
    expect(await failureOf(act(warm))).toEqual(direct);
    await expect.poll(() => provider.requests.at(-1)!.isAborted).toBe(true);
  });
});

test('an abort in mid-stream reaches the provider, and is the same error', async () => {
  script = { text: 'a long story '.repeat(5_000), chunkDelayMs: 20 };
  const abort = async (client: Anthropic): Promise<object> => {
    const stream = client.messages.stream(ASKED);
    stream.on('text', () => stream.abort());
    return failureOf(stream.finalMessage());
  };
  const direct = await abort(anthropic());
  expect(await abort(withHeadroom(anthropic()))).toEqual(direct);
  await expect.poll(() => provider.requests.at(-1)!.isAborted).toBe(true);
});

test('a reader that leaves a stream ends the request', async () => {
  script = { text: 'a long story '.repeat(5_000), chunkDelayMs: 20 };
  const stream = await withHeadroom(openai()).chat.completions.create({ ...CHAT, stream: true });
  for await (const _ of stream as unknown as AsyncIterable<unknown>) break;
  await expect.poll(() => provider.requests.at(-1)!.isAborted).toBe(true);
});

test('a slow reader sets the pace of a long answer', async () => {
  script = { text: 'a long story '.repeat(400_000), pieceBytes: 200_000 };
  const fetched = headroomFetch();
  const response = await fetched(`${provider.url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({ ...ASKED, stream: true }),
    headers: { 'content-type': 'application/json', 'x-api-key': 'k' },
  });
  const reader = response.body!.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += (value as Uint8Array).length;
  }
  expect(bytes).toBeGreaterThan(5_000_000);
});

test('retries of the library send the same bytes again', async () => {
  let failures = 1;
  script = () => (failures-- > 0 ? { error: { status: 500, body: {} } } : { text: 'fine' });
  const start = provider.requests.length;
  const client = withHeadroom(anthropic({ maxRetries: 2 }));
  const { data, response } = await client.messages.create(ASKED).withResponse();
  expect(data.content).toMatchObject([{ text: 'fine' }]);
  expect(response.headers.get('request-id')).toBe('req_scripted');
  expect(response.url).toBe(`${provider.url}/v1/messages`);
  const [first, second] = provider.requests.slice(start).map(({ body }) => body.toString());
  expect(second).toBe(first);
});

test('a later hop that is refused is an error of the library, and of a stream that began one in the stream', async () => {
  const hash = (body: string): string => /hash=([0-9a-f]{24})/.exec(body)?.[1] ?? 'none';
  script = (body) =>
    body.includes('"tool_use","id":"toolu_scripted')
      ? { error: { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no' } } } }
      : { call: [{ tool: /^headroom_retrieve$/, input: { hash: hash(body) } }] };
  expect(await failureOf(withHeadroom(anthropic()).messages.create(ASKED))).toMatchObject({ status: 400 });
  expect(await failureOf(withHeadroom(anthropic()).messages.stream(ASKED).finalMessage())).toMatchObject({
    message: expect.stringContaining('no') as string,
  });
});

test('count_tokens counts what will be sent, and decides nothing', async () => {
  script = {};
  const client = withHeadroom(anthropic());
  const { input_tokens: counted } = await client.messages.countTokens({ model: 'm', messages: MESSAGES, tools: TOOLS });
  expect(counted).toBeLessThan(HITS.length / 6);
  expect(headroomOf(client)!.savings.requests).toBe(0);
});

test('a bypassed request goes out as it came, without the word to us', async () => {
  script = { text: 'x' };
  await withHeadroom(anthropic()).messages.create(ASKED, { headers: { 'x-headroom-bypass': 'true' } });
  const { body, rawHeaders } = provider.requests.at(-1)!;
  expect(JSON.parse(body.toString())).toEqual(ASKED);
  expect(rawHeaders.map((name) => name.toLowerCase())).not.toContain('x-headroom-bypass');
});

test('what is no request to a model passes as it was given', async () => {
  const given: unknown[] = [];
  const inner: Fetch = (input, init) => {
    given.push(input, init);
    return Promise.resolve(new Response('{}'));
  };
  const fetched = headroomFetch({}, inner);
  const upload = { method: 'POST', body: new FormData() };
  const request = new Request('http://x/v1/messages', { method: 'POST', body: '{}' });
  const init = { method: 'POST', body: '{"a":1}', headers: { 'X-Odd': '1' } };
  await fetched('http://x/v1/files', upload);
  await fetched(request);
  await fetched('http://x/v1/embeddings', init);
  await fetched('http://x/v1/messages', { method: 'POST', body: 'not JSON' });
  expect(given.slice(0, 6)).toEqual(['http://x/v1/files', upload, request, undefined, 'http://x/v1/embeddings', init]);
  expect(given[5]).toBe(init);
  expect((given[7] as RequestInit).body).toBe('not JSON');
});

test('clients have stores of their own unless they share a Headroom', async () => {
  script = { text: 'x' };
  const [one, other] = [withHeadroom(anthropic()), withHeadroom(anthropic())];
  expect(headroomOf(one)).not.toBe(headroomOf(other));
  const headroom = new Headroom();
  const shared = [withHeadroom(anthropic(), { headroom }), withHeadroom(openai(), { headroom })] as const;
  expect(shared.map(headroomOf)).toEqual([headroom, headroom]);
  await shared[0].messages.create(ASKED);
  const [hash] = /hash=([0-9a-f]{24})/.exec(provider.requests.at(-1)!.body.toString())!.slice(1);
  expect(await headroom.retrieve(hash!)).toBe(HITS);
  // What a model asks for in a loop of its own is another matter.
  expect(await headroom.retrieveTool.execute({ hash })).toContain('no original is kept');
  await one.messages.create(ASKED);
  expect(await headroomOf(other)!.retrieve(hash!)).toBeUndefined();
});

test('options that cannot be met leave requests as they are, and say so', async () => {
  script = { text: 'x' };
  const warnings: string[] = [];
  const client = withHeadroom(anthropic(), { tokenizer: 'nobody', warn: (words) => warnings.push(words) });
  await client.messages.create(ASKED);
  expect(JSON.parse(provider.requests.at(-1)!.body.toString())).toEqual(ASKED);
  expect(warnings).toEqual([expect.stringContaining('no tokenizer called "nobody"')]);
});

test('another client is told what to do', () => {
  expect(() => withHeadroom({})).toThrow(/headroomFetch/);
});

test('hooks see requests, may change them, and refuse single edits', async () => {
  script = { text: 'x' };
  const seen: string[] = [];
  const client = withHeadroom(anthropic(), {
    cacheAlign: 'off',
    hooks: {
      before: ({ api, request }) => (seen.push(api), { ...request, max_tokens: 7 }),
      edit: ({ tool, loss, by }) => (seen.push(`${tool} ${loss} ${by}`), loss === 'none'),
      after: ({ tokensSaved, model }) => void seen.push(`${model} ${tokensSaved > 100}`),
    },
  });
  await client.messages.create(ASKED);
  const body: Json = JSON.parse(provider.requests.at(-1)!.body.toString());
  expect(body.max_tokens).toBe(7);
  expect(body.messages).toEqual(MESSAGES);
  expect(seen).toEqual(['anthropic-messages', 'run recoverable search', 'claude-opus-5-5 false']);
});

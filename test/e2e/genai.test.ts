/** Google's own client library, of two majors, in front of the proxy: the same answers as without it, for fewer tokens. */
import { type Content, type CountTokensParameters, type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { GoogleGenAI as OlderGenAI } from 'genai-2.32';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { aroundResults, messagesOf, resultTexts, withoutTool } from './body-diff.ts';
import { manyOrders } from './conversations.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';

const COMMANDS = ['curl -s localhost:8080/orders', 'curl -s localhost:8080/orders?page=2', 'date'];
const TEXT = 'Refund 4711 failed: the card had expired. “Voilà” 😀 '.repeat(8);
const LOOP: Script = {
  call: [
    { tool: /^run$/, input: { command: COMMANDS[0]! } },
    [
      { tool: /^run$/, input: { command: COMMANDS[1]! } },
      { tool: /^run$/, input: { command: COMMANDS[2]! } },
    ],
  ],
  text: TEXT,
  cacheReadTokens: 12,
};
const RESULTS: Readonly<Record<string, string>> = {
  [COMMANDS[0]!]: JSON.stringify(manyOrders(300)),
  [COMMANDS[1]!]: JSON.stringify(manyOrders(500)),
  [COMMANDS[2]!]: 'Tue',
};
const KEY = 'AIza-dummy-key';

let script: Script = LOOP;
let provider: ScriptedProvider;
let proxy: ProxyProcess;

beforeAll(async () => {
  provider = await startScriptedProvider(() => script);
  proxy = await startProxyProcess({ upstream: provider.url, flags: ['--log-level', 'info'] });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

/** Both majors have the calls that are used here. */
type Client = Pick<GoogleGenAI, 'models'>;
const LIBRARIES: readonly (readonly [name: string, version: string, make: (baseUrl: string) => Client])[] = [
  ['@google/genai 3.1', 'v1', (baseUrl) => new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl } })],
  [
    '@google/genai 2.32',
    'v1beta',
    (baseUrl) => new OlderGenAI({ apiKey: KEY, httpOptions: { baseUrl } }) as unknown as Client,
  ],
];

const MODEL = 'gemini-2.5-pro';
const CONFIG = {
  systemInstruction: 'You are careful.',
  tools: [
    {
      functionDeclarations: [
        { name: 'run', description: 'runs', parametersJsonSchema: { type: 'object', properties: { command: {} } } },
      ],
    },
  ],
};

/** What a program sees of one piece of work: the model's turns as the library gives them, and how they ended. */
interface Outcome {
  readonly contents: readonly Content[];
  readonly text: string;
  readonly end: readonly unknown[];
}

async function work({ models }: Client, isStreaming: boolean): Promise<Outcome> {
  const contents: Content[] = [{ role: 'user', parts: [{ text: 'why did it fail?' }] }];
  const end: unknown[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const request = { model: MODEL, contents, config: CONFIG };
    const chunks: GenerateContentResponse[] = [];
    if (isStreaming) for await (const chunk of await models.generateContentStream(request)) chunks.push(chunk);
    else chunks.push(await models.generateContent(request));
    const parts = chunks.flatMap(({ candidates }) => candidates![0]!.content!.parts!);
    const last = chunks.at(-1)!;
    end.push([last.candidates![0]!.finishReason, last.modelVersion, last.usageMetadata!.thoughtsTokenCount]);
    contents.push({ role: 'model', parts });
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
    if (calls.length === 0) return { contents, text: parts.map(({ text }) => text ?? '').join(''), end };
    contents.push({
      role: 'user',
      parts: calls.map(({ id, name, args }) => ({
        functionResponse: { id: id!, name: name!, response: { output: RESULTS[args!.command as string]! } },
      })),
    });
  }
  throw new Error('the conversation did not end');
}

/** Ids of calls and signatures are numbered by the provider: one per request since it started. */
function unnumbered<Value>(value: Value): Value {
  const text = JSON.stringify(value).replaceAll(/scripted_\d+/g, 'scripted_n');
  return JSON.parse(text.replaceAll(/("thoughtSignature\\?":\\?")[^"\\]*/g, '$1signature')) as Value;
}

const bodiesSince = (start: number): readonly Buffer[] => provider.requests.slice(start).map(({ body }) => body);

describe.each(LIBRARIES)('%s', (_, version, make) => {
  for (const isStreaming of [false, true]) {
    verifies(
      [
        'clients:sdk-answers-equal',
        'savings:results-shortened',
        'bytes:only-tool-results-change',
        'cache:prefix-stable-over-turns',
      ],
      `works through the proxy as it does directly, ${isStreaming ? 'streaming' : 'in one piece'}`,
      async () => {
        script = LOOP;
        const start = provider.requests.length;
        const direct = await work(make(provider.url), isStreaming);
        const outcome = await work(make(proxy.url), isStreaming);
        expect(unnumbered(outcome)).toEqual(unnumbered(direct));
        expect(outcome.text).toBe(TEXT);
        const [sent, arrived] = [bodiesSince(start).slice(0, 3), bodiesSince(start).slice(3)];
        expect(arrived.length).toBe(3);
        arrived.forEach((body, turn) => {
          const { body: rest, tool } = withoutTool(body);
          expect(unnumbered(aroundResults(rest))).toBe(unnumbered(aroundResults(sent[turn]!)));
          expect(tool).toBe(withoutTool(arrived[0]!).tool);
          const before = turn === 0 ? [] : messagesOf(arrived[turn - 1]!);
          expect(messagesOf(body).slice(0, before.length)).toEqual(before);
        });
        const [first, second, third] = resultTexts(arrived[2]!);
        expect(resultTexts(sent[2]!)).toEqual(COMMANDS.map((command) => RESULTS[command]));
        expect(first!.length).toBeLessThan(RESULTS[COMMANDS[0]!]!.length / 2);
        expect(second!.length).toBeLessThan(RESULTS[COMMANDS[1]!]!.length / 2);
        expect(third).toBe('Tue');
        // The signatures as they came from the provider, not one byte else.
        const signatures = outcome.contents.flatMap(({ parts }) =>
          parts!.flatMap((part) => part.thoughtSignature ?? []),
        );
        expect(signatures.length).toBe(2);
        for (const signature of signatures)
          expect(arrived[2]!.includes(`"thoughtSignature":"${signature}"`)).toBe(true);
        const method = isStreaming ? 'streamGenerateContent?alt=sse' : 'generateContent';
        expect(provider.requests.at(-1)!.url).toBe(`/${version}/models/${MODEL}:${method}`);
      },
    );
  }

  verifies('count:same-as-sent', 'countTokens counts what is sent, and decides nothing', async () => {
    const client = make(proxy.url);
    const request: CountTokensParameters = {
      model: MODEL,
      contents: [
        { role: 'user', parts: [{ text: `count ${version}` }] },
        { role: 'model', parts: [{ functionCall: { id: 'c-1', name: 'run', args: { command: COMMANDS[1]! } } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { id: 'c-1', name: 'run', response: { output: RESULTS[COMMANDS[1]!]! } } }],
        },
      ],
    };
    const { totalTokens: direct } = await make(provider.url).models.countTokens(request);
    const { totalTokens } = await client.models.countTokens(request);
    const asked = messagesOf(provider.requests.at(-1)!.body);
    expect(provider.requests.at(-1)!.url).toBe(`/${version}/models/${MODEL}:countTokens`);
    await client.models.generateContent({ ...request, config: CONFIG });
    expect(messagesOf(provider.requests.at(-1)!.body)).toEqual(asked);
    expect(totalTokens).toBeLessThan(direct! / 2);
  });

  verifies('errors:unchanged', 'an error of the provider reaches the library as it was', async () => {
    const body = { error: { code: 429, message: 'slow — é', status: 'RESOURCE_EXHAUSTED', details: [] } };
    script = { error: { status: 429, body, headers: { 'retry-after': '7' } } };
    const failureOf = (url: string): Promise<unknown> =>
      make(url)
        .models.generateContent({ model: MODEL, contents: 'hi' })
        .catch((error: unknown) => error);
    const [direct, failure] = [await failureOf(provider.url), await failureOf(proxy.url)];
    script = LOOP;
    expect(failure).toEqual(direct);
    expect(failure).toMatchObject({ status: 429, message: JSON.stringify(body) });
  });

  verifies('fail-open:upstream', 'an upstream that is not there is an error that the library understands', async () => {
    await using lost = await startProxyProcess({ upstream: 'http://127.0.0.1:9' });
    const failure: unknown = await make(lost.url)
      .models.generateContent({ model: MODEL, contents: 'hi' })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 502 });
    expect(JSON.parse((failure as Error).message)).toMatchObject({ error: { code: 502, status: 'UNAVAILABLE' } });
  });

  verifies('stream:abort-reaches-upstream', 'aborts in mid-stream and the provider sees it', async () => {
    script = { text: 'a long story '.repeat(5_000), chunkDelayMs: 20 };
    const abort = new AbortController();
    const stream = await make(proxy.url).models.generateContentStream({
      model: MODEL,
      contents: 'hi',
      config: { abortSignal: abort.signal },
    });
    await expect(async () => {
      for await (const _chunk of stream) abort.abort();
    }).rejects.toThrow(/abort/i);
    script = LOOP;
    const request = provider.requests.at(-1)!;
    while (!request.isAborted) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

verifies('clients:sdk-answers-equal', 'the library for Vertex AI works through the proxy, too', async () => {
  const make = (baseUrl: string): Client => new GoogleGenAI({ vertexai: true, apiKey: KEY, httpOptions: { baseUrl } });
  const start = provider.requests.length;
  const direct = await work(make(provider.url), true);
  expect(unnumbered(await work(make(proxy.url), true))).toEqual(unnumbered(direct));
  const path = `/v1beta1/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`;
  expect(new Set(provider.requests.slice(start).map(({ url }) => url))).toEqual(new Set([path]));
  const [first] = resultTexts(provider.requests.at(-1)!.body);
  expect(first!.length).toBeLessThan(RESULTS[COMMANDS[0]!]!.length / 2);
});

verifies(
  'stream:bytes-unchanged',
  'a stream without events is a JSON array, and a key in the query stays there',
  async () => {
    const ask = async (url: string): Promise<[string, string | null]> => {
      const target = `${url}/v1beta/models/${MODEL}:streamGenerateContent?key=${KEY}-in-query`;
      const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
      const answer = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return [(await answer.text()).replaceAll(/scripted-\d+/g, 'n'), answer.headers.get('content-type')];
    };
    const [direct, through] = [await ask(provider.url), await ask(proxy.url)];
    expect(through).toEqual(direct);
    expect(JSON.parse(through[0])).toHaveLength(Math.ceil(Array.from(TEXT).length / 40) + 1);
    expect(provider.requests.at(-1)!.url).toMatch(/\?key=AIza-dummy-key-in-query$/);
    await proxy.says(/"model":"gemini-2\.5-pro".*"output":\d+/);
    expect(proxy.said()).not.toContain(KEY);
  },
);

verifies('clients:sdk-answers-equal', 'the OpenAI dialect of Google keeps its path and its signatures', async () => {
  const call = { id: 'c', type: 'function', function: { name: 'run', arguments: '{}' } };
  const body = JSON.stringify({
    model: MODEL,
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'c2ln+/==' } } }] },
      { role: 'tool', tool_call_id: 'c', content: RESULTS[COMMANDS[1]!] },
    ],
  });
  const answer = await fetch(`${proxy.url}/v1beta/openai/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body,
  });
  expect(answer.status).toBe(200);
  const { url, body: arrived } = provider.requests.at(-1)!;
  expect(url).toBe('/v1beta/openai/chat/completions');
  expect(aroundResults(arrived)).toBe(aroundResults(Buffer.from(body)));
  expect(arrived.length).toBeLessThan(body.length / 2);
});

/** Batches through a real proxy: lossless forms in each request, nothing else changed, and the official libraries as without it. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { compressors, formats } from '../../src/pipeline/defaults.ts';
import { expandBody } from '../../src/pipeline/expand.ts';
import { aroundResults, resultTexts } from './body-diff.ts';
import { anthropicConversation, geminiConversation, manyOrders, ORDERS } from './conversations.ts';
import { bareEnvironment, type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';
import { JSON_HEADERS, type RawUpstream, send, startUpstream } from './wire.ts';

const BIN = resolve(import.meta.dirname, '../../bin/headroom.js');
const ANTHROPIC = '/v1/messages/batches';
const GEMINI = '/v1beta/models/gemini-2.5-pro:batchGenerateContent';
const RESULTS = `${JSON.stringify({ custom_id: 'a', result: { type: 'canceled' } })}\n`;

let upstream: RawUpstream;
let proxy: ProxyProcess;

beforeAll(async () => {
  upstream = await startUpstream(({ url }, response) => {
    if (url.endsWith('/results')) {
      response.writeHead(200, { 'content-type': 'application/x-jsonl' }).end(RESULTS);
      return;
    }
    const results_url = `${proxy.url}${ANTHROPIC}/b1/results`;
    const answer = url.includes('messages')
      ? { id: 'b1', type: 'message_batch', processing_status: 'ended', results_url }
      : { name: 'batches/b1', metadata: { name: 'batches/b1', state: 'BATCH_STATE_PENDING' } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  // With all that batches must not have; a deadline that no slow machine meets by chance.
  const flags = ['--log-level', 'info', '--profile', 'aggressive', '--deadline-ms', '20000', '--max-body-mb', '8'];
  proxy = await startProxyProcess({ upstream: upstream.url, aligns: true, flags });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** A request as JSON, of a conversation that nobody signed. */
function unsigned(turn: object): string {
  return JSON.stringify(turn, (key, value: unknown) => {
    if (key === 'thoughtSignature') return undefined;
    if (key !== 'content' || !Array.isArray(value)) return value;
    return value.filter(({ type }: { readonly type?: string }) => type !== 'thinking');
  });
}

const asAnthropic = (bodies: readonly string[]): string =>
  `{ "requests":[${bodies.map((body, at) => `{"custom_id":"r\\u002d${at}","params": ${body} ,"x":1.0}`).join(',\n')}]}\n`;
const asGemini =
  (config: string) =>
  (bodies: readonly string[]): string =>
    `{"batch":{"display_name":"\\u00e9","${config}":{"requests": {"requests":[${bodies.map((body, at) => `{"metadata":{"key":"${at}","n":1.0},"request":${body} }`).join(' , ')}]}}}}`;

type Sent = { readonly requests?: readonly { params: object }[] } & {
  readonly batch?: Record<string, { requests?: { requests: readonly { request: object }[] } }>;
};

/** The bodies in a batch, each as JSON again. */
function bodiesIn(batch: Buffer): readonly Buffer[] {
  const { requests, batch: inner } = JSON.parse(batch.toString()) as Sent;
  const config = inner?.['inputConfig'] ?? inner?.['input_config'];
  const bodies = requests?.map(({ params }) => params) ?? config!.requests!.requests.map(({ request }) => request);
  return bodies.map((body) => Buffer.from(JSON.stringify(body)));
}

/** JSON comes back as its values. */
function meant(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

const APIS = [
  ['Anthropic', ANTHROPIC, asAnthropic, anthropicConversation(), 'anthropic-messages'],
  ['Gemini', GEMINI, asGemini('inputConfig'), geminiConversation(), 'gemini'],
  ['Gemini in its other spelling', GEMINI, asGemini('input_config'), geminiConversation(), 'gemini'],
] as const;

describe.each(APIS)('a batch of %s', (_, path, batchOf, { turns }, name) => {
  const format = formats.find((one) => one.name === name)!;
  const bodies = [turns.at(-1)!, turns[4]!, turns[0]!, turns[11]!].map(unsigned);
  const post = async (
    body: string | Uint8Array,
    headers: readonly (readonly [string, string])[] = [],
  ): Promise<Buffer> => {
    const answer = await send(proxy.url, { path, headers: [...JSON_HEADERS, ...headers], body });
    expect(answer.status).toBe(200);
    expect(upstream.seen.at(-1)!.url).toBe(path);
    return upstream.seen.at(-1)!.body;
  };

  verifies(
    ['bytes:only-tool-results-change', 'savings:results-shortened', 'savings:reads-back'],
    'goes out in lossless forms that read back, and with no other byte changed',
    async () => {
      const came = batchOf(bodies);
      const arrived = await post(came);
      const sent = bodiesIn(arrived);
      expect(arrived.length).toBeLessThan(came.length * 0.9);
      for (const [at, body] of sent.entries()) {
        expect(aroundResults(body)).toBe(aroundResults(Buffer.from(bodies[at]!)));
        const [back, source] = [expandBody(body, format, compressors).body, Buffer.from(bodies[at]!)].map(resultTexts);
        expect(source!.filter((text, index) => meant(text) !== meant(back![index]!))).toEqual([]);
        expect(back!.length).toBe(source!.length);
        expect(/headroom_retrieve|hash=/.test(body.toString())).toBe(false);
      }
      // What stands around the bodies, and how they are spelled, is the client's.
      const around = sent.reduce((rest, body) => rest.replace(body.toString(), '<body>'), arrived.toString());
      expect(around).toBe(batchOf(bodies.map(() => '<body>')));
    },
  );

  verifies('bytes:only-tool-results-change', 'has the same form on every sending', async () => {
    expect(await post(batchOf(bodies))).toEqual(await post(batchOf(bodies)));
  });

  verifies('history:signed-by-others-kept', 'with signed reasoning in a request keeps that request', async () => {
    const signed = JSON.stringify(turns.at(-1));
    const [kept, other] = bodiesIn(await post(batchOf([signed, bodies[0]!])));
    expect(kept!.toString()).toBe(signed);
    expect(other!.length).toBeLessThan(bodies[0]!.length * 0.9);
  });

  verifies('bytes:unchanged-when-no-edit', 'with one malformed request shortens all others', async () => {
    const bad = `{"messages":{"0":[ ]},"contents":7,"tools":"\\u0041"}`;
    const arrived = (await post(batchOf([bodies[1]!, bad, bodies[3]!]))).toString();
    expect(arrived).toContain(bad);
    const [first, , third] = bodiesIn(Buffer.from(arrived));
    expect([first, third].map((body) => body!.length < bodies[1]!.length)).toContain(true);
    expect(resultTexts(third!).join('').length).toBeLessThan(resultTexts(Buffer.from(bodies[3]!)).join('').length);
  });

  verifies(
    'bytes:unchanged-when-no-edit',
    'beyond the limit, off by header or not JSON arrives as it came',
    async () => {
      const large = batchOf(Array.from({ length: Math.ceil(9_000_000 / bodies[0]!.length) }, () => bodies[0]!));
      expect((await post(large)).equals(Buffer.from(large))).toBe(true);
      const plain = batchOf(bodies);
      expect((await post(plain, [['x-headroom-bypass', 'true']])).toString()).toBe(plain);
      expect((await post(plain.slice(0, -9))).toString()).toBe(plain.slice(0, -9));
    },
  );

  verifies('bytes:encodings-agree', 'that came compressed is shortened all the same', async () => {
    const plain = await post(batchOf(bodies));
    expect(await post(gzipSync(batchOf(bodies)), [['content-encoding', 'gzip']])).toEqual(plain);
  });
});

verifies('clients:sdk-answers-equal', 'the library of Anthropic makes a batch and reads its results', async () => {
  const client = new Anthropic({ apiKey: 'sk-ant-api03-dummy', baseURL: proxy.url, maxRetries: 0 });
  const params: Anthropic.MessageCreateParamsNonStreaming = {
    model: 'claude-opus-5-5',
    max_tokens: 64,
    tools: [{ name: 'run', input_schema: { type: 'object' } }],
    messages: [
      { role: 'user', content: 'why?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'run', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: ORDERS }] },
    ],
  };
  const requests = ['a', 'b'].map((custom_id) => ({ custom_id, params }));
  const batch = await client.messages.batches.create({ requests });
  const arrived = upstream.seen.at(-1)!.body;
  const results: unknown[] = [];
  for await (const result of await client.messages.batches.results(batch.id)) results.push(result);
  expect([batch.id, results]).toEqual(['b1', [JSON.parse(RESULTS)]]);
  const [one] = bodiesIn(arrived);
  expect(resultTexts(one!)[0]!.length).toBeLessThan(ORDERS.length / 2);
  expect(aroundResults(one!)).toBe(aroundResults(Buffer.from(JSON.stringify(params))));
});

verifies('clients:sdk-answers-equal', 'the library of Google makes a batch', async () => {
  const client = new GoogleGenAI({ apiKey: 'AIza-dummy', httpOptions: { baseUrl: proxy.url } });
  const orders = JSON.stringify(manyOrders(200));
  const contents = [
    { role: 'model', parts: [{ functionCall: { name: 'run', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'run', response: { output: orders } } }] },
  ];
  const job = await client.batches.create({ model: 'gemini-2.5-pro', src: [{ contents }, { contents }] });
  expect(job.name).toBe('batches/b1');
  const sent = bodiesIn(upstream.seen.at(-1)!.body);
  for (const body of sent) expect(resultTexts(body)[0]!.length).toBeLessThan(orders.length / 2);
  expect(sent.length).toBe(2);
});

verifies('savings:results-shortened', 'the log says what a batch saved, and the ledger has nothing of it', async () => {
  await proxy.says(/"path":"\/v1\/messages\/batches".*"tokens_after":\d/);
  const args = [BIN, 'savings', '--json'];
  const { stdout } = spawnSync(process.execPath, args, { env: bareEnvironment(proxy.home), encoding: 'utf8' });
  expect(JSON.parse(stdout)).toMatchObject({ requests: 0 });
});

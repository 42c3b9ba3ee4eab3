/** The Responses API over a WebSocket: shortened requests, hidden calls on the same connection, everything else as it comes. */
import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import {
  call,
  type Plan,
  plain,
  type RememberingProvider,
  say,
  startRememberingProvider,
  think,
} from './remembering-provider.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- frames of any shape are looked into

const HITS = Array.from(
  { length: 600 },
  (_, n) => `src/part${n % 30}/file.ts:${n}:  const value${n} = compute(${n * 7});`,
);
const SEARCH = HITS.join('\n');
const TOOL = { type: 'function' as const, name: 'Grep', parameters: { type: 'object', properties: {} }, strict: false };
const grep = (): Json => call('Grep', { pattern: 'x' });
const fetch = (body: Json): Json =>
  call('headroom_retrieve', {
    hash: /headroom_retrieve hash=([0-9a-f]{24})/.exec(JSON.stringify(body.input))?.[1] ?? 'none',
  });
const isOurs = ({ name }: Json): boolean => name === 'headroom_retrieve';

const CASES: [string, Plan][] = [
  ['never', [() => [think(), grep()], () => [think(), say('found')]]],
  ['first', [() => [grep()], (body) => [fetch(body)], () => [think(), say('found')]]],
  ['last, after words', [() => [grep()], (body) => [think(), say('look. '), fetch(body)], () => [say('found')]]],
  ['in the middle', [() => [grep()], (body) => [think(), fetch(body)], () => [think(), grep()], () => [say('done')]]],
  ['mixed', [() => [grep()], (body) => [think(), fetch(body), grep()], () => [think(), say('done')]]],
  [
    'twice in a row',
    [() => [grep()], (body) => [fetch(body), fetch(body)], (body) => [think(), fetch(body)], () => [say('done')]],
  ],
];
const SECOND: Plan = [() => [think(), say('and the second answer')]];

let provider: RememberingProvider;
let proxy: ProxyProcess;
beforeAll(async () => {
  provider = await startRememberingProvider();
  proxy = await startProxyProcess({ upstream: provider.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

interface Client {
  readonly socket: WebSocket;
  readonly headers: Record<string, string | string[] | undefined>;
  /** All frames of the answer to this. */
  ask(request: Json): Promise<Json[]>;
}

async function open(options: object = {}): Promise<Client> {
  const url = `${proxy.url.replace('http', 'ws')}/v1/responses`;
  const socket = new WebSocket(url, { headers: { Authorization: 'Bearer k' }, ...options });
  let headers: Client['headers'] = {};
  socket.once('upgrade', (response) => (headers = response.headers));
  const waiting = new Map<string | undefined, { frames: Json[]; resolve: (frames: Json[]) => void }>();
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString());
    const one = waiting.get(frame.stream_id);
    one?.frames.push(frame);
    if (/^(?:error|response\.(?:completed|failed|incomplete))$/.test(frame.type)) one?.resolve(one.frames);
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const ask = (request: Json): Promise<Json[]> =>
    new Promise((resolve) => {
      waiting.set(request.stream_id, { frames: [], resolve });
      socket.send(JSON.stringify({ type: 'response.create', ...request }));
    });
  return { socket, headers, ask };
}

/** As Codex does: what is new, on top of the answer before. */
async function converse(
  client: Client,
  more: object,
  opening: Json = [{ role: 'user', content: 'search' }],
): Promise<Json[][]> {
  const answers: Json[][] = [];
  let request: Json = { model: 'gpt-5.6', tools: [TOOL], ...more, input: opening };
  for (let ends = 0; ends < 2; ) {
    const frames = await client.ask(request);
    answers.push(frames);
    const last = frames.at(-1);
    if (last.type !== 'response.completed') throw new Error(JSON.stringify(last));
    const calls = last.response.output.filter(({ type }: Json) => type === 'function_call');
    if (calls.length === 0) ends++;
    const outputs = calls.map(({ call_id }: Json) => ({ type: 'function_call_output', call_id, output: SEARCH }));
    const input = calls.length > 0 ? outputs : [{ role: 'user', content: 'and now?' }];
    request = { ...request, previous_response_id: last.response.id, input };
  }
  return answers;
}

const outline = ({ type, name, content }: Json): Json => [type, name, content?.[0]?.text];

function expectHidden(answers: readonly Json[][], plan: Plan): void {
  expect(provider.problems).toEqual([]);
  for (const frames of answers) {
    expect(frames.map((frame) => frame.sequence_number)).toEqual(frames.map((_, index) => index));
    const ids = new Set(frames.flatMap(({ response }) => response?.id ?? []));
    expect(ids.size).toBe(1);
    const done = frames.filter(({ type }) => type === 'response.output_item.done');
    expect(done.map((frame) => frame.output_index)).toEqual(done.map((_, index) => index));
    expect(frames.at(-1).response.output).toEqual(done.map(({ item }) => item));
  }
  const planned = provider.seen.flatMap((input, index) => ([...plan, ...SECOND][index]?.({ input }) as Json[]) ?? []);
  const visible = answers.flatMap((frames) => frames.at(-1).response.output);
  expect(visible.map(outline)).toEqual(planned.filter((item) => !isOurs(item)).map(outline));
  const seen = provider.seen.map((items) => items.map(plain));
  seen.slice(1).forEach((items, index) => expect(items.slice(0, seen[index]!.length)).toEqual(seen[index]));
  const outputs = provider.seen.at(-1)!.filter(({ type }: Json) => type === 'function_call_output');
  expect(outputs.some(({ output }: Json) => output.includes(HITS[1]!))).toBe(planned.some(isOurs));
}

describe.each([
  ['kept by the connection alone', { store: false }],
  ['kept by the provider', {}],
  ['on a lane of its own', { store: false, stream_id: 'lane "1"' }],
])('over a WebSocket, %s', (_name, more) => {
  test.each(CASES)('a hidden call %s', async (_case, plan) => {
    provider.reset([...plan, ...SECOND]);
    const client = await open();
    const answers = await converse(client, more);
    expectHidden(answers, plan);
    client.socket.close();
  });
});

test('what goes out is shorter, and hops bring only what is new', async () => {
  provider.reset([() => [grep()], (body) => [fetch(body)], () => [say('found')]]);
  const client = await open();
  await converse(client, { store: false });
  const [, second, third, fourth] = provider.requests;
  expect(second.input[0].output.length).toBeLessThan(SEARCH.length / 2);
  expect(third.input).toHaveLength(1);
  // The client goes on from the answer that it saw; the provider from the one that was last.
  expect(fourth.previous_response_id).not.toBe(third.previous_response_id);
  client.socket.close();
});

test('openai 7 speaks over it', async () => {
  provider.reset([() => [grep()], (body) => [fetch(body)], () => [think(), say('found')]]);
  const api = new ResponsesWS(new OpenAI({ apiKey: 'k', baseURL: `${proxy.url}/v1`, maxRetries: 0 }));
  const texts: string[] = [];
  let request: Json = { model: 'gpt-5.6', tools: [TOOL], store: false, input: [{ role: 'user', content: 'go' }] };
  await new Promise<void>((resolve, reject) => {
    api.on('error', reject);
    api.on('event', (event: Json) => {
      if (event.type === 'response.output_text.done') texts.push(event.text);
      if (event.type !== 'response.completed') return;
      const [item] = event.response.output.filter(({ type }: Json) => type === 'function_call');
      if (!item) return resolve();
      const input = [{ type: 'function_call_output', call_id: item.call_id, output: SEARCH }];
      request = { ...request, previous_response_id: event.response.id, input };
      api.send({ type: 'response.create', ...request });
    });
    api.send({ type: 'response.create', ...request });
  });
  api.close();
  expect([texts, provider.problems]).toEqual([['found'], []]);
});

test('after a new connection the whole history has its hidden exchange again', async () => {
  provider.reset([() => [grep()], (body) => [think(), fetch(body)], () => [think(), say('found')], ...SECOND]);
  const client = await open();
  const question = { role: 'user', content: 'search' };
  const asked = { model: 'gpt-5.6', tools: [TOOL], store: false };
  const first = (await client.ask({ ...asked, input: [question] })).at(-1).response;
  const output = { type: 'function_call_output', call_id: first.output[0].call_id, output: SEARCH };
  const second = (await client.ask({ ...asked, previous_response_id: first.id, input: [output] })).at(-1).response;
  client.socket.terminate();
  const other = await open();
  const input = [question, ...first.output, output, ...second.output, { role: 'user', content: 'and now?' }];
  const third = (await other.ask({ ...asked, input })).at(-1);
  expect(provider.problems).toEqual([]);
  expect(third.response.output.at(-1).content[0].text).toBe('and the second answer');
  other.socket.close();
});

/** As Codex does with a provider of its own: tools are brought once, by an item, and stand in no request after it. */
describe('tools that an item brings', () => {
  const PLAN: Plan = [() => [think(), grep()], (body) => [think(), fetch(body)], () => [think(), say('found')]];
  const WARM: Json = { model: 'gpt-5.6', store: false };
  const BROUGHT = { type: 'additional_tools', role: 'developer', tools: [TOOL] };
  const QUESTION = { role: 'user', content: 'search what an item brings' };
  const offers = (): boolean[] => provider.requests.map(({ tools }) => Boolean(tools?.some(isOurs)));

  test.each([
    ['', false],
    [', after a request that only warms up', true],
  ])('have ours beside them in every request%s (R-21)', async (_name, isWarmed) => {
    const plan = isWarmed ? [() => [], ...PLAN] : PLAN;
    provider.reset([...plan, ...SECOND]);
    const client = await open();
    const answers: Json[][] = [];
    if (isWarmed) answers.push(await client.ask({ ...WARM, generate: false, input: [] }));
    const previous = isWarmed ? { previous_response_id: answers[0]!.at(-1).response.id } : {};
    answers.push(...(await converse(client, { ...WARM, tools: undefined, ...previous }, [BROUGHT, QUESTION])));
    expectHidden(answers, plan);
    expect(offers()).toEqual(provider.requests.map(() => true));
    client.socket.close();
  });

  test('have ours again in a whole history, after a new connection was warmed up (R-21)', async () => {
    provider.reset([() => [], ...PLAN, () => [], ...SECOND]);
    const asked = async (client: Client, request: Json): Promise<Json> =>
      (await client.ask({ ...WARM, ...request })).at(-1).response;
    const client = await open();
    const warm = await asked(client, { generate: false, input: [] });
    const first = await asked(client, { previous_response_id: warm.id, input: [BROUGHT, QUESTION] });
    const output = { type: 'function_call_output', call_id: first.output[1].call_id, output: SEARCH };
    const second = await asked(client, { previous_response_id: first.id, input: [output] });
    client.socket.terminate();
    const other = await open();
    const again = await asked(other, { generate: false, input: [] });
    const history = [BROUGHT, QUESTION, ...first.output, output, ...second.output];
    const input = [...history, { role: 'user', content: 'and now?' }];
    const third = await asked(other, { previous_response_id: again.id, input });
    expect(provider.problems).toEqual([]);
    expect(third.output.at(-1).content[0].text).toBe('and the second answer');
    other.socket.close();
  });

  test('are alone for good where the signed history began elsewhere, warmed up or not (R-21)', async () => {
    const question = { role: 'user', content: 'begun elsewhere' };
    const direct = new WebSocket(provider.url.replace('http', 'ws'));
    await new Promise((resolve) => direct.once('open', resolve));
    provider.reset([() => [think(), say('one')], () => [], () => [think(), grep()], () => [think(), say('two')]]);
    const begun = new Promise<Json>((resolve) =>
      direct.on('message', (data: Buffer) => {
        const { type, response } = JSON.parse(data.toString());
        if (type === 'response.completed') resolve(response);
      }),
    );
    direct.send(JSON.stringify({ type: 'response.create', ...WARM, input: [BROUGHT, question] }));
    const { output } = await begun;
    direct.close();
    const client = await open();
    const warm = (await client.ask({ ...WARM, generate: false, input: [] })).at(-1).response;
    const input = [BROUGHT, question, ...output, { role: 'user', content: 'and now?' }];
    const second = (await client.ask({ ...WARM, previous_response_id: warm.id, input })).at(-1).response;
    const result = { type: 'function_call_output', call_id: second.output[1].call_id, output: SEARCH };
    await client.ask({ ...WARM, previous_response_id: second.id, input: [result] });
    expect(provider.problems).toEqual([]);
    expect(offers().slice(2)).toEqual([false, false]);
    client.socket.close();
  });
});

describe('the connection', () => {
  test('carries lanes side by side, and frames of other kinds unread', async () => {
    provider.reset([() => [say('one')], () => [say('two')], () => [say('three')]]);
    const client = await open();
    const ask = (lane: string): Promise<Json[]> =>
      client.ask({
        model: 'm',
        store: false,
        tools: [TOOL],
        stream_id: lane,
        input: [{ role: 'user', content: lane }],
      });
    const answers = await Promise.all([ask('a'), ask('b'), ask('c')]);
    expect(answers.map((frames) => frames.at(-1).stream_id)).toEqual(['a', 'b', 'c']);
    const other = new Promise((resolve) => client.socket.once('message', (data: Buffer) => resolve(data.toString())));
    client.socket.send('{"type":"response.steer",  "input":"x"}');
    expect(await other).toBe('{"type":"response.steer.accepted"}');
    client.socket.close();
  });

  test('passes errors, headers, pings and close codes on', async () => {
    provider.reset([]);
    const client = await open();
    expect(client.headers['x-codex-turn-state']).toBe('sticky');
    const refused = await client.ask({ model: 'm', previous_response_id: 'resp_never', input: [] });
    expect(refused).toMatchObject([{ type: 'error', status: 400 }]);
    const pong = new Promise((resolve) => client.socket.once('pong', (data) => resolve(data.toString())));
    client.socket.ping('there?');
    expect(await pong).toBe('there?');
    const closed = new Promise((resolve) => client.socket.once('close', resolve));
    client.socket.close(4001, 'enough');
    expect(await closed).toBe(4001);
  });

  test('takes frames of many megabytes, compressed or not', async () => {
    const long = Array.from({ length: 100_000 }, (_, n) => `${n} ${(n * 2654435761) % 4294967296}`).join('\n');
    for (const perMessageDeflate of [true, false]) {
      provider.reset([() => [say(long)]]);
      const client = await open({ perMessageDeflate, maxPayload: 0 });
      const frames = await client.ask({
        model: 'm',
        store: false,
        tools: [TOOL],
        input: [{ role: 'user', content: long }],
      });
      expect(frames.at(-1).response.output[0].content[0].text).toBe(long);
      client.socket.close();
    }
  }, 60_000);
});

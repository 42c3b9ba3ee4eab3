/** Responses repeat their requests: through the real proxy a client finds there what it sent, not what went out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { openOptimizer } from '../../pipeline/pool.ts';
import { type ScriptedProvider, startScriptedProvider } from '../../testing/scripted-provider.ts';
import type { RunningProxy } from '../server.ts';
import { call, serve, startTestProxy } from '../test-rig.fixture.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- answers, by what they repeat

const TOOL = { type: 'function', name: 'run', parameters: { type: 'object', properties: {} }, strict: false };
/** Long enough to be worth a name. */
const instructions = 'Look before you leap. '.repeat(500);
const OPTIONS = { deadlineMs: 20_000, aligns: true };
const asking = (input: string, more: object): Json => ({ model: 'gpt-5', instructions, tools: [TOOL], input, ...more });
const eventsIn = (stream: string): Json[] =>
  stream.split('\n\n').flatMap((event) => (/^data: (\{.*)$/m.exec(event)?.[1] ?? []) as Json);

/** Every response in an answer, as it repeats its request. */
function repeatedIn(text: string, isStreaming: boolean): unknown[] {
  const responses = isStreaming
    ? eventsIn(text).flatMap((event: string) => JSON.parse(event).response ?? [])
    : [JSON.parse(text)];
  return responses.map(({ tools, prompt_cache_key }) => ({ tools, prompt_cache_key }));
}

let provider: ScriptedProvider;
let proxy: RunningProxy;
beforeAll(async () => {
  // The model fetches an original wherever it can.
  provider = await startScriptedProvider(({ body }) =>
    body.includes('fetch it') ? { call: [{ tool: /headroom_retrieve/, input: { hash: 'f'.repeat(24) } }] } : {},
  );
  proxy = await startTestProxy(provider.url, OPTIONS, { openOptimizer });
});
afterAll(async () => {
  await proxy.close();
  await provider.close();
});

describe.each([
  ['a call of our tool that never comes', 'hello'],
  ['a hidden call', 'fetch it'],
])('R-20 with %s', (_name, words) => {
  it.each([
    ['whole', false, {}],
    ['streaming', true, {}],
    ['streaming, kept nowhere', true, { store: false }],
    ['whole, with a name for its prefix', false, { prompt_cache_key: 'mine' }],
    ['streaming, with a name for its prefix', true, { prompt_cache_key: 'mine' }],
  ])('a response repeats the client’s own request: %s', async (way, stream, more) => {
    const before = provider.requests.length;
    const body = JSON.stringify(asking(`${words} ${way}`, { stream, ...more }));
    const reply = await call(proxy.port, { path: '/v1/responses', headers: ['authorization', 'Bearer k'], body });
    const text = reply.body.toString();
    const sent: Json[] = provider.requests.slice(before).map((request) => JSON.parse(request.body.toString()));
    expect(sent).toHaveLength(words === 'fetch it' ? 2 : 1);
    const given = 'prompt_cache_key' in more ? more.prompt_cache_key : undefined;
    for (const { tools, prompt_cache_key: key } of sent) {
      expect(tools.at(-1).name).toBe('headroom_retrieve');
      expect(key).toMatch(given ?? /^headroom-/);
    }
    const repeated = repeatedIn(text, stream);
    expect(repeated).toHaveLength(stream ? 3 : 1);
    for (const one of repeated) expect(one).toEqual({ tools: [TOOL], prompt_cache_key: given ?? null });
    expect(text).not.toContain('headroom');
  });
});

it('R-20 a response over a WebSocket repeats the client’s own request', async () => {
  const { server, url, close } = await serve((_incoming, client) => void client.end());
  const asked: Json[] = [];
  new WebSocketServer({ server }).on('connection', (socket) =>
    socket.on('message', (data: Buffer) => {
      const { tools, prompt_cache_key } = JSON.parse(data.toString());
      asked.push({ tools, prompt_cache_key });
      const response = { id: 'r1', status: 'completed', tools, prompt_cache_key, output: [] };
      for (const type of ['response.created', 'response.in_progress', 'response.completed'])
        socket.send(JSON.stringify({ type, response }));
    }),
  );
  const own = await startTestProxy(url, OPTIONS, { openOptimizer });
  const client = new WebSocket(`ws://127.0.0.1:${own.port}/v1/responses`);
  const frames: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('message', (data: Buffer) => frames.push(data.toString()) === 3 && resolve());
    client.on('open', () => client.send(JSON.stringify({ type: 'response.create', ...asking('hello', {}) })));
  });
  client.terminate();
  await own.close();
  await close();
  expect(asked[0].tools).toHaveLength(2);
  expect(asked[0].prompt_cache_key).toMatch(/^headroom-/);
  for (const frame of frames) {
    expect(JSON.parse(frame).response).toMatchObject({ tools: [TOOL], prompt_cache_key: null });
    expect(frame).not.toContain('headroom');
  }
});

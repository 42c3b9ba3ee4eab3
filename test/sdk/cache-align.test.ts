/** Cache alignment in the library: vendors' clients over loopback, with a prompt that says the time in each call. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { cachedShare, DYNAMIC_CASES, type DynamicCase, dynamicUsage } from '../../bench/bill/dynamic-prompt.ts';
import { direct, type Way } from '../../bench/bill/ways.ts';
import type { JsonMap } from '../../bench/bill/wording.ts';
import { type ClientOptions, Headroom, withHeadroom } from '../../src/index.ts';
import { type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { o200k } from '../../src/tokenizers/o200k.ts';
import type { Json } from './programs.ts';

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider({ text: 'fine' });
  // Anthropic's library says of some models how long they will be there.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterAll(() => provider.close());
beforeEach(() => void ((provider.requests as unknown[]).length = 0));

const MARK = ',"cache_control":{"type":"ephemeral"}';
const lastSent = (): string => provider.requests.at(-1)!.body.toString();

interface Client {
  readonly headroom: (options?: ClientOptions) => (body: Json) => Promise<unknown>;
  readonly direct: (body: Json) => Promise<unknown>;
}

const anthropic = (): Anthropic => new Anthropic({ apiKey: 'k', baseURL: provider.url, maxRetries: 0 });
const openai = (): OpenAI => new OpenAI({ apiKey: 'k', baseURL: `${provider.url}/v1`, maxRetries: 0 });
const CLIENTS: Readonly<Record<string, Client>> = {
  'anthropic-messages': {
    headroom: (options) => {
      const client = withHeadroom(anthropic(), options);
      return (body) => client.messages.create(body);
    },
    direct: (body) => anthropic().messages.create(body),
  },
  'openai-chat': {
    headroom: (options) => {
      const client = withHeadroom(openai(), options);
      return (body) => client.chat.completions.create(body);
    },
    direct: (body) => openai().chat.completions.create(body),
  },
};

/** What reaches the provider of a client's requests. */
function wayOf(send: (body: Json) => Promise<unknown>): Way {
  return {
    ...direct,
    send: async (body) => {
      await send(body);
      return JSON.parse(lastSent()) as JsonMap;
    },
  };
}

async function shareOf(one: DynamicCase, options?: ClientOptions): Promise<number> {
  const send = CLIENTS[one.api]!.headroom(options);
  return cachedShare(await dynamicUsage(one, wayOf(send), (text) => o200k.count(text)));
}

describe.each(DYNAMIC_CASES)('$name', (one) => {
  test('20 calls with another time in each: more than 90 % comes from the cache, without us next to nothing', async () => {
    expect(await shareOf(one)).toBeGreaterThan(0.9);
    expect(await shareOf(one, { cacheAlign: 'off' })).toBeLessThan(0.05);
    expect(await shareOf(one, { profile: 'lossless' })).toBeLessThan(0.05);
  });

  test('R-1 each request begins as the one before it ended, and twice the same program sends the same bytes', async () => {
    const run = async (): Promise<string[]> => {
      const send = CLIENTS[one.api]!.headroom();
      const bodies: string[] = [];
      for (let call = 0; call < 8; call++) {
        await send(one.body(call));
        bodies.push(lastSent());
      }
      return bodies;
    };
    const bodies = await run();
    expect(await run()).toEqual(bodies);
    const plain = bodies.map((body) => JSON.parse(body.replaceAll(MARK, '')));
    for (const [call, body] of plain.entries()) {
      const { messages, ...front } = body;
      expect(front).toEqual({ ...plain[0], messages: undefined });
      // What the time is now stands at the very end, and nowhere else.
      const values = JSON.stringify(messages.at(-1));
      expect(values).toContain(/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(JSON.stringify(one.body(call)))![0]);
      const said = withoutNote(messages);
      const next = plain[call + 1]?.messages;
      if (next) expect(next.slice(0, said.length)).toEqual(said);
    }
  });

  test('a request that says itself what is cached goes out with its own marks and names only', async () => {
    const body: Json = one.body(0);
    const { tools: _, ...plain } = body;
    const own = one.api === 'openai-chat' ? { ...plain, prompt_cache_key: 'mine' } : marked(plain);
    const send = CLIENTS[one.api]!.headroom();
    await send(own);
    const ours = lastSent();
    await CLIENTS[one.api]!.direct(own);
    expect(ours).toBe(lastSent());
  });
});

function marked({ system, ...body }: Json): Json {
  return { ...body, system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }] };
}

/** The note about values that have changed is the last thing of a request, and of this one alone. */
function withoutNote(messages: Json[]): Json[] {
  const last = messages.at(-1);
  const isNote = (one: Json): boolean => JSON.stringify(one).includes('[headroom: of these values');
  if (!isNote(last)) return messages;
  if (!Array.isArray(last.content)) return messages.slice(0, -1);
  return [...messages.slice(0, -1), { ...last, content: last.content.filter((block: Json) => !isNote(block)) }];
}

test('an API of a date, as Azure has them, gets no member that it may not know', async () => {
  const options = { apiKey: 'k', endpoint: provider.url, apiVersion: '2024-06-01', maxRetries: 0 };
  const client = withHeadroom(new AzureOpenAI(options));
  await client.chat.completions.create(DYNAMIC_CASES[1]!.body(2) as Json);
  const { messages, prompt_cache_key: key } = JSON.parse(lastSent()) as Json;
  expect([messages[0], key]).toEqual([(DYNAMIC_CASES[1]!.body(2) as Json).messages[0], undefined]);
  expect(lastSent()).toContain('headroom_retrieve');
});

describe('compress()', () => {
  type Body = JsonMap & { messages: JsonMap[] };

  test('leaves what stands before the messages as it is, unless it is told otherwise', async () => {
    const { system, tools, messages, ...rest } = DYNAMIC_CASES[0]!.body(3) as Json;
    const body: Body = { ...rest, system, tools, messages };
    const { request } = await new Headroom().compress(body);
    expect([request['system'], request['tools'], request.messages[0]]).toEqual([system, tools, messages[0]]);
    for (const headroom of [new Headroom({ cacheAlign: 'off' }), new Headroom({ profile: 'lossless' })]) {
      const same = (await headroom.compress(body, { cacheAlign: 'auto' })).request;
      expect(same['system']).toBe(system);
    }
  });

  test.each(DYNAMIC_CASES)('aligns a request where it is asked to: $name', async (one) => {
    const headroom = new Headroom();
    const aligned = async (body: JsonMap): Promise<Body> =>
      (await headroom.compress(body as Body, { cacheAlign: 'auto' })).request;
    expect(
      cachedShare(await dynamicUsage(one, { ...direct, send: aligned }, (text) => o200k.count(text))),
    ).toBeGreaterThan(0.9);
    // As a client's requests go out, but for the tool; what is the same is the very thing that came.
    const body = one.body(4) as Body;
    const request = await aligned(body);
    const send = CLIENTS[one.api]!.headroom();
    for (const call of [0, 4]) await send(one.body(call));
    const sent = JSON.parse(lastSent()) as Json;
    const { tools: _, prompt_cache_key: key, ...rest } = request as Json;
    expect(rest).toEqual({ ...sent, tools: undefined, prompt_cache_key: undefined });
    expect(key?.slice(0, 9)).toBe(sent.prompt_cache_key?.slice(0, 9));
    const answer = body.messages.findIndex(({ role }) => role === 'assistant');
    expect(request.messages[answer]).toBe(body.messages[answer]);
  });

  test('tools that come in another order go out as the first request had them, each whole', async () => {
    const headroom = new Headroom();
    const tool = (name: string, more: object): Json => ({ name, description: `Does ${name}.`, ...more });
    const one = tool('read', {
      input_schema: { type: 'object', properties: { limit: { type: 'number', maximum: 10 } } },
    });
    const other = tool('write', { strict: true, input_schema: { type: 'object', required: ['text'], properties: {} } });
    const third = tool('list', {
      input_schema: { type: 'object', properties: { limit: { type: 'number', maximum: 7 } } },
    });
    const body = {
      model: 'claude-opus-5-5',
      max_tokens: 9,
      system: 'You help.',
      messages: [{ role: 'user', content: 'go' }],
    };
    const sent = async (tools: Json[]): Promise<Json> =>
      (await headroom.compress({ ...body, tools }, { cacheAlign: 'auto' })).request.tools;
    const first = await sent([one, other, third]);
    expect(first.map((tool: Json) => ({ ...tool, cache_control: undefined }))).toEqual([one, other, third]);
    expect(await sent([third, one, other])).toEqual(first);
  });
});

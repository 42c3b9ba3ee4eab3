/** Context fitting in the library: through vendors' clients over loopback, and by compress(). */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClientOptions, Headroom, headroomOf, withHeadroom } from '../../src/index.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { o200k } from '../../src/tokenizers/o200k.ts';
import { think } from '../e2e/retrieving-agent.ts';
import { startProxyProcess, temporaryHome } from '../e2e/proxy-process.ts';
import { startSigningProvider } from '../e2e/signing-provider.ts';
import {
  anthropicBody,
  chatBody,
  geminiBody,
  LEFT_OUT,
  modelsFile,
  responsesBody,
  resultOf,
  SMALL,
  WINDOW,
} from './long-conversations.ts';
import type { Json } from './programs.ts';

let provider: ScriptedProvider;
let script: Script | ((body: string) => Script);
beforeAll(async () => {
  provider = await startScriptedProvider(({ body }) => (typeof script === 'function' ? script(String(body)) : script));
});
afterAll(() => provider.close());
beforeEach(() => {
  script = { text: 'fine' };
  (provider.requests as unknown[]).length = 0;
});

const MARK = ',"cache_control":{"type":"ephemeral"}';
const sent = (): string[] => provider.requests.map(({ body }) => body.toString().replaceAll(MARK, ''));
const leftOutOf = (text: string): number => text.split(LEFT_OUT).length - 1;
const hashesIn = (text: string): string[] =>
  Array.from(text.matchAll(/left out to fit the window[^]*?hash=(\w+)/g), ([, hash]) => hash!);

interface Client {
  readonly of: object;
  readonly send: (body: Json) => Promise<Json>;
}

interface Vendor {
  readonly body: (exchanges: number, lines?: number) => Json;
  /** Under which key its requests have what was said. */
  readonly list: string;
  readonly client: (options: ClientOptions) => Client;
}

const VENDORS: Readonly<Record<string, Vendor>> = {
  'Anthropic’s library': {
    body: anthropicBody,
    list: 'messages',
    client: (options) => {
      const of = withHeadroom(new Anthropic({ apiKey: 'k', baseURL: provider.url, maxRetries: 0 }), options);
      return { of, send: (body) => of.messages.create(body) };
    },
  },
  'OpenAI’s library': {
    body: chatBody,
    list: 'messages',
    client: (options) => {
      const of = withHeadroom(new OpenAI({ apiKey: 'k', baseURL: `${provider.url}/v1`, maxRetries: 0 }), options);
      return { of, send: (body) => of.chat.completions.create(body) };
    },
  },
  'OpenAI’s library, Responses': {
    body: responsesBody,
    list: 'input',
    client: (options) => {
      const of = withHeadroom(new OpenAI({ apiKey: 'k', baseURL: `${provider.url}/v1`, maxRetries: 0 }), options);
      return { of, send: (body) => of.responses.create(body) };
    },
  },
  'Google’s library': {
    body: geminiBody,
    list: 'contents',
    client: (options) => {
      const of = withHeadroom(new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: provider.url } }), options);
      return { of, send: (body) => of.models.generateContent(body) };
    },
  },
};

describe.each(Object.entries(VENDORS))('%s', (_, { body, list, client }) => {
  test('a conversation goes on past what its model reads, and what was sent stays as it was sent', async () => {
    const { of, send } = client({ modelsFile });
    for (let turn = 22; turn <= 38; turn++) await send(body(turn));
    const bodies = sent();
    expect(leftOutOf(bodies[0]!)).toBe(0);
    let steps = 0;
    for (const [turn, one] of bodies.entries()) {
      expect(tokensIn(JSON.parse(one))).toBeLessThan(WINDOW);
      const before = bodies[turn - 1];
      if (before === undefined) continue;
      const grown = leftOutOf(one) - leftOutOf(before);
      if (grown !== 0) steps += 1;
      // between two steps each request begins with the one before it, to the byte.
      else expect(one.startsWith(before.slice(0, endOf(list, before)))).toBe(true);
    }
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThan(4);
    const [hash] = hashesIn(bodies.at(-1)!);
    expect(await headroomOf(of)!.retrieve(hash!)).toContain('opened module_');
  });

  test('the model fetches what was left out, and the program sees nothing of it', async () => {
    const { send } = client({ modelsFile });
    const asked = body(45);
    script = (request) => {
      const [hash] = hashesIn(request);
      return { call: [{ tool: /^headroom_retrieve$/, input: { hash: hash ?? 'none' } }], text: 'fetched' };
    };
    const answer = JSON.stringify(await send(asked));
    expect(answer).toContain('fetched');
    expect(answer).not.toContain('headroom_retrieve');
    const [first, second] = sent();
    expect(leftOutOf(first!)).toBeGreaterThan(5);
    const [, name] = /left out to fit the window: fetch part (\d+)/.exec(first!)!;
    const [, , line] = resultOf(Number(name)).split('\n');
    expect(first).not.toContain(line);
    expect(second).toContain(line);
  });

  test('what cannot fit ends in the error of the vendor’s own library, and nothing is sent', async () => {
    const { of, send } = client({ modelsFile });
    // The newest exchange always stays.
    const long = body(1, 4_000);
    const error: Json = await send(long).catch((thrown: unknown) => thrown);
    expect([error.status, error.constructor.name]).toEqual([400, list === 'contents' ? 'ApiError' : 'BadRequestError']);
    expect(error.message).toMatch(
      /prompt is too long: \d+ tokens > 19000 maximum.*contextFit: 'off' sends it as it is/,
    );
    expect(provider.requests).toHaveLength(0);
    expect(headroomOf(of)!.savings.requests).toBe(0);
    const { send: anyway } = client({ modelsFile, contextFit: 'off' });
    await anyway(long);
    expect(provider.requests).toHaveLength(1);
  });

  test.each([
    ['off', { contextFit: 'off' }],
    ['in a profile that adds nothing', { profile: 'lossless' }],
  ] as const)('nothing is left out where it is %s', async (_why, options) => {
    await client({ modelsFile, ...options }).send(body(60));
    expect(leftOutOf(sent()[0]!)).toBe(0);
  });
});

/** A client whose conversations are made to fit. */
interface Fitted extends AsyncDisposable {
  readonly client: Anthropic;
}

const anthropicAt = (baseURL: string): Anthropic => new Anthropic({ apiKey: 'k', baseURL, maxRetries: 0 });

async function byLibrary(url: string): Promise<Fitted> {
  return { client: withHeadroom(anthropicAt(url), { modelsFile }), [Symbol.asyncDispose]: async () => undefined };
}

async function byProxy(url: string): Promise<Fitted> {
  const home = temporaryHome();
  const file = join(home, 'models.json');
  writeFileSync(file, JSON.stringify(modelsFile));
  const proxy = await startProxyProcess({ upstream: url, home, flags: ['--models-file', file] });
  return {
    client: anthropicAt(proxy.url),
    async [Symbol.asyncDispose]() {
      await proxy.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

test.each([
  ['library', true, byLibrary],
  ['library', false, byLibrary],
  ['proxy', true, byProxy],
  ['proxy', false, byProxy],
])(
  'reasoning that was signed over what is left out goes with it (%s, streaming: %s)',
  async (_name, isStreaming, fittedAt) => {
    const TURNS = 34;
    const resultsIn = (body: Json): Json[] =>
      body.messages.flatMap(({ content }: Json) =>
        typeof content === 'string' ? [] : content.filter(({ type }: Json) => type === 'tool_result'),
      );
    let fetched = 0;
    const signing = await startSigningProvider((body) => {
      const results = resultsIn(body);
      const [hash] = hashesIn(results.map(({ content }) => content).join('\n'));
      const id = `toolu_${results.length}_${fetched}`;
      // What was left out is fetched, once, in the middle of a turn.
      if (hash !== undefined && fetched === 0 && results.length === TURNS - 2 && (fetched += 1))
        return [think('again'), { type: 'tool_use', id, name: 'headroom_retrieve', input: { hash } }];
      if (results.length - fetched === TURNS) return [think('so'), { type: 'text', text: 'done' }];
      return [think(`turn ${results.length}`), { type: 'tool_use', id, name: 'fetch', input: {} }];
    });
    try {
      await using fitted = await fittedAt(signing.url);
      const { client } = fitted;
      const { messages, ...rest } = anthropicBody(0);
      let answer: Json;
      for (let turn = 0; turn <= TURNS; turn++) {
        const request = { ...rest, messages };
        answer = isStreaming
          ? await client.messages.stream(request).finalMessage()
          : await client.messages.create(request);
        const said = answer.content.map((block: Json) => ({ ...block, parsed: undefined }));
        const calls = said.filter(({ type }: Json) => type === 'tool_use');
        expect(calls.some(({ name }: Json) => name === 'headroom_retrieve')).toBe(false);
        const given = calls.map(({ id }: Json) => ({ type: 'tool_result', tool_use_id: id, content: resultOf(turn) }));
        messages.push({ role: 'assistant', content: said }, { role: 'user', content: given });
      }
      expect(answer.content.at(-1).text).toBe('done');
      expect(fetched).toBe(1);
      // Refused once for each step, and never again for the same.
      expect(signing.mismatches.length).toBeGreaterThan(0);
      expect(signing.mismatches.length).toBeLessThan(4);
    } finally {
      await signing.close();
    }
  },
);

describe('compress()', () => {
  const small = (options: object = {}): Headroom => new Headroom({ modelsFile, offersRetrieval: true, ...options });

  test('gives back what fits, in the shape that came, each piece kept', async () => {
    const hr = small();
    const asked = anthropicBody(60);
    const { request, hashes } = await hr.compress(asked as { messages: object[] });
    expect(tokensIn(request)).toBeLessThan(WINDOW * 0.8);
    expect(request.messages).toHaveLength(asked.messages.length);
    expect(request.messages.at(-1)).toBe(asked.messages.at(-1));
    const [hash] = hashesIn(JSON.stringify(request));
    expect(hashes).toContain(hash);
    expect(await hr.retrieve(hash!)).toContain('opened module_');
    expect(await hr.retrieveTool.execute({ hash, lines: '1' })).toContain('opened module_');
    const { messages } = await small().compress(asked.messages as { role: string }[], { model: SMALL });
    expect(leftOutOf(JSON.stringify(messages))).toBeGreaterThan(20);
  });

  test('says what it would do, leaves nothing out that nobody can fetch, and throws where nothing helps', async () => {
    const asked = chatBody(60) as { messages: object[] };
    const { decisions, problem } = await small().simulate(asked);
    expect(problem).toBeUndefined();
    expect(decisions.filter(({ outcome }) => outcome === 'left out').length).toBeGreaterThan(20);
    const none = await small({ offersRetrieval: undefined }).compress(asked);
    expect(leftOutOf(JSON.stringify(none.request))).toBe(0);
    const long = { model: SMALL, messages: [{ role: 'user', content: resultOf(1, 4_000) }] };
    await expect(small().compress(long)).rejects.toMatchObject({
      name: 'HeadroomError',
      code: 'DOES_NOT_FIT',
      message: expect.stringMatching(/^prompt is too long: \d+ tokens > \d+ maximum/),
    });
    expect((await small().simulate(long)).problem).toMatch(/^prompt is too long/);
    expect((await small({ contextFit: 'off' }).compress(long)).request).toBe(long);
    expect((await small({ offersRetrieval: false }).compress(long)).request).toBe(long);
  });

  test('what was left out stays so where the model must not fetch just now', async () => {
    const hr = small();
    const asked = chatBody(60) as { messages: object[] };
    const first = JSON.stringify((await hr.compress(asked)).request);
    expect(JSON.stringify((await hr.compress(asked, { offersRetrieval: false })).request)).toBe(first);
  });

  test('the same in every process, and a second one on the same store goes on from what was sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-fitting-'));
    try {
      const input = join(folder, 'input.json');
      writeFileSync(input, JSON.stringify({ modelsFile, bodies: [chatBody(60), chatBody(61)] }));
      const ran = async (store: string): Promise<string[]> => {
        const program = `
          import { readFileSync } from 'node:fs';
          import { Headroom } from ${JSON.stringify(join(import.meta.dirname, '../../src/index.ts'))};
          const { modelsFile, bodies } = JSON.parse(readFileSync(process.argv[1], 'utf8'));
          await using hr = new Headroom({ modelsFile, offersRetrieval: true, store: process.argv[2] });
          for (const body of bodies) console.log(JSON.stringify((await hr.compress(body)).request));`;
        const args = ['--input-type=module-typescript', '--eval', program, '--', input, join(folder, store)];
        const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
        return stdout.trim().split('\n');
      };
      const [first, second] = [await ran('a.db'), await ran('b.db')];
      expect(leftOutOf(first[0]!)).toBeGreaterThan(20);
      expect(second).toEqual(first);
      await using hr = new Headroom({ modelsFile, offersRetrieval: true, store: join(folder, 'a.db') });
      const { request } = await hr.compress(chatBody(62) as { messages: object[] });
      const before = (JSON.parse(first[1]!) as Json).messages;
      expect(request.messages.slice(0, before.length)).toEqual(before);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what is known of models', () => {
  test('a models file by its path, and mistakes in it are said', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-models-'));
    try {
      const [good, bad] = [join(folder, 'good.json'), join(folder, 'bad.json')];
      writeFileSync(good, JSON.stringify(modelsFile));
      writeFileSync(bad, '{ "models": [{ "name": "x" }] }');
      const hr = new Headroom({ modelsFile: good, offersRetrieval: true });
      const { request } = await hr.compress(chatBody(60) as { messages: object[] });
      expect(leftOutOf(JSON.stringify(request))).toBeGreaterThan(20);
      await expect(new Headroom({ modelsFile: bad }).prepare()).rejects.toMatchObject({ code: 'BAD_OPTION' });
      await expect(new Headroom({ modelsFile: { models: [{}] } }).prepare()).rejects.toMatchObject({
        code: 'BAD_OPTION',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a vocabulary that no model is counted by, or that is not there, is refused', async () => {
    const opened = (tokenizer: string): Promise<void> =>
      new Headroom({ vocabulary: [{ tokenizer, path: '/none/tokenizer.json' }] }).prepare();
    await expect(opened('mistrall')).rejects.toThrow(/no model is counted by "mistrall"; the tokenizers are .*mistral/);
    await expect(opened('mistral')).rejects.toThrow(/\/none\/tokenizer\.json/);
  });

  test('a tokenizer of the program’s own counts for the models that have its name', async () => {
    const tokenizer = { name: 'llama', exact: true, count: (text: string) => text.length };
    const own = { models: [{ name: SMALL, family: 'openai', match: [SMALL], window: WINDOW, tokenizer: 'llama' }] };
    const asked = chatBody(12) as { messages: object[] };
    const by = async (options: object): Promise<string> => {
      const hr = new Headroom({ modelsFile: own, offersRetrieval: true, ...options });
      return JSON.stringify((await hr.compress(asked)).request);
    };
    expect(leftOutOf(await by({}))).toBe(0);
    expect(leftOutOf(await by({ tokenizer }))).toBeGreaterThan(1);
  });
});

/** Of all that it says. */
function tokensIn(value: unknown): number {
  if (typeof value === 'string') return o200k.count(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, one) => sum + tokensIn(one), 0);
}

/** Where the list ends that grows. */
function endOf(key: string, body: string): number {
  const list = JSON.stringify((JSON.parse(body) as Json)[key]);
  return body.indexOf(list.slice(0, -1)) + list.length - 1;
}

/** Chat models of LangChain over HTTP, with HeadroomChatModel around them: how they answer, fail and try again. */
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Headroom } from '../../src/index.ts';
import { startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { OURS } from './langchain-model.ts';
import { history, LISTED, MAKERS, plain, Recorder, run, tools, user, wrap } from './langchain-programs.ts';
import type { Json } from './programs.ts';

describe.each(MAKERS)('%s over HTTP', (_, make) => {
  const schema = z.object({ city: z.string() });

  test('structured output is the same, and its prompts lose nothing', async () => {
    const provider = await startScriptedProvider({
      call: [{ tool: /^answer$/, input: { city: 'Oslo' } }],
      text: '{"city":"Oslo"}',
    });
    try {
      for (const method of ['functionCalling', 'jsonSchema']) {
        const asked = async (model: Json): Promise<Json> =>
          model.withStructuredOutput(schema, { name: 'answer', method, includeRaw: true }).invoke(history(LISTED));
        const without = await asked(make(provider.url));
        const seen = await asked(wrap(make(provider.url)));
        expect(seen.parsed).toEqual({ city: 'Oslo' });
        expect(plain(seen)).toEqual(plain(without));
      }
      const [one, ours] = provider.requests.map(({ body }) => body);
      expect(ours!.length).toBeLessThan(one!.length / 2);
      expect(String(ours).includes('hash=')).toBe(false);
    } finally {
      await provider.close();
    }
  });

  test.each([
    [
      'a refusal',
      { error: { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no' } } } },
    ],
    ['a time-out', { silenceMs: 3_000 }, { timeout: 1_000 }],
    ['an answer that breaks off', { text: 'a long text that is cut', cutAfterBytes: 300 }],
  ])('%s ends a program as it does without', async (_kind, script: Json, more: Json = {}) => {
    const headroom = new Headroom();
    await headroom.prepare();
    const provider = await startScriptedProvider(script);
    try {
      const ends = async (model: Json, way: Json): Promise<Json> =>
        run(model.bindTools(tools), way, history(), more).then(
          ({ texts }) => texts,
          (error: Json) => [error.name, error.constructor.name, error.message, error.status],
        );
      for (const way of ['invoke', 'stream']) {
        expect(await ends(wrap(make(provider.url), { headroom }), way)).toEqual(await ends(make(provider.url), way));
      }
    } finally {
      await provider.close();
    }
  });

  test('its own retries are its own', async () => {
    const provider = await startScriptedProvider((_request, index) =>
      index === 0
        ? { error: { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'busy' } } } }
        : { text: 'fine' },
    );
    try {
      const answer = await wrap(make(provider.url, { maxRetries: 2 }))
        .bindTools(tools)
        .invoke(history());
      expect(answer.text).toBe('fine');
      expect(provider.requests).toHaveLength(2);
      expect(String(provider.requests[1]!.body)).toBe(String(provider.requests[0]!.body));
    } finally {
      await provider.close();
    }
  });
});

test('models that stream inside of an answer that comes whole show callbacks what the program sees', async () => {
  const script = (request: { readonly body: Buffer }): Json => {
    const hash = /headroom_retrieve hash=([0-9a-f]{24})/.exec(request.body.toString())?.[1];
    return {
      call: [
        { tool: /grep/, input: {} },
        { tool: /headroom_retrieve/, input: { hash } },
      ],
      text: 'found it there',
    };
  };
  const provider = await startScriptedProvider(script);
  try {
    for (const model of [
      new ChatOpenAI({
        model: 'gpt-4o',
        apiKey: 'k',
        streaming: true,
        useResponsesApi: true,
        configuration: { baseURL: `${provider.url}/v1` },
      }),
      new ChatAnthropic({ model: 'claude-opus-5-5', apiKey: 'k', streaming: true, anthropicApiUrl: provider.url }),
    ]) {
      const recorder = new Recorder();
      const seen = await run(wrap(model).bindTools(tools), 'invoke', [user('go')], { callbacks: [recorder] });
      expect(seen.texts.at(-1)).toBe('found it there');
      expect(JSON.stringify([seen, recorder.told]).includes(OURS)).toBe(false);
      const tokens = recorder.told.flatMap(([kind, token]) => (kind === 'token' ? [token] : []));
      expect(tokens.join('')).toContain('found it there');
    }
    expect(provider.requests).toHaveLength(6);
  } finally {
    await provider.close();
  }
});

/** `--cache-keep`: a Gemini that keeps long prefixes under a name, in front of Google's own library and the whole proxy. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { GoogleGenAI } from '@google/genai';
import { GoogleGenAI as OlderGenAI } from 'genai-2.32';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KEPT_TOKENS, type KeepingGemini, startKeepingGemini } from '../../src/proxy/keeping-gemini.fixture.ts';
import { bareEnvironment, type ProxyProcess, startProxyProcess } from './proxy-process.ts';

const BIN = resolve(import.meta.dirname, '../../bin/headroom.js');
const MODEL = 'gemini-2.5-pro';
const MAKERS: readonly (readonly [string, (baseUrl: string) => Pick<GoogleGenAI, 'models'>])[] = [
  ['@google/genai 3.1', (baseUrl) => new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl } })],
  [
    '@google/genai 2.32',
    (baseUrl) => new OlderGenAI({ apiKey: 'k', httpOptions: { baseUrl } }) as unknown as GoogleGenAI,
  ],
];
const CONFIG = {
  systemInstruction: 'Look twice, cut once. '.repeat(1_200),
  tools: [{ functionDeclarations: [{ name: 'run', description: 'runs', parametersJsonSchema: { type: 'object' } }] }],
};

let gemini: KeepingGemini;
let proxy: ProxyProcess;
beforeEach(async () => {
  gemini = await startKeepingGemini();
  proxy = await startProxyProcess({ upstream: gemini.url, flags: ['--cache-keep', '60', '--log-level', 'info'] });
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await gemini.close();
});

async function ask({ models }: Pick<GoogleGenAI, 'models'>, question: string, isStreaming: boolean): Promise<string> {
  const request = { model: MODEL, contents: question, config: CONFIG };
  if (!isStreaming) return (await models.generateContent(request)).text!;
  let text = '';
  for await (const chunk of await models.generateContentStream(request)) text += chunk.text ?? '';
  return text;
}

function savings(): Record<string, number> & { tokens: Record<string, number> } {
  const { stdout } = spawnSync(process.execPath, [BIN, 'savings', '--json'], {
    env: bareEnvironment(proxy.home),
    encoding: 'utf8',
  });
  return JSON.parse(stdout) as never;
}

describe.each(MAKERS)('%s', (_name, make) => {
  test.each([false, true])(
    'has the same answers, before a name and by it and when it is refused (streaming: %s)',
    async (isStreaming) => {
      const client = make(proxy.url);
      const texts: string[] = [];
      for (const question of ['a', 'a', 'a', 'b']) {
        texts.push(await ask(client, question, isStreaming));
        // What is asked for beside the second request is there a moment later.
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      expect(gemini.asked().filter((word) => word !== 'keep')).toEqual([
        'generate',
        'generate',
        'generate named',
        'generate named',
      ]);
      gemini.kept.clear();
      texts.push(await ask(client, 'b', isStreaming));
      expect(gemini.asked().slice(-2)).toEqual(['generate named', 'generate']);
      expect(new Set(texts.slice(0, 3)).size).toBe(1);
      expect(texts[4]).toBe(texts[3]);
      await proxy.says(/the name of a kept prefix was refused/);
    },
  );
});

test('R-45: what is kept is in the bill: read once at the price of input, by the hour, and read again for a tenth', async () => {
  const client = MAKERS[1]![1](proxy.url);
  for (const question of ['a', 'b', 'c', 'd']) {
    await ask(client, question, false);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await proxy.kill('SIGTERM');
  expect(gemini.kept.size).toBe(0);
  expect(gemini.asked().at(-1)).toBe('drop');
  const { tokens, kept_prefix_token_hours: hours, kept_prefix_usd: dollars, input_bill_usd: bill } = savings();
  expect([hours, dollars]).toEqual([KEPT_TOKENS, (KEPT_TOKENS * 4.5) / 1e6]);
  expect(tokens).toMatchObject({
    cache_write: KEPT_TOKENS,
    cache_read: 2 * KEPT_TOKENS,
    uncached_input: 2 * (KEPT_TOKENS + 100) + 200,
  });
  const expected = (2 * (KEPT_TOKENS + 100) + 200 + KEPT_TOKENS) * 1.25 + 2 * KEPT_TOKENS * 0.125 + KEPT_TOKENS * 4.5;
  expect(bill).toBeCloseTo(expected / 1e6, 6);
});

/** Calls of the retrieval tool are answered in the proxy, and neither the client nor the next request shows a trace. */
import Anthropic from '@anthropic-ai/sdk';
import OlderAnthropic from 'anthropic-sdk-0.71';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { converse, fetch, grep, HITS, isOurs, planOf, say, type Setting, think } from './retrieving-agent.ts';
import { type Planned, type SigningProvider, startSigningProvider } from './signing-provider.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- two majors of one SDK, by what both have

const SETTINGS: [string, Setting][] = [
  [
    '@anthropic-ai/sdk 1, streaming',
    { isStreaming: true, make: (url) => new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 }) },
  ],
  [
    '@anthropic-ai/sdk 1, whole',
    { isStreaming: false, make: (url) => new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 }) },
  ],
  [
    '@anthropic-ai/sdk 0.71, streaming',
    { isStreaming: true, make: (url) => new OlderAnthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 }) },
  ],
];

const CASES: [name: string, hops: ((body: Json) => Planned)[]][] = [
  ['first', [() => [grep()], (body) => [fetch(body)], () => [think('b'), say('found')]]],
  [
    'last, after words',
    [() => [grep()], (body) => [think('a'), say('let me look'), fetch(body)], () => [say('found')]],
  ],
  [
    'in the middle of thinking, then a call',
    [
      () => [think('a'), grep()],
      (body) => [think('b'), fetch(body)],
      () => [think('c'), say('x'), grep()],
      () => [think('d'), say('done')],
    ],
  ],
  [
    'mixed with a call of the client',
    [() => [grep()], (body) => [think('m'), fetch(body), grep()], () => [think('n'), say('done')]],
  ],
  ['two at once', [() => [grep()], (body) => [fetch(body), fetch(body, { lines: '2-3' })], () => [say('done')]]],
  [
    'twice in a row',
    [
      () => [grep()],
      (body) => [think('p'), fetch(body)],
      (body) => [fetch(body, { lines: '7' })],
      () => [think('q'), say('done')],
    ],
  ],
];

/** As the provider reads them: cache marks are no part of what was said. */
function blocksIn({ content }: Json): Json[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return blocks.map((block: Json) => JSON.parse(JSON.stringify({ ...block, cache_control: undefined })));
}

let provider: SigningProvider;
let proxy: ProxyProcess;
beforeAll(async () => {
  provider = await startSigningProvider();
  proxy = await startProxyProcess({ upstream: provider.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await provider.close();
});

describe.each(SETTINGS)('%s', (_sdk, setting) => {
  test.each(CASES)('a hidden call %s', async (_name, hops) => {
    provider.reset(planOf([...hops, () => [think('z'), say('and the second answer')]]));
    const answers = await converse(proxy.url, setting, ['search', 'and now?']);
    // Signed thinking covers all before it: had one hidden block been lost or moved, the provider would have refused.
    expect(provider.mismatches).toEqual([]);
    const visible = answers.flatMap(({ content }: Json) => content);
    expect(visible.some(isOurs)).toBe(false);
    const planned = provider.requests
      .map((body, index) => [...hops, () => [think('z'), say('and the second answer')]][index]?.(body) ?? [])
      .flat();
    expect(visible.map(({ type, text, thinking }: Json) => [type, text, thinking])).toEqual(
      planned.filter((block) => !isOurs(block)).map(({ type, text, thinking }) => [type, text, thinking]),
    );
    // The provider sees one conversation that only grows.
    const seen = provider.requests.map(({ messages }) => messages.flatMap(blocksIn));
    seen.slice(1).forEach((blocks, index) => expect(blocks.slice(0, seen[index].length)).toEqual(seen[index]));
    // The model got the original, whose lines the view had left out.
    const results = seen
      .at(-1)
      .filter(
        ({ type, tool_use_id: id }: Json) =>
          type === 'tool_result' && seen.at(-1).some((call: Json) => call.id === id && isOurs(call)),
      );
    expect(results.length).toBe(planned.filter(isOurs).length);
    expect(results[0].content).toContain(HITS[1]);
    expect(seen[1].find(({ type }: Json) => type === 'tool_result').content).not.toContain(HITS[599]);
    const last = answers.at(-1);
    expect([last.stop_reason, last.usage.output_tokens % 10]).toEqual(['end_turn', 0]);
  });
});

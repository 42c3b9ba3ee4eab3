/** Two proxies on two machines that share one Redis, in front of one client: any of them serves any turn. */
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect } from 'vitest';
import { hasRedis, startRedis, whyNot } from '../../src/stores/redis-server.fixture.ts';
import { resultTexts } from './body-diff.ts';
import { anthropicConversation, chatConversation, type Conversation } from './conversations.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { replay } from './replay.ts';
import { verifies } from './requirements.ts';
import { converse, fetch as fetchOriginal, grep, HITS, isOurs, planOf, say, think } from './retrieving-agent.ts';
import { startSigningProvider } from './signing-provider.ts';
import { JSON_HEADERS, send, startUpstream } from './wire.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- what the provider saw is looked into

const REDIS = { skip: !hasRedis };
const CONVERSATIONS: readonly (readonly [name: string, conversation: Conversation])[] = [
  ['anthropic-messages', anthropicConversation()],
  ['openai-chat', chatConversation()],
];

/** One that does not fit what the killed proxy kept would be a proxy that never saw it. */
async function expectOriginalsOf(arrived: Buffer, sent: Buffer, { url }: ProxyProcess): Promise<void> {
  const sources = resultTexts(sent);
  let found = 0;
  for (const [index, text] of resultTexts(arrived).entries()) {
    const hash = /headroom_retrieve hash=([0-9a-f]{24})/.exec(text)?.[1];
    if (hash === undefined) continue;
    const { status, body } = await send(url, { method: 'GET', path: `/v1/retrieve/${hash}`, headers: JSON_HEADERS });
    expect([status, (JSON.parse(body.toString()) as Json).original_content]).toEqual([200, sources[index]]);
    found += 1;
  }
  expect(found).toBeGreaterThan(0);
}

describe(`a fleet${whyNot}`, () => {
  for (const [name, conversation] of CONVERSATIONS) {
    verifies(
      ['cache:prefix-stable-over-kill', 'savings:results-shortened'],
      `keeps the prefix of ${name} from proxy to proxy, also when one is killed; its originals come from the other`,
      async () => {
        await using redis = await startRedis();
        await using upstream = await startUpstream();
        const start = { upstream: upstream.url, flags: ['--store', redis.url] };
        await using one = await startProxyProcess(start);
        await using two = await startProxyProcess(start);
        const run = replay(conversation, upstream, name);
        const middle = Math.floor(conversation.turns.length / 2);
        for (let turn = 0; !run.isDone; turn++) {
          if (turn === middle) await one.kill('SIGKILL');
          await run.next(turn < middle && turn % 2 === 0 ? one.url : two.url);
        }
        expect(run.bytes.provider).toBeLessThan(run.bytes.client * 0.8);
        await expectOriginalsOf(
          upstream.seen.at(-1)!.body,
          Buffer.from(JSON.stringify(conversation.turns.at(-1))),
          two,
        );
      },
      REDIS,
    );
  }

  verifies(
    'cache:prefix-stable-over-kill',
    'puts hidden exchanges back that another proxy had, and answers calls for its originals',
    async () => {
      await using redis = await startRedis();
      const hops = [
        () => [grep()],
        (body: Json) => [think('a'), fetchOriginal(body)],
        () => [think('b'), grep()],
        (body: Json) => [think('c'), fetchOriginal(body, { lines: '7' })],
        () => [think('d'), say('found')],
        () => [think('e'), say('and the second answer')],
      ];
      const provider = await startSigningProvider(planOf(hops));
      const start = { upstream: provider.url, flags: ['--store', redis.url] };
      await using one = await startProxyProcess(start);
      await using two = await startProxyProcess(start);
      let requests = 0;
      const make = (url: string): Json => new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 });
      const next = (): string => (requests++ % 2 === 0 ? one.url : two.url);
      const answers = await converse(next, { isStreaming: true, make }, ['search', 'and now?']);
      // Signed thinking covers all before it: had a hidden block been lost or moved, the provider would have refused.
      expect(provider.mismatches).toEqual([]);
      expect(requests).toBeGreaterThan(2);
      expect(answers.flatMap(({ content }: Json) => content).some(isOurs)).toBe(false);
      expect(JSON.stringify(provider.requests.at(-1))).toContain(HITS[6]);
      await provider.close();
    },
    REDIS,
  );

  verifies(
    'fail-open:store',
    'whose redis is killed in the middle answers every turn, keeps the prefix in each proxy, and says so',
    async () => {
      await using redis = await startRedis();
      await using upstream = await startUpstream();
      await using proxy = await startProxyProcess({ upstream: upstream.url, flags: ['--store', redis.url] });
      const run = replay(chatConversation(), upstream);
      for (let turn = 0; turn < 6; turn++) await run.next(proxy.url);
      await redis.kill();
      for (let turn = 0; turn < 4; turn++) await run.next(proxy.url);
      await redis.restart();
      while (!run.isDone) await run.next(proxy.url);
      await proxy.says(/warning/i);
      expect(proxy.said()).toMatch(/redis:\/\/127\.0\.0\.1:\d+\/0 is out of use/);
    },
    REDIS,
  );
});

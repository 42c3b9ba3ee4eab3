/**
 * Whole conversations through real proxy processes, turn by turn: what two turns share goes out with the same bytes,
 * whatever happens to the proxy between them. HEADROOM_DATA adds recorded ones, some of
 * each set, or all with HEADROOM_REPLAY=all.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aroundResults, resultTexts, withoutTool } from './body-diff.ts';
import {
  anthropicBody,
  anthropicConversation,
  chatBody,
  chatConversation,
  cloudCodeConversation,
  type Conversation,
  geminiConversation,
  responsesConversation,
  withRestlessSystem,
} from './conversations.ts';
import { runHeadroom, startKillableProxy, startProxyProcess } from './proxy-process.ts';
import { type Replay, replay, replayAll } from './replay.ts';
import { verifies } from './requirements.ts';
import { JSON_HEADERS, send, startUpstream } from './wire.ts';

/** Every result comes back as it was sent, of JSON only the spelling may differ; nothing else is touched. */
async function expectReadsBack(arrived: Buffer, sent: Buffer, home: string): Promise<void> {
  const { exitCode, stdout, stderr } = await runHeadroom(['expand'], withoutTool(arrived).body, home);
  expect(exitCode, stderr).toBe(0);
  expect(aroundResults(stdout)).toBe(aroundResults(sent));
  const sources = resultTexts(sent);
  resultTexts(stdout).forEach((text, index) =>
    expect(spelledTight(text), `result ${index}`).toBe(spelledTight(sources[index]!)),
  );
}

/** JSON may lose the white space between its words and needless escapes in them, as the whole text or within one. */
function spelledTight(text: string): string {
  if (!/^\s*[[{]/m.test(text)) return text;
  return text.replaceAll(/("(?:[^"\\\n]|\\.)*")|\s+/g, (_, word: string | undefined) => (word ? plainly(word) : ''));
}

function plainly(word: string): string {
  try {
    return JSON.stringify(JSON.parse(word));
  } catch {
    return word;
  }
}

const FROZEN: readonly (readonly [name: string, conversation: Conversation])[] = [
  ['anthropic-messages', anthropicConversation()],
  ['openai-chat', chatConversation()],
  ['openai-responses', responsesConversation()],
  ['gemini', geminiConversation()],
];

describe.each(FROZEN)('a frozen conversation of %s', (name, conversation) => {
  verifies(
    ['cache:prefix-stable-over-turns', 'savings:results-shortened'],
    'keeps its prefix from turn to turn, and shrinks',
    async () => {
      await using upstream = await startUpstream();
      await using proxy = await startProxyProcess({ upstream: upstream.url });
      const { bytes } = await replayAll(conversation, upstream, proxy.url, name);
      expect(bytes.provider).toBeLessThan(bytes.client * 0.8);
    },
  );

  verifies('cache:prefix-stable-over-kill', 'keeps its prefix when the proxy is killed between turns', async () => {
    await using upstream = await startUpstream();
    await using proxy = await startKillableProxy({ upstream: upstream.url });
    const run = replay(conversation, upstream, name);
    for (let turn = 0; !run.isDone; turn++) {
      await run.next(proxy.url);
      if (turn % 5 === 3) await proxy.killAndRestart();
    }
  });

  verifies('cache:prefix-stable-over-kill', 'keeps its prefix when two proxies on one home take turns', async () => {
    await using upstream = await startUpstream();
    await using one = await startProxyProcess({ upstream: upstream.url });
    await using two = await startProxyProcess({ upstream: upstream.url, home: one.home });
    const run = replay(conversation, upstream, name);
    for (let turn = 0; !run.isDone; turn++) await run.next(turn % 2 === 0 ? one.url : two.url);
  });

  verifies(
    'cache:prefix-stable-over-deadline',
    'keeps its prefix when there is hardly time to decide, and when time comes back',
    async () => {
      await using upstream = await startUpstream();
      await using hurried = await startProxyProcess({ upstream: upstream.url, flags: ['--deadline-ms', '1'] });
      await using calm = await startProxyProcess({ upstream: upstream.url, home: hurried.home });
      const run = replay(withRestlessSystem(conversation), upstream, name);
      for (let turn = 0; !run.isDone; turn++) await run.next(turn % 4 === 3 ? calm.url : hurried.url);
    },
  );

  verifies(
    'cache:prefix-stable-over-bypass',
    'says what was first sent past Headroom the same way once Headroom is back',
    async () => {
      await using upstream = await startUpstream();
      await using proxy = await startProxyProcess({ upstream: upstream.url });
      const run = replay(conversation, upstream, name);
      const headers = [...JSON_HEADERS, ['x-headroom-bypass', 'true'] as const];
      for (let turn = 0; !run.isDone; turn++) await run.next(proxy.url, turn < 6 ? { headers } : {});
      expect(resultTexts(upstream.seen.at(-1)!.body).some((text) => text.length > 5_000)).toBe(true);
    },
  );
});

verifies(
  ['cache:prefix-stable-over-turns', 'savings:results-shortened'],
  'a frozen conversation in the wrapper of Cloud Code keeps its prefix from turn to turn, and shrinks',
  async () => {
    await using upstream = await startUpstream();
    await using proxy = await startProxyProcess({ upstream: upstream.url });
    const { bytes } = await replayAll(cloudCodeConversation(), upstream, proxy.url);
    expect(bytes.provider).toBeLessThan(bytes.client * 0.8);
  },
);

verifies('count:same-as-sent', 'counting a request decides nothing for the request that is sent', async () => {
  await using upstream = await startUpstream();
  await using hurried = await startProxyProcess({ upstream: upstream.url, flags: ['--deadline-ms', '1'] });
  await using calm = await startProxyProcess({ upstream: upstream.url, home: hurried.home });
  const last = anthropicConversation().turns.at(-1) as { messages: object[] };
  // Without signatures: history that somebody else signed would be kept as it is.
  const messages = last.messages.map(
    (message) => JSON.parse(JSON.stringify(message).replace('"thinking"', '"note"')) as object,
  );
  const body = JSON.stringify({ ...last, messages });
  await send(hurried.url, { path: '/v1/messages/count_tokens', body });
  const hurriedly = upstream.seen.at(-1)!.body.length;
  await send(calm.url, { path: '/v1/messages/count_tokens', body });
  const counted = upstream.seen.at(-1)!.body;
  await send(calm.url, { path: '/v1/messages', body });
  expect(upstream.seen.at(-1)!.body.equals(counted)).toBe(true);
  expect(counted.length).toBeLessThan(hurriedly * 0.9);
});

verifies('reads:lines-exact', 'of files that were read every line arrives exactly, with a thinner gutter', async () => {
  await using upstream = await startUpstream();
  await using proxy = await startProxyProcess({ upstream: upstream.url });
  const conversation = anthropicConversation();
  await replayAll(conversation, upstream, proxy.url);
  const before = resultTexts(Buffer.from(JSON.stringify(conversation.turns.at(-1))));
  const after = resultTexts(upstream.seen.at(-1)!.body);
  const reads = before.flatMap((text, index) => (/^\d+\t/.test(text) ? [[text, after[index]!] as const] : []));
  expect(reads.length).toBe(2);
  const arrived: string[] = [];
  for (const [was, is] of reads) {
    // What was read a second time may stand where it was read first.
    arrived.push(...is.split('\n'));
    const lines = was.split('\n').map((line) => line.slice(line.indexOf('\t') + 1));
    const missing = lines.filter((line) => !arrived.some((one) => one === line || one.endsWith(`\t${line}`)));
    expect(missing).toEqual([]);
    expect(is.length).toBeLessThan(was.length);
  }
});

describe.each(FROZEN)('what arrived of a frozen conversation of %s', (_, conversation) => {
  verifies('savings:reads-back', 'reads back to what the client had sent, by `headroom expand`', async () => {
    await using upstream = await startUpstream();
    await using proxy = await startProxyProcess({ upstream: upstream.url });
    await replayAll(conversation, upstream, proxy.url);
    const sent = Buffer.from(JSON.stringify(conversation.turns.at(-1)));
    await expectReadsBack(upstream.seen.at(-1)!.body, sent, proxy.home);
  });
});

verifies(
  'cache:prefix-stable-over-turns',
  'conversations that share a beginning share its bytes, and other credentials share nothing',
  async () => {
    await using upstream = await startUpstream();
    await using proxy = await startProxyProcess({ upstream: upstream.url });
    const run = replay(chatConversation(), upstream);
    for (let turn = 0; turn < 6; turn++) await run.next(proxy.url);
    const fork = upstream.seen.at(-1)!.body;
    const other = [...JSON_HEADERS.filter(([key]) => key !== 'x-api-key'), ['x-api-key', 'sk-other'] as const];
    await run.next(proxy.url, { headers: other });
    expect(resultTexts(upstream.seen.at(-1)!.body).slice(0, 5)).toEqual(resultTexts(fork));
  },
);

interface Recorded {
  readonly id: string;
  readonly format: string;
  readonly messages: readonly { readonly role: string }[];
}

const BODIES: Readonly<Record<string, { path: string; body: (messages: readonly object[]) => object } | undefined>> = {
  'anthropic-messages': { path: '/v1/messages', body: anthropicBody },
  'openai-chat': { path: '/v1/chat/completions', body: (messages) => chatBody(messages) },
  'openai-chat-legacy-functions': { path: '/v1/chat/completions', body: (messages) => chatBody(messages) },
  'openai-chat-text-actions': { path: '/v1/chat/completions', body: (messages) => chatBody(messages) },
};

/** How many conversations of each set a normal run takes. */
const SETS: readonly (readonly [file: string, few: number])[] = [
  ['traj_claude_code_spotter_a.jsonl', 1],
  ['traj_tau_airline.jsonl', 3],
  ['traj_swe_agent.jsonl', 3],
  ['traj_adp_coding.jsonl', 3],
  ['traj_toolbench.jsonl', 3],
];

const folder = process.env.HEADROOM_DATA;
const isEverything = process.env.HEADROOM_REPLAY === 'all';

function recorded(file: string, few: number): readonly (readonly [string, Conversation])[] {
  const lines = readFileSync(join(folder!, file), 'utf8').trimEnd().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Recorded);
  // One of each shape first: a set may hold several formats.
  const shapes = [...Map.groupBy(all, ({ format }) => format).values()];
  const chosen = isEverything ? all : shapes.flatMap((same) => same.slice(0, few));
  return chosen.flatMap(({ id, format, messages }) => {
    const shape = BODIES[format];
    if (!shape) return [];
    const ends = messages.flatMap(({ role }, index) => (role === 'assistant' && index > 0 ? [index] : []));
    return [[id, { path: shape.path, turns: ends.map((end) => shape.body(messages.slice(0, end))) }] as const];
  });
}

describe('recorded conversations', () => {
  for (const [file, few] of SETS) {
    const isThere = folder !== undefined && existsSync(join(folder, file));
    test.skipIf(!isThere)(
      `${file} keep their prefixes${isThere ? '' : ' (skipped: HEADROOM_DATA names no folder that has it)'}`,
      async () => {
        await using upstream = await startUpstream();
        await using proxy = await startProxyProcess({ upstream: upstream.url });
        const runs: Replay[] = [];
        for (const [id, conversation] of recorded(file, few)) {
          runs.push(await replayAll(conversation, upstream, proxy.url, id));
        }
        expect(runs.length).toBeGreaterThan(0);
        const total = runs.reduce(
          (sum, { bytes }) => ({ client: sum.client + bytes.client, provider: sum.provider + bytes.provider }),
          {
            client: 0,
            provider: 0,
          },
        );
        expect(total.provider).toBeLessThanOrEqual(total.client);
        console.log(`${file}: ${runs.length} conversations, ${total.client} -> ${total.provider} bytes`);
      },
      isEverything ? 600_000 : 60_000,
    );
  }

  const areThere = folder !== undefined && SETS.every(([file]) => existsSync(join(folder, file)));
  test.skipIf(!areThere)(
    `read back to what the client had sent${areThere ? '' : ' (skipped: HEADROOM_DATA names no folder that has them)'}`,
    { timeout: isEverything ? 600_000 : 60_000 },
    async () => {
      await using upstream = await startUpstream();
      await using proxy = await startProxyProcess({ upstream: upstream.url });
      for (const [id, conversation] of SETS.flatMap(([file, few]) => recorded(file, few))) {
        await replayAll(conversation, upstream, proxy.url, id);
        const sent = Buffer.from(JSON.stringify(conversation.turns.at(-1)));
        await expectReadsBack(upstream.seen.at(-1)!.body, sent, proxy.home);
      }
    },
  );

  const killed = folder !== undefined && existsSync(join(folder, 'traj_tau_airline.jsonl'));
  test.skipIf(!killed)(
    `keep their prefixes over kills and a second proxy${killed ? '' : ' (skipped: HEADROOM_DATA names no folder that has them)'}`,
    async () => {
      await using upstream = await startUpstream();
      await using proxy = await startKillableProxy({ upstream: upstream.url });
      await using second = await startProxyProcess({ upstream: upstream.url, home: proxy.home });
      for (const [id, conversation] of recorded('traj_tau_airline.jsonl', 1)) {
        const run = replay(conversation, upstream, id);
        for (let turn = 0; !run.isDone; turn++) {
          await run.next(turn % 2 === 0 ? proxy.url : second.url);
          if (turn % 4 === 2 && turn < 8) await proxy.killAndRestart();
        }
      }
    },
    isEverything ? 600_000 : 60_000,
  );
});

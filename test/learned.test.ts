/** Learning through running proxies: what one has seen fetched, the next one says in full; what was sent stays as it was. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { LearnedSnapshot } from '../src/core/importance.ts';
import { takeSnapshot } from '../src/importance/snapshot.ts';
import { startProxy } from '../src/proxy/server.ts';
import { openStores } from '../src/stores/index.ts';
import { type ScriptedProvider, startScriptedProvider } from '../src/testing/scripted-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-learned-'));
afterAll(() => rmSync(folder, { recursive: true }));
const storePath = join(folder, 'headroom.db');
const SESSIONS = 4;

const word = (seed: number): string => `u${((seed * 48_271) % 2_147_483_647).toString(36)}`;

function bodyOf(session: number): string {
  const rows = Array.from({ length: 120 }, (_, index) => ({
    number: index * 2,
    user: { login: word(session * 1_000 + index + 1) },
    link: `/${word(session * 7_000 + index + 1)}/${word(session * 9_000 + index + 1)}`,
  }));
  return JSON.stringify({
    model: 'claude-any',
    max_tokens: 9,
    tools: [{ name: 'list', description: '', input_schema: { type: 'object' } }],
    messages: [
      { role: 'user', content: `Question ${session}` },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'list', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: JSON.stringify(rows) }] },
    ],
  });
}

/** Always fetches the same column of what it is shown as a view. */
function fetchingProvider(): Promise<ScriptedProvider> {
  return startScriptedProvider(({ body }) => {
    const hash = /headroom_retrieve hash=([0-9a-f]{24})/.exec(body.toString())?.[1];
    const input = { hash: hash ?? '', path: '$[7].user.login' };
    return hash === undefined ? {} : { call: [{ tool: /^headroom_retrieve$/, input }] };
  });
}

async function session(
  provider: ScriptedProvider,
  learned: LearnedSnapshot | undefined,
  numbers: readonly number[],
): Promise<readonly string[]> {
  const { url } = provider;
  const proxy = await startProxy({
    host: '127.0.0.1',
    port: 0,
    upstreams: { anthropic: url, openai: url, gemini: url },
    profile: 'balanced',
    token: undefined,
    storePath,
    learned,
    learns: true,
    maxBodyBytes: 2 ** 24,
    deadlineMs: 20_000,
    workers: 1,
    connectTimeoutMs: 10_000,
    responseTimeoutMs: 60_000,
    logLevel: 'silent',
    warn: () => undefined,
  });
  const headers = { 'x-api-key': 'key', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' };
  const sent: string[] = [];
  try {
    for (const number of numbers) {
      const first = provider.requests.length;
      const answer = await fetch(`${proxy.url}/v1/messages`, { method: 'POST', headers, body: bodyOf(number) });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('All done.')]);
      sent.push(provider.requests[first]!.body.toString());
    }
  } finally {
    await proxy.close();
  }
  return sent;
}

function snapshot(): LearnedSnapshot {
  const stores = openStores({ path: storePath, warn: () => undefined });
  try {
    return takeSnapshot({ salt: stores.learned().salt()!, rows: stores.learned().read() });
  } finally {
    stores.close();
  }
}

test('a proxy that starts later says in full what models fetched of earlier ones, and nothing sent before changes (R-17)', async () => {
  const provider = await fetchingProvider();
  try {
    const numbers = Array.from({ length: SESSIONS }, (_, index) => index + 1);
    const early = await session(provider, undefined, numbers);
    for (const body of early) expect(body).not.toContain('user.login, in full');
    const learned = snapshot();
    expect(learned.kept.length).toBeGreaterThan(0);
    const [again, fresh] = await session(provider, learned, [1, 50]);
    expect(again).toBe(early[0]);
    expect(fresh).toContain('user.login, in full');
  } finally {
    await provider.close();
  }
}, 60_000);

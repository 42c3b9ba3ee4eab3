/**
 * gateways and programs that let their messages be shortened and send them on by themselves: LiteLLM's guardrail
 * `headroom`, by the calls that it makes, and the npm client headroom-ai, against a real proxy.
 */
import { compress, HeadroomClient, simulate } from 'headroom-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- answers of any shape are looked into

const LOG = Array.from(
  { length: 300 },
  (_, n) => `2026-01-01T00:00:${n % 60} INFO worker-${n % 4} job ${n} took ${(n * 7919) % 1000} ms`,
).join('\n');
const ROWS = JSON.stringify(Array.from({ length: 100 }, (_, id) => ({ id, state: 'active', owner: `user ${id}` })));
/** Turns of the assistant, the last turn of the user and what belongs to them stay with the gateway. */
const HISTORY = [
  { role: 'user', content: 'look at the log' },
  { role: 'tool', tool_call_id: 'c1', content: LOG },
  { role: 'tool', tool_call_id: 'c2', content: ROWS },
];

let proxy: ProxyProcess;
beforeAll(async () => {
  proxy = await startProxyProcess({ upstream: 'http://127.0.0.1:1' });
});
afterAll(() => proxy[Symbol.asyncDispose]());

describe("LiteLLM's guardrail", () => {
  const as = (key: string): Record<string, string> => ({
    'Content-Type': 'application/json',
    Authorization: `Bearer ${key}`,
    'x-headroom-affinity': 'ab12',
  });
  const ask = async (config?: object, key = 'gateway'): Promise<Json> => {
    const body = JSON.stringify({ messages: HISTORY, model: 'claude-sonnet-4', ...(config && { config }) });
    const response = await fetch(`${proxy.url}/v1/compress`, { method: 'POST', headers: as(key), body });
    expect(response.status).toBe(200);
    return response.json();
  };
  const fetched = async (hash: string, key: string, query = ''): Promise<Json> =>
    (await fetch(`${proxy.url}/v1/retrieve/${hash}${query}`, { headers: as(key) })).json();

  test('gets its messages back, as many and in their order, without those of the model', async () => {
    const { messages, ...account } = await ask();
    expect(messages.map(({ role, tool_call_id: id }: Json) => [role, id])).toEqual([
      ['user', undefined],
      ['tool', 'c1'],
      ['tool', 'c2'],
    ]);
    expect(messages[0]).toEqual(HISTORY[0]);
    expect(account).toMatchObject({
      tokens_before: expect.any(Number),
      tokens_after: expect.any(Number),
      compression_ratio: expect.any(Number),
      transforms_applied: expect.arrayContaining(['json']),
    });
    expect(account.tokens_saved).toBe(account.tokens_before - account.tokens_after);
    expect(account.tokens_saved).toBeGreaterThan(0);
  });

  test('gets views only where it offers the tool, their hashes, and by them the original or a part', async () => {
    const without = await ask(undefined, 'without');
    expect(JSON.stringify(without.messages)).not.toContain('headroom_retrieve');
    const { messages, ccr_hashes: hashes, tokens_before: before, tools } = await ask({ mode: 'ccr' }, 'with');
    const hash = /headroom_retrieve hash=([a-f0-9]{24})/.exec(messages[1].content)?.[1] ?? '';
    // What can be read in full needs no tool.
    expect(hashes).toEqual([hash]);
    expect(messages[2].content.length).toBeLessThan(ROWS.length / 2);
    expect([tools, before]).toEqual([undefined, without.tokens_before]);
    expect((await fetched(hash, 'with')).original_content).toBe(LOG);
    expect((await fetched(hash, 'with', '?query=job+217')).original_content).toContain('job 217 took');
  });

  test('says the same for the same history, and goes on from it', async () => {
    const [first, again] = [await ask({ mode: 'ccr' }, 'same'), await ask({ mode: 'ccr' }, 'same')];
    expect(again.messages).toEqual(first.messages);
    expect(again.ccr_hashes).toEqual(first.ccr_hashes);
  });

  test('R-38: is told with 404 what is not there, and not given what another credential sent', async () => {
    const { ccr_hashes: hashes } = await ask({ mode: 'ccr' }, 'mine');
    expect((await fetched(hashes[0], 'mine')).original_content).toBe(LOG);
    const foreign = await fetch(`${proxy.url}/v1/retrieve/${hashes[0]}`, { headers: as('nobody') });
    expect([foreign.status, (await fetched('0'.repeat(24), 'mine')).error.code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('the client headroom-ai', () => {
  const options = (): object => ({ baseUrl: proxy.url, apiKey: 'mine', fallback: false });
  const messages = [
    { role: 'user', content: 'who owns 42?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'list', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: ROWS },
  ] as Json[];

  test('compresses, simulates and retrieves', async () => {
    const short = await compress(messages, { ...options(), model: 'gpt-4o' });
    expect(short).toMatchObject({ compressed: true, transformsApplied: ['json'] });
    expect(short.messages.slice(0, 2)).toEqual(messages.slice(0, 2));
    const client = new HeadroomClient(options());
    expect(await client.retrieve(short.ccrHashes[0]!)).toMatchObject({ originalContent: ROWS });
    const would = await simulate(messages, { client, model: 'gpt-4o' });
    expect(would.tokensSaved).toBe(short.tokensSaved);
  });

  test('is told what there is not', async () => {
    const client = new HeadroomClient(options());
    await expect(client.getCCRStats()).rejects.toMatchObject({ statusCode: expect.any(Number) });
    await expect(client.handleToolCall({ toolCall: {} })).rejects.toMatchObject({ statusCode: 404 });
  });
});

/** The whole way of an account: a real proxy, a scripted provider, the database, /stats and the program. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { entriesIn, type LedgerEntry } from '../../core/ledger.ts';
import { type ProxyOptions, type RunningProxy, startProxy } from '../../proxy/server.ts';
import { openStores } from '../../stores/index.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../testing/scripted-provider.ts';
import { Machine } from '../run-program.fixture.ts';

const MODEL = 'claude-opus-5-5';
const LOG = Array.from(
  { length: 150 },
  (_, at) =>
    `2026-11-21T10:00:${String(at % 60).padStart(2, '0')}Z INFO worker-${at % 7} processed job ${at} status=ok`,
).join('\n');

let machine: Machine;
const closing: { close(): Promise<void> }[] = [];
beforeAll(() => {
  machine = new Machine();
});
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});
afterAll(() => machine.close());

interface Rig {
  readonly home: string;
  readonly provider: ScriptedProvider;
  readonly proxy: RunningProxy;
  /** Asks what the conversation of this name asks in this turn; resolves when the answer is there, or broken off. */
  readonly ask: (name: string, turn?: number, more?: Record<string, string>, model?: string) => Promise<void>;
  readonly stats: () => Promise<Record<string, unknown>>;
  /** All that is kept, once the proxy has ended. */
  readonly entries: () => Promise<readonly LedgerEntry[]>;
}

let homes = 0;
async function rig(options: Partial<ProxyOptions> = {}, script: Script = { cacheReadTokens: 0 }): Promise<Rig> {
  const home = join(machine.home, `home-${homes++}`);
  const storePath = join(home, 'headroom.db');
  const provider = await startScriptedProvider(script);
  const { url } = provider;
  const proxy = await startProxy({
    host: '127.0.0.1',
    port: 0,
    upstreams: { anthropic: url, openai: url, gemini: url },
    profile: 'balanced',
    token: undefined,
    storePath,
    maxBodyBytes: 2 ** 26,
    deadlineMs: 10_000,
    workers: 1,
    connectTimeoutMs: 5_000,
    responseTimeoutMs: 0,
    logLevel: 'silent',
    warn: () => undefined,
    ...options,
  });
  closing.push(proxy, provider);
  const stats = async (): Promise<Record<string, unknown>> =>
    (await (await fetch(`${proxy.url}/stats`)).json()) as Record<string, unknown>;
  return {
    home,
    provider,
    proxy,
    stats,
    async ask(name, turn = 0, more = {}, model = MODEL) {
      const headers = { 'content-type': 'application/json', 'x-api-key': 'k', ...more };
      const body = JSON.stringify(bodyOf(name, turn, model));
      await fetch(`${proxy.url}/v1/messages`, { method: 'POST', headers, body })
        .then((response) => response.text())
        .catch(() => undefined);
    },
    async entries() {
      await stats();
      const stores = openStores({ path: storePath, warn: () => undefined });
      const found = Array.from(entriesIn(stores.ledger()), ({ entry }) => entry);
      stores.close();
      return found;
    },
  };
}

function bodyOf(name: string, turn: number, model: string): object {
  const messages: object[] = [{ role: 'user', content: `Look at the log of ${name}.` }];
  for (let at = 0; at <= turn; at++) {
    const text = LOG.replaceAll('worker', `${name}-${at}`);
    messages.push(
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: `${name}${at}`, name: 'Bash', input: { command: 'cat log' } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: `${name}${at}`, content: text }] },
    );
  }
  const tools = [{ name: 'Bash', description: 'Runs a command', input_schema: { type: 'object' } }];
  return { model, max_tokens: 100, stream: true, tools, messages };
}

const jsonOf = async (home: string, ...words: string[]): Promise<Record<string, unknown>> => {
  const { stdout, stderr } = await machine.run(['savings', '--json', '--home', home, ...words]);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('savings', () => {
  test('R-45: the sum of all requests is what /stats and the program say', async () => {
    const { ask, stats, entries, home, proxy } = await rig();
    for (const turn of [0, 1]) for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await ask(name, turn);
    await ask('g', 0, { 'x-headroom-project': 'demo' }, 'nobody-knows-this');
    await ask('h', 0, { 'x-headroom-bypass': 'true' });
    const body = JSON.stringify(bodyOf('a', 0, MODEL));
    const counted = await fetch(`${proxy.url}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'x-api-key': 'k' },
      body,
    });
    expect(counted.status).toBe(200);

    const inStats = (await stats())['savings'] as Record<string, unknown>;
    const { since, ...json } = await jsonOf(home);
    expect(since).toBe(null);
    expect(json).toEqual(inStats);
    const all = await entries();
    expect(all.length).toBe(14);
    expect(json).toMatchObject({
      requests: 14,
      conversations: 8,
      requests_without_price: 1,
      models_without_price: ['nobody-knows-this'],
    });
    const priced = all.filter(({ rates }) => rates !== undefined);
    const bill = priced.reduce(
      (sum, { usage, rates }) => sum + (usage!.inputTokens * rates!.input + usage!.outputTokens * rates!.output) / 1e6,
      0,
    );
    expect(json['bill_usd']).toBeCloseTo(bill, 6);
    const saved = (json['saved'] as { usd: { value: number } }).usd.value;
    expect(saved).toBeGreaterThan(0);
    const bypassed = all.find(({ road }) => road === 'passed')!;
    expect(bypassed.without).toEqual(bypassed.with);
    expect([bypassed.clientTokens, bypassed.saved]).toEqual([bypassed.sentTokens, []]);
    expect(all.map(({ project }) => project).filter(Boolean)).toEqual(['demo']);
    expect(all.find(({ conversation, road }) => road === 'shortened' && conversation)!.saved).toEqual([
      { tool: 'Bash', kind: 'log', tokens: expect.any(Number) as number },
    ]);

    const byTool = await jsonOf(home, '--by', 'tool');
    expect(Object.keys(byTool['groups'] as object)).toEqual(['Bash']);
    const { stdout } = await machine.run(['savings', '--home', home, '--by', 'model', '--since', '7d']);
    expect(stdout).toMatch(
      /^bill \$0\.\d{4}, of it input .*\nsaved \$0\.\d{4} \(\$0\.\d{4} to \$0\.\d{4}\) \(predicted, n = 7 conversations\)\n/,
    );
    expect(stdout).toContain('of the input bill without Headroom');
    expect(stdout).toContain('1 request has no price, and is in no sum of money: nobody-knows-this');
    expect(stdout).toMatch(/^nobody-knows-this +1 +- +no price is known +-$/m);
    expect(stdout).toMatch(/^claude-opus-5-5 +13 +\$0\.\d{4} +\$0\.\d{4} \(/m);
    expect(await jsonOf(home, '--since', '2100-01-01')).toMatchObject({ requests: 0, bill_usd: 0 });
    const { groups } = (await jsonOf(home, '--by', 'model')) as { groups: Record<string, object> };
    expect(groups['nobody-knows-this']).toMatchObject({ requests: 1, bill_usd: null, input_bill_usd: null });
  }, 120_000);

  test('R-48: an answer that was cut is recorded with what was seen of it, and marked', async () => {
    const { ask, entries } = await rig({}, { cutAfterBytes: 700 });
    await ask('cut');
    const [entry] = await entries();
    expect(entry).toMatchObject({ complete: false, road: 'shortened' });
    expect(entry!.usage!.inputTokens).toBeGreaterThan(0);
  });

  test('what was refused cost nothing, and leaves no entry', async () => {
    const error = { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'busy' } } };
    const { ask, entries } = await rig({}, { error });
    await ask('refused');
    expect(await entries()).toEqual([]);
  });

  test('profile off is recorded too: both bills are the same', async () => {
    const { ask, entries, provider } = await rig({ profile: 'off' });
    await ask('off');
    const [entry] = await entries();
    expect(provider.requests[0]!.body.toString()).toBe(JSON.stringify(bodyOf('off', 0, MODEL)));
    expect(entry).toMatchObject({ road: 'passed', saved: [], complete: true });
    expect(entry!.without).toEqual(entry!.with);
  });

  test('a conversation that is held out goes out untouched in all its requests, tools included', async () => {
    const { ask, entries, provider } = await rig({ holdout: 50 });
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const turn of [0, 1]) for (const name of names) await ask(name, turn);
    const all = await entries();
    const held = new Set(all.filter(({ road }) => road === 'held out').map(({ conversation }) => conversation));
    expect(held.size).toBeGreaterThan(0);
    expect(held.size).toBeLessThan(names.length);
    let untouched = 0;
    for (const [at, { body }] of provider.requests.entries()) {
      const client = JSON.stringify(bodyOf(names[at % names.length]!, at < names.length ? 0 : 1, MODEL));
      if (body.toString() === client) untouched++;
    }
    expect(untouched).toBe(2 * held.size);
    for (const { conversation, road } of all) expect(road).toBe(held.has(conversation) ? 'held out' : 'shortened');
  }, 60_000);

  test('no credential is in it, and no text of a body (R-55)', async () => {
    const { ask, entries, home } = await rig();
    await ask('private', 0, { 'x-api-key': 'sk-secret-credential' });
    await entries();
    const db = new DatabaseSync(join(home, 'headroom.db'), { readOnly: true });
    const texts = ['ledger', 'prompts', 'prompt_keys'].flatMap((table) => db.prepare(`SELECT * FROM ${table}`).all());
    db.close();
    expect(JSON.stringify(texts)).not.toMatch(/sk-secret|Look at|processed job/);
  });

  test('says what it does not understand, and where nothing is kept', async () => {
    const { home, entries, ask } = await rig();
    await ask('one');
    await entries();
    for (const words of [
      ['--since', 'yesterday'],
      ['--by', 'colour'],
    ]) {
      const { code, stderr } = await machine.run(['savings', '--home', home, ...words]);
      expect([code, stderr.includes(words[1]!)]).toEqual([2, true]);
    }
    expect((await machine.run(['savings', '--home', join(machine.home, 'nowhere')])).code).toBe(1);
    const { stdout } = await machine.run(['savings', '--home', home]);
    expect(stdout).toContain('saved: not enough data, 4 of 5 conversations with a price are missing');
    expect(stdout).toContain('(1 request, 1 conversation)');
  });
});

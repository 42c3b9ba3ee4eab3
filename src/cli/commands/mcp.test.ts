import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashOf } from '../../core/hash.ts';
import { ROWS } from '../../mcp/wrap/scripted-server.fixture.ts';
import { openStores } from '../../stores/index.ts';
import { Machine } from '../run-program.fixture.ts';
import { MODERN, PATIENT, type Session, startMcp, textsOf } from './mcp-client.fixture.ts';

let machine: Machine;
const closing: { close(): Promise<void> }[] = [];
beforeEach(() => {
  machine = new Machine();
});
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
  await machine.close();
});

async function start(...words: readonly string[]): Promise<Session> {
  const session = await startMcp(machine, ['mcp', ...words]);
  closing.push(session.client);
  return session;
}

function put(tenant: string, text: string): string {
  const stores = openStores({ path: join(machine.home, 'headroom.db'), warn: () => undefined });
  const key = stores.originals(tenant).put(text);
  stores.close();
  return key;
}

const TOOLS = ['headroom_compress', 'headroom_retrieve', 'headroom_stats'];

describe('headroom mcp on standard input and output', () => {
  test.each([[[]], [['serve']]])('headroom mcp %s lists its tools, and looking makes no store', async (words) => {
    const { client } = await start(...words);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS);
    expect(client.getServerVersion()).toMatchObject({ name: 'headroom' });
    const [said] = await textsOf(client, 'headroom_retrieve', { hash: '0'.repeat(24) });
    expect(said).toContain('Run the tool again');
    expect(JSON.parse((await textsOf(client, 'headroom_stats'))[0]!)).toMatchObject({ store: { originals: 0 } });
    expect(existsSync(join(machine.home, 'headroom.db'))).toBe(false);
  });

  test('clients of the protocol of 2026 are served as well', async () => {
    const { client } = await startMcp(machine, ['mcp'], { isModern: true });
    closing.push(client);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS);
    expect(await textsOf(client, 'headroom_compress', { text: 'short' })).toHaveLength(2);
  });

  test('a long text comes back as a view whose original can be fetched, also later and on the command line', async () => {
    const { client } = await start();
    const [view, account] = await textsOf(client, 'headroom_compress', { text: ROWS });
    const { hash, saved_tokens, original_tokens, compressed_tokens, transforms } = JSON.parse(account!) as Record<
      string,
      unknown
    >;
    expect(hash).toBe(hashOf(ROWS));
    expect(view).toContain(`headroom_retrieve hash=${String(hash)}`);
    expect([saved_tokens, transforms]).toEqual([Number(original_tokens) - Number(compressed_tokens), ['json']]);
    expect(await textsOf(client, 'headroom_retrieve', { hash })).toEqual([ROWS]);
    expect((await textsOf(client, 'headroom_retrieve', { hash, path: '3.name' }))[0]).toBe('"user 757"');
    expect((await machine.run(['retrieve', String(hash)])).stdout).toBe(ROWS);
    const again = await start();
    expect(await textsOf(again.client, 'headroom_retrieve', { hash })).toEqual([ROWS]);
  });

  test('originals of everybody on this machine are found: it is one person’s', async () => {
    const { client } = await start();
    expect((await textsOf(client, 'headroom_retrieve', { hash: hashOf('kept by a proxy') }))[0]).toContain(
      'no original',
    );
    const hash = put('tenant of some key', 'kept by a proxy');
    expect(await textsOf(client, 'headroom_retrieve', { hash })).toEqual(['kept by a proxy']);
    expect(JSON.parse((await textsOf(client, 'headroom_stats'))[0]!)).toMatchObject({
      store: { kind: 'sqlite', originals: 1 },
    });
  });

  test.each([
    ['lossless', 'expand'],
    ['off', 'as it is'],
  ])('profile %s leaves nothing out (R-19)', async (profile) => {
    const { client } = await start('--profile', profile);
    const [text, account] = await textsOf(client, 'headroom_compress', { content: ROWS });
    expect([text!.includes('hash='), account!.includes('hash')]).toEqual([false, false]);
    if (profile === 'off') expect(text).toBe(ROWS);
    else expect(JSON.parse((await machine.run(['expand', '-'], text!)).stdout)).toEqual(JSON.parse(ROWS));
  });

  test('where originals cannot be kept nothing is left out', async () => {
    writeFileSync(join(machine.home, 'headroom.db'), 'no database at all, but a text of some length\n'.repeat(40));
    const { client, stderr } = await start();
    const [text] = await textsOf(client, 'headroom_compress', { text: ROWS });
    expect(text).not.toContain('hash=');
    expect(text!.length).toBeLessThan(ROWS.length);
    expect(stderr()).toContain('headroom.db');
  });

  test('what cannot be done is said as a result that a model can read', async () => {
    const { client } = await start();
    const wrong = await client.callTool({ name: 'headroom_compress', arguments: { text: 3 } });
    expect(wrong).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('needs a string') }] });
    await expect(client.callTool({ name: 'headroom_read', arguments: {} })).rejects.toThrow('no tool headroom_read');
  });

  test('it ends when its client goes, at once and in order', async () => {
    const { child, ended } = machine.start(['mcp']);
    child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdin.end();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('it ends with a signal', async () => {
    const started = machine.start(['mcp']);
    started.child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await started.printed(/"result"/);
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(0);
  });
});

describe('/mcp of the proxy', () => {
  async function startProxy(...words: readonly string[]): Promise<string> {
    const started = machine.start(['proxy', '--port', '0', ...words], PATIENT);
    const [, url] = await started.printed(/listens on (\S+)[^]*store/);
    return url!;
  }

  async function connect(
    url: string,
    headers: Record<string, string> = {},
    options: ConstructorParameters<typeof Client>[1] = {},
  ): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' }, options);
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
    closing.push(client);
    return client;
  }

  test.each([
    ['2025', {}],
    ['2026', MODERN],
  ])('serves the same tools to clients of %s', async (_year, options) => {
    const client = await connect(await startProxy(), { 'x-api-key': 'a' }, options);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS);
    const [view, account] = await textsOf(client, 'headroom_compress', { text: ROWS });
    expect(view).toContain(`hash=${hashOf(ROWS)}`);
    expect(account).toContain('"saved_tokens"');
    expect(await textsOf(client, 'headroom_retrieve', { hash: hashOf(ROWS) })).toEqual([ROWS]);
    expect(JSON.parse((await textsOf(client, 'headroom_stats'))[0]!)).toMatchObject({ requests: { total: 0 } });
  });

  test('gives originals to the credential that they belong to, and to nobody else (R-38)', async () => {
    const url = await startProxy();
    const [mine, other, nobody] = await Promise.all([
      connect(url, { 'x-api-key': 'mine' }),
      connect(url, { 'x-api-key': 'other' }),
      connect(url),
    ]);
    await textsOf(mine, 'headroom_compress', { text: ROWS });
    expect(await textsOf(mine, 'headroom_retrieve', { hash: hashOf(ROWS) })).toEqual([ROWS]);
    for (const client of [other, nobody])
      expect((await textsOf(client, 'headroom_retrieve', { hash: hashOf(ROWS) }))[0]).toContain('someone else');
    // On the machine itself it is one person's.
    const local = await start('--port', new URL(url).port);
    expect(await textsOf(local.client, 'headroom_retrieve', { hash: hashOf(ROWS) })).toEqual([ROWS]);
    expect(JSON.parse((await textsOf(local.client, 'headroom_stats'))[0]!)).toMatchObject({
      proxy: url,
      requests: { total: 0 },
    });
  });

  test.each([
    ['lossless', false],
    ['off', false],
    ['balanced', true],
  ])('under profile %s views: %s (R-19)', async (profile, isView) => {
    const client = await connect(await startProxy('--profile', profile));
    const [text] = await textsOf(client, 'headroom_compress', { text: ROWS });
    expect(text!.includes('hash=')).toBe(isView);
    expect(text === ROWS).toBe(profile === 'off');
  });

  test('is closed to web pages and foreign names, and never goes to a provider', async () => {
    const url = await startProxy('--anthropic-url', 'http://127.0.0.1:9', '--openai-url', 'http://127.0.0.1:9');
    const ping = { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' };
    const accept = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const statuses = await Promise.all(
      [
        fetch(`${url}/mcp`, { ...ping, headers: { ...accept, origin: 'https://evil.example' } }),
        fetch(`${url}/mcp`),
        fetch(`${url}/mcp`, { method: 'DELETE' }),
        fetch(`${url}/mcp/x`, { ...ping, headers: accept }),
        fetch(`${url}/mcp`, { ...ping, headers: accept, body: '{' }),
        fetch(`${url}/mcp`, { ...ping, headers: accept, body: `"${'x'.repeat(5 * 2 ** 20)}"` }),
      ].map(async (response) => (await response).status),
    );
    expect(statuses).toEqual([403, 405, 405, 404, 400, 413]);
  });

  test('of a proxy that is open to others is closed without its token', async () => {
    const url = await startProxy('--host', '0.0.0.0', '--token', 'long-enough-token');
    const local = url.replace('0.0.0.0', '127.0.0.1');
    await expect(connect(local)).rejects.toThrow();
    const client = await connect(local, { 'x-headroom-token': 'long-enough-token' });
    expect((await client.listTools()).tools).toHaveLength(3);
  });
});

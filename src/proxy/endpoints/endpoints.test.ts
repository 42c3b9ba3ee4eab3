import { compress, HeadroomClient } from 'headroom-ai';
import { afterEach, describe, expect, it } from 'vitest';
import { headerList } from '../headers.ts';
import { hashOf } from '../../core/hash.ts';
import type { Job, Verdict } from '../../pipeline/engine.ts';
import type { ProxyOptions, RunningProxy } from '../server.ts';
import { tenantOf } from '../session.ts';
import {
  call,
  type Call,
  fakeOptimizer,
  type FakeOptimizer,
  type Reply,
  startTestProxy,
  startUpstream,
  type TestUpstream,
} from '../test-rig.fixture.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

interface Rig {
  readonly upstream: TestUpstream;
  readonly proxy: RunningProxy;
  readonly ask: (call: Call) => Promise<{ status: number; value: Record<string, unknown>; reply: Reply }>;
}

async function rig(optimizer: FakeOptimizer = fakeOptimizer(), options: Partial<ProxyOptions> = {}): Promise<Rig> {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream.url, options, { openOptimizer: () => optimizer });
  closing.push(proxy, upstream);
  return {
    upstream,
    proxy,
    async ask(asked) {
      const reply = await call(proxy.port, asked);
      return {
        status: reply.status,
        value: JSON.parse(reply.body.toString() || '{}') as Record<string, unknown>,
        reply,
      };
    },
  };
}

describe('health', () => {
  it.each(['/livez', '/readyz', '/health', '/stats'])('answers GET and HEAD at %s', async (path) => {
    const { ask } = await rig();
    const got = await ask({ method: 'GET', path });
    const head = await ask({ method: 'HEAD', path });
    expect([got.status, head.status, head.reply.body.length]).toEqual([200, 200, 0]);
    expect(head.reply.headers['content-length']).toBe(String(got.reply.body.length));
    expect(got.reply.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is alive at once and ready when the optimizer is', async () => {
    let open!: () => void;
    const ready = new Promise<void>((resolve) => (open = resolve));
    const { ask } = await rig({ ...fakeOptimizer(), ready });
    expect((await ask({ method: 'GET', path: '/livez' })).status).toBe(200);
    expect((await ask({ method: 'GET', path: '/readyz' })).status).toBe(503);
    open();
    await ready;
    expect((await ask({ method: 'GET', path: '/readyz' })).status).toBe(200);
  });

  it('R-44: says what the operator was warned of', async () => {
    const upstream = await startUpstream();
    const warned: string[] = [];
    const proxy = await startTestProxy(
      upstream.url,
      { storePath: '/nowhere/x.db', warn: (message) => warned.push(message) },
      {
        openOptimizer: ({ warn }) => {
          warn('the store cannot be opened');
          return fakeOptimizer();
        },
      },
    );
    closing.push(proxy, upstream);
    const health = JSON.parse((await call(proxy.port, { method: 'GET', path: '/health' })).body.toString()) as object;
    expect(health).toMatchObject({
      store: { kind: 'sqlite', path: '/nowhere/x.db', problem: null },
      missing: [],
      warnings: ['the store cannot be opened'],
    });
    expect(warned).toEqual(['the store cannot be opened']);
  });

  it('reads well for the client library of upstream', async () => {
    const { proxy } = await rig();
    const client = new HeadroomClient({ baseUrl: proxy.url });
    expect(await client.health()).toMatchObject({
      status: 'healthy',
      config: { optimize: true, cache: false, rateLimit: false },
    });
    expect(await client.validateSetup()).toMatchObject({ valid: true, errors: [] });
    expect(await client.getSummary()).toMatchObject({ totalRequests: 0, totalTokensSaved: 0 });
  });
});

describe('own paths', () => {
  it.each([
    ['DELETE', '/health'],
    ['POST', '/stats'],
    ['GET', '/v1/compress'],
    ['GET', '/v1/retrieve'],
    ['GET', '/v1/retrieve/x/y'],
    ['POST', '/v1/retrieve/tool_call'],
    ['GET', '/livez/'],
    ['OPTIONS', '/v1/compress'],
  ])('%s %s is refused here and never goes upstream', async (method, path) => {
    const { ask, upstream } = await rig();
    const { status, value } = await ask({ method, path });
    expect([status, (value['error'] as { code: string }).code]).toEqual([404, 'NOT_FOUND']);
    expect(upstream.received).toEqual([]);
  });

  it('is refused to a page of another site', async () => {
    const { ask, proxy, upstream } = await rig();
    for (const headers of [
      ['Origin', 'https://page.example'],
      ['Host', 'rebound.example'],
      ['Sec-Fetch-Site', 'cross-site'],
    ]) {
      for (const path of ['/health', '/stats', '/v1/compress', `/v1/retrieve/${'0'.repeat(24)}`]) {
        const { status } = await ask({ method: path === '/v1/compress' ? 'POST' : 'GET', path, headers });
        expect(status).toBe(403);
      }
    }
    expect([upstream.received, proxy.port > 0]).toEqual([[], true]);
  });
});

describe('retrieve', () => {
  const text = 'the original \u0000 \ud83d\ude00';
  const hash = hashOf(text);
  const mine = ['Authorization', 'Bearer mine'];
  const originals = new Map([[`${tenantOf(headerList(mine), '')} ${hash}`, text]]);

  it('gives the original to whoever it belongs to, by path and by body', async () => {
    const { ask } = await rig(fakeOptimizer(undefined, originals));
    const byPath = await ask({ method: 'GET', path: `/v1/retrieve/${hash}`, headers: mine });
    const byBody = await ask({ path: '/v1/retrieve', headers: mine, body: JSON.stringify({ hash }) });
    expect(byPath.value).toEqual({ hash, original_content: text, original_bytes: Buffer.byteLength(text) });
    expect(byBody.value).toEqual(byPath.value);
  });

  it('gives the part that is asked for', async () => {
    const log = 'one\ntwo\nthree';
    const key = hashOf(log);
    const { ask } = await rig(fakeOptimizer(undefined, new Map([[`${tenantOf(headerList(mine), '')} ${key}`, log]])));
    const found = await ask({ method: 'GET', path: `/v1/retrieve/${key}?query=two`, headers: mine });
    const text = '[lines that match "two": 1, of 3]\n1-one\n2:two\n3-three';
    expect(found.value).toEqual({ hash: key, text, original_content: text, is_part: true });
    const body = JSON.stringify({ hash: key, lines: '3' });
    const third = await ask({ path: '/v1/retrieve', headers: mine, body });
    expect(third.value).toMatchObject({ hash: key, text: '[lines 3-3 of 3]\nthree' });
    const beyond = await ask({ method: 'GET', path: `/v1/retrieve/${key}?lines=9`, headers: mine });
    expect(beyond.status).toBe(400);
  });

  it('R-38: gives it to nobody else', async () => {
    const { ask } = await rig(fakeOptimizer(undefined, originals));
    for (const headers of [
      [],
      ['Authorization', 'Bearer other'],
      ['x-api-key', 'Bearer mine'],
      [...mine, 'x-api-key', 'more'],
    ]) {
      const { status, value } = await ask({ method: 'GET', path: `/v1/retrieve/${hash}`, headers });
      expect(status).toBe(404);
      expect(JSON.stringify(value)).not.toContain(text);
      expect((value['error'] as { message: string }).message).toContain('Run the tool again');
    }
  });

  it.each(['', 'xyz', hash.toUpperCase(), `${hash}0`, '../health'])('refuses the malformed hash %j', async (wrong) => {
    const { ask } = await rig(fakeOptimizer(undefined, originals));
    expect((await ask({ path: '/v1/retrieve', headers: mine, body: JSON.stringify({ hash: wrong }) })).status).toBe(
      400,
    );
    expect((await ask({ path: '/v1/retrieve', headers: mine, body: '{}' })).status).toBe(400);
    expect((await ask({ path: '/v1/retrieve', headers: mine, body: 'no json' })).status).toBe(400);
  });

  it('works for the client library of upstream', async () => {
    const { proxy } = await rig(fakeOptimizer(undefined, originals));
    const client = new HeadroomClient({ baseUrl: proxy.url, apiKey: 'mine' });
    expect(await client.retrieve(hash)).toMatchObject({ hash, originalContent: text });
    const other = new HeadroomClient({ baseUrl: proxy.url, apiKey: 'other' });
    await expect(other.retrieve(hash)).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('compress', () => {
  const source = 'a long result';
  const note = { part: 0, outcome: 'rewritten', by: 'log', reason: '', tokensBefore: 100, tokensAfter: 20 } as const;
  const shorter = ({ body, isCounted }: Job): Partial<Verdict> => ({
    body: Buffer.from(Buffer.from(body).toString().replace(source, 'short')),
    notes: [note, { ...note, part: 1 }, { ...note, part: 2, outcome: 'left alone', by: 'json' }],
    totals: isCounted ? { tokensBefore: 110, tokensAfter: 30, originals: [hashOf(source), hashOf(source)] } : undefined,
  });
  const body = `{"big": 1, "model":"m","messages": [ {"role":"tool","content":"${source}","n":1.0,"id":12345678901234567890} ],"x":2}`;

  it('gives back the messages as they are spelled, with the account', async () => {
    const optimizer = fakeOptimizer(shorter);
    const { ask, upstream } = await rig(optimizer);
    const { value, reply } = await ask({ path: '/v1/compress', headers: ['x-api-key', 'k'], body });
    expect(reply.body.toString()).toContain(
      '"messages":[ {"role":"tool","content":"short","n":1.0,"id":12345678901234567890} ],',
    );
    expect(value).toMatchObject({
      tokens_before: 110,
      tokens_after: 30,
      tokens_saved: 80,
      compression_ratio: 30 / 110,
      transforms_applied: ['log'],
      ccr_hashes: [hashOf(source)],
    });
    expect(optimizer.jobs.map(({ intent, format }) => [intent, format])).toEqual([['send', undefined]]);
    expect(upstream.received).toEqual([]);
  });

  it('pins and keeps nothing when it only simulates', async () => {
    const optimizer = fakeOptimizer(shorter);
    const { ask } = await rig(optimizer);
    const { value } = await ask({
      path: '/v1/compress',
      body: body.replace('"x":2', '"config":{"default_mode":"simulate"}'),
    });
    expect([optimizer.jobs.map(({ intent }) => intent), value['ccr_hashes'], value['tokens_saved']]).toEqual([
      ['ask'],
      [],
      80,
    ]);
  });

  it('changes nothing when bypassed, off, empty or unreadable', async () => {
    const same = '[ {"role":"user","content":"\\u00e9"} ]';
    const optimizer = fakeOptimizer(() => ({ problem: 'no format recognises this body' }));
    const { ask } = await rig(optimizer);
    const { ask: askOff } = await rig(optimizer, { profile: 'off' });
    const whole = `{"model":"m","messages":${same}}`;
    const replies = [
      await ask({ path: '/v1/compress', headers: ['X-Headroom-Bypass', 'True'], body: whole }),
      await askOff({ path: '/v1/compress', body: whole }),
      await ask({ path: '/v1/compress', body: whole }),
    ];
    for (const { status, value, reply } of replies) {
      expect(status).toBe(200);
      expect(reply.body.toString()).toContain(`"messages":${same},`);
      expect(value).toMatchObject({ tokens_saved: 0, compression_ratio: 1, transforms_applied: [], ccr_hashes: [] });
    }
    expect(replies[2]!.value['problem']).toBe('no format recognises this body');
    expect((await ask({ path: '/v1/compress', body: '{"messages":[]}' })).value['messages']).toEqual([]);
  });

  it.each([
    ['no json', /not JSON/],
    ['', /not JSON/],
    ['[1]', /messages/],
    ['{"model":"m"}', /messages/],
    ['{"model":"m","messages":{}}', /array/],
    ['{"messages":[{}]}', /model/],
    [Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
  ])('says what is wrong with %j', async (wrong, message) => {
    const { ask } = await rig();
    const { status, value } = await ask({ path: '/v1/compress', body: wrong });
    expect([status, (value['error'] as { type: string }).type]).toEqual([400, 'invalid_request']);
    expect((value['error'] as { message: string }).message).toMatch(message);
  });

  it('works for the client library of upstream', async () => {
    const { proxy } = await rig(fakeOptimizer(shorter));
    const messages = [{ role: 'tool', content: source, tool_call_id: 't' }];
    const result = await compress(messages, { baseUrl: proxy.url, model: 'gpt-4o', fallback: false, apiKey: 'k' });
    expect(result).toMatchObject({
      tokensBefore: 110,
      tokensAfter: 30,
      tokensSaved: 80,
      compressed: true,
      transformsApplied: ['log'],
    });
    expect(result.messages).toEqual([{ role: 'tool', content: 'short', tool_call_id: 't' }]);
    await expect(
      new HeadroomClient({ baseUrl: proxy.url, fallback: false }).compress('x' as never),
    ).rejects.toMatchObject({ statusCode: 400 });
  });
});

/** Everything that is no message request: methods, paths, queries, headers and answers pass both ways as they are. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ORDERS } from './conversations.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';
import { type Answer, headerOf, type RawUpstream, send, startUpstream } from './wire.ts';

let upstream: RawUpstream;
let proxy: ProxyProcess;
let answer: Answer;

beforeAll(async () => {
  upstream = await startUpstream((request, response) => answer(request, response));
  proxy = await startProxyProcess({ upstream: upstream.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const BINARY = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));
const echo: Answer = ({ body }, response) => {
  response.writeHead(207, [
    'Content-Type',
    'application/x-odd',
    'X-One',
    '1',
    'set-cookie',
    'a=1',
    'Set-Cookie',
    'b=2',
  ]);
  response.end(body.length > 0 ? body : BINARY);
};

const TARGETS: readonly (readonly [method: string, path: string, body?: Uint8Array | string])[] = [
  [
    'POST',
    '/v1/responses/unheard-of',
    JSON.stringify({ model: 'm', input: [{ type: 'function_call_output', call_id: 'c', output: ORDERS }], n: 1 }),
  ],
  ['GET', '/v1/responses/resp_1?stream=true&starting_after=3'],
  ['POST', '/v1/responses/resp_1/cancel', ''],
  ['DELETE', '/v1/responses/resp_1'],
  ['GET', '/v1/responses/resp_1/input_items?limit=5'],
  ['GET', '/v1/models?limit=1000&after=%C3%A9%2F'],
  ['GET', '/v1/models/claude-x'],
  ['POST', '/v1/embeddings', '{"input":["é"],"dimensions":256.0}'],
  ['POST', '/v1/messages/batches', JSON.stringify({ requests: [{ custom_id: 'a', params: { messages: [] } }] })],
  ['GET', '/v1/messages/batches/b_1/results'],
  ['POST', '/v1/files', BINARY],
  ['POST', '/v1/audio/transcriptions', BINARY],
  ['DELETE', '/v1/files/file_1'],
  ['POST', '/v1beta/models/gemini-2.5-pro:generateContent?key=abc', '{"contents":[{"parts":[{"text":"\\u00e9"}]}]}'],
  ['POST', '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse', '{"contents":[]}'],
  ['POST', '/v1internal:streamGenerateContent?alt=sse', '{"request":{"contents":[]}}'],
  ['PATCH', '/v1/some/thing', '{"a":1.0}'],
  ['PUT', '/v1/some/thing', ''],
  ['OPTIONS', '/v1/messages'],
  ['GET', '/v1/messages'],
  ['POST', '/v9/unheard-of?x=1&x=2#', 'x'],
  ['GET', '//double//slashes/../and%2e%2e/dots?'],
  ['POST', '/api/event_logging/batch', '{"events":[]}'],
];

describe('a request that is nobody’s message', () => {
  for (const [method, path, body] of TARGETS) {
    verifies('path:unknown-passes', `${method} ${path} passes both ways as it is`, async () => {
      answer = echo;
      const got = await send(proxy.url, { method, path, ...(body !== undefined && { body }) });
      const arrived = upstream.seen.at(-1)!;
      expect([arrived.method, arrived.url]).toEqual([method, path]);
      expect(arrived.body.equals(Buffer.from(body ?? ''))).toBe(true);
      expect(got.status).toBe(207);
      const names = got.rawHeaders.filter((_, index) => index % 2 === 0);
      expect(names.slice(0, 4)).toEqual(['Content-Type', 'X-One', 'set-cookie', 'Set-Cookie']);
      expect(got.body.equals(arrived.body.length > 0 ? arrived.body : BINARY)).toBe(true);
    });
  }

  verifies('path:unknown-passes', 'HEAD gets the head and no body, and leaves the connection usable', async () => {
    answer = (_, response) => void response.writeHead(200, { 'content-length': '1234', 'x-here': 'yes' }).end();
    for (const path of ['/api/hello', '/']) {
      const got = await send(proxy.url, { method: 'HEAD', path });
      expect([got.status, got.body.length]).toEqual([200, 0]);
    }
    const got = await send(proxy.url, { method: 'HEAD', path: '/v1/models' });
    expect([headerOf(got, 'content-length'), headerOf(got, 'x-here')]).toEqual(['1234', 'yes']);
  });

  verifies(
    ['path:unknown-passes', 'bytes:encodings-agree'],
    'an encoded answer arrives encoded, with the header that says so',
    async () => {
      const body = gzipSync('{"type":"message"}');
      answer = (_, response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }).end(body);
      for (const path of ['/v1/messages', '/v1/models']) {
        const got = await send(proxy.url, { path, headers: [['accept-encoding', 'gzip, br']], body: '{}' });
        const isEncoded = headerOf(got, 'content-encoding') === 'gzip';
        expect(got.body.toString('latin1')).toBe(isEncoded ? body.toString('latin1') : '{"type":"message"}');
      }
    },
  );

  verifies('path:unknown-passes', 'redirects and odd statuses are the client’s to handle', async () => {
    for (const status of [204, 301, 307, 401, 418, 451]) {
      answer = (_, response) => void response.writeHead(status, { location: '/elsewhere' }).end();
      const got = await send(proxy.url, { path: '/v1/messages', body: '{}' });
      expect([got.status, headerOf(got, 'location')]).toEqual([status, '/elsewhere']);
    }
  });
});

const HEADERS: readonly (readonly [string, string])[] = [
  ['X-Api-Key', 'sk-ant-secret'],
  ['authorization', 'Bearer sk-ant-oat01-x'],
  ['Anthropic-Beta', 'b,a'],
  ['anthropic-beta', 'c'],
  ['anthropic-version', '2026-10-21'],
  ['X-Stainless-Helper', 'a, b'],
  ['Cookie', 'a=1'],
  ['cookie', 'b=2'],
  ['ChatGPT-Account-ID', '1'],
  ['traceparent', '00-1'],
  ['X-EMPTY', ''],
  ['User-Agent', 'odd/1.0'],
  ['Content-Type', 'application/json'],
  ['x-unknown', 'v\u00e9'],
];
const OWN_OR_HOP = /^(?:host|connection|content-length|transfer-encoding|keep-alive)$/i;

const sentOn = (raw: readonly string[]): readonly string[] =>
  raw.flatMap((name, index) => (index % 2 === 0 && !OWN_OR_HOP.test(name) ? [`${name}: ${raw[index + 1]}`] : []));

describe('request headers', () => {
  const shortened = JSON.stringify({
    messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: ORDERS }] }],
  });
  for (const [name, path, body] of [
    ['unchanged', '/v1/messages', '{}'],
    ['shortened', '/v1/messages', shortened],
    ['unknown', '/v1/unknown', 'x'],
  ] as const) {
    verifies(
      'headers:none-of-ours-upstream',
      `arrive in order and case, repeats too, and none of ours with them (${name} body)`,
      async () => {
        answer = echo;
        const ours: readonly (readonly [string, string])[] = [
          ['X-Headroom-Session', 's'],
          ['x-headroom-base-url', 'http://127.0.0.1:1/'],
          ['X-HEADROOM-Token', 't'],
        ];
        await send(proxy.url, { path, body, headers: [...ours.slice(0, 1), ...HEADERS, ...ours.slice(1)] });
        const arrived = upstream.seen.at(-1)!;
        expect(sentOn(arrived.rawHeaders)).toEqual(HEADERS.map(([key, value]) => `${key}: ${value}`));
        expect(headerOf(arrived, 'host')).toBe(new URL(upstream.url).host);
        expect(headerOf(arrived, 'content-length')).toBe(String(arrived.body.length));
        expect(arrived.rawHeaders.join('\n')).not.toMatch(/headroom|x-forwarded|via/i);
      },
    );
  }

  verifies(
    'headers:none-of-ours-upstream',
    'that belong to one connection stay behind, with those they name',
    async () => {
      answer = echo;
      const hops: readonly (readonly [string, string])[] = [
        ['Connection', 'close, X-Hop'],
        ['X-Hop', '1'],
        ['Proxy-Authorization', 'Basic x'],
        ['TE', 'trailers'],
      ];
      await send(proxy.url, { path: '/v1/messages', body: '{}', headers: [...hops, ['x-kept', '1']] });
      expect(sentOn(upstream.seen.at(-1)!.rawHeaders)).toEqual(['x-kept: 1']);
    },
  );
});

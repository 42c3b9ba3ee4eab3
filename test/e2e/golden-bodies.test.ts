/** What is not understood, or not worth changing, reaches the provider as the very bytes that came. */
import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { aroundResults, resultTexts } from './body-diff.ts';
import { ORDERS } from './conversations.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';
import { verifies } from './requirements.ts';
import { headerOf, JSON_HEADERS, type RawUpstream, send, startUpstream } from './wire.ts';

let upstream: RawUpstream;
let proxy: ProxyProcess;

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startProxyProcess({ upstream: upstream.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const deep = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;

/** Valid members of a request that a parser and a serializer would rewrite. */
const ODD_MEMBERS: readonly (readonly [name: string, json: string])[] = [
  ['a float that is whole', '"temperature":1.0,"top_p":1.50'],
  ['an integer of 20 digits', '"seed":12345678901234567890'],
  ['minus zero and exponents', '"a":-0,"b":1E400,"c":1e-7'],
  ['é escaped and é plain', '"x":"\\u00e9 é","\\u00e9":1'],
  ['escapes that nobody needs', '"x":"\\/ \\u003c \\u0041 \\b\\f"'],
  ['duplicate keys', '"metadata":{"a":1,"a":2},"stop":"x","stop":"y"'],
  ['keys that look like integers, and __proto__', '"z":{"b":1,"2":2,"1":1,"__proto__":{"x":1}}'],
  ['odd white space', ' \n\t"x" :\r\n [ 1 ,2,\t3 ]  '],
  ['lone surrogate escapes', '"x":"\\ud83d and \\ude00 and \\ud83d\\ude00"'],
  ['300 levels', `"x":${deep(300)}`],
  ['unknown fields and blocks', '"new_field":{"k":[null]},"betas":["x"]'],
];

const around = (members: string, content: string): string =>
  `{"model":"m","max_tokens":8,${members},"messages":[{"role":"user","content":${content}}]}`;

const WITHOUT_RESULTS = ODD_MEMBERS.map(([name, members]) => [name, around(members, '"hi é \\u00e9"')] as const);

const NOT_A_REQUEST: readonly (readonly [name: string, body: Uint8Array | string])[] = [
  ['a byte order mark', `\ufeff${around('"a":1', '"hi"')}`],
  [
    'invalid UTF-8',
    Buffer.from([...Buffer.from('{"messages":[{"role":"user","content":"'), 0xff, 0xfe, 0xc3, ...Buffer.from('"}]}')]),
  ],
  ['something that is not JSON', 'model=m&messages=hi'],
  ['JSON that is cut off', '{"model":"m","messages":[{"role":"user","con'],
  ['nothing at all', ''],
  ['a JSON string', '"hi"'],
  ['an array', '[]'],
  ['null', 'null'],
  ['messages that are no list', '{"model":"m","messages":{"0":1}}'],
  ['messages that are no objects', '{"model":"m","messages":[1,null,"x",[]]}'],
  ['content of wrong types', '{"messages":[{"role":"user","content":7},{"role":5,"content":[[],3,{"type":9}]}]}'],
  ['100,000 levels', `{"messages":${deep(100_000)}}`],
  [
    'unknown block types',
    around('"a":1', '[{"type":"hologram","data":"AAAA"},{"type":"text","text":"x","extra":1.0}]'),
  ],
  [
    'signed reasoning',
    around(
      '"a":1',
      '[{"type":"thinking","thinking":"é","signature":"c2ln="},{"type":"redacted_thinking","data":"\\/"}]',
    ),
  ],
];

const PATHS = ['/v1/messages?beta=true', '/v1/chat/completions', '/v1/messages/count_tokens', '/v1/responses'];

describe.each(PATHS)('a body for %s', (path) => {
  for (const [name, body] of [...WITHOUT_RESULTS, ...NOT_A_REQUEST]) {
    verifies('bytes:unchanged-when-no-edit', `with ${name} arrives byte for byte`, async () => {
      const answer = await send(proxy.url, { path, body });
      expect(answer.status).toBe(200);
      const arrived = upstream.seen.at(-1)!;
      expect(arrived.url).toBe(path);
      expect(arrived.body.equals(Buffer.from(body))).toBe(true);
    });
  }
});

const anthropicResult = (text: string): string => {
  const call =
    '{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"é","n":1.0}}]}';
  const result = `{"type":"tool_result","tool_use_id":"toolu_1","content":${text},"new":1.0}`;
  return `{"role":"user","content":"\\u00e9"}, ${call}, {"role":"user","content":[ ${result} ,{"type":"text","text":"\\/ é"}]}`;
};
const chatResult = (text: string): string => {
  const call = '{"id":"call_1","type":"function","function":{"name":"Bash","arguments":"{ \\"n\\" : 1.0 }"}}';
  return `{"role":"user","content":"\\u00e9"}, {"role":"assistant","content":null,"tool_calls":[${call}]},{"tool_call_id":"call_1","role":"tool","content" : ${text}}`;
};

describe.each([
  ['/v1/messages', anthropicResult],
  ['/v1/chat/completions', chatResult],
] as const)('a body with a result that is shortened, for %s', (path, messages) => {
  for (const [name, members] of ODD_MEMBERS) {
    verifies('bytes:only-tool-results-change', `keeps ${name} around it`, async () => {
      const body = Buffer.from(
        `{${members},"messages":[ ${messages(JSON.stringify(ORDERS))} ] ,"model":"m","x":1.0}\n`,
      );
      await send(proxy.url, { path, body });
      const arrived = upstream.seen.at(-1)!.body;
      expect(aroundResults(arrived)).toBe(aroundResults(body));
      expect(resultTexts(arrived)[0]!.length).toBeLessThan(ORDERS.length / 2);
    });
  }

  verifies('bytes:only-tool-results-change', 'keeps the odd spellings in results that are not shortened', async () => {
    const odd = '"\\u00e9\\/\\ud83d 1.0"';
    const body = `{"model":"m","messages":[${messages(odd)},${messages(JSON.stringify(ORDERS)).replaceAll(/(toolu|call)_1/g, '$1_2')}]}`;
    await send(proxy.url, { path, body });
    const arrived = upstream.seen.at(-1)!.body.toString();
    expect(arrived).toContain(odd);
    expect(arrived.length).toBeLessThan(body.length / 2);
  });
});

const ENCODINGS = [
  ['gzip', gzipSync, gunzipSync],
  ['br', brotliCompressSync, brotliDecompressSync],
  ['zstd', zstdCompressSync, zstdDecompressSync],
] as const;

describe.each(ENCODINGS)('a body encoded with %s', (encoding, encode, decode) => {
  const headers = [...JSON_HEADERS, ['Content-Encoding', encoding] as const];

  verifies('bytes:encodings-agree', 'arrives as it came when nothing is shortened', async () => {
    const body = encode(around('"temperature":1.0', '"hi"'));
    await send(proxy.url, { path: '/v1/messages', headers, body });
    const arrived = upstream.seen.at(-1)!;
    expect(arrived.body.equals(body)).toBe(true);
    expect(headerOf(arrived, 'content-encoding')).toBe(encoding);
  });

  verifies('bytes:encodings-agree', 'fits its headers when a result in it is shortened', async () => {
    const plain = Buffer.from(`{"temperature":1.0,"messages":[${anthropicResult(JSON.stringify(ORDERS))}]}`);
    await send(proxy.url, { path: '/v1/messages', headers, body: encode(plain) });
    const arrived = upstream.seen.at(-1)!;
    const decoded = headerOf(arrived, 'content-encoding') === undefined ? arrived.body : decode(arrived.body);
    expect(aroundResults(decoded)).toBe(aroundResults(plain));
    expect(resultTexts(decoded)[0]!.length).toBeLessThan(ORDERS.length / 2);
  });

  verifies('bytes:encodings-agree', 'arrives as it came when it is not what its header says', async () => {
    const body = Buffer.from('not compressed at all');
    await send(proxy.url, { path: '/v1/messages', headers, body });
    expect(upstream.seen.at(-1)!.body.equals(body)).toBe(true);
  });
});

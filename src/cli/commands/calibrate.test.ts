import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asObject, type JsonValue } from '../../core/json/value.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { KNOWN_TEXTS } from '../calibrate/texts.ts';
import { type Ended, Machine } from '../run-program.fixture.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonValue;
}

const FRAME = 7;

let machine: Machine;
let provider: Server;
let seen: Seen[];
/** What the provider answers to a text. */
let answer: (count: number, path: string) => readonly [status: number, body: JsonValue];

beforeEach(async () => {
  machine = new Machine();
  seen = [];
  provider = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as JsonValue;
      seen.push({ path: incoming.url!, headers: incoming.headers, body });
      const [status, said] = answer(o200k.count(textIn(body)), incoming.url!);
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    });
  });
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  provider.close();
  await machine.close();
});

function textIn(body: JsonValue): string {
  const { messages, contents, input, text } = asObject(body);
  const [message] = (messages ?? contents ?? []) as readonly JsonValue[];
  const { content, parts } = asObject(message);
  const [part] = (parts ?? []) as readonly JsonValue[];
  return (content ?? asObject(part)['text'] ?? input ?? text) as string;
}

function run(words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  return machine.run(['calibrate', ...words], '', {
    ANTHROPIC_TARGET_API_URL: url,
    OPENAI_TARGET_API_URL: `${url}/v1`,
    GEMINI_TARGET_API_URL: `${url}/v1beta`,
    ANTHROPIC_API_KEY: 'secret-a',
    OPENAI_API_KEY: 'secret-o',
    GEMINI_API_KEY: 'secret-g',
    CO_API_KEY: 'secret-c',
    ...environment,
  });
}

describe('headroom calibrate', () => {
  test('takes the frame of a message off, and says how far off the estimate is and what corrects it', async () => {
    answer = (count) => [200, { input_tokens: Math.round(count * 1.5) - (count === 1 ? 1 : 0) + FRAME }];
    const { code, stdout, stderr } = await run(['claude-opus-5-5', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const said = JSON.parse(stdout) as { texts: { kind: string; theirs: number; ours: number }[]; calibration: object };
    expect(said.texts.map(({ kind, theirs }) => [kind, theirs])).toEqual(
      KNOWN_TEXTS.map(({ kind, text }) => [kind, Math.round(o200k.count(text) * 1.5)]),
    );
    expect(said).toMatchObject({ entry: 'claude-opus-5-5', tokenizer: 'claude-4-7', isExact: false });
    expect(said.calibration).toMatchObject({ n: KNOWN_TEXTS.length, error: expect.any(Number) as number });
    expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(['/v1/messages/count_tokens']));
    expect(seen[0]!.headers).toMatchObject({ 'x-api-key': 'secret-a', 'anthropic-version': '2023-06-01' });
  });

  test('what it prints corrects the counts once it stands in the models file', async () => {
    answer = (count) => [200, { totalTokens: count * 2 }];
    const { stdout } = await run(['gemini-3-flash']);
    const own = stdout.split('\n').find((line) => line.startsWith('{'))!;
    const path = join(machine.home, 'own.json');
    writeFileSync(path, own);
    const again = await run(['gemini-3-flash', '--models-file', path]);
    const [before, after] = [stdout, again.stdout].map((text) => Number(/all together off by (\S+) %/.exec(text)![1]));
    expect(Math.abs(before!)).toBeGreaterThan(20);
    expect(Math.abs(after!)).toBeLessThan(0.5);
    expect(seen[0]!.path).toBe('/v1beta/models/gemini-3-flash:countTokens');
    expect(seen[0]!.headers).toMatchObject({ 'x-goog-api-key': 'secret-g' });
  });

  test.each([
    ['gpt-4o', [], '/v1/responses/input_tokens', 'Bearer secret-o', (count: number) => ({ input_tokens: count + 3 })],
    ['command-a-03-2025', ['--url'], '/v1/tokenize', 'Bearer secret-c', (count: number) => ({ tokens: Array(count) })],
  ] as const)('asks the endpoint of %s', async (model, flags, path, authorization, say) => {
    answer = (count) => [200, JSON.parse(JSON.stringify(say(count))) as JsonValue];
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/`;
    const { code, stdout } = await run([model, ...flags.flatMap((flag) => [flag, url])]);
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({ path, headers: { authorization } });
    if (model === 'gpt-4o') expect(stdout).toMatch(/counted by o200k: exact\n[^]*all together off by 0\.0 %\n$/);
  });

  test('a provider that refuses is quoted, the key is not', async () => {
    answer = () => [401, { error: { message: 'invalid x-api-key' } }];
    const { code, stderr } = await run(['claude-opus-5-5']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/answers 401: .*invalid x-api-key.*look at the model, the key/);
    expect(stderr).not.toContain('secret');
  });

  test('a provider that does not answer is waited for so long, and that is said', async () => {
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { code, stderr } = await run(['claude-opus-5-5', '--url', url, '--connect-timeout-ms', '200']);
    silent.closeAllConnections();
    silent.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`${url} cannot be reached (no answer within 0.6 s)`);
  });

  test.each([
    [['no-such-model'], {}, 'nothing is known of the model "no-such-model"'],
    [['claude-opus-5-5'], { ANTHROPIC_API_KEY: '' }, 'set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN'],
    [['grok-4.7'], {}, 'no endpoint is known that counts tokens for grok-4.7'],
    [['gpt-4o', '--url', 'ftp://a'], {}, 'it must be an http:// or https:// address'],
  ])('what cannot be asked is said before anything is sent: %j', async (words, environment, message) => {
    const { code, stderr } = await run(words, environment);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(seen).toEqual([]);
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entriesIn } from '../../core/ledger.ts';
import { openStores } from '../../stores/index.ts';
import { type ScriptedProvider, startScriptedProvider } from '../../testing/scripted-provider.ts';
import { Machine, type Started } from '../run-program.fixture.ts';

let machine: Machine;
let provider: ScriptedProvider;
beforeEach(async () => {
  machine = new Machine();
  provider = await startScriptedProvider({ text: 'Well, '.repeat(20), chunkDelayMs: 60 });
});
afterEach(async () => {
  await machine.close();
  await provider.close();
});

async function startProxy(...words: readonly string[]): Promise<Started & { readonly url: string }> {
  const started = machine.start([
    'proxy',
    '--port',
    '0',
    '--anthropic-url',
    provider.url,
    '--openai-url',
    `${provider.url}/v1`,
    ...words,
  ]);
  const [, url] = await started.printed(/listens on (\S+)[^]*store/);
  return { ...started, url: url! };
}

function stream(url: string): Promise<Response> {
  const body = JSON.stringify({ model: 'm', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'hi' }] });
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-api-key': 'canary-secret' },
  });
}

describe('headroom proxy', () => {
  test('says where it listens, how to point clients at it, and which store it uses', async () => {
    const { url, child, ended } = await startProxy();
    child.kill('SIGTERM');
    const { stdout } = await ended;
    expect(stdout).toContain(`ANTHROPIC_BASE_URL=${url} claude`);
    expect(stdout).toContain(`OPENAI_BASE_URL=${url}/v1`);
    expect(stdout).toContain(join(machine.home, 'headroom.db'));
  });

  test('carries requests to the addresses it was given, with or without /v1', async () => {
    const { url } = await startProxy();
    expect((await stream(url)).status).toBe(200);
    await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{"model":"m","messages":[]}' });
    expect(provider.requests.map((request) => request.url)).toEqual(['/v1/messages', '/v1/chat/completions']);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s lets a running answer finish and ends with 0', async (signal) => {
    const { url, child, ended } = await startProxy();
    const response = await stream(url);
    child.kill(signal);
    const text = await response.text();
    expect(text).toContain('message_stop');
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`headroom: ${signal}: letting running exchanges finish`);
    expect(stderr).not.toContain('canary-secret');
  });

  test('a second signal ends it at once', async () => {
    await provider.close();
    provider = await startScriptedProvider({ silenceMs: 60_000 });
    const { url, child, ended } = await startProxy();
    const cut = stream(url).then(
      () => 'answered',
      () => 'cut',
    );
    await expect.poll(() => provider.requests.length).toBe(1);
    child.kill('SIGTERM');
    // Two signals that arrive together are one Ctrl-C: the second must come later.
    await new Promise((resolve) => setTimeout(resolve, 600));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    expect(await cut).toBe('cut');
  });

  test('what a second signal cuts is in the log, with its cause, and in the accounts', async () => {
    await provider.close();
    provider = await startScriptedProvider({ text: 'Well, '.repeat(300), chunkDelayMs: 100 });
    const { url, child, ended } = await startProxy();
    const reader = (await stream(url)).body!.getReader();
    let seen = '';
    while (!seen.includes('Well')) seen += Buffer.from((await reader.read()).value!).toString();
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 600));
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([143, expect.stringMatching(/"status":200.*"problem":"the proxy was stopped"/)]);
    await reader.cancel().catch(() => undefined);
    const stores = openStores({ path: join(machine.home, 'headroom.db'), warn: () => undefined });
    const entries = Array.from(entriesIn(stores.ledger()), ({ entry }) => entry);
    stores.close();
    expect(entries).toMatchObject([{ complete: false, usage: { inputTokens: expect.any(Number) as number } }]);
  });

  test('help says how long running exchanges have', async () => {
    expect((await machine.run(['proxy', '--help'])).stdout).toMatch(/gives running exchanges 5 minutes/);
  });

  test('a taken port fails with 1, says that a Headroom holds it, and how to go on', async () => {
    const { url } = await startProxy('--profile', 'lossless');
    const { port } = new URL(url);
    const { code, stderr } = await machine.run(['proxy', '--port', port]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^headroom: port ${port} on 127.0.0.1 is taken: a Headroom proxy, version \\S+, profile lossless, already listens there; use it, or start`,
      ),
    );
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a port that something else holds is not taken for a Headroom', async () => {
    const other = createServer((_, response) => response.end('{"status":"healthy"}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await machine.run(['proxy', '--port', String(port)]);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `port ${port} on 127.0.0.1 is taken: another program listens there; start this one elsewhere with --port ${port + 1}`,
    );
  });

  test('with the store in memory nothing is written (R-58)', async () => {
    const { url, child, ended } = await startProxy('--store', 'memory');
    await (await stream(url)).text();
    child.kill('SIGTERM');
    expect((await ended).stdout).toContain('in memory');
    expect(existsSync(join(machine.home, 'headroom.db'))).toBe(false);
  });
});

/** A Node on this machine that is too old to run the source itself. */
const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((path) => !path.includes('node_modules') && existsSync(path))
  .find((path) => {
    const [major, minor] = spawnSync(path, ['-p', 'process.versions.node']).stdout.toString().split('.').map(Number);
    return major! < 22 || (major === 22 && minor! < 18);
  });

describe.skipIf(oldNode === undefined)('started by an old Node (skipped where there is none)', () => {
  const program = join(import.meta.dirname, '../../../bin/headroom.js');

  function startOld(words: readonly string[]): {
    child: ReturnType<typeof spawn>;
    stdout: () => string;
    ended: Promise<number | null>;
  } {
    const child = spawn(oldNode!, [program, ...words], {
      env: { HOME: machine.home, HEADROOM_HOME: machine.home },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout!.on('data', (chunk) => (text += String(chunk)));
    return { child, stdout: () => text, ended: new Promise((resolve) => child.once('close', resolve)) };
  }

  test('a newer Node beside it takes over; output and exit code come through', async () => {
    const { stdout, ended } = startOld(['version']);
    expect(await ended).toBe(0);
    expect(stdout()).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await startOld(['retrieve', '0123456789abcdef01234567']).ended).toBe(1);
  });

  test.each([
    ['SIGTERM', 0],
    ['SIGKILL', null],
  ] as const)('%s to the first process ends the proxy too', async (signal, code) => {
    const { child, stdout, ended } = startOld(['proxy', '--port', '0']);
    await expect.poll(stdout, { timeout: 20_000 }).toMatch(/listens on \S+[^]*store/);
    const [, url] = /listens on (\S+)/.exec(stdout())!;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    child.kill(signal);
    expect(await ended).toBe(code);
    await expect
      .poll(
        () =>
          fetch(`${url}/livez`).then(
            () => 'alive',
            () => 'gone',
          ),
        { timeout: 15_000 },
      )
      .toBe('gone');
  });
});

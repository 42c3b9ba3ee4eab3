/** `headroom wrap` from outside: one proxy for all sessions, the agent's own streams, signals and exit code, and a way on when the proxy dies. */
import { createServer, type Server, type Socket } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { list } from '../../src/cli/wrap/listing.ts';
import { writeEntry } from '../../src/cli/wrap/entries.ts';
import { isRunning, until, WrapStage } from './wrapped.ts';

let stage: WrapStage;
beforeEach(async () => {
  stage = await WrapStage.set();
});
afterEach(() => stage.close());

describe('the agent', () => {
  test('gets its words, its address and the rest of its environment, and its exit code is handed on', async () => {
    const agent = stage.wrap('claude', '-p', 'a b', '--flag');
    const { words, environment } = await agent.told();
    expect(words).toEqual(['-p', 'a b', '--flag']);
    expect(environment['ANTHROPIC_BASE_URL']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(environment['HOME']).toBe(stage.home);
    expect(environment['NODE_COMPILE_CACHE']).toBeUndefined();
    expect(await agent.ask()).toMatchObject({ status: 200, text: expect.stringContaining('The answer.') });
    expect(await agent.exit(7)).toEqual({ code: 7, signal: null, stderr: '' });
    expect(stage.provider.requests).toHaveLength(1);
    expect(stage.provider.requests[0]!.rawHeaders.join(' ')).toContain('X-Api-Key k');
  });

  test('a signal reaches it once, and one that ends it is handed on as shells say it', async () => {
    const agent = stage.wrap('claude');
    await agent.told();
    agent.child.kill('SIGINT');
    expect(await agent.said()).toEqual({ signal: 'SIGINT' });
    agent.child.kill('SIGTERM');
    expect(await agent.said()).toEqual({ signal: 'SIGTERM' });
    expect((await agent.ended).code).toBe(43);
    const other = stage.wrap('claude');
    await other.told();
    other.child.stdin.write('die SIGKILL\n');
    expect((await other.ended).code).toBe(137);
  });

  test('that is not installed, or not known, is named', async () => {
    const missing = await stage.run(['wrap', 'goose']);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/goose cannot be started: there is no such program in PATH/),
    ]);
    const unknown = await stage.run(['wrap', 'cluade']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean claude?')]);
  });

  test('with HTTP_PROXY set, it does not look for its address through that', async () => {
    const agent = stage.start(['wrap', 'claude'], { HTTP_PROXY: 'http://127.0.0.1:19', no_proxy: 'a.example' });
    const { environment } = await agent.told();
    expect([environment['NO_PROXY'], environment['no_proxy']]).toEqual(Array(2).fill('a.example,127.0.0.1,localhost'));
    await agent.exit();
  });

  test('that has an address already ends up there; one where nothing answers, or Headroom itself, is left aside', async () => {
    const none = { ANTHROPIC_TARGET_API_URL: '' };
    const own = stage.start(['wrap', 'claude'], { ...none, ANTHROPIC_BASE_URL: stage.provider.url });
    expect(await own.ask()).toMatchObject({ status: 200 });
    const { environment } = await own.told();
    const inner = stage.start(['wrap', 'claude'], { ANTHROPIC_BASE_URL: environment['ANTHROPIC_BASE_URL']! });
    expect(await inner.ask()).toMatchObject({ status: 200 });
    expect(await inner.exit()).toMatchObject({ stderr: '' });
    await own.exit();
    const stale = stage.start(['wrap', 'claude'], { ...none, ANTHROPIC_BASE_URL: 'http://127.0.0.1:49' });
    await stale.told();
    expect((await stale.exit()).stderr).toContain('ANTHROPIC_BASE_URL is http://127.0.0.1:49, where nothing answers');
  });
});

describe('the proxy', () => {
  test('is shared by sessions with the same options, and lives until the last one ends, however the others end (R-36)', async () => {
    const agents = [stage.wrap('claude')];
    await agents[0]!.ask();
    agents.push(stage.wrap('codex'), stage.wrap('claude'));
    await agents[1]!.told();
    await agents[2]!.ask();
    expect(stage.entries()).toHaveLength(1);
    const pid = stage.proxyPid();
    // The first one started it, and is killed without a chance to say so.
    agents[0]!.child.kill('SIGKILL');
    await agents[0]!.ended;
    await agents[1]!.exit();
    expect(await agents[2]!.ask()).toMatchObject({ status: 200 });
    expect([isRunning(pid), agents[2]!.stderr]).toEqual([true, '']);
    await agents[2]!.exit();
    await until(() => !isRunning(pid));
    expect(stage.entries()).toEqual([]);
  });

  test('two sessions that begin at the same time share one', async () => {
    const agents = [stage.wrap('claude'), stage.wrap('claude'), stage.wrap('claude')];
    for (const agent of agents) expect(await agent.ask()).toMatchObject({ status: 200 });
    const { stdout } = await stage.run(['status', '--json']);
    const { proxies } = JSON.parse(stdout) as { proxies: { sessions: unknown[] }[] };
    expect(Math.max(...proxies.map(({ sessions }) => sessions.length))).toBe(3);
    for (const agent of agents) await agent.exit();
  });

  test('with other options is another one', async () => {
    const [one, other] = [stage.wrap('claude'), stage.start(['wrap', '--profile', 'lossless', 'claude'])];
    await one.ask();
    await other.ask();
    expect(new Set(stage.entries().map(({ key }) => key)).size).toBe(2);
    await one.exit();
    await other.exit();
  });

  test('of another version is not used, and is said aloud (R-36)', async () => {
    const config = await loadConfig({ flags: {}, environment: { HEADROOM_HOME: stage.headroom } });
    const url = 'http://127.0.0.1:19';
    await list({ url, version: '0.0.9', config, isForSessions: false }, () => undefined);
    const agent = stage.wrap('claude');
    expect(await agent.ask()).toMatchObject({ status: 200 });
    const { stderr } = await agent.exit();
    expect(stderr).toMatch(
      /^headroom: a proxy of version 0\.0\.9 still serves 0 sessions; this one gets its own, of version \S+\n$/,
    );
  });

  test('an entry that a reboot left behind is no proxy, even where another program listens at its port now', async () => {
    const heard: string[] = [];
    const sockets: Socket[] = [];
    const stranger: Server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', (chunk) => heard.push(chunk.toString()) && socket.write('{"proof":"me"}\n'));
    });
    await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done));
    const first = stage.wrap('claude');
    await first.ask();
    const [entry] = stage.entries();
    await first.exit();
    await until(() => stage.entries().length === 0);
    const { port } = stranger.address() as { port: number };
    // Its pid is that of a program that runs.
    writeEntry(stage.headroom, { ...entry!, pid: process.pid, port });
    writeEntry(stage.headroom, { ...entry!, pid: 2 ** 22 + 1, port: 49 });
    const second = stage.wrap('claude');
    expect(await second.ask()).toMatchObject({ status: 200 });
    expect(await second.exit()).toMatchObject({ code: 0, stderr: '' });
    expect(heard.length).toBeGreaterThan(0);
    expect(stage.entries().filter(({ pid }) => pid === process.pid || pid > 2 ** 22)).toEqual([]);
    for (const socket of sockets) socket.destroy();
    stranger.close();
  });

  test('that cannot start is no reason not to work: the agent goes directly, and hears why (R-34)', async () => {
    const agent = stage.start(['wrap', '--store-key-file', join(stage.root, 'no.key'), 'claude']);
    expect(await agent.ask()).toMatchObject({ status: 200 });
    const { code, stderr } = await agent.exit(3);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^headroom: no proxy: .*no\.key.*; claude goes on directly, unshortened\n$/),
    ]);
  });
});

describe('when the proxy dies', () => {
  test('the agent goes on directly, with one line of notice (R-34)', async () => {
    const agent = stage.wrap('claude');
    expect(await agent.ask()).toMatchObject({ status: 200 });
    stage.killProxies();
    for (let turn = 0; turn < 3; turn++) {
      expect(await agent.ask()).toMatchObject({ status: 200, text: expect.stringContaining('The answer.') });
    }
    const { code, stderr } = await agent.exit(5);
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/^headroom: the proxy is gone; claude goes on directly, unshortened [^\n]*\n$/),
    ]);
    expect(stage.provider.requests).toHaveLength(4);
    expect(stage.provider.requests.at(-1)!.rawHeaders.join(' ')).toContain('X-Api-Key k');
  });

  test('while it waits for an answer, the request is sent again directly, and the agent sees none of it', async () => {
    await stage.close();
    stage = await WrapStage.set((_request, index) => ({ text: 'The answer.', silenceMs: index === 0 ? 3_000 : 0 }));
    const agent = stage.wrap('claude');
    const asked = agent.ask();
    await until(() => stage.provider.requests.length === 1);
    stage.killProxies();
    expect(await asked).toMatchObject({ status: 200, text: expect.stringContaining('The answer.') });
    expect(stage.provider.requests.map(({ body }) => body.toString())).toEqual(
      Array(2).fill(expect.stringContaining('"hi"')),
    );
    await agent.exit();
  });

  test('in the middle of an answer, the answer breaks off and the next request is answered directly', async () => {
    await stage.close();
    stage = await WrapStage.set((_request, index) => ({
      text: 'word '.repeat(300),
      chunkDelayMs: index === 0 ? 100 : 0,
      pieceBytes: 200,
    }));
    const agent = stage.wrap('claude');
    const asked = agent.ask('stream hi');
    await until(() => stage.provider.requests.length === 1);
    await new Promise((done) => setTimeout(done, 400));
    stage.killProxies();
    expect((await asked).failed).toBeDefined();
    expect(await agent.ask()).toMatchObject({ status: 200 });
    await agent.exit();
  });

  test('it may be stopped on purpose: headroom stop ends it in order and says how many sessions go on', async () => {
    const agent = stage.wrap('claude');
    await agent.ask();
    const pid = stage.proxyPid();
    const { code, stdout } = await stage.run(['stop']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^told http:\S+ \(process \d+\) to end; 1 session goes on directly\n$/),
    ]);
    await until(() => !isRunning(pid));
    expect(await agent.ask()).toMatchObject({ status: 200 });
    expect((await agent.exit()).stderr).toContain('the proxy is gone');
    expect((await stage.run(['stop'])).stderr).toContain('no proxy runs here');
  });

  test('a proxy that hangs is one that is gone: its line is not answered any more', async () => {
    const agent = stage.wrap('claude');
    await agent.ask();
    const pid = stage.proxyPid();
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await agent.ask()).toMatchObject({ status: 200 });
      expect((await agent.exit()).stderr).toContain('the proxy is gone');
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  }, 60_000);
});

test('a proxy that the person has started is shared too, outlives its sessions, and is stopped like the others', async () => {
  const proxy = stage.start(['proxy', '--port', '0']);
  await until(() => stage.entries().length === 1);
  const agent = stage.wrap('claude');
  await agent.ask();
  expect(stage.entries()).toHaveLength(1);
  const status = async (): Promise<string> => (await stage.run(['status'])).stdout;
  let stdout = await status();
  // Who keeps the accounts starts with the first request, and on a busy machine is not there at once.
  for (let tries = 0; tries < 10 && !stdout.includes('request'); tries++) stdout = await status();
  expect(stdout).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+ {2}version \S+, profile balanced, process \d+, up \d+ s\n {2}1 request, 0 tokens saved since then\n {2}session claude, process \d+, for \d+ s\n$/,
  );
  await agent.exit();
  await new Promise((done) => setTimeout(done, 3_000));
  expect(proxy.child.exitCode).toBeNull();
  await stage.run(['stop']);
  expect(await proxy.ended).toMatchObject({ code: 0 });
  writeFileSync(join(stage.home, 'x'), '');
});

test('cursor cannot be wrapped, and is told what can be done (R-49)', async () => {
  const { code, stderr } = await stage.run(['wrap', 'cursor']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('headroom mcp install cursor')]);
  expect((await stage.run(['wrap', 'copilot'])).stderr).toContain('COPILOT_PROVIDER_BASE_URL');
});

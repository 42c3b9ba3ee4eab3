/** Claude Code with Headroom's MCP server and a wrapped one in its configuration, through the proxy. */
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashOf } from '../../src/core/hash.ts';
import { findMarkers } from '../../src/core/marker.ts';
import { ROWS } from '../../src/mcp/wrap/scripted-server.fixture.ts';
import { type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { resultTexts } from '../e2e/body-diff.ts';
import { lastResults, pairUp, setStage, type Stage, workOf } from './stage.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/headroom.js');
const SERVER = join(ROOT, 'src/mcp/wrap/scripted-server.fixture.ts');
const TEXT = 'All is well.';

let provider: ScriptedProvider;
let stage: Stage;
beforeAll(async () => {
  provider = await startScriptedProvider(({ body }) => {
    const hash = findMarkers(resultTexts(body).join('\n')).at(-1) ?? 'none yet';
    return {
      call: [
        // A pipe: what `cat` alone shows is a file that may be edited.
        { tool: /^Bash$/, input: { command: 'cat rows.json | cat', description: 'list rows' } },
        { tool: /^mcp__headroom__headroom_retrieve$/, input: { hash } },
        { tool: /^mcp__headroom__headroom_compress$/, input: { text: ROWS } },
        { tool: /^mcp__scripted__rows$/, input: {} },
        { tool: /^mcp__scripted__headroom_retrieve$/, input: { hash } },
        { tool: /^mcp__headroom__headroom_stats$/, input: {} },
      ],
      text: TEXT,
    };
  });
  stage = await setStage(provider.url);
  stage.write('work/rows.json', ROWS);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await provider.close();
});

test('Claude Code fetches by MCP what the proxy and a wrapped server left out; the proxy adds no tool of its own', async () => {
  const env = { HEADROOM_HOME: stage.proxy.home, HEADROOM_PORT: new URL(stage.proxy.url).port };
  const launch = (...args: string[]): object => ({ command: process.execPath, args: [PROGRAM, 'mcp', ...args], env });
  const servers = { headroom: launch(), scripted: launch('wrap', '--', process.execPath, SERVER) };
  stage.write('mcp.json', JSON.stringify({ mcpServers: servers }));
  const words = ['--mcp-config', '../mcp.json', '--strict-mcp-config', '--dangerously-skip-permissions'];
  const done = await stage.run('claude', ['-p', 'Is all well?', ...words], {
    ANTHROPIC_BASE_URL: stage.url,
    ANTHROPIC_API_KEY: 'sk-ant-dummy',
    CLAUDE_CONFIG_DIR: `${stage.home}/.claude`,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
    // Its tools are in the request from the start, not behind a search.
    ENABLE_TOOL_SEARCH: 'false',
    MAX_MCP_OUTPUT_TOKENS: '100000',
  });
  expect([done.exitCode, done.stdout.trim(), done.stderr]).toEqual([0, TEXT, '']);

  const pairs = workOf(pairUp(stage.sent, provider.requests));
  const toolsOf = (body: Buffer): string[] =>
    (JSON.parse(body.toString()) as { tools: { name: string }[] }).tools.map(({ name }) => name);
  const { sent, arrived } = pairs.at(-1)!;
  expect(toolsOf(arrived.body)).toEqual(toolsOf(sent.body));

  const [printed, fetched, compressed, account, rows, fetchedRows, stats] = lastResults(pairs);
  expect([printed![0], findMarkers(printed![1])]).toEqual([ROWS, [hashOf(ROWS)]]);
  expect(account![0]).toContain('"saved_tokens"');
  // What was fetched is whole, and arrives as it is.
  expect(fetched).toEqual([ROWS, ROWS]);
  expect(fetchedRows).toEqual([ROWS, ROWS]);
  for (const [sent] of [compressed!, rows!]) expect(findMarkers(sent)).toEqual([hashOf(ROWS)]);
  expect(stats![0]).toContain(`"proxy": "${stage.proxy.url}"`);
});

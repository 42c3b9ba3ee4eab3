/** The first section of the README: every way in runs as it stands there, and saves tokens. (Agno's: test/python.) */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { needle } from '../bench/recipes/needle.ts';
import { type ScriptedProvider, startScriptedProvider } from '../src/testing/scripted-provider.ts';
import { fromSource, ROOT } from './sdk/documented-programs.ts';

// Loading takes most of the time, on a busy machine all of it.
vi.setConfig({ testTimeout: 120_000 });

const SECTION = /^## The first saved token.*?(?=^## )/ms.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))![0];
const LOG = JSON.stringify(needle());

/** Asks twice, as an agent does that reads a log. */
const CLAUDE = `
const messages = [{ role: 'user', content: 'Why?' }];
const tools = [{ name: 'logs', description: 'Reads the log.', input_schema: { type: 'object' } }];
const ask = async () => {
  const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: { 'x-api-key': 'sk-ant-api03-dummy', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 9, tools, messages }),
  });
  return (await response.json()).content;
};
const content = await ask();
const results = content.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: process.env.TEST_LOG }));
messages.push({ role: 'assistant', content }, { role: 'user', content: results });
await ask();
`;

/** The block under the name that is set in bold. */
function blockOf(name: string): string {
  const part = SECTION.split(/^\*\*(?=[^*]+\*\*)/m).find((one) => one.startsWith(name));
  return /^```\w+\n(.*?)^```/ms.exec(part!)![1]!;
}

let provider: ScriptedProvider;
let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  provider = await startScriptedProvider({ call: [{ tool: /^(?:orders|logs)$/, input: {} }], text: 'All of them.' });
  home = mkdtempSync(join(tmpdir(), 'headroom-readme-'));
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'claude.mjs'), CLAUDE);
  writeFileSync(join(bin, 'claude'), `#!/bin/sh\nexec "${process.execPath}" "${bin}/claude.mjs" "$@"\n`);
  chmodSync(join(bin, 'claude'), 0o755);
  const foreign = /^HEADROOM_|_BASE_URL$|_API_KEY$/;
  const own = Object.entries(process.env).filter(([name, value]) => value !== undefined && !foreign.test(name));
  env = {
    ...(Object.fromEntries(own) as Record<string, string>),
    HOME: home,
    PATH: `${bin}:${process.env['PATH']}`,
    TEST_LOG: LOG,
    HEADROOM_PORT: '0',
    ANTHROPIC_TARGET_API_URL: provider.url,
    OPENAI_API_KEY: 'sk-dummy',
    OPENAI_BASE_URL: `${provider.url}/v1`,
  };
});
afterAll(async () => {
  await provider.close();
  rmSync(home, { recursive: true, force: true });
});

async function run(command: string, words: readonly string[], cwd = ROOT): Promise<string> {
  const { stdout } = await promisify(execFile)(command, words, { env, cwd });
  return stdout;
}

test('Claude Code', async () => {
  const stdout = await run('bash', ['-ec', blockOf('Claude Code')]);
  const sent = provider.requests.map(({ body }) => body.toString()).filter((body) => body.includes('tool_result'));
  expect(sent).toHaveLength(1);
  expect(sent[0]!.length).toBeLessThan(LOG.length / 2);
  expect(stdout).toMatch(/2 requests/);
});

test.each(['A program of yours', 'LangChain.js', 'Vercel AI SDK'])('%s', async (name) => {
  const file = join(home, `${name.replaceAll(/\W+/g, '-')}.ts`);
  writeFileSync(file, fromSource(blockOf(name)));
  const stdout = await run(process.execPath, ['--no-warnings', file], home);
  const [, saved = ''] = /(\d+) tokens saved/.exec(stdout) ?? [];
  expect(Number(saved), stdout).toBeGreaterThan(500);
});

test('MCP', async () => {
  await run('bash', ['-ec', blockOf('MCP')]);
  const settings = JSON.parse(readFileSync(join(home, '.claude.json'), 'utf8')) as {
    readonly mcpServers: { readonly headroom: { readonly command: string; readonly args: string[] } };
  };
  const { command, args } = settings.mcpServers.headroom;
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command, args, env }));
  const { content } = await client.callTool({ name: 'headroom_compress', arguments: { content: LOG } });
  await client.close();
  expect(JSON.stringify(content).length).toBeLessThan(LOG.length / 2);
});

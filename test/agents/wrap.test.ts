/** Real agents as `headroom wrap` starts them: through a proxy of their own, with nothing in their files, to the same end. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type RecordedRequest,
  type Script,
  type ScriptedProvider,
  startScriptedProvider,
} from '../../src/testing/scripted-provider.ts';
import { runHeadroom } from '../e2e/proxy-process.ts';
import { call, type Plan, say, startRememberingProvider, think } from '../e2e/remembering-provider.ts';
import { type Finished, setStage, type Stage } from './stage.ts';

const PROGRAM = resolve(import.meta.dirname, '../../bin/headroom.js');
const BIN = resolve(import.meta.dirname, 'node_modules/.bin');
const TEXT = 'The refund failed because the card had expired.';

let provider: ScriptedProvider;
let stage: Stage;
let script: (request: RecordedRequest) => NonNullable<Script['call']>;
beforeEach(async () => {
  provider = await startScriptedProvider((request) => ({ call: script(request), text: TEXT }));
  stage = await setStage(provider.url);
});
afterEach(async () => {
  await runHeadroom(['stop'], '', home());
  await stage[Symbol.asyncDispose]();
  await provider.close();
});

function home(): string {
  return join(stage.home, '.headroom');
}

function wrap(words: readonly string[], variables: Readonly<Record<string, string>>): Promise<Finished> {
  const upstreams = ['ANTHROPIC', 'OPENAI', 'GEMINI'].map((vendor) => [`${vendor}_TARGET_API_URL`, provider.url]);
  return stage.run(process.execPath, [PROGRAM, 'wrap', ...words], {
    PATH: `${BIN}:${process.env.PATH}`,
    HEADROOM_HOME: home(),
    ...Object.fromEntries(upstreams),
    ...variables,
  });
}

const CLAUDE = {
  ANTHROPIC_API_KEY: 'sk-ant-dummy',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
};
const CODEX_CONFIG = `approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
tool_output_token_limit = 20000
[analytics]
enabled = false
`;
const CLAUDE_WORDS = ['claude', '--', '-p', 'Why did the refund fail?', '--dangerously-skip-permissions'];

/** The orders came to the provider shorter than they stand in the file. */
function expectShortened(): void {
  const bodies = provider.requests.map(({ body }) => body.toString());
  const last = bodies.findLast((body) => body.includes('git status'));
  expect(last, 'the agent did not come to its last step').toBeDefined();
  expect(last!.length).toBeLessThan(readFileSync(join(stage.work, 'orders.json')).length * 3);
  expect(bodies.some((body) => /ref:|headroom/i.test(body))).toBe(true);
}

test('headroom wrap claude -- -p: Claude Code works to its end, shortened, and its files are as without (R-35)', async () => {
  script = () => [
    { tool: /^Bash$/, input: { command: 'cat orders.json', description: 'list orders' } },
    { tool: /^Bash$/, input: { command: 'git status --short', description: 'what changed' } },
  ];
  const done = await wrap(CLAUDE_WORDS, { ...CLAUDE, CLAUDE_CONFIG_DIR: join(stage.home, '.claude') });
  expect([done.exitCode, done.stdout.trim(), done.stderr]).toEqual([0, TEXT, '']);
  expectShortened();
  for (const file of readdirSync(join(stage.home, '.claude'), { recursive: true, withFileTypes: true })) {
    if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toMatch(/BASE_URL|headroom_/);
  }
});

test('an address in Claude Code’s own settings is where its requests end up, and stays written there', async () => {
  script = () => [{ tool: /^Bash$/, input: { command: 'git status --short', description: 'what changed' } }];
  const settings = JSON.stringify({ env: { ANTHROPIC_BASE_URL: provider.url } });
  stage.write('home/.claude/settings.json', settings);
  const done = await wrap(CLAUDE_WORDS, {
    ...CLAUDE,
    CLAUDE_CONFIG_DIR: join(stage.home, '.claude'),
    ANTHROPIC_TARGET_API_URL: '',
  });
  expect([done.exitCode, done.stdout.trim(), done.stderr]).toEqual([0, TEXT, '']);
  expect(readFileSync(join(stage.home, '.claude/settings.json'), 'utf8')).toBe(settings);
  const { stdout } = await runHeadroom(['status', '--json'], '', home());
  expect(JSON.parse(stdout.toString())).toMatchObject({
    proxies: [{ requests: provider.requests.filter(({ url }) => url !== '/health').length }],
  });
});

test('the proxy dies while Claude Code works: it goes on directly, with one line of notice (R-34)', async () => {
  script = () => [
    { tool: /^Bash$/, input: { command: 'cat orders.json', description: 'list orders' } },
    {
      tool: /^Bash$/,
      input: {
        command: `kill -9 $(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' ${home()}/run/proxy-*.json)`,
        description: 'kill',
      },
    },
    { tool: /^Bash$/, input: { command: 'git status --short', description: 'what changed' } },
  ];
  const done = await wrap(CLAUDE_WORDS, { ...CLAUDE, CLAUDE_CONFIG_DIR: join(stage.home, '.claude') });
  expect([done.exitCode, done.stdout.trim()]).toEqual([0, TEXT]);
  expect(done.stderr).toMatch(/^headroom: the proxy is gone; claude goes on directly[^\n]*\n$/);
  expect(provider.requests.at(-1)!.body.toString()).toContain('git status');
});

test('headroom wrap codex: Codex works to its end over its own provider and a WebSocket', async () => {
  const remembering = await startRememberingProvider();
  try {
    const step: Plan[number] = ({ input }) => {
      const done = (input as { type: string }[]).filter(({ type }) => type === 'function_call_output').length;
      const cmd = ['cat orders.json', 'git status --short'][done];
      return [think(), cmd === undefined ? say(TEXT) : call('exec_command', { cmd, max_output_tokens: 20_000 })];
    };
    remembering.reset(Array.from({ length: 20 }, () => step));
    stage.write('home/.codex/config.toml', CODEX_CONFIG);
    const done = await wrap(
      ['--profile', 'lossless', 'codex', '--', 'exec', '--skip-git-repo-check', 'Why did the refund fail?'],
      {
        CODEX_HOME: join(stage.home, '.codex'),
        CODEX_API_KEY: 'sk-dummy',
        OPENAI_TARGET_API_URL: remembering.url,
      },
    );
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout).toContain(TEXT);
    const results = (remembering.seen.at(-1) as { type: string; output?: unknown }[]).filter(
      ({ type }) => type === 'function_call_output',
    );
    expect(String(results[0]!.output).length).toBeLessThan(readFileSync(join(stage.work, 'orders.json')).length / 2);
    expect(remembering.requests.some((body) => 'previous_response_id' in body)).toBe(true);
  } finally {
    await remembering.close();
  }
});

test('headroom wrap gemini: Gemini CLI works to its end', async () => {
  script = () => [
    { tool: /^run_shell_command$/, input: { command: 'cat orders.json' } },
    { tool: /^run_shell_command$/, input: { command: 'git status --short' } },
  ];
  stage.write(
    'home/.gemini/settings.json',
    JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false },
      tools: { useRipgrep: false },
    }),
  );
  const done = await wrap(['gemini', '--', '--yolo', '-m', 'gemini-2.5-pro', '-p', 'Why did the refund fail?'], {
    GEMINI_API_KEY: 'dummy',
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  });
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout).toContain(TEXT);
  expectShortened();
});

test('headroom wrap opencode: a provider of the person’s own keeps its address in the file and goes through the proxy', async () => {
  script = () => [
    { tool: /^bash$/, input: { command: 'cat orders.json', description: 'list orders' } },
    { tool: /^bash$/, input: { command: 'git status --short', description: 'what changed' } },
  ];
  const settings = {
    // OpenCode itself adds this one where it is missing.
    $schema: 'https://opencode.ai/config.json',
    autoupdate: false,
    share: 'disabled',
    model: 'local/gpt-local',
    small_model: 'local/gpt-local',
    permission: { bash: 'allow', read: 'allow', edit: 'allow' },
    provider: {
      local: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Local',
        options: { baseURL: `${provider.url}/v1`, apiKey: 'sk-dummy' },
        models: { 'gpt-local': { name: 'gpt-local', limit: { context: 200_000, output: 8_000 } } },
      },
    },
  };
  const path = join(stage.home, '.config/opencode/opencode.json');
  stage.write('home/.config/opencode/opencode.json', '');
  writeFileSync(path, JSON.stringify(settings));
  const done = await wrap(['opencode', '--', 'run', 'Why did the refund fail?'], {
    OPENAI_TARGET_API_URL: '',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  });
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout + done.stderr).toContain(TEXT);
  expectShortened();
  expect(readFileSync(path, 'utf8')).toBe(JSON.stringify(settings));
  expect(existsSync(join(stage.work, 'opencode.json'))).toBe(false);
});

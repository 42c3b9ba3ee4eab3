/** Codex as it comes, headless, through the proxy: the Responses API with all of its history in every request. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startScriptedProvider, type ScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { expectRead, expectRecords } from './expectations.ts';
import { expectStable, lastResults, ORDERS_TEXT, pairUp, setStage, type Stage, workOf } from './stage.ts';

const TEXT = 'The refund failed because the card had expired.';
let provider: ScriptedProvider;
let stage: Stage;

beforeAll(async () => {
  const commands = ['cat orders.json', 'cat -n charge.ts', 'git status --short', 'cat orders.json'];
  const call = commands.map((cmd) => ({ tool: /^exec_command$/, input: { cmd, max_output_tokens: 20_000 } }));
  provider = await startScriptedProvider({ call, text: TEXT });
  stage = await setStage(provider.url);
  stage.write(
    'home/.codex/config.toml',
    `model = "gpt-5-codex"
model_provider = "headroom"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
tool_output_token_limit = 20000
[analytics]
enabled = false
[model_providers.headroom]
name = "headroom"
base_url = "${stage.url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
`,
  );
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await provider.close();
});

test('Codex works to its end, and its results arrive shorter, stable and whole', async () => {
  const done = await stage.run('codex', ['exec', '--skip-git-repo-check', 'Why did the refund fail?'], {
    CODEX_HOME: `${stage.home}/.codex`,
    OPENAI_API_KEY: 'sk-dummy',
  });
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout).toContain(TEXT);

  const pairs = workOf(pairUp(stage.sent, provider.requests));
  expect(pairs.length).toBe(5);
  expectStable(pairs);
  const [orders, read, , again] = lastResults(pairs);
  await expectRecords(orders!, ORDERS_TEXT, stage.proxy.home);
  expectRead(read!);
  expect(again![1].length).toBeLessThan(again![0].length / 2);
});

/** Codex over both of its transports, with a model that fetches an original: it sees one answer and works to its end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  type Plan,
  type RememberingProvider,
  say,
  startRememberingProvider,
  think,
} from '../e2e/remembering-provider.ts';
import { setStage, type Stage } from './stage.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- requests of any shape are looked into

const TEXT = 'The refund failed because the card had expired.';
const fetch = (body: Json): Json =>
  call('headroom_retrieve', {
    hash: /headroom_retrieve hash=([0-9a-f]{24})/.exec(JSON.stringify(body.input))?.[1] ?? 'none',
    lines: '1-2',
  });
const run = (cmd: string): Json => call('exec_command', { cmd, max_output_tokens: 20_000 });
const STEPS: Plan = [
  () => [think(), run('grep -rn compute src')],
  (body) => [think(), say('Let me look closer.'), fetch(body)],
  () => [think(), run('cat orders.json')],
  (body) => [think(), fetch(body), run('git status --short')],
  () => [think(), say(TEXT)],
];
const outputsIn = ({ input }: Json): number => input.filter(({ type }: Json) => type === 'function_call_output').length;
/** Where it stands is what it has been given: a client may ask other things beside. */
const STEP_AFTER = [0, 1, 2, 3, 4, 4];
const step: Plan[number] = (body) => STEPS[STEP_AFTER[outputsIn(body)] ?? 4]!(body);

let provider: RememberingProvider;
let stage: Stage;

beforeAll(async () => {
  provider = await startRememberingProvider();
  stage = await setStage(provider.url);
  for (let part = 0; part < 30; part++) {
    const lines = Array.from({ length: 20 }, (_, n) => `  const value${n} = compute(${part * n * 7});`);
    stage.write(`work/src/part${part}/file.ts`, lines.join('\n'));
  }
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await provider.close();
});

const SETTINGS = `approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
tool_output_token_limit = 20000
[analytics]
enabled = false
`;
const withProvider = (isSocket: boolean): string => `model = "gpt-5-codex"
model_provider = "headroom"
${SETTINGS}[model_providers.headroom]
name = "headroom"
base_url = "${stage.proxy.url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
supports_websockets = ${isSocket}
`;
/** Its own provider and model: the connection is warmed up, and an item brings the tools. */
const withItsOwn = (): string => `openai_base_url = "${stage.proxy.url}/v1"\n${SETTINGS}`;

describe.each([
  ['requests', false, () => withProvider(false)],
  ['a WebSocket', true, () => withProvider(true)],
  ['a WebSocket of its own provider', true, withItsOwn],
])('Codex over %s', (_name, isSocket, settings) => {
  test('sees one answer where the model fetched in between', async () => {
    provider.reset(Array.from({ length: 20 }, () => step));
    stage.write('home/.codex/config.toml', settings());
    const done = await stage.run('codex', ['exec', '--skip-git-repo-check', 'Why did the refund fail?'], {
      CODEX_HOME: `${stage.home}/.codex`,
      OPENAI_API_KEY: 'sk-dummy',
      CODEX_API_KEY: 'sk-dummy',
    });
    expect(provider.problems).toEqual([]);
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout).toContain(TEXT);
    expect(done.stderr).toContain('Let me look closer.');
    expect(done.stdout + done.stderr).not.toContain('headroom_retrieve');
    const names = provider.seen
      .at(-1)!
      .filter(({ type }: Json) => type === 'function_call')
      .map(({ name }: Json) => name);
    expect(names).toEqual(['exec_command', 'headroom_retrieve', 'exec_command', 'headroom_retrieve', 'exec_command']);
    const [first, second] = provider.seen.at(-1)!.filter(({ type }: Json) => type === 'function_call_output');
    // What it got is the original, of which the result that it had read shows nothing but the places.
    expect(String(second.output)).toContain('[lines 1-2 of');
    expect(String(first.output).length).toBeLessThan(12_000);
    expect(provider.requests.some((body) => body.previous_response_id)).toBe(isSocket);
  });
});

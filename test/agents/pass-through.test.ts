/** Agents whose APIs Headroom does not read: they work through it, and every byte of theirs arrives. */
import { expect, test } from 'vitest';
import { type RawUpstream, startUpstream } from '../e2e/wire.ts';
import { responsesModel } from './other-apis.ts';
import { type Exchange, setStage, type Stage } from './stage.ts';

const TEXT = 'The refund failed because the card had expired.';

function expectSameBytes({ sent }: Stage, { seen }: RawUpstream): void {
  const plain = (list: readonly Exchange[]): readonly string[] =>
    list.map(({ method, url, body }) => `${method} ${url} ${body.toString('latin1')}`).toSorted();
  expect(plain(seen)).toEqual(plain(sent));
  expect(seen.some(({ body }) => body.includes('customer-1'))).toBe(true);
}

test('Codex works through the proxy, and every byte arrives', async () => {
  await using upstream = await startUpstream(responsesModel(TEXT));
  await using stage = await setStage(upstream.url);
  stage.write(
    'home/.codex/config.toml',
    `model = "gpt-5-codex"
model_provider = "headroom"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.headroom]
name = "headroom"
base_url = "${stage.url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
`,
  );
  const done = await stage.run('codex', ['exec', '--skip-git-repo-check', 'Why did the refund fail?'], {
    CODEX_HOME: `${stage.home}/.codex`,
    OPENAI_API_KEY: 'sk-dummy',
  });
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout).toContain(TEXT);
  expectSameBytes(stage, upstream);
});

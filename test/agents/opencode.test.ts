/** OpenCode as it comes, headless, through the proxy: as an OpenAI-compatible provider and as Anthropic. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type RecordedRequest,
  type Script,
  startScriptedProvider,
  type ScriptedProvider,
} from '../../src/testing/scripted-provider.ts';
import { expectHidden, expectRead, expectRecords, withRetrieval } from './expectations.ts';
import { expectStable, lastResults, ORDERS_TEXT, pairUp, setStage, type Stage, workOf } from './stage.ts';

const TEXT = 'The refund failed because the card had expired.';

describe.each([
  ['an OpenAI-compatible provider', '@ai-sdk/openai-compatible', 'gpt-local'],
  ['Anthropic', '@ai-sdk/anthropic', 'claude-local'],
])('OpenCode with %s', (_, npm, model) => {
  let provider: ScriptedProvider;
  let stage: Stage;
  let script: (request: RecordedRequest) => NonNullable<Script['call']>;

  const opencode = (question: string): ReturnType<Stage['run']> =>
    stage.run('opencode', ['run', question], {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    });

  beforeAll(async () => {
    script = () => [
      { tool: /^bash$/, input: { command: 'cat orders.json', description: 'list orders' } },
      { tool: /^read$/, input: { filePath: `${stage.work}/charge.ts` } },
      { tool: /^bash$/, input: { command: 'git status --short', description: 'what changed' } },
    ];
    provider = await startScriptedProvider((request) => ({ call: script(request), text: TEXT }));
    stage = await setStage(provider.url);
    const options = { baseURL: `${stage.url}/v1`, apiKey: 'sk-dummy' };
    const models = { [model]: { name: model, limit: { context: 200_000, output: 8_000 } } };
    const settings = {
      autoupdate: false,
      share: 'disabled',
      model: `local/${model}`,
      small_model: `local/${model}`,
      permission: { bash: 'allow', read: 'allow', edit: 'allow' },
      provider: { local: { npm, name: 'Local', options, models } },
    };
    stage.write('home/.config/opencode/opencode.json', JSON.stringify(settings));
  });
  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
    await provider.close();
  });

  test('works to its end, and its results arrive shorter, stable and whole', async () => {
    const done = await opencode('Why did the refund fail?');
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout + done.stderr).toContain(TEXT);

    const pairs = workOf(pairUp(stage.sent, provider.requests));
    expect(pairs.length).toBeGreaterThanOrEqual(4);
    expectStable(pairs);
    const [orders, read] = lastResults(pairs);
    await expectRecords(orders!, ORDERS_TEXT, stage.proxy.home);
    expectRead(read!);
  });

  test('its model fetches an original, and OpenCode never knows', async () => {
    script = withRetrieval(/^bash$/);
    const before = provider.requests.length;
    const done = await opencode('Where is compute called?');
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout + done.stderr).toContain(TEXT);
    expectHidden(provider.requests.slice(before), stage);
  });
});

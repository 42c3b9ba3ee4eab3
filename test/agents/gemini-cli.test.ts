/** Gemini CLI as it comes, headless, through the proxy. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RecordedRequest,
  type Script,
  startScriptedProvider,
  type ScriptedProvider,
} from '../../src/testing/scripted-provider.ts';
import { expectHidden, expectRecords, withRetrieval } from './expectations.ts';
import { expectStable, lastResults, ORDERS_TEXT, pairUp, setStage, SOURCE_TEXT, type Stage, workOf } from './stage.ts';

const TEXT = 'The refund failed because the card had expired.';
let provider: ScriptedProvider;
let stage: Stage;
let script: (request: RecordedRequest) => NonNullable<Script['call']>;

beforeAll(async () => {
  script = () => [
    { tool: /^run_shell_command$/, input: { command: 'cat orders.json' } },
    { tool: /^read_file$/, input: { file_path: `${stage.work}/charge.ts` } },
    { tool: /^run_shell_command$/, input: { command: 'git status --short' } },
    [
      { tool: /^read_file$/, input: { file_path: `${stage.work}/missing.ts` } },
      { tool: /^read_file$/, input: { file_path: `${stage.work}/charge.ts` } },
    ],
  ];
  provider = await startScriptedProvider((request) => ({ call: script(request), text: TEXT }));
  stage = await setStage(provider.url);
  const settings = {
    security: { auth: { selectedType: 'gemini-api-key' } },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false },
    tools: { useRipgrep: false },
  };
  stage.write('home/.gemini/settings.json', JSON.stringify(settings));
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await provider.close();
});

/** A model of its choice would be asked for with a request of its own. */
function gemini(question: string): ReturnType<Stage['run']> {
  return stage.run('gemini', ['--yolo', '-m', 'gemini-2.5-pro', '-p', question], {
    GEMINI_API_KEY: 'dummy',
    GOOGLE_GEMINI_BASE_URL: stage.url,
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  });
}

test('Gemini CLI works to its end, and its results arrive shorter, stable and whole', async () => {
  const done = await gemini('Why did the refund fail?');
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout).toContain(TEXT);

  const pairs = workOf(pairUp(stage.sent, provider.requests));
  expect(pairs.length).toBeGreaterThanOrEqual(5);
  expectStable(pairs);
  const [orders, read, , missing, again] = lastResults(pairs);
  await expectRecords(orders!, ORDERS_TEXT, stage.proxy.home);
  // Here a file comes without line numbers: nothing gets thinner, and what is read again is said once.
  expect(read).toEqual([SOURCE_TEXT, SOURCE_TEXT]);
  expect(missing![0]).toMatch(/not found/i);
  expect(again![0]).toBe(SOURCE_TEXT);
  expect(again![1].length).toBeLessThan(SOURCE_TEXT.length / 10);
});

test('a model behind Gemini CLI fetches an original, and Gemini CLI never knows', async () => {
  script = withRetrieval(/^run_shell_command$/);
  const before = provider.requests.length;
  const done = await gemini('Where is compute called?');
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout).toContain(TEXT);
  expectHidden(provider.requests.slice(before), stage);
});

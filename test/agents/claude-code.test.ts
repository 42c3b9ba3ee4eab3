/** Claude Code as it comes, headless, through the proxy. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RecordedRequest,
  type Script,
  startScriptedProvider,
  type ScriptedProvider,
} from '../../src/testing/scripted-provider.ts';
import { expectHidden, expectRead, expectRecords, withRetrieval } from './expectations.ts';
import { expectStable, lastResults, ORDERS_TEXT, pairUp, setStage, type Stage, workOf } from './stage.ts';

const TEXT = 'The refund failed because the card had expired.';
let provider: ScriptedProvider;
let stage: Stage;
let script: (request: RecordedRequest) => NonNullable<Script['call']>;

const turns = (work: string): { tool: RegExp; input: Record<string, string> }[] => [
  { tool: /^Bash$/, input: { command: 'cat orders.json', description: 'list orders' } },
  { tool: /^Bash$/, input: { command: 'cat many-orders.json', description: 'list all orders' } },
  { tool: /^Read$/, input: { file_path: `${work}/charge.ts` } },
  {
    tool: /^Edit$/,
    input: { file_path: `${work}/charge.ts`, old_string: 'account 7.', new_string: 'account seven.' },
  },
  { tool: /^Bash$/, input: { command: 'git status --short', description: 'what changed' } },
];

beforeAll(async () => {
  script = () => turns(stage.work);
  provider = await startScriptedProvider((request) => ({ call: script(request), text: TEXT }));
  stage = await setStage(provider.url);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await provider.close();
});

function claude(question: string): ReturnType<Stage['run']> {
  return stage.run('claude', ['-p', question, '--dangerously-skip-permissions'], {
    ANTHROPIC_BASE_URL: stage.url,
    ANTHROPIC_API_KEY: 'sk-ant-dummy',
    CLAUDE_CONFIG_DIR: `${stage.home}/.claude`,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
  });
}

test('Claude Code works to its end, and its results arrive shorter, stable and whole', async () => {
  const done = await claude('Why did the refund fail?');
  expect([done.exitCode, done.stdout.trim(), done.stderr]).toEqual([0, TEXT, '']);

  const pairs = workOf(pairUp(stage.sent, provider.requests));
  expect(pairs.length).toBeGreaterThanOrEqual(6);
  expectStable(pairs);
  const [orders, many, read, edit] = lastResults(pairs);
  await expectRecords(orders!, ORDERS_TEXT, stage.proxy.home);
  expect(many![0].length, 'this much should not arrive whole').toBeLessThan(40_000);
  expectRead(read!);
  expect(edit![0]).toMatch(/updated|has been/);
});

test('a model behind Claude Code fetches an original, and Claude Code never knows', async () => {
  script = withRetrieval(/^Bash$/);
  const before = provider.requests.length;
  const done = await claude('Where is compute called?');
  expect([done.exitCode, done.stdout.trim(), done.stderr]).toEqual([0, TEXT, '']);
  expectHidden(provider.requests.slice(before), stage);
});

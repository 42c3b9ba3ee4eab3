/** A loop of sixty lines around the `openai` library, as a process of its own, through the proxy. */
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startScriptedProvider, type ScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { expectRead, expectRecords } from './expectations.ts';
import { expectStable, lastResults, MANY_ORDERS_TEXT, pairUp, setStage, type Stage, workOf } from './stage.ts';

const TEXT = 'The refund failed because the card had expired.';
let provider: ScriptedProvider;
let stage: Stage;

beforeAll(async () => {
  const commands = ['cat many-orders.json', 'cat -n charge.ts', 'git status --short', 'cat many-orders.json'];
  const call = commands.map((command) => ({ tool: /^shell$/, input: { command } }));
  provider = await startScriptedProvider({ call, text: TEXT });
  stage = await setStage(provider.url);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await provider.close();
});

test('a plain client works to its end, and its results arrive shorter, stable and whole', async () => {
  const program = resolve(import.meta.dirname, 'plain-client.ts');
  const done = await stage.run(process.execPath, [program, `${stage.url}/v1`, 'Why did the refund fail?'], {});
  expect([done.exitCode, done.stdout.trim(), done.stderr]).toEqual([0, TEXT, '']);

  const pairs = workOf(pairUp(stage.sent, provider.requests));
  expect(pairs.length).toBe(5);
  expectStable(pairs);
  const [orders, read, , again] = lastResults(pairs);
  await expectRecords(orders!, MANY_ORDERS_TEXT, stage.proxy.home);
  expectRead(read!);
  expect(again![1].length).toBeLessThan(again![0].length / 2);
});

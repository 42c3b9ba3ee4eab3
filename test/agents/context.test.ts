/**
 * behind the proxy Claude Code has the same window and loads the same tools as without it: its own count of its
 * context says so.
 */
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runHeadroom } from '../e2e/proxy-process.ts';
import { setStage, type Stage } from './stage.ts';

const PROGRAM = resolve(import.meta.dirname, '../../bin/headroom.js');
const BIN = resolve(import.meta.dirname, 'node_modules/.bin');
const VARIABLES = {
  PATH: `${BIN}:${process.env.PATH}`,
  ANTHROPIC_API_KEY: 'sk-ant-dummy',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_MAX_RETRIES: '0',
};
/** Nothing listens there: what Claude Code cannot have counted it estimates, the same each time. */
const NOBODY = 'http://127.0.0.1:1';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage(NOBODY);
});
afterEach(async () => {
  await runHeadroom(['stop'], '', join(stage.home, '.headroom'));
  await stage[Symbol.asyncDispose]();
});

/** Its rows: the window, and the tokens of each category. */
async function contextOf(
  program: string,
  words: readonly string[],
  variables: object = {},
): Promise<readonly string[]> {
  const { stdout, stderr } = await stage.run(program, [...words, '-p', '/context'], { ...VARIABLES, ...variables });
  const rows = stdout.split('\n').filter((line) => /^\*\*Tokens|^\| System|^\| Free/.test(line));
  expect(rows.length, `${stdout}${stderr}`).toBeGreaterThan(3);
  return rows;
}

test('R-49: /context says the same under headroom wrap claude as without, and more only for who gives tool search up', async () => {
  const wrap = [PROGRAM, 'wrap', 'claude', '--'];
  const home = { HEADROOM_HOME: join(stage.home, '.headroom') };
  const without = await contextOf(join(BIN, 'claude'), []);
  expect(await contextOf(process.execPath, wrap, home)).toEqual(without);
  const given = { ...home, ENABLE_TOOL_SEARCH: 'false' };
  expect(await contextOf(process.execPath, wrap, given)).not.toEqual(without);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, Machine } from '../run-program.fixture.ts';

const SHELL = { SHELL: '/bin/bash' };

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.close());

function run(...words: string[]): Promise<Ended> {
  return machine.run(words, '', { ...SHELL, HEADROOM_LOG_LEVEL: 'error' });
}

test('wrap --install writes the flags given with it into the line, and no others (R-59)', async () => {
  const flags = ['--profile', 'lossless', '--tools', 'Read=off', '--vocabulary', 'qwen=some where.json'];
  const { code, stderr } = await run('wrap', 'claude', '--install', '--yes', ...flags);
  expect([code, stderr]).toEqual([0, expect.stringContaining('claude is wrapped in shells')]);
  const line = readFileSync(join(machine.home, '.bashrc'), 'utf8').split('\n')[1];
  const path = join(process.cwd(), 'some where.json');
  expect(line).toContain(` wrap --profile=lossless --tools=Read=off '--vocabulary=qwen=${path}' claude -- "$@"; else`);
  // The same again changes nothing, and other flags take their place.
  expect((await run('wrap', 'claude', '--install', ...flags)).stderr).toContain('is wrapped already');
  await run('wrap', 'claude', '--install', '--yes');
  expect(readFileSync(join(machine.home, '.bashrc'), 'utf8')).toContain(' wrap claude -- "$@"; else');
});

test('wrap --install takes no password, no line break and no words of the agent, and says what to do', async () => {
  const of = async (...words: string[]): Promise<string> => (await run('wrap', 'claude', '--install', ...words)).stderr;
  expect(await of('--store', 'redis://me:secret@127.0.0.1:1/0')).toMatch(/--store has a password.*HEADROOM_STORE/);
  expect(await of('--text-observations', 'A\nB')).toMatch(/--text-observations has a line break/);
  expect(await of('--', '-p', 'hi')).toMatch(/"-p" is for the agent/);
});

test('unwrap says what is not there in plain words, and speaks of itself', async () => {
  expect(await run('unwrap')).toMatchObject({
    code: 0,
    stderr: 'headroom: no agent is wrapped for good; there is nothing to do\n',
  });
  expect((await run('unwrap', 'codex')).stderr).toBe(
    'headroom: codex is not wrapped for good; there is nothing to do\n',
  );
  const { code, stderr } = await run('unwrap', 'cluade');
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^headroom: unwrap: unknown agent cluade; did you mean claude\?/),
  ]);
});

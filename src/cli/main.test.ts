import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPTION_NAMES, OPTIONS } from '../config/options.ts';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from './commands/index.ts';
import { Machine } from './run-program.fixture.ts';

let machine: Machine;
beforeAll(() => {
  machine = new Machine();
});
afterAll(() => machine.close());

describe('help and version', () => {
  test.each([['--version'], ['-v'], ['version']])('%s prints the version of the package', async (word) => {
    expect(await machine.run([word])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  test.each([['--help'], ['-h'], ['help']])('%s says first what to type and lists every command', async (word) => {
    const { code, stdout } = await machine.run([word]);
    expect(code).toBe(0);
    expect(stdout.indexOf('headroom demo')).toBeLessThan(stdout.indexOf('Commands'));
    const width = Math.max(...COMMANDS.map(({ name }) => name.length));
    for (const { name, summary } of COMMANDS) expect(stdout).toContain(`${name.padEnd(width)}  ${summary}`);
  });

  test('no command at all is wrong usage and shows the help on stderr', async () => {
    const { code, stdout, stderr } = await machine.run([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Start here');
  });

  test.each(COMMANDS.map(({ name }) => [name]))(
    '%s --help names its flags, and neither reads nor starts anything',
    async (name) => {
      const { code, stdout, stderr } = await machine.run([name, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`headroom ${name}`);
      expect(stdout).toContain('--help');
    },
  );

  test('proxy --help lists every option with its variable and default (R-59)', async () => {
    const { stdout } = await machine.run(['proxy', '--help']);
    const words = stdout.replaceAll(/\s+/g, ' ');
    for (const name of OPTION_NAMES) {
      expect(words).toContain(`--${name} ${OPTIONS[name].valueName}`);
      expect(words).toContain(`[${OPTIONS[name].variable}; default `);
    }
  });

  test('a pipe gets no colours', async () => {
    const { stdout } = await machine.run(['--help'], '', { TERM: 'xterm-256color' });
    expect(stdout).not.toContain('\u001b[');
  });
});

describe('wrong usage ends with 2 and one line that says what to do (R-59)', () => {
  test.each([
    [['proxi'], 'headroom: unknown command proxi; did you mean proxy? headroom --help shows what there is'],
    [['--versoin'], 'headroom: unknown flag --versoin; did you mean --version? headroom --help shows what there is'],
    [
      ['proxy', '--prot', '1'],
      'headroom: proxy: unknown flag --prot; did you mean --port? headroom proxy --help shows what there is',
    ],
    [
      ['proxy', '--anthropic-api-url', 'http://x'],
      'headroom: proxy: unknown flag --anthropic-api-url; did you mean --anthropic-url?',
    ],
    [['proxy', '--no-optimize'], 'headroom: proxy: unknown flag --no-optimize; here it is --profile off;'],
    [['proxy', '--port'], 'headroom: proxy: --port needs a value: --port PORT;'],
    [['proxy', '--port', '--host', 'x'], 'headroom: proxy: --port needs a value: --port PORT;'],
    [['proxy', '--port='], 'headroom: proxy: --port needs a value: --port PORT;'],
    [['proxy', '--print-config=yes'], 'headroom: proxy: --print-config is a switch and takes no value;'],
    [
      ['proxy', '--port', '1', '-p', '2'],
      'headroom: proxy: --port is given twice, with different values; give it once;',
    ],
    [['proxy', '--port', 'x'], 'headroom: --port: "x" is not allowed; port must be a whole number from 0 to 65535'],
    [['proxy', 'extra'], 'headroom: proxy: unexpected argument "extra";'],
    [['compress', 'a', 'b'], 'headroom: compress: unexpected argument "b";'],
    [['compress', '--port', '1'], 'headroom: compress: unknown flag --port'],
    [['retrieve'], 'headroom: retrieve: HASH is missing;'],
    [['retrieve', 'nothash'], 'headroom: "nothash" is no hash; one has 24 digits'],
  ])('%j', async (words, line) => {
    const { code, stdout, stderr } = await machine.run(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(line)).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('the same flag twice with the same value is no conflict', async () => {
    expect((await machine.run(['proxy', '--port', '1', '-p', '1', '--print-config'])).code).toBe(0);
  });

  test('stack traces come with HEADROOM_DEBUG only', async () => {
    expect((await machine.run(['proxi'], '', { HEADROOM_DEBUG: '1' })).stderr).toContain('main.ts:');
  });
});

describe('proxy --print-config', () => {
  test('shows each value and where it came from, and never the token (R-55)', async () => {
    const configPath = join(machine.home, 'config.toml');
    writeFileSync(configPath, '# mine\nworkers = 3\ntoken = "canary-secret"\n');
    const { code, stdout, stderr } = await machine.run(['proxy', '--print-config', '--port', '9000'], '', {
      HEADROOM_PROFILE: 'off',
      HEADROOM_PROT: '1',
    });
    writeFileSync(configPath, '');
    expect(code).toBe(0);
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows).toContainEqual(['port', '9000', '--port']);
    expect(rows).toContainEqual(['profile', 'off', 'HEADROOM_PROFILE']);
    expect(rows).toContainEqual(['workers', '3', `${configPath} line 2`]);
    expect(rows).toContainEqual(['token', 'set', `${configPath} line 3`]);
    expect(rows).toContainEqual(['host', '127.0.0.1', 'default']);
    expect(stdout).toContain(`config file: ${configPath}`);
    expect(stdout + stderr).not.toContain('canary-secret');
    expect(stderr).toBe('headroom: warning: the variable HEADROOM_PROT has no effect; did you mean HEADROOM_PORT?\n');
  });
});

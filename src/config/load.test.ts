import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONFIG_FILE, type ConfigInput, loadConfig } from './load.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, valueText } from './options.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'headroom-config-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Three allowed texts for each row, none of them the default. */
const SAMPLES: Readonly<Record<OptionName, readonly [string, string, string]>> = {
  host: ['127.0.0.2', 'localhost', '127.0.0.3'],
  port: ['0', '9001', '65535'],
  'anthropic-url': ['http://127.0.0.1:9', 'https://a.example/v1', 'http://b.example/x'],
  'openai-url': ['http://127.0.0.1:9', 'https://a.example/v1', 'http://b.example/x'],
  'gemini-url': ['http://127.0.0.1:9', 'https://a.example/v1beta', 'http://b.example/x'],
  profile: ['off', 'lossless', 'aggressive'],
  tools: ['Read=off', 'mcp__*=lossless,Bash=aggressive', 'a=balanced'],
  prose: ['true', 'true', 'true'],
  'cache-align': ['off', 'off', 'off'],
  'context-fit': ['off', 'off', 'off'],
  'cold-deepen': ['off', 'off', 'off'],
  'cache-keep': ['30', '30', '30'],
  learned: ['off', 'off', 'off'],
  'text-observations': ['OBSERVATION:', 'a|b', '\\[File: '],
  guard: ['refuse', 'refuse', 'refuse'],
  holdout: ['5%', '0.5', '50'],
  'models-file': ['/a/models.json', '/b/models.json', '/c/models.json'],
  vocabulary: ['mistral=/a.json', 'llama=/b.json,qwen=/c,d.json', 'cohere=/e.json'],
  budget: ['10/day', 'project:5/month,0.25/hour', '$1000/day'],
  rpm: ['1', '60', '999999999'],
  tpm: ['1', '100000', '999999999'],
  token: ['secret-one', 'secret-two', 'secret-three'],
  store: ['memory', 'redis://a.example', 'rediss://u:p@b.example:7000/3'],
  'store-max-mb': ['16', '100', '16777216'],
  'store-days': ['1', '7', '3650'],
  'store-key-file': ['/a/key', '/b/key', '/c/key'],
  home: ['one', 'two', 'three'],
  'max-body-mb': ['1', '2', '1024'],
  'deadline-ms': ['1', '500', '600000'],
  workers: ['1', '3', '64'],
  'connect-timeout-ms': ['1', '2', '600000'],
  'response-timeout-ms': ['1', '2', '86400000'],
  'log-level': ['silent', 'warn', 'debug'],
};

const IN_FILE = OPTION_NAMES.filter((name) => !OPTIONS[name].isOutsideFile);

function write(lines: string): void {
  writeFileSync(join(home, CONFIG_FILE), lines);
}

function load(
  flags: ConfigInput['flags'] = {},
  environment: ConfigInput['environment'] = {},
): ReturnType<typeof loadConfig> {
  return loadConfig({ flags, environment: { HEADROOM_HOME: home, ...environment } });
}

describe('where a value comes from', () => {
  test('every option is its default when nobody says anything', async () => {
    const { values, sources } = await load();
    for (const name of IN_FILE)
      expect([name, values[name], sources[name]]).toEqual([name, OPTIONS[name].default, 'default']);
  });

  test('every default is a value that the row itself allows', () => {
    for (const name of OPTION_NAMES) {
      const row = OPTIONS[name];
      if (row.default !== undefined)
        expect([name, row.parse(valueText(name, row.default))]).toEqual([name, row.default]);
    }
  });

  test('flag beats environment beats file beats default, for every option and every mixture (R-59)', async () => {
    const mixture = fc.record(
      Object.fromEntries(IN_FILE.map((name) => [name, fc.subarray(['flag', 'environment', 'file'] as const)])),
    );
    await fc.assert(
      fc.asyncProperty(mixture, async (given) => {
        const texts = (place: 'flag' | 'environment' | 'file', index: 0 | 1 | 2): [OptionName, string][] =>
          IN_FILE.filter((name) => given[name]!.includes(place)).map((name) => [name, SAMPLES[name][index]]);
        write(
          texts('file', 2)
            .map(([name, text]) => `${name} = ${JSON.stringify(text)}\n`)
            .join(''),
        );
        const environment = Object.fromEntries(
          texts('environment', 1).map(([name, text]) => [OPTIONS[name].variable, text]),
        );
        const { values, sources } = await load(Object.fromEntries(texts('flag', 0)), environment);
        for (const name of IN_FILE) {
          const places = given[name]!;
          const [first] = (['flag', 'environment', 'file'] as const).filter((place) => places.includes(place));
          const index = first === undefined ? undefined : ({ flag: 0, environment: 1, file: 2 } as const)[first];
          const expected = index === undefined ? OPTIONS[name].default : OPTIONS[name].parse(SAMPLES[name][index]);
          expect([name, values[name]]).toEqual([name, expected]);
          if (first === 'flag') expect(sources[name]).toBe(`--${name}`);
          if (first === 'environment') expect(sources[name]).toBe(OPTIONS[name].variable);
          if (first === 'file') expect(sources[name]).toMatch(new RegExp(`${CONFIG_FILE} line \\d+$`));
          if (first === undefined) expect(sources[name]).toBe('default');
        }
      }),
      { numRuns: 60 },
    );
  });

  test('an empty variable counts as not set', async () => {
    expect((await load({}, { HEADROOM_PORT: '' })).sources.port).toBe('default');
  });

  test('numbers may stand in the file as numbers, and the line is named', async () => {
    write('# comment\nprofile = "off"\nport = 9000\n');
    const { values, sources } = await load();
    expect(values.port).toBe(9000);
    expect(sources.port).toBe(`${join(home, CONFIG_FILE)} line 3`);
  });

  test('the home folder comes from the flag before the variable, and ~ is the user home', async () => {
    const { values, configPath, storePath } = await loadConfig({
      flags: { home: '~/x-none' },
      environment: { HEADROOM_HOME: home },
    });
    expect(values.home).toBe(join(homedir(), 'x-none'));
    expect(configPath).toBe(join(homedir(), 'x-none', 'config.toml'));
    expect(storePath).toBe(join(homedir(), 'x-none', 'headroom.db'));
  });

  test('with the store in memory there is no database file', async () => {
    expect((await load({ store: 'memory' })).storePath).toBeUndefined();
  });

  test.each([
    ['redis://a.example', 'redis://a.example:6379/0', { username: '', password: '' }],
    ['redis://:secret@10.0.0.7:6380/2', 'redis://10.0.0.7:6380/2', { username: '', password: 'secret' }],
    ['rediss://us%40er:p%2Fw@[::1]/15', 'rediss://[::1]:6379/15', { username: 'us@er', password: 'p/w' }],
  ])('with the store %s its place is told without the login', async (store, storePath, storeLogin) => {
    expect(await load({ store })).toMatchObject({ storePath, storeLogin });
  });

  test('budgets may be a list in the file, and name their holder and period', async () => {
    write('budget = ["10/day", "project:0.5/month"]\n');
    expect((await load()).values.budget).toEqual([
      { holder: 'credential', dollars: 10, period: 'day' },
      { holder: 'project', dollars: 0.5, period: 'month' },
    ]);
    for (const budget of ['10', '10/week', '0/day', '-1/day', '1e3/day', 'team:1/day', '1/day,'])
      await expect(load({ budget })).rejects.toThrow('budget must be amounts in dollars');
  });

  test('the path of the key file is made whole, and ~ is the user home', async () => {
    const { values } = await load({ 'store-key-file': '~/store.key' });
    expect(values['store-key-file']).toBe(join(homedir(), 'store.key'));
  });
});

describe('what stops the start', () => {
  const refused = async (loading: Promise<unknown>): Promise<string> => {
    const error = await loading.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'BAD_OPTION', exitCode: 2 });
    return (error as Error).message;
  };

  test('a key that is nearly right, with the line and the right spelling (R-59)', async () => {
    write('profile = "off"\nprot = 9000\n');
    expect(await refused(load())).toBe(`${join(home, CONFIG_FILE)} line 2: unknown key "prot"; did you mean port?`);
    write('max_body_mb = 3\n');
    expect(await refused(load())).toContain('did you mean max-body-mb?');
  });

  test('a key that is like none lists the keys; a section is an unknown key too', async () => {
    write('zzzzzzzzzz = 1\n');
    expect(await refused(load())).toContain('the keys are host, port,');
    write('[proxy]\nport = 1\n');
    expect(await refused(load())).toContain('line 1: unknown key "proxy"');
  });

  test('a file that is no TOML, with the line', async () => {
    write('port = 1\nprofile = off\n');
    expect(await refused(load())).toContain(`${CONFIG_FILE} line 2: `);
  });

  test.each([
    ['port', '99999999'],
    ['port', '-1'],
    ['port', '80.5'],
    ['port', '0x50'],
    ['workers', '0'],
    ['profile', 'max'],
    ['host', 'http://localhost'],
    ['host', 'localhost:80'],
    ['anthropic-url', 'api.anthropic.com'],
    ['anthropic-url', 'ftp://a.example'],
    ['anthropic-url', 'https://user:pass@a.example'],
    ['openai-url', 'https://a.example/?key=1'],
    ['store', 'redis'],
    ['store', 'redis://'],
    ['store', 'redis://a.example/zero'],
    ['store', 'redis://a.example/0?x=1'],
    ['store', 'http://a.example'],
    ['store-max-mb', '15'],
    ['store-days', '0'],
    ['token', 'short'],
  ] as const)('--%s %s, naming the flag or variable and what is allowed', async (name, text) => {
    const { allowed, variable } = OPTIONS[name];
    const byFlag = await refused(load({ [name]: text }));
    expect(byFlag.startsWith(`--${name}: `)).toBe(true);
    expect(byFlag).toContain(`${name} must be ${allowed}`);
    expect((await refused(load({}, { [variable]: text }))).startsWith(`${variable}: `)).toBe(true);
  });

  test('a value of the wrong kind in the file', async () => {
    write('port = [1]\n');
    expect(await refused(load())).toContain('line 1: port must be a whole number from 0 to 65535, not a list');
    write('profile = true\n');
    expect(await refused(load())).toContain('not a boolean');
  });

  test('the home folder in the file, where it could not be found', async () => {
    write('home = "/elsewhere"\n');
    expect(await refused(load())).toContain('home cannot stand in the file; use --home or HEADROOM_HOME');
  });

  test('a token is never shown, not even a wrong one (R-55)', async () => {
    expect(await refused(load({ token: 'has space' }))).not.toContain('has space');
  });

  test.each(['redis://user:has-secret@a.example/zero', 'redis:/:has-secret@x', 'redis://:has@has-secret@a.example:x'])(
    'the password of a Redis is never shown, not even in a wrong address (R-55)',
    async (store) => {
      const message = await refused(load({ store }));
      expect(message).not.toContain('has-secret');
      expect(message).toContain('***@');
    },
  );

  test('an upstream that is the proxy itself', async () => {
    expect(await refused(load({ 'openai-url': 'http://localhost:8787/v1' }))).toContain('which is this proxy itself');
    await load({ 'openai-url': 'http://localhost:8788/v1' });
    await load({ 'openai-url': 'http://localhost:8787/v1', port: '1' });
  });

  test('an address that other machines can reach without a token', async () => {
    expect(await refused(load({ host: '0.0.0.0' }))).toContain(
      '--host: other machines can reach 0.0.0.0, so a token is needed',
    );
    await load({ host: '0.0.0.0', token: 'long-enough' });
  });
});

test('variables that do nothing are warned about, with the right spelling', async () => {
  const { warnings } = await load(
    {},
    { HEADROOM_PROT: '1', HEADROOM_DEBUG: '1', OTHER: '1', HEADROOM_QQQQQQQQQQQQ: '1' },
  );
  expect(warnings).toEqual([
    'the variable HEADROOM_PROT has no effect; did you mean HEADROOM_PORT?',
    'the variable HEADROOM_QQQQQQQQQQQQ has no effect',
  ]);
});

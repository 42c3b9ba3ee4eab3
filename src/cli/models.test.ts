import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startScriptedProvider } from '../testing/scripted-provider.ts';
import { tinyVocabulary } from '../tokenizers/tiny-vocabulary.fixture.ts';
import { Machine } from './run-program.fixture.ts';

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.close());

function file(name: string, text: string): string {
  const path = join(machine.home, name);
  writeFileSync(path, text);
  return path;
}

describe('--models-file and --vocabulary', () => {
  test.each([
    [
      '--models-file',
      'broken.json',
      '{"models":[\n{"name":}]}',
      /models file \S+broken\.json line 2: .*; correct the file/,
    ],
    [
      '--models-file',
      'wrong.json',
      '{"models":[{"name":"gpt-4o","window":"5"}]}',
      /wrong\.json: models\[0\] "gpt-4o": window must be .*, not "5"/,
    ],
    ['--vocabulary', 'mistral=none.json', '', /--vocabulary: \S+none\.json is no tokenizer\.json that can be used/],
    ['--vocabulary', 'mistrall=none.json', '', /no model is counted by "mistrall"; the tokenizers are .*mistral/],
    ['--vocabulary', 'mistral', '', /is not allowed; vocabulary must be pairs of a tokenizer's name/],
    ['--vocabulary', 'mistral=a,mistral=b', '', /is not allowed; vocabulary must be pairs .*, each once/],
  ])('a proxy with %s %s does not start, and says what is wrong', async (flag, value, text, message) => {
    const given = text === '' ? value : file(value, text);
    const { code, stderr } = await machine.run(['proxy', '--port', '0', '--store', 'memory', flag, given]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('headroom doctor says which table is in force, and what is wrong with one', async () => {
    const own = file('own.json', '{"models":[{"name":"ours","family":"openai"},{"name":"gpt-4o","window":9}]}');
    const vocabulary = file('tokenizer.json', JSON.stringify(tinyVocabulary()));
    const good = await machine.run(['doctor', '--models-file', own, '--vocabulary', `mistral=${vocabulary}`]);
    expect(good.stdout).toMatch(/pass +models +\d+ entries, 2 changed or added by \S+own\.json/);
    expect(good.stdout).toContain(`mistral is counted exactly, by ${vocabulary}`);
    const bad = await machine.run(['doctor', '--models-file', file('own.json', '{"model":1}')]);
    expect(bad.stdout).toMatch(/fail +models +models file \S+own\.json: the file: model is no field/);
    expect((await machine.run(['doctor'])).stdout).toMatch(/pass +models +\d+ entries, all built in/);
  });

  test('prices of the file are those of the ledger, by the day of the request (R-45)', async () => {
    const provider = await startScriptedProvider();
    const prices = [
      { input: 1, output: 1 },
      { from: '2020-01-01', input: 1000, output: 1000 },
    ];
    const own = file('own.json', JSON.stringify({ models: [{ name: 'prod-chat', family: 'anthropic', prices }] }));
    const started = machine.start(['proxy', '--port', '0', '--anthropic-url', provider.url, '--models-file', own]);
    const [, url] = await started.printed(/listens on (\S+)[^]*store/);
    const body = JSON.stringify({ model: 'prod-chat', max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] });
    await (await fetch(`${url}/v1/messages`, { method: 'POST', body, headers: { 'x-api-key': 'k' } })).text();
    started.child.kill('SIGTERM');
    await started.ended;
    const { stdout } = await machine.run(['savings', '--by', 'model', '--json']);
    const {
      requests_without_price: unpriced,
      tokens,
      bill_usd: bill,
    } = JSON.parse(stdout) as {
      readonly requests_without_price: number;
      readonly tokens: { readonly uncached_input: number; readonly output: number };
      readonly bill_usd: number;
    };
    expect(unpriced).toBe(0);
    expect(bill).toBeCloseTo(((tokens.uncached_input + tokens.output) * 1000) / 1e6);
    expect(bill).toBeGreaterThan(0);
    await provider.close();
  });
});

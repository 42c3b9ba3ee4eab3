import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ratesAt } from '../core/model.ts';
import type { ModelFacts, Rates } from '../core/model.ts';
import { pageRuleNames } from '../tokenizers/documents.ts';
import { imageRuleNames } from '../tokenizers/images.ts';
import { tokenizers } from '../tokenizers/index.ts';
import { toolRuleNames } from '../tokenizers/tools.ts';
import builtIn from './models.json' with { type: 'json' };
import { createModelTable, readModelsFile } from './table.ts';

const table = createModelTable();

function every(): ModelFacts[] {
  // Each entry by a name that it decides: its first pattern with its blanks filled.
  return builtIn.models.map((model) => {
    const [pattern] = 'match' in model ? model.match! : [model.name];
    return table.find(pattern!.replaceAll('*', 'zz').replaceAll('#', '1'))!;
  });
}

describe('the name of a model', () => {
  test.each([
    ['claude-opus-5-5', 'claude-opus-5-5', 4, 1_000_000],
    ['claude-opus-5-5-20260901', 'claude-opus-5-5', 4, 1_000_000],
    ['claude-opus-5', 'claude-opus-5', 5, 1_000_000],
    ['anthropic/claude-opus-4.5', 'claude-opus-4-5', 5, 200_000],
    ['claude-opus-4-5-20251101', 'claude-opus-4-5', 5, 200_000],
    ['claude-opus-4-5@20251101', 'claude-opus-4-5', 5, 200_000],
    ['claude-opus-4-6[1m]', 'claude-opus-4-6', 5, 1_000_000],
    ['claude-opus-4-20250514', 'claude-opus-4', 15, 200_000],
    ['claude-opus-4-0', 'claude-opus-4', 15, 200_000],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5', 3, 200_000],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5', 3, 200_000],
    ['us-gov.anthropic.claude-3-7-sonnet-20250219-v1:0', 'claude-3-7-sonnet', 3, 200_000],
    ['anthropic.claude-opus-4-6-v1', 'claude-opus-4-6', 5, 1_000_000],
    [
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-haiku-4-5-20251001-v1:0',
      'claude-haiku-4-5',
      1,
      200_000,
    ],
    ['arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5', 'claude-opus-5', 5, 1_000_000],
    ['claude-3-5-sonnet-v2@20241022', 'claude-3-5-sonnet', 3, 200_000],
    ['claude-3-5-sonnet-latest', 'claude-3-5-sonnet', 3, 200_000],
    ['Claude-Haiku-5-5', 'claude-haiku-5-5', 0.1, 1_000_000],
    ['projects/p/locations/global/publishers/anthropic/models/claude-sonnet-5', 'claude-sonnet-5', 2, 1_000_000],
    ['gpt-6.1-sol', 'gpt-6.1-sol', 2, 922_000],
    ['gpt-5.6', 'gpt-5.6-sol', 4, 922_000],
    ['openai/gpt-5.5-2026-04-23', 'gpt-5.5', 5, 922_000],
    ['gpt-5.4-mini', 'gpt-5.4-mini', 0.75, 272_000],
    ['gpt-5-codex', 'gpt-5', 1.25, 272_000],
    ['gpt-5-chat-latest', 'gpt-5-chat-latest', 1.25, 128_000],
    ['gpt-4.1', 'gpt-4.1', 2, 1_047_576],
    ['gpt-4.1-mini-2025-04-14', 'gpt-4.1-mini', 0.4, 1_047_576],
    ['gpt-4o-2024-08-06', 'gpt-4o', 2.5, 128_000],
    ['gpt-4o-2024-05-13', 'gpt-4o-2024-05-13', 5, 128_000],
    ['gpt-4o-mini', 'gpt-4o-mini', 0.15, 128_000],
    ['chatgpt-4o-latest', 'chatgpt-4o', 5, 128_000],
    ['gpt-4-1106-preview', 'gpt-4-turbo', 10, 128_000],
    ['gpt-4-0613', 'gpt-4', 30, 8192],
    ['gpt-3.5-turbo-0125', 'gpt-3.5-turbo', 0.5, 16_385],
    ['gpt-3.5-turbo-1106', 'gpt-3.5-turbo-1106', 1, 16_385],
    ['o3-2025-04-16', 'o3', 2, 200_000],
    ['o1-preview', 'o1-preview', 15, 128_000],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro', 1.25, 1_048_576],
    ['gemini-2.5-pro-preview-06-05', 'gemini-2.5-pro', 1.25, 1_048_576],
    ['gemini-2.5-flash-lite-preview-09-2025', 'gemini-2.5-flash-lite', 0.1, 1_048_576],
    ['google/gemini-3-flash-preview', 'gemini-3-flash', 0.5, 1_048_576],
    ['gemini-3.8-flash', 'gemini-3.8-flash', 0.75, 1_048_576],
    ['gemini-2.0-flash-001', 'gemini-2.0-flash', 0.1, 1_048_576],
    ['mistral-large-2512', 'mistral-large-3', 0.5, 262_144],
    ['command-a-03-2025', 'command-a-03-2025', 2.5, 256_000],
    ['grok-4.7', 'grok-4.7', 2, 500_000],
  ])('%s is %s', (model, name, input, window) => {
    const facts = table.find(model)!;
    expect([facts.name, facts.prices?.input, facts.window]).toEqual([name, input, window]);
  });

  test.each([
    ['claude-opus-6', 'claude-*', 'claude-4-7'],
    ['claude-opus-5-6', 'claude-*', 'claude-4-7'],
    ['claude-opus-5-5-turbo', 'claude-*', 'claude-4-7'],
    ['claude-2.1', 'claude-2', 'claude'],
    ['gpt-6.2-sol', 'gpt-6*', 'o200k'],
    ['gpt-5.7', 'gpt-5*', 'o200k'],
    ['gpt-oss-120b', 'gpt-oss', 'o200k_harmony'],
    ['gemini-5-pro', 'gemini-*', 'gemini'],
    ['gemini-flash-latest', 'gemini-*', 'gemini'],
    ['mistral-large-latest', 'mistral-*', 'mistral'],
    ['meta-llama/llama-3.3-70b-instruct', 'llama', 'llama'],
    ['qwen/qwen3-coder', 'qwen', 'qwen'],
    ['deepseek-v4-pro', 'deepseek-*', 'deepseek'],
  ])('%s is of a known family, has its rules and no price (R-45)', (model, name, tokenizer) => {
    const facts = table.find(model)!;
    expect([facts.name, facts.tokenizer, facts.prices]).toEqual([name, tokenizer, undefined]);
  });

  test.each([
    ['', 'my-deployment', 'prod-chat', 'gpt-4o-prod', 'gpt-4-prod', 'gpt-35-turbo', 'my-claude-opus-5-5'],
    [
      'deepinfra/claude-opus-5-5',
      'acme/gpt-4o',
      'models/gpt-4o',
      'openai/claude-opus-5',
      'ft:gpt-4o-2024-08-06:acme::x',
    ],
    ['x'.repeat(1000), 'gpt', 'claude', '*', '.*', 'gpt-#', '__proto__'],
  ])('is unknown, and nothing is guessed: %s, %s, %s and so on', (...models) => {
    for (const model of models) expect([model, table.find(model)]).toEqual([model, undefined]);
  });

  test('gives the same facts however often it is asked, and in whatever order', () => {
    const names = fc.constantFrom('claude-opus-5-5', 'gpt-4o', 'gpt-4o-2024-05-13', 'gemini-9', 'none');
    fc.assert(
      fc.property(fc.array(names), (asked) => {
        for (const name of asked) expect(table.find(name)).toEqual(createModelTable().find(name));
      }),
      { numRuns: 10 },
    );
  });

  test('of any kind costs no time', () => {
    for (const name of ['arn:/anthropic.'.repeat(18), 'publishers/anthropic/models/'.repeat(10), '1'.repeat(300)]) {
      expect(table.find(name)).toBeUndefined();
    }
  });
});

describe('every entry', () => {
  test('is reached by its own pattern: no two say the same', () => {
    expect(every().map(({ name }) => name)).toEqual(builtIn.models.map(({ name }) => name));
  });

  test('says where it is from, and names rules that there are', () => {
    for (const { name, source, asOf, tokenizer, ...rules } of every()) {
      expect([name, source.length > 3, /^20\d\d-\d\d-\d\d$/.test(asOf)]).toEqual([name, true, true]);
      expect([name, tokenizers.map((known) => known.name)]).toEqual([name, expect.arrayContaining([tokenizer])]);
      if (rules.imageTokens) expect(imageRuleNames).toContain(rules.imageTokens);
      if (rules.pageTokens) expect(pageRuleNames).toContain(rules.pageTokens);
      if (rules.toolTokens) expect(toolRuleNames).toContain(rules.toolTokens);
    }
  });

  test('reads for half of its input price at most, writes for more than it, and answers for as much at least', () => {
    for (const { name, prices } of every()) {
      for (const rates of [prices, ...(prices?.longContext ?? [])])
        if (rates) expect([name, isSane(rates)]).toEqual([name, true]);
      expect([name, (prices?.longContext?.[0]?.input ?? Infinity) > (prices?.input ?? 0)]).toEqual([name, true]);
    }
  });

  test('has the rules of its cache', () => {
    for (const { name, family, cache, window } of every()) {
      if (family === 'anthropic' && cache.kind !== 'none') {
        expect([name, cache]).toMatchObject([
          name,
          { kind: 'breakpoints', ttlSeconds: 300, longTtlSeconds: 3600, maxBreakpoints: 4 },
        ]);
      }
      expect([name, cache.minimumTokens < (window ?? Infinity)]).toEqual([name, true]);
    }
  });
});

function isSane({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Rates): boolean {
  return (
    input > 0 &&
    output >= input &&
    (cacheRead === undefined || cacheRead <= input / 2) &&
    (cacheWrite5m === undefined || cacheWrite5m > input) &&
    (cacheWrite1h === undefined || cacheWrite1h > cacheWrite5m!)
  );
}

describe('the facts', () => {
  test.each([
    ['claude-opus-5-5', 512],
    ['claude-opus-4-8', 1024],
    ['claude-opus-4-7', 2048],
    ['claude-opus-4-6', 4096],
    ['claude-haiku-4-5', 4096],
    ['claude-sonnet-4-5', 1024],
    ['gpt-5.5', 1024],
    ['gemini-2.5-flash', 2048],
    ['gemini-3.1-pro-preview', 4096],
    ['gemini-3-flash-preview', 1024],
  ])('of %s: nothing shorter than %i tokens is cached', (model, minimumTokens) => {
    expect(table.find(model)!.cache.minimumTokens).toBe(minimumTokens);
  });

  test('of Opus 5.5: a read costs a twentieth of input, writes 1.25 and 2 times', () => {
    const { prices } = table.find('claude-opus-5-5')!;
    expect(prices).toEqual({ input: 4, output: 20, cacheRead: 0.2, cacheWrite5m: 5, cacheWrite1h: 8, batchShare: 0.5 });
  });

  test('of OpenAI: writes cost more from 5.6 on, and lifetimes are half an hour', () => {
    expect(table.find('gpt-5.6-sol')).toMatchObject({ prices: { cacheWrite5m: 5 }, cache: { ttlSeconds: 1800 } });
    expect(table.find('gpt-5.5')!.prices!.cacheWrite5m).toBeUndefined();
  });

  test('above a length the whole request has other rates, and absent ones are those of input', () => {
    const { prices } = table.find('gpt-5.5')!;
    expect(ratesAt(prices!, 272_000)).toEqual({
      input: 5,
      output: 30,
      cacheRead: 0.5,
      cacheWrite5m: 5,
      cacheWrite1h: 5,
    });
    expect(ratesAt(prices!, 272_001)).toMatchObject({ input: 10, output: 45, cacheRead: 1, cacheWrite5m: 10 });
    expect(ratesAt({ input: 3, output: 9 }, 1)).toMatchObject({ cacheRead: 3, cacheWrite1h: 3 });
  });

  test('of prices that change on a day are those of the day that is asked for', () => {
    const inputOn = (day?: string) => table.find('gemini-4-argon', day)!.prices!.input;
    expect([inputOn(), inputOn('2026-11-30'), inputOn('2026-12-01'), inputOn('2027-05-05')]).toEqual([2, 2, 4, 4]);
  });
});

describe("the operator's own file", () => {
  test('changes the fields that it states, and keeps the others', () => {
    const own = createModelTable({ models: [{ name: 'gpt-4o', prices: { input: 1, output: 2 } }] });
    expect(own.find('openai/gpt-4o-2024-08-06')).toEqual({
      ...table.find('gpt-4o'),
      prices: { input: 1, output: 2, batchShare: 0.5 },
    });
    expect(own.find('gpt-4o-mini')).toEqual(table.find('gpt-4o-mini'));
  });

  test('names a deployment, takes a price away, changes a rule of a cache', () => {
    const own = createModelTable({
      models: [
        {
          name: 'prod',
          family: 'openai',
          match: ['prod-chat', 'team-#-chat'],
          window: 50_000,
          prices: { input: 1, output: 2 },
        },
        { name: 'gpt-5', prices: null },
        { name: 'claude-opus-5-5', cache: { minimumTokens: 9 } },
      ],
    });
    expect(own.find('team-7-chat')).toMatchObject({ name: 'prod', window: 50_000, tokenizer: 'o200k' });
    expect(own.find('gpt-5')!.prices).toBeUndefined();
    expect(own.find('claude-opus-5-5')!.cache).toMatchObject({ minimumTokens: 9, lookbackBlocks: 20 });
  });

  test('decides over an entry whose pattern is the same', () => {
    const own = createModelTable({
      models: [{ name: 'ours', family: 'anthropic', match: ['claude-opus-5-5'], window: 7 }],
    });
    expect(own.find('claude-opus-5-5')!.name).toBe('ours');
  });

  test('may add a family', () => {
    const own = createModelTable({
      families: { acme: { prefixes: ['acme/'], tokenizer: 'cl100k' } },
      models: [{ name: 'acme-1', family: 'acme' }],
    });
    expect(own.find('acme/acme-1')).toMatchObject({ tokenizer: 'cl100k', window: undefined, cache: { kind: 'none' } });
  });

  test.each([
    [[], 'the file must be an object with "families" and "models"'],
    [{ model: [] }, 'the file: model is no field (there are families, models)'],
    [{ models: {} }, 'the file: models must be a list'],
    [{ families: [] }, 'the file: families must be an object'],
    [{ families: { a: 1 } }, 'family "a": must be an object'],
    [{ families: { a: { prefixes: ['A/'] } } }, 'family "a": prefixes must be a list of patterns'],
    [{ models: [1] }, 'models[0]: must be an object'],
    [{ models: [{ family: 'openai' }] }, 'models[0]: name is missing'],
    [{ models: [{ name: 'a', family: 'none' }] }, 'model "a": family must be one of anthropic, openai'],
    [{ models: [{ name: 'a', family: 'openai', windw: 1 }] }, 'models[0] "a": windw is no field'],
    [
      { models: [{ name: 'a', family: 'openai', window: 1.5 }] },
      'models[0] "a": window must be a whole number of at least 1',
    ],
    [
      { models: [{ name: 'a', family: 'openai', match: ['a*b*c*'] }] },
      'models[0] "a": match must be a list of patterns',
    ],
    [{ models: [{ name: 'a', family: 'openai', prices: 3 }] }, 'models[0] "a": prices must be an object'],
    [{ models: [{ name: 'a', family: 'openai', prices: { input: 1 } }] }, 'models[0] "a": prices.output is missing'],
    [
      { models: [{ name: 'a', family: 'openai', prices: { input: '1', output: 1 } }] },
      'models[0] "a": prices.input must be a number of at least 0, not "1"',
    ],
    [
      { models: [{ name: 'a', family: 'openai', prices: [{ input: 1, output: 1, from: 'May' }] }] },
      'models[0] "a": prices.from must be a day such as 2026-11-21, not "May"',
    ],
    [
      { models: [{ name: 'a', family: 'openai', prices: { input: 1, output: 1, longContext: [{ input: 1 }] } }] },
      'prices.longContext[0].aboveTokens is missing',
    ],
    [
      { models: [{ name: 'a', family: 'openai', prices: { input: 1, output: 1, longContext: 1 } }] },
      'prices.longContext must be a list',
    ],
    [
      { models: [{ name: 'a', family: 'openai', cache: { kind: 'yes' } }] },
      'cache.kind must be breakpoints, automatic or none',
    ],
    [{ models: [{ name: 'a', family: 'openai', cache: 1 }] }, 'models[0] "a": cache must be an object'],
  ])('is refused with the entry and the field: %j', (file, message) => {
    expect(() => createModelTable(file)).toThrow(message);
  });

  test('is refused with all that is wrong at once', () => {
    const models = [
      { name: 'a', family: 'openai', window: 0 },
      { name: 'b', family: 'openai', asOf: 1 },
    ];
    expect(() => createModelTable({ models })).toThrow(/"a": window .*\n.*"b": asOf /);
  });

  test('is read from its path, which every complaint begins with', () => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-models-'));
    const path = join(folder, 'models.json');
    try {
      writeFileSync(path, '{"models":[{"name":"gpt-4o","window":5}]}');
      expect(createModelTable(readModelsFile(path)).find('gpt-4o')!.window).toBe(5);
      writeFileSync(path, '{"models":[{"name":"gpt-4o","window":');
      expect(() => readModelsFile(path)).toThrow(new RegExp(`^models file ${path} line 1: .*; correct the file`));
      writeFileSync(path, '{"models":[\n{"name":}\n]}');
      expect(() => readModelsFile(path)).toThrow('models.json line 2: ');
      writeFileSync(path, '{"models":[{"name":"gpt-4o","window":"5"}]}');
      expect(() => readModelsFile(path)).toThrow('models[0] "gpt-4o": window must be');
      expect(() => readModelsFile(join(folder, 'none.json'))).toThrow('none.json');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

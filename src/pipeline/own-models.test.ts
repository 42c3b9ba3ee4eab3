import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyVocabulary } from '../tokenizers/tiny-vocabulary.fixture.ts';
import { openEngine, prepareTokenizers } from './defaults.ts';
import { openOptimizer } from './pool.ts';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-own-models-'));
  path = join(folder, 'tokenizer.json');
  writeFileSync(path, JSON.stringify(tinyVocabulary()));
});
afterAll(() => rmSync(folder, { recursive: true }));

const OWN = { models: [{ name: 'tiny', family: 'mistral', window: 250 }] };
const JOB = { format: 'openai-chat', tenant: 't', intent: 'send' } as const;
/** Over 400 tokens by the vocabulary of the test, about 90 by the estimate. */
const BODY = Buffer.from(
  JSON.stringify({ model: 'tiny', max_tokens: 1, messages: [{ role: 'user', content: 'understanding '.repeat(40) }] }),
);
const OPTIONS = { level: 'balanced', offersTool: true, fits: true, storePath: undefined, deadlineMs: 9_000 } as const;

test('the window of an own model is held by exact counts where it has a vocabulary (R-45)', async () => {
  const vocabularies = [{ tokenizer: 'mistral', path }];
  const tokenizers = await prepareTokenizers({ vocabularies });
  const overflowOf = (models: object | undefined, counted: typeof tokenizers | undefined): number | undefined => {
    const engine = openEngine({ ...OPTIONS, models }, () => undefined, { tokenizers: counted });
    const { overflow } = engine.run({ ...JOB, body: BODY });
    engine.close();
    return overflow?.tokens;
  };
  expect(overflowOf(OWN, tokenizers)).toBeGreaterThanOrEqual(400);
  expect(overflowOf(OWN, undefined)).toBeUndefined();
  expect(overflowOf(undefined, tokenizers)).toBeUndefined();
  const corrected = { models: [{ ...OWN.models[0], calibration: { factor: 10, error: 0.01 } }] };
  expect(overflowOf(corrected, undefined)).toBeGreaterThan(250);
});

test('worker threads count by the same table and vocabulary', async () => {
  const pool = openOptimizer({
    ...OPTIONS,
    models: OWN,
    vocabularies: [{ tokenizer: 'mistral', path }],
    workers: 1,
    warn: (message) => expect(message).toBe(''),
  });
  expect((await pool.run({ ...JOB, body: BODY })).overflow?.tokens).toBeGreaterThanOrEqual(400);
  await pool.close();
});

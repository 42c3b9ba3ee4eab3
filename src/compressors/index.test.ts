import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../core/deadline.ts';
import { Sample } from '../core/sample.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { compressors, proseCompressor } from './index.ts';

const OPTIONS = { level: 'aggressive', call: undefined, tokens: o200k, deadline: NO_DEADLINE } as const;

test('every compressor has a name of its own', () => {
  const names = [...compressors, proseCompressor].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

const PROGRAM = readFileSync(new URL('mixed/regions.ts', import.meta.url), 'utf8');

test.each([
  ['by itself', PROGRAM],
  ['behind what a tool says of its call', `Exit code: 0\nOutput:\n${PROGRAM}`],
  ['in colours', `\u001b[32mok\u001b[0m\n${PROGRAM}\n\u001b[31mend\u001b[0m`],
  ['carried in JSON', JSON.stringify([{ type: 'text', text: PROGRAM }])],
])('code %s is outlined by nobody who is not asked for code: it may be a file that is edited', async (_, text) => {
  for (const compressor of compressors) await compressor.prepare?.();
  const sample = new Sample(text);
  const others = compressors.filter(({ viewsFiles }) => viewsFiles !== 'settled-code');
  for (const compressor of others.filter((one) => one.claim(sample) >= 0.5)) {
    const form = compressor.compress(text, OPTIONS);
    expect([compressor.name, form?.loss ?? 'none']).toEqual([compressor.name, 'none']);
  }
});

import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from './json.ts';

const rows = (count: number, name: string): string =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ id: i, [name]: `item ${i * 7}`, ok: i % 3 === 0 })).join(
    '\n',
  );

const list = (count: number): string => `[${rows(count, 'name').replaceAll('\n', ',')}]`;

test.each([
  ['a text', rows(120, 'name'), rows(140, 'title')],
  ['a text that is longer than the look of a claim', list(3000), list(3100)],
  ['one that breaks off there', list(3000).slice(0, 90_000), list(3000).slice(0, 91_000)],
])('%s is said the same whether it was claimed just before, earlier, twice or never', (_, one, other) => {
  expect(one.length).toBeGreaterThan(4096);
  const say = (text: string): string | undefined =>
    jsonCompressor.compress(text, { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE })?.text;
  const never = say(one);
  expect(never).toBeDefined();
  jsonCompressor.claim(new Sample(one));
  expect(say(one)).toBe(never);
  jsonCompressor.claim(new Sample(one));
  jsonCompressor.claim(new Sample(one));
  jsonCompressor.claim(new Sample(other));
  expect(say(one)).toBe(never);
  expect(say(other)).toBe(say(other));
});

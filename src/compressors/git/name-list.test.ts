/** `git log --name-only` and `--name-status`: directories once, every path back, and every commit in the view. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { readForm, writeForm } from './form.ts';
import { gitCompressor } from './git.ts';

const options: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE };

const commit = (i: number, names: readonly string[]): string =>
  [
    `commit ${String(i).padStart(40, 'a1b2c3d4')}`,
    'Author: Ada Byron <ada@example.com>',
    `Date:   Mon Mar 2 09:${String(i % 60).padStart(2, '0')}:00 2026 +0000`,
    '',
    `    Change ${i}`,
    '',
    ...names,
    '',
  ].join('\n');

const log = (lead: string): string =>
  Array.from({ length: 40 }, (_, i) =>
    commit(i, [
      ...['cart', 'pay', 'price'].map((name) => `${lead}src/shop/checkout/${name}-${i}.ts`),
      ...Array.from({ length: 6 }, (_, k) => `${lead}test/unit/step-${i}-${k}.test.ts`),
      `${lead}README.md`,
    ]),
  ).join('\n');

describe.each(['', 'M\t'])('names under commits, each after %j', (lead) => {
  test('are claimed, and stand by directory', () => {
    const text = log(lead);
    expect(gitCompressor.claim(new Sample(text))).toBeGreaterThan(0.9);
    const form = gitCompressor.compress(text, options)!;
    expect(form.text).toContain(`\n${lead}src/shop/checkout/: cart-7.ts pay-7.ts price-7.ts\n`);
    expect(gitCompressor.expand(form.text)).toBe(text);
    expect(o200k.count(form.text)).toBeLessThan(o200k.count(text) * 0.75);
  });

  test('are counted in the view, under every commit', () => {
    const view = gitCompressor.compress(log(lead), { ...options, level: 'balanced' })!;
    expect(view.loss).toBe('recoverable');
    expect(view.text.match(/^ 10 files: src\/shop\/checkout\/cart-\d+\.ts, .* and 8 more$/gm)).toHaveLength(40);
  });
});

test('paths out of short lists stand whole', () => {
  const text = log('').slice(0, 4000);
  expect(writeForm(text, NO_DEADLINE)).not.toContain('/: ');
});

test('whatever stands among the names comes back', () => {
  const line = fc.oneof(
    fc.constantFrom('src/: a b', 'M\tsrc/: a b', '\\src/: a b', 'src/a', 'src/b', 'src//c', '/', 'a/ b', '', 'src/: a'),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const text = `${log('')}\n${lines.join('\n')}`;
      expect(readForm(writeForm(text, NO_DEADLINE)!)).toBe(text);
    }),
    { numRuns: 150 },
  );
});

/** Paths behind sizes, dates and checksums, and lists of paths that are an answer themselves. */
import { expect, test } from 'vitest';
import type { CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { listingCompressor } from './listing.ts';

const options: CompressOptions = { level: 'balanced', call: undefined, tokens: o200k, deadline: NO_DEADLINE };

/** What the kind for logs claims lines that begin with a time. */
const CLAIM_OF_LOGS = 0.9;

const mixedUp = (i: number): string => ((i * 2_654_435_761) >>> 0).toString(36);
const pathOf = (i: number): string => `backups/production/${mixedUp(i % 9)}/dump-${mixedUp(i)}.sql.gz`;
const sizeOf = (i: number): number => ((i * 7919) % 90_000) + 1000;
const two = (number: number): string => String(number).padStart(2, '0');
const linesOf = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const BUCKET = linesOf(
  400,
  (i) => `2026-10-${two((i % 30) + 1)} 09:${two(i % 60)}:00 ${String(sizeOf(i)).padStart(10)} ${pathOf(i)}`,
);

test('dates and sizes before paths that never come again are a listing, surer than a log', () => {
  expect(listingCompressor.claim(new Sample(BUCKET))).toBeGreaterThan(CLAIM_OF_LOGS);
  const requests = linesOf(400, (i) => `2026-10-01 09:${two(i % 60)}:00 ${sizeOf(i)} /api/${mixedUp(i % 3)}/carts`);
  expect(listingCompressor.claim(new Sample(requests))).toBeLessThan(CLAIM_OF_LOGS);
});

test('what stands before each path comes back', () => {
  const texts = [
    BUCKET,
    linesOf(
      400,
      (i) => `${sizeOf(i)} 2026-10-01 ./src/module-${Math.floor(i / 45)}/${i % 7 ? mixedUp(i) : `12 ${i}`}.ts`,
    ),
    linesOf(400, (i) => `${String(i).padStart(64, 'ab')}  src/${mixedUp(i % 9)}/${mixedUp(i)}.ts`),
  ];
  for (const text of texts) {
    const form = listingCompressor.compress(text, { ...options, level: 'lossless' });
    expect(form === undefined || listingCompressor.expand(form.text) === text).toBe(true);
  }
  const form = listingCompressor.compress(texts[1]!, { ...options, level: 'lossless' })!;
  expect(form.text).toMatch(/^\[\d+ paths after 2 fields; each directory above its entries\]\n/);
});

test('the view of paths behind sizes has every directory, and the largest in full', () => {
  const view = listingCompressor.compress(`${BUCKET}\n`, options)!;
  expect(view.loss).toBe('recoverable');
  for (let i = 0; i < 9; i++) expect(view.text).toContain(`${mixedUp(i)}/ (`);
  const lines = BUCKET.split('\n');
  const largest = lines.map((_, i) => i).sort((a, b) => sizeOf(b) - sizeOf(a))[0]!;
  expect(view.text).toContain(`\n${lines[largest]!}\n`);
});

test('checksums are what was asked: none is left out', () => {
  const sums = linesOf(400, (i) => `${String(i).padStart(64, 'ab')}  src/${mixedUp(i % 9)}/${mixedUp(i)}.ts`);
  expect(listingCompressor.compress(sums, options)?.loss).not.toBe('recoverable');
});

test.each([
  ['Bash', { command: 'grep -rl "import type" src | head -400' }],
  ['Bash', { command: 'cd app && rg --files-with-matches useCart' }],
  ['Grep', { pattern: 'useCart' }],
  ['search', { pattern: 'useCart', output_mode: 'files_with_matches' }],
])('paths in which something was found all stay: %s %j', (name, input) => {
  const paths = linesOf(400, (i) => `src/modules/${mixedUp(Math.floor(i / 45))}/${mixedUp(i)}.ts`);
  const call = { id: 'a', name, input };
  const form = listingCompressor.compress(paths, { ...options, call });
  expect(form?.loss).toBe('none');
  const found = { id: 'a', name: 'Bash', input: { command: 'find src -name "*.ts"' } };
  expect(listingCompressor.compress(paths, { ...options, call: found })?.loss).toBe('recoverable');
});

test('paths under a line that says how many files were found all stay', () => {
  const paths = linesOf(400, (i) => `src/modules/${mixedUp(Math.floor(i / 45))}/${mixedUp(i)}.ts`);
  expect(listingCompressor.compress(`Found 400 files\n${paths}`, options)?.loss).toBe('none');
});

test('apt list: suite, architecture and state once; names in the view, and what few packages are in full', () => {
  const package_ = (i: number): string => {
    const state = i % 9 ? 'installed,automatic' : `installed,upgradable to: 2.${i}-1`;
    return `lib${mixedUp(i)}/oldstable,now 1.${i}-2+b${i % 3} ${i % 4 ? 'amd64' : 'all'} [${i === 77 ? 'installed,local' : state}]`;
  };
  const text = `Listing...\n${linesOf(300, package_)}\nA odd line\n`;
  const form = listingCompressor.compress(text, { ...options, level: 'lossless' })!;
  expect(form.text).toContain(`\nA=%/oldstable,now % amd64 [installed,automatic]\n`);
  expect(form.text).toContain(`\nA lib${mixedUp(1)} 1.1-2+b1\n`);
  expect(listingCompressor.expand(form.text)).toBe(text);
  expect(o200k.count(form.text)).toBeLessThan(o200k.count(text) * 0.75);
  const view = listingCompressor.compress(text, options)!;
  expect(view.loss).toBe('recoverable');
  for (let i = 0; i < 300; i++) expect(view.text).toContain(`lib${mixedUp(i)}`);
  expect(view.text).toContain(`\n${package_(77)}\n`);
});

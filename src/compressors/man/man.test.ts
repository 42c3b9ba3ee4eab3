import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { manCompressor } from './man.ts';
import { readStruck, unstruck, writeStruck } from './overstrike.ts';
import { writeManView } from './view.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/man', import.meta.url)));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(text: string, level: Level = 'lossless'): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return manCompressor.compress(text, options);
}

test('text struck over itself is said between marks, and comes back', () => {
  const text = fixture('struck.txt');
  const said = compress(text)!;
  expect(said.loss).toBe('none');
  expect(said.text).toContain('«NAME»');
  expect(manCompressor.expand(said.text)).toBe(text);
  expect(unstruck(text)).toBe(fixture('page.txt'));
});

test('any text with struck runs comes back to the byte (R-9)', () => {
  const piece = fc.constantFrom(
    'N\bNA\bA',
    '_\bF_\bi',
    '_\b_',
    'a',
    ' ',
    '\n',
    '\b',
    '«',
    'é\bé',
    'x\b',
    '\by',
    '_\b',
    '|\b|',
    '\u{1f469}\b\u{1f469}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const form = writeStruck(text);
      const read = form === undefined ? undefined : readStruck(form);
      expect(read === undefined || read === text || text.includes('\b')).toBe(true);
      const said = compress(text.repeat(20));
      if (said) expect(manCompressor.expand(said.text)).toBe(text.repeat(20));
    }),
    { numRuns: 400 },
  );
});

test('the view names every option, keeps synopsis, examples, warnings and says what is left out where (R-10)', () => {
  const view = writeManView(fixture('page.txt'), NO_DEADLINE)!;
  for (const option of fixture('page.txt').match(/^ {7}-\w, --[\w=]+/gm) ?? []) expect(view).toContain(option.trim());
  for (const said of [
    'quill publish --to=PLACE FILE',
    'WARNING: deep folders with links in circles take long.',
    'quill --check notes/',
    ' -c, --check: only check links. [+1]',
    'COPYRIGHT [+3]',
    'cat(1), less(1)',
  ])
    expect(view).toContain(said);
  expect(o200k.count(view)).toBeLessThan(o200k.count(fixture('page.txt')));
});

test('the view of help keeps every option and command', () => {
  const text = fixture('help.txt');
  const view = compress(text, 'balanced')!;
  expect(view.loss).toBe('recoverable');
  for (const option of text.match(/^ {2}-.*$/gm)!) expect(view.text).toContain(option.trim());
  for (const said of ['Usage: quill [OPTIONS] [FILE]...', 'check: Check links only', 'publish: Write pages'])
    expect(view.text).toContain(said);
});

test('claims manuals and help, and nothing else', () => {
  for (const name of ['page.txt', 'page-crlf.txt', 'struck.txt', 'help.txt']) {
    expect(manCompressor.claim(new Sample(fixture(name)))).toBeGreaterThan(0.8);
  }
  const others = [
    'Error: no such option: --force\nusage: quill [-h] [-v]\n',
    '# Title\n\n- one\n- two\n- three\n\nUsage:\n\n- four\n- five\n- six\n- seven\n',
    'NAME     READY   STATUS\nweb-1    1/1     Running\nweb-2    1/1     Running\n',
    `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n${' -a\n'.repeat(9)}`,
  ];
  for (const text of others) expect(manCompressor.claim(new Sample(text))).toBe(0);
});

import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Compressed, CompressOptions, Compressor } from '../../../core/compressor.ts';
import { NO_DEADLINE } from '../../../core/deadline.ts';
import { Sample } from '../../../core/sample.ts';
import { readFixtures } from '../../../testing/compressor-contract.ts';
import { o200k } from '../../../tokenizers/o200k.ts';
import { gitCompressor } from '../git.ts';
import { readContext, writeContext } from './context.ts';
import { diffDialectCompressor } from './dialects.ts';
import { graph } from './graph.ts';
import { writeWordView } from './words.ts';

function fixture(folder: string, name: string): string {
  const url = new URL(`../../../../fixtures/compressors/${folder}`, import.meta.url);
  return readFixtures(fileURLToPath(url)).find((one) => one.name === name)!.text;
}

function compress(by: Compressor, text: string): Compressed | undefined {
  const options: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return by.compress(text, options);
}

test('a context diff says unchanged lines once, and every changed line as it is', () => {
  for (const name of ['context-r.txt', 'context-crlf.txt']) {
    const text = fixture('diff-dialect', name);
    const said = compress(diffDialectCompressor, text)!;
    expect(said.text.length).toBeLessThan(text.length * 0.9);
    for (const line of text.match(/^[!+-] .*$/gm)!) expect(said.text).toContain(line);
  }
});

test('any lines of context diffs come back to the byte (R-9)', () => {
  const line = fc.constantFrom(
    '***************',
    '*** 1,7 ****',
    '--- 1,7 ----',
    '*** 3 ****',
    '  same',
    '  other',
    '! changed',
    '+ new',
    '- old',
    '= 2',
    '\\ x',
    '',
    '*** a.ts\tMon',
    'noise',
    '*************** f()',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const text = lines.join('\n');
      expect(readContext(writeContext(text, NO_DEADLINE)!)).toBe(text);
    }),
    { numRuns: 600 },
  );
});

test('a graph of commits is said in less than two thirds, hashes and subjects whole', () => {
  const text = fixture('git', 'log-graph.txt');
  const said = compress(gitCompressor, text)!;
  expect(gitCompressor.expand(said.text)).toBe(text);
  expect(o200k.count(said.text)).toBeLessThan(o200k.count(text) * 0.66);
  for (const [hash] of text.matchAll(/[0-9a-f]{40}/g)) expect(said.text).toContain(hash);
});

test('a graph that is cut off behind its branches comes back to the byte (R-9)', () => {
  const text = fixture('git', 'log-graph.txt').split('\n');
  for (let count = text.length - 12; count < text.length; count++) {
    const cut = `${text.slice(0, count).join('\n')}\n| `;
    const said = compress(gitCompressor, cut);
    if (said) expect(gitCompressor.expand(said.text)).toBe(cut);
  }
});

test('any lines of a graph come back to the byte (R-9)', () => {
  const line = fc.constantFrom(
    '* commit 1234567',
    '*   commit 7654321 (HEAD -> main)',
    '| * commit abcdef0',
    '|\\  Merge: 1234567 abcdef0',
    '|/  Author: Ann <a@x>',
    '| Author: Ann <a@x>',
    '| | Author: Ann <a@x>',
    '| Date:   Fri Mar 6 16:40:00 2026 +0100',
    '|   Date:   Fri Mar 6 16:41:00 2026 +0100',
    '| | Date:   Fri Mar 6 16:40:00 2026 +0100',
    '| ',
    '|',
    '|/  ',
    '|     Subject {1:x}',
    '| |     Subject',
    '|  a.ts | 2 +-',
    '\\',
    '',
    ':x',
  );
  const commit = [
    '* commit 1111111',
    '| Author: Ann <a@x>',
    '| Date:   Fri Mar 6 16:40:00 2026 +0100',
    '| ',
    '|     S',
    '| ',
  ];
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const all = [...commit, ...lines, ...commit, ...commit];
      const [header = '', ...form] = graph.write(all, NO_DEADLINE)!;
      expect(graph.read(header, form)).toEqual(all);
    }),
    { numRuns: 600 },
  );
});

test('the view of a word diff keeps every line with a change and every header, and counts the others', () => {
  const text = fixture('diff-dialect', 'word.txt');
  const view = writeWordView(text, NO_DEADLINE);
  for (const line of text.match(/^(?:.*(?:\{\+|\[-).*|@@ .*|diff .*)$/gm)!) expect(view).toContain(line);
  expect(view).toMatch(/\[\d+ unchanged lines\]/);
});

test('claims no unified diff, no lists and no Markdown', () => {
  for (const text of [
    '*** bold ***\n- a\n- b\n',
    'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n',
    '--- a\n+++ b\n',
  ]) {
    expect(diffDialectCompressor.claim(new Sample(text))).toBe(0);
  }
});

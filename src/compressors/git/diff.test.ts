import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { readSections } from './changes.ts';
import { writeDiffView } from './diff-view.ts';
import { diffCompressor } from './diff.ts';
import { readForm, writeForm } from './form.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/diff', import.meta.url)));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

function compress(text: string, level: Level = 'lossless'): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return diffCompressor.compress(text, options);
}

function claim(text: string): number {
  return diffCompressor.claim(new Sample(text));
}

/** The lines of the form below its legend. */
function body(lines: readonly string[]): readonly string[] {
  const text = lines.join('\n');
  const form = writeForm(text, NO_DEADLINE)!;
  expect(readForm(form)).toBe(text);
  return form.split('\n').slice(1);
}

function view(text: string): readonly string[] {
  return writeDiffView(text, text.length, 'balanced', NO_DEADLINE)!.split('\n');
}

compressorContract(diffCompressor, FIXTURES, { test });

describe('the lossless form (R-9)', () => {
  test('says what the head of a file repeats once', () => {
    const head = (path: string, index: string): readonly string[] => [
      `diff --git a/${path} b/${path}`,
      ...index.split('\n'),
      `--- a/${path}`,
      `+++ b/${path}`,
      '@@ -1 +1 @@',
      '-a',
      '+b',
    ];
    const lines = [
      ...head('src/a.ts', 'index 12ab34c..56de78f 100644'),
      ...head('run.sh', 'index 12ab34c..56de78f 100755'),
      ...head('tool.sh', 'old mode 100644\nnew mode 100755\nindex 12ab34c..56de78f'),
    ];
    expect(body(lines)).toEqual([
      'file src/a.ts 12ab34c..56de78f',
      '@@ -1 +1 @@',
      '-a',
      '+b',
      'file run.sh 12ab34c..56de78f 100755',
      '@@ -1 +1 @@',
      '-a',
      '+b',
      ...lines.slice(14),
    ]);
  });

  test('names new, deleted, renamed and binary files', () => {
    const form = body(fixture('git-diff').split('\n'));
    expect(
      form
        .filter((line) => /^(?:new file|deleted|renamed|file .*binary)/.test(line))
        .map((line) => line.replace(/[0-9a-f]{7}(?:\.\.[0-9a-f]{7})?/, 'H')),
    ).toEqual([
      'new file "docs/gr\\303\\266\\303\\237e.txt" H',
      'file docs/logo.png H binary',
      'new file docs/my notes.txt H',
      'new file docs/nonl.txt H',
      'new file src/cart/moved.ts H',
      'new file src/new.ts H',
      'renamed src/pay/charge.ts -> src/pay/charging.ts 100% (no hunks)',
      'renamed src/pay/refund.ts -> src/pay/refunds.ts 90% H',
      'new file tmp/x/1 H',
    ]);
  });

  test('leaves every hunk header as it is, and every changed line at least once', () => {
    for (const { text } of FIXTURES) {
      const form = writeForm(text, NO_DEADLINE);
      if (form === undefined) continue;
      const said = new Set(form.split(/\r*\n/));
      const contents = new Set([...said].map((line) => line.slice(1)));
      for (const line of text.split(/\r*\n/)) {
        if (line.startsWith('@@ ')) expect(said).toContain(line);
        if (/^[+-]/.test(line) && !/^(?:---|\+\+\+)/.test(line)) expect(contents).toContain(line.slice(1));
      }
    }
  });

  test('refers to long blocks that stand above, moved or not', () => {
    const block = Array.from({ length: 8 }, (_, i) => `  const value${i} = compute(value, ${i} * rate);`);
    const lines = [
      'diff --git a/a.ts b/a.ts',
      'index 12ab34c..56de78f 100644',
      '--- a/a.ts',
      '+++ b/a.ts',
      '@@ -1,9 +1,1 @@',
      ' one',
      ...block.map((line) => `-${line}`),
      'diff --git a/b.ts b/b.ts',
      'index 12ab34c..56de78f 100644',
      '--- a/b.ts',
      '+++ b/b.ts',
      '@@ -1,1 +1,17 @@',
      ' one',
      ...block.map((line) => `+${line}`),
      ...block.map((line) => `+${line}`),
    ];
    const form = body(lines);
    expect(form.slice(1, 5)).toEqual(['@@ -1,9 +1,1 @@', ' one', '=A', `-${block[0]!}`]);
    expect(form.slice(-2)).toEqual(['= 8 from A as +', '= 8 from A as +']);
  });

  test('keeps bare names apart from separators', () => {
    expect(
      body(fixture('svn').split('\n'))
        .filter((line) => /^[-+]{3}/.test(line))
        .slice(0, 2),
    ).toEqual(['---\t(revision 4711)', '+++\t(working copy)']);
  });

  test('takes a tenth of the tokens of a diff at least', () => {
    for (const name of ['git-diff', 'log-p', 'patch-series']) {
      expect(o200k.count(compress(fixture(name))!.text), name).toBeLessThan(o200k.count(fixture(name)) * 0.9);
    }
  });

  test('gives up on references that lead nowhere', () => {
    const legend = writeForm(fixture('git-diff'), NO_DEADLINE)!.split('\n')[0]!;
    for (const line of ['= 3 from A', '=A\n= 1 from A', '=A\n x\n= 999999999 from A', '= x']) {
      expect(readForm(`${legend}\n${line}`)).toBeUndefined();
    }
  });

  test('does not blow up on references to references', () => {
    const legend = writeForm(fixture('git-diff'), NO_DEADLINE)!.split('\n')[0]!;
    const doubling = Array.from({ length: 60 }, (_, i) => `= ${2 ** Math.min(i, 22)} from A`);
    expect(readForm([legend, '=A', 'x'.repeat(99), ...doubling].join('\n'))).toBeUndefined();
  });
});

describe('the view (R-9, R-15)', () => {
  test('counts every file exactly, and all of them in the first line', () => {
    const text = fixture('git-diff');
    const [head] = view(text);
    const changed = text.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line));
    const added = changed.filter((line) => line.startsWith('+')).length;
    expect(head).toMatch(new RegExp(`^\\[view of a diff: 13 files, 12 hunks, \\+${added} -${changed.length - added};`));
    for (const [, path] of text.matchAll(/^\+\+\+ b\/(.*?)\t?$/gm))
      expect(view(text).some((line) => line.includes(path!))).toBe(true);
  });

  test('keeps every hunk header and changed line of source files, and the context next to them', () => {
    const text = fixture('diff-ru');
    const said = new Set(view(text));
    for (const line of text.split('\n')) {
      if (line.startsWith('@@') || /^[+-](?![+-]{2} )/.test(line)) expect(said).toContain(line);
    }
  });

  test('says how many unchanged lines it left out of each hunk', () => {
    const hunk = ['@@ -5,7 +5,8 @@ f', ' 1', ' 2', ' 3', '-old', '+new', '+more', ' 4', ' 5', ' 6'];
    const lines = [
      'diff --git a/a.ts b/a.ts',
      '--- a/a.ts',
      '+++ b/a.ts',
      ...hunk,
      ...hunk.slice(0, 1),
      '-old',
      '+new',
      ' 4',
    ];
    expect(view(lines.join('\n') + '\n'.repeat(400)).slice(1, 14)).toEqual([
      'file a.ts +3 -2',
      '@@ -5,7 +5,8 @@ f',
      '~2',
      ' 3',
      '-old',
      '+new',
      '+more',
      ' 4',
      '~2',
      '@@ -5,7 +5,8 @@ f',
      '~0',
      '-old',
      '+new',
    ]);
  });

  test('sums up lock files by package and version, and what programs make by lines', () => {
    const lines = view(fixture('lock-files'));
    expect(lines.slice(1, 13)).toEqual([
      'file package-lock.json +9 -9, 3 hunks left out',
      'lodash 4.17.20 -> 4.17.21',
      '@babel/core 7.22.1 -> 7.23.0',
      'left-pad 1.2.0 -> 1.3.0',
      'file go.sum +2 -2, 1 hunk left out',
      'github.com/c/d v0.3.1 -> v0.4.0',
      'file Cargo.lock +5 -1, 1 hunk left out',
      'serde 1.0.190 -> 1.0.193',
      '+ itoa 1.0.9',
      'file dist/app.min.js +1 -1, 1 hunk left out',
      'file src/pay.ts +1 -1',
      '@@ -5,7 +5,7 @@ export function pay(): void {',
    ]);
  });

  test('R-15: keeps every changed line of new files and of tests, and leaves that to level aggressive', () => {
    const file = (path: string, count: number): readonly string[] => [
      `diff --git a/${path} b/${path}`,
      'new file mode 100644',
      '--- /dev/null',
      `+++ b/${path}`,
      `@@ -0,0 +1,${count} @@`,
      ...Array.from({ length: count }, (_, i) => `+  step(${i * 7}, '${path}');`),
    ];
    const changed = [
      'diff --git a/test/shop.test.ts b/test/shop.test.ts',
      '--- a/test/shop.test.ts',
      '+++ b/test/shop.test.ts',
      '@@ -1,900 +1,940 @@',
      ...Array.from({ length: 900 }, (_, i) => ` const kept${i} = ${i};`),
      ...Array.from({ length: 40 }, (_, i) => `+  expect(step(${i})).toBe(${i * 3});`),
    ];
    const lines = [...file('src/new.ts', 300), ...file('test/new.test.ts', 300), ...file('README.md', 60), ...changed];
    const text = lines.join('\n').padEnd(120_000, '\n');
    // However short it has to be.
    const said = new Set(writeDiffView(text, 1, 'balanced', NO_DEADLINE)!.split('\n'));
    for (const line of lines) if (line.startsWith('+') && !line.startsWith('+++')) expect(said).toContain(line);
    const outlined = writeDiffView(text, 1, 'aggressive', NO_DEADLINE)!;
    expect(outlined).toMatch(/^~\+\d{3}$/m);
  });

  test('of a long new file keeps the declarations, with counts of what stood between', () => {
    const made = Array.from({ length: 60 }, (_, i) => [
      `+export function made${i}(): number {`,
      `+  return ${i};`,
      '+}',
    ]).flat();
    const lines = [
      'diff --git a/a.ts b/a.ts',
      'new file mode 100644',
      '--- /dev/null',
      '+++ b/a.ts',
      `@@ -0,0 +1,${made.length} @@`,
      ...made,
    ];
    const text = lines.join('\n');
    const said = writeDiffView(text, text.length, 'aggressive', NO_DEADLINE)!.split('\n');
    expect(said[1]).toBe('new file a.ts +180 -0');
    expect(said).toContain('+export function made9(): number {');
    const shown = said.filter((line) => line.startsWith('+')).length;
    const left = said.reduce((sum, line) => sum + Number(/^~\+(\d+)$/.exec(line)?.[1] ?? 0), 0);
    expect(shown + left).toBe(180);
  });

  test('keeps commit messages and what stands around the diff', () => {
    const said = new Set(writeDiffView(fixture('log-p'), 9999, 'balanced', NO_DEADLINE)!.split('\n'));
    for (const line of fixture('log-p').split('\n')) if (line.startsWith('    cart')) expect(said).toContain(line);
  });

  test('names files as the diff does, with or without prefixes', () => {
    const paths = (text: string): readonly string[] =>
      readSections(text.split('\n'), NO_DEADLINE).flatMap((one) => (typeof one === 'string' ? [] : [one.path]));
    const hunk = '@@ -1 +1 @@\n-a\n+b';
    expect(paths(`diff --git a/x/y.c b/x/y.c\n--- a/x/y.c\n+++ b/x/y.c\n${hunk}`)).toEqual(['x/y.c']);
    expect(paths(`diff --git c/y.c c/y.c\n--- c/y.c\n+++ c/y.c\n${hunk}`)).toEqual(['c/y.c']);
    expect(paths(`diff --git i/y.c w/y.c\n--- i/y.c\n+++ w/y.c\n${hunk}`)).toEqual(['y.c']);
    expect(paths(`--- a/y.c\n+++ b/y.c\n${hunk}\n--- a/z.c\n+++ b/z.c\n${hunk}`)).toEqual(['y.c', 'z.c']);
    expect(paths(`--- one/y.c\t2026-01-01\n+++ two/y.c\t2026-01-01\n${hunk}`)).toEqual(['two/y.c']);
    expect(paths(fixture('svn'))[1]).toBe('src/cart/voucher with blank.py');
    expect(paths(fixture('binary'))).toContain('docs/logo.png');
  });

  test('leaves the bytes of binary patches out', () => {
    expect(view(fixture('binary')).join('\n')).not.toMatch(/^(?:literal|delta) /m);
  });
});

describe('the claim', () => {
  test.each([
    'git-diff',
    'log-p',
    'patch-series',
    'diff-ru',
    'svn',
    'hg',
    'crlf',
    'cut-off',
    'lock-files',
    'no-final-newline',
  ])('is made for %s', (name) => expect(claim(fixture(name))).toBeGreaterThanOrEqual(0.5));

  test('is made where a diff is most of a text', () => {
    expect(claim(`$ git status\nOn branch main\n\n$ git diff\n${fixture('git-diff')}`)).toBeGreaterThanOrEqual(0.5);
    const prose = 'The quick brown fox writes a long report.\n'.repeat(300);
    expect(claim(prose + fixture('svn'))).toBeLessThan(0.5);
  });

  test.each([
    ['a list with signs', '- one\n+ two\n'.repeat(50)],
    ['a log', '2026-11-20T10:12:10 INFO request done\n'.repeat(50)],
    ['YAML', '---\n- a: 1\n- b: 2\n'.repeat(50)],
    ['Markdown', '--- \n+++ \n'.repeat(3) + 'words\n'.repeat(60)],
    ['coloured output', fixture('ansi')],
  ])('is not made for %s', (_, text) => expect(claim(text)).toBeLessThan(0.5));
});

const DATA = process.env['HEADROOM_DATA'];
const REAL = DATA === undefined ? undefined : join(DATA, 'to_git_grep_listing.jsonl');

test.skipIf(REAL === undefined || !existsSync(REAL))(
  'real diffs lose a tenth of their tokens and come back byte for byte (needs HEADROOM_DATA)',
  { timeout: 60_000 },
  () => {
    let [before, after] = [0, 0];
    for (const row of readFileSync(REAL!, 'utf8').trim().split('\n')) {
      const { kind, content } = JSON.parse(row) as { kind: string; content: string };
      expect(claim(content) >= 0.5).toBe(kind === 'git-diff');
      if (kind !== 'git-diff') continue;
      const form = compress(content)?.text ?? content;
      expect(form === content ? content : diffCompressor.expand(form)).toBe(content);
      before += o200k.count(content);
      after += o200k.count(form);
    }
    expect(after).toBeLessThan(before * 0.9);
  },
);

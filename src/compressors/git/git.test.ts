import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { readGitDate } from './calendar.ts';
import { gitCompressor } from './git.ts';
import { writeLogView } from './log-view.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/git', import.meta.url)));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

function compress(text: string, level: Level = 'lossless'): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return gitCompressor.compress(text, options);
}

function claim(text: string): number {
  return gitCompressor.claim(new Sample(text));
}

function share(name: string): number {
  return o200k.count(compress(fixture(name))!.text) / o200k.count(fixture(name));
}

compressorContract(gitCompressor, FIXTURES, { test });

describe('the lossless form of a log (R-9)', () => {
  const form = compress(fixture('log-stat'))!.text.split('\n');

  test('says author, date and paths shorter, and every hash in full', () => {
    expect(form.slice(1, 12)).toEqual([
      'A=Ada Moreau <ada@example.org>',
      'B=Bo Lindqvist <bo@example.org>',
      'C=Chen Wei <chen@example.org>',
      'commit 49275f3fb029c6d00bd2692ae67aa6ea4145de0e Mar 20 2026 17:11:09 +0100 A',
      '',
      ' cart, pay: step 9 takes away (#49)',
      '',
      'src/cart/total.ts 2 +-',
      'src/pay/refunds.ts 2 +-',
      '',
      'commit 4474c61154be203f7a766ac4cc035294ab363570 Mar 19 16:10:08 -0700 B',
    ]);
    for (const [hash] of fixture('log-stat').matchAll(/^commit [0-9a-f]{40}/gm))
      expect(form.join('\n')).toContain(hash);
  });

  test('saves a quarter', () => {
    expect(share('log-stat')).toBeLessThan(0.75);
    expect(share('log')).toBeLessThan(0.8);
  });

  test('tells a date that git would not print', () => {
    expect(readGitDate('Fri Aug 21 11:53:14 2026 -0800')).toEqual({
      day: 'Aug 21',
      year: '2026',
      time: '11:53:14',
      zone: '-0800',
    });
    for (const date of [
      'Thu Aug 21 11:53:14 2026 -0800',
      'Fri Aug 021 11:53:14 2026 -0800',
      'Fri Foo 21 11:53:14 2026 -0800',
      'Sun Jan 1 00:00:00 0050 +0000',
    ]) {
      expect(readGitDate(date)).toBeUndefined();
    }
    expect(readGitDate('Thu Feb 29 00:00:00 1968 +0000')?.year).toBe('1968');
  });
});

describe('the lossless forms of lists (R-9, R-10)', () => {
  test('blame: each line by its number under its commit', () => {
    const lines = compress(fixture('blame'))!.text.split('\n');
    expect(lines.slice(1, 4)).toEqual([
      '^1f8f589 (Ada Moreau   2026-03-02 09:11:01 +0100',
      '1) // cart/total of the shop',
      "2) import { round } from '../money.ts';",
    ]);
    let commit = '';
    const pairs = new Set(
      fixture('blame')
        .split('\n')
        .map((line) => line.replace(/ \(.*?\+?-?\d{4} +(\d+\))/, ' $1')),
    );
    for (const line of lines.slice(1, -1)) {
      if (/^\d+\)/.test(line)) expect(pairs).toContain(`${commit} ${line}`);
      else [commit = ''] = line.split(' ');
    }
    expect(share('blame')).toBeLessThan(0.5);
  });

  test('ls-tree, ls-files --stage: the usual mode once', () => {
    expect(compress(fixture('ls-tree-l'))!.text.split('\n').slice(0, 2)).toEqual([
      '[headroom: git objects, "100644 blob" unless said; as in "TYPE H SIZE<TAB>NAME"]',
      'd5a6cc6abcf2268e05671de39c071470e30d5228 9 docs/dos.txt',
    ]);
    expect(compress(fixture('ls-files-s'))!.text).toContain(
      '\n100755 0 a00621bb3a9b990ee018f8d04c2d3140800d6ca6 docs/readme.md\n',
    );
  });

  test('reflog: without the numbers that count up', () => {
    expect(compress(fixture('reflog'))!.text.split('\n')[1]).toBe('49275f3 commit: cart, pay: step 9 takes away (#49)');
  });

  test('status: letters, and no hints', () => {
    const text = compress(fixture('status'))!.text;
    expect(text).toContain('\nChanges to be committed:\nD docs/dos.txt\nM src/cart/moved.ts\n');
    expect(text).not.toContain('(use "git restore');
  });

  test('status: a heading without its hints stays apart from one with them', () => {
    const text = `${fixture('status')}Untracked files:\n\tx\nM y\n\tmodified:   z\n`;
    expect(gitCompressor.expand(compress(text)!.text)).toBe(text);
  });
});

describe('the view of a log (R-9)', () => {
  const text = fixture('log-stat');
  const view = compress(text, 'balanced')!;

  test('names every commit by hash and subject, and counts those of each author', () => {
    expect(view.loss).toBe('recoverable');
    const commits = [...text.matchAll(/^commit ([0-9a-f]{10})/gm)].map(([, hash]) => hash!);
    const subjects = [...text.matchAll(/^Date:.*\n\n {4}(.*)$/gm)].map(([, subject]) => subject!);
    expect(commits.length).toBe(subjects.length);
    for (const [i, hash] of commits.entries()) {
      expect(view.text).toMatch(new RegExp(`^${hash}.*: ${subjects[i]!.replaceAll(/[()#]/g, '\\$&')}`, 'm'));
    }
    const counts = [...text.matchAll(/^Author: (.*)$/gm)].filter(([, author]) => author!.startsWith('Ada')).length;
    expect(view.text.split('\n')[0]).toContain(`A=Ada Moreau <ada@example.org> ${counts}`);
  });

  test('says the size of messages and changes', () => {
    expect(view.text).toMatch(/: cart: double the third step \(\+3 lines\)\n 1 file \+2 -2: src\/cart\/total\.ts\n/);
  });

  test('keeps lines that it does not know, and says the year again where it changes', () => {
    const commit = (hash: string, year: number): string =>
      `commit ${hash.repeat(40)}\nAuthor: A <a@example.org>\nDate:   Mon Mar 2 09:11:01 ${year} +0100\n\n    x\n\n`;
    const said = writeLogView(`${commit('a', 2026)}${commit('b', 2025)}odd line\n${commit('c', 2025)}`, NO_DEADLINE)!;
    expect(said.split('\n').slice(1)).toEqual([
      `${'a'.repeat(10)} Mar 2 2026 A: x`,
      `${'b'.repeat(10)} Mar 2 2025 A: x`,
      'odd line',
      `${'c'.repeat(10)} Mar 2 A: x`,
    ]);
  });
});

describe('the claim', () => {
  test.each([
    'log',
    'log-stat',
    'log-crlf',
    'name-status',
    'fuller',
    'blame',
    'blame-s',
    'ls-tree-l',
    'ls-files-s',
    'reflog',
    'refs',
    'status',
  ])('is made for %s', (name) => expect(claim(fixture(name))).toBeGreaterThanOrEqual(0.5));

  test.each([
    ['a list of hashes', 'abcdef0 some words\n'.repeat(50)],
    ['a table', ' name | 12 |\n'.repeat(50)],
    ['a log with times', '2026-11-20 10:12:10 +0100 INFO (worker 12) done\n'.repeat(50)],
    ['prose about commits', 'commit early and often, they say\n'.repeat(50)],
    ['code', '  const a = b | 12;\n'.repeat(50)],
    ['checksums', `${'0123456789abcdef'.repeat(4)}  file.txt\n`.repeat(50)],
  ])('is not made for %s', (_, text) => expect(claim(text)).toBeLessThan(0.5));
});

const DATA = process.env['HEADROOM_DATA'];
const REAL = DATA === undefined ? undefined : join(DATA, 'to_git_grep_listing.jsonl');

test.skipIf(REAL === undefined || !existsSync(REAL))(
  'real logs lose a quarter of their tokens and come back byte for byte (needs HEADROOM_DATA)',
  { timeout: 60_000 },
  () => {
    let [before, after] = [0, 0];
    for (const row of readFileSync(REAL!, 'utf8').trim().split('\n')) {
      const { kind, content } = JSON.parse(row) as { kind: string; content: string };
      if (!/^(?:git-log|git-diff|dir-listing)$/.test(kind)) expect(claim(content)).toBeLessThan(0.5);
      if (kind !== 'git-log') continue;
      expect(claim(content)).toBeGreaterThanOrEqual(0.5);
      const form = compress(content)!.text;
      expect(gitCompressor.expand(form)).toBe(content);
      before += o200k.count(content);
      after += o200k.count(form);
    }
    expect(after).toBeLessThan(before * 0.75);
  },
);

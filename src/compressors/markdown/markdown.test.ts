import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { readBlocks } from './blocks.ts';
import { markdownCompressor } from './markdown.ts';
import { readPrefixes, writePrefixes } from './prefixes.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/markdown', import.meta.url)));
const GUIDE = fixture('guide.txt');

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return markdownCompressor.compress(text, options);
}

function claim(text: string): number {
  return markdownCompressor.claim(new Sample(text));
}

compressorContract(markdownCompressor, FIXTURES, { test });

describe('the lossless form', () => {
  test('says once what many addresses begin with', () => {
    const source = fixture('changelog.txt');
    const form = compress(source)!;
    expect(form.loss).toBe('none');
    expect(form.text).toMatch(/^\[headroom: ~ is https:\/\/forge\.example\.org\/harbour\/harbour\//);
    expect(markdownCompressor.expand(form.text)).toBe(source);
    expect(o200k.count(form.text)).toBeLessThan(o200k.count(source) * 0.8);
  });

  test('is not taken where every sign is in use', () => {
    expect(compress(fixture('signs-in-use.txt'))).toBeUndefined();
  });

  test('any text comes back to the byte (R-9)', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'https://docs.example.org/a/',
        'https://docs.example.org/a/b/',
        'http://x.example.org/',
        '~',
        '^',
        '§',
        '\r\n',
        '# T\n',
        '[headroom: ',
        ', ',
        ' is ',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('').repeat(3);
        const form = writePrefixes(text, NO_DEADLINE);
        if (form !== undefined) expect(readPrefixes(form)).toBe(text);
      }),
    );
  });

  test('a form that would grow without bounds is none', () => {
    expect(
      readPrefixes(
        `[headroom: ~ is https://${'x'.repeat(3000)} in these 99999999 characters]\n${'~'.repeat(1_000_000)}`,
      ),
    ).toBeUndefined();
  });
});

describe('the view', () => {
  const view = compress(GUIDE, 'balanced')!;
  const lines = GUIDE.split('\n');

  test('has every heading with the line where it stands (R-10)', () => {
    expect(view.loss).toBe('recoverable');
    expect(o200k.count(view.text)).toBeLessThan(o200k.count(GUIDE) * 0.55);
    const headings = [...view.text.matchAll(/^(#+ .*) \((\d+)\)$/gm)];
    expect(headings).toHaveLength(21);
    for (const [, heading, line] of headings) expect(lines[Number(line) - 1]).toBe(heading);
  });

  test('has how sections begin, and warnings', () => {
    for (const begin of [
      'Queues are set up once',
      'Upgrades are set up once',
      '**Warning:** `retries.burst` must not',
    ]) {
      expect(view.text).toContain(begin);
    }
  });

  test('counts in place what it leaves out (R-9)', () => {
    const items = [...view.text.matchAll(/(\d+) items/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    const shown = view.text.split('\n').filter((line) => line.startsWith('- point')).length;
    expect(items + shown).toBe(100);
  });

  test('has what the call asked for before the rest', () => {
    const call: ToolCall = {
      id: '1',
      name: 'fetch',
      input: { url: 'https://docs.example.org/x', prompt: 'Which is backups.s4, and its number?' },
    };
    expect(compress(GUIDE, 'aggressive')!.text).not.toContain('the 4th of what can be set for backups');
    expect(compress(GUIDE, 'aggressive', call)!.text).toContain('the 4th of what can be set for backups');
  });

  test('keeps less of what a long document has beyond its first thousands of tokens', () => {
    const long = Array.from({ length: 4 }, (_, i) => GUIDE.replaceAll('backups', `backups${i}`)).join('\n');
    const share = (text: string): number => o200k.count(compress(text, 'balanced')!.text) / o200k.count(text);
    expect(share(GUIDE)).toBeGreaterThan(0.25);
    expect(share(long)).toBeLessThan(0.22);
  });

  test('is not taken for a file that a call shows (R-12), nor for short documents', () => {
    const call: ToolCall = { id: '1', name: 'Read', input: { file_path: 'docs/guide.md' } };
    expect(compress(GUIDE, 'balanced', call)).toBeUndefined();
    expect(compress(GUIDE.slice(0, 9000), 'balanced')?.loss ?? 'none').toBe('none');
  });
});

test('blocks cover every line that says something, once', () => {
  const pieces = fc.constantFrom(
    '# a',
    'b',
    '',
    '- c',
    '  d',
    '```',
    '| e |',
    '|---|',
    '<p>',
    '===',
    '---',
    '> f',
    '1. g',
    '~~~',
    '[![h](i)](j)',
    '    k',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (lines) => {
      const covered = lines.map(() => 0);
      for (const { start, end } of readBlocks(lines, NO_DEADLINE)) for (let i = start; i < end; i++) covered[i]!++;
      for (const [i, line] of lines.entries()) {
        if (line === '') expect(covered[i]).toBeLessThanOrEqual(1);
        else expect(covered[i]).toBe(1);
      }
    }),
  );
});

describe('the claim', () => {
  const many = (line: (i: number) => string): string => Array.from({ length: 50 }, (_, i) => line(i)).join('\n');
  test.each(FIXTURES.map(({ name, text }) => [name, text]))('is made for %s', (_, text) => {
    expect(claim(text)).toBeGreaterThanOrEqual(0.5);
  });

  test.each([
    ['shell with comments', many((i) => (i % 3 ? `export A${i}=b` : `# comment ${i}`))],
    ['YAML', many((i) => (i % 4 ? `- name: step ${i}` : `# comment ${i}\nkey${i}:`))],
    ['a log', many((i) => `2026-11-20 10:12:${10 + i} INFO \`step\` ${i}`)],
    ['a gutter', many((i) => `  ${i + 1}\t# heading ${i}`)],
    ['a diff', `--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n${many((i) => (i % 2 ? '+# a' : '-- **b** `c`'))}`],
    ['search results', many((i) => `README.md:${i}:# heading **b** \`c\``)],
    ['prose', many((i) => `This is sentence ${i}.`)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBeLessThan(0.5);
  });
});

test.each([
  ['fences', '```\n'.repeat(260_000)],
  ['headings', '# a\n'.repeat(260_000)],
  ['items', '- a\n\n'.repeat(200_000)],
  ['addresses', 'https://a.example.org/b/c/d/e/f/g '.repeat(30_000)],
  ['slashes', `https://a.example.org${'/'.repeat(1_000_000)}`],
  ['brackets', '[![](('.repeat(170_000)],
])('1 MB of %s ends soon', (_, text) => {
  expect(claim(text)).toBeLessThan(1);
  const cheap = { name: 'cheap', exact: false, count: (one: string) => one.length >> 2 };
  markdownCompressor.compress(`# a\n# b\n# c\n${text}`, {
    level: 'balanced',
    call: undefined,
    tokens: cheap,
    deadline: NO_DEADLINE,
  });
});

const DATA = process.env['HEADROOM_DATA'];
const REAL = DATA === undefined ? undefined : join(DATA, 'to_docs_tables_html_sql.jsonl');

test.skipIf(REAL === undefined || !existsSync(REAL))('real documents of length halve (needs HEADROOM_DATA)', () => {
  for (const row of readFileSync(REAL!, 'utf8').trim().split('\n')) {
    const { kind, content } = JSON.parse(row) as { kind: string; content: string };
    if (kind !== 'markdown') continue;
    const before = o200k.count(content);
    const form = compress(content, 'balanced');
    if (before > 5000) expect(o200k.count(form!.text)).toBeLessThan(before * 0.6);
    const lossless = compress(content);
    if (lossless) expect(markdownCompressor.expand(lossless.text)).toBe(content);
  }
});

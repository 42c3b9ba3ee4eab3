import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { readForm, writeBare, writeNumbered } from './form.ts';
import { readBare, readNumbered } from './hits.ts';
import { searchCompressor } from './search.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/search', import.meta.url)));
const NUMBERED = fixture('grep-numbered.txt');

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(text: string, level: Level = 'lossless'): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return searchCompressor.compress(text, options);
}

function claim(text: string): number {
  return searchCompressor.claim(new Sample(text));
}

compressorContract(searchCompressor, FIXTURES, { test });

describe('the lossless form', () => {
  test('names each path once above its lines, and folds lines of a file that say the same', () => {
    const lines = [
      'src/a.ts:3:  return 1;',
      'src/a.ts:9:  return 2;',
      'src/a.ts:14:  return 1;',
      'src/b.ts:5:x',
      'src/c.ts:1:',
      'src/c.ts:2:\ty',
    ];
    expect(writeNumbered(lines, readNumbered(lines, NO_DEADLINE), NO_DEADLINE).split('\n')).toEqual([
      '[6 matches in 3 files; each path stands above its lines]',
      'src/a.ts',
      '3,14:  return 1;',
      '9:  return 2;',
      '',
      'src/b.ts:5:x',
      '',
      'src/c.ts',
      '1:',
      '2:\ty',
    ]);
  });

  test('keeps context lines, their separators and what is no match in their places', () => {
    const lines = [
      'a.ts-1-one',
      'a.ts:2:two',
      'a.ts-3-',
      '--',
      'a.ts:9:nine',
      'Binary file b.png matches',
      'b.ts:4:x',
      'b.ts-5-y',
    ];
    const form = writeNumbered(lines, readNumbered(lines, NO_DEADLINE), NO_DEADLINE);
    expect(form.split('\n').slice(1)).toEqual([
      'a.ts',
      '1-one',
      '2:two',
      '3-',
      '--',
      '9:nine',
      'Binary file b.png matches',
      '',
      'b.ts',
      '4:x',
      '5-y',
    ]);
    expect(readForm(form)).toBe(lines.join('\n'));
  });

  test('tells a path that begins as a numbered line does from the lines above it', () => {
    const lines = ['a.ts:1:x', 'a.ts:2:y', '--', '12-plan/b.ts:4:x', '12-plan/b.ts:5:y'];
    const form = writeNumbered(lines, readNumbered(lines, NO_DEADLINE), NO_DEADLINE);
    expect(form).toContain('\n--\n\n12-plan/b.ts\n4:x\n');
    expect(readForm(form)).toBe(lines.join('\n'));
  });

  test('takes 400 matches in 36 files to 55 % of their tokens at most', () => {
    expect(o200k.count(compress(NUMBERED)!.text)).toBeLessThan(o200k.count(NUMBERED) * 0.55);
  });

  test('reads a path that looks like a line of context by the lines around it', () => {
    const lines = [
      'docs/2026-11-20-notes.md-7-before',
      'docs/2026-11-20-notes.md:8:match',
      'a:7:x',
      'a:9:x',
      'a-1-b.txt:5:y',
      'b:2:x',
      'b:3:x',
      'b-10-c.txt:5:y',
    ];
    expect(readNumbered(lines, NO_DEADLINE).map((hit) => [hit!.path, hit!.number, hit!.text])).toEqual([
      ['docs/2026-11-20-notes.md', '7', 'before'],
      ['docs/2026-11-20-notes.md', '8', 'match'],
      ['a', '7', 'x'],
      ['a', '9', 'x'],
      ['a-1-b.txt', '5', 'y'],
      ['b', '2', 'x'],
      ['b', '3', 'x'],
      ['b-10-c.txt', '5', 'y'],
    ]);
  });
});

const odd = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', ':', '-', '=', '1', '2', '\\', '/', '.', '[', ']', '\t', 'é', '\r', '(', ','),
  maxLength: 14,
});
const path = fc.oneof(
  fc.constantFrom(
    'src/a.ts',
    'src/a-1-b.ts',
    'b',
    'C:\\x\\y.cs',
    'docs/2026-11-20-x.md',
    '12-a/b.ts',
    'my files/c.txt',
    'src/a.ts:7',
    '--',
    '\\\\host\\x.ts',
    '[1 match in 1 file]',
  ),
  odd.filter((name) => name !== ''),
);
const place = fc.record({
  path,
  number: fc.integer({ min: 0, max: 30 }).map(String),
  separator: fc.constantFrom(':', ':', ':', '-', '='),
  text: odd,
});
const numberedLine = place.map(({ path, number, separator, text }) => path + separator + number + separator + text);
const other = fc.oneof(
  fc.constantFrom(
    '--',
    '',
    '\\',
    'grep: x: Permission denied',
    'src/a.ts',
    '12:x',
    '3,4:x',
    '[1 match in 1 file; each path stands above its lines]',
  ),
  odd,
);
const sorted = fc
  .array(place, { maxLength: 12 })
  .map((places) => places.map(({ text }, i) => `src/a.ts:${i * 3 + 1}:${text.slice(0, 2)}`).join('\n'));
const search = fc
  .array(fc.oneof({ weight: 5, arbitrary: numberedLine }, { weight: 2, arbitrary: sorted }, other), { maxLength: 30 })
  .map((lines) => lines.join('\n').split('\n'));

describe('any search results (R-9, R-10)', () => {
  test('come back byte for byte from the numbered form, with every place at its own text', () => {
    fc.assert(
      fc.property(search, (lines) => {
        const hits = readNumbered(lines, NO_DEADLINE);
        const form = writeNumbered(lines, hits, NO_DEADLINE);
        expect(readForm(`${form}\n`)).toBe(`${lines.join('\n')}\n`);
        for (const [i, hit] of hits.entries()) {
          if (hit) expect(hit.path + hit.separator + hit.number + hit.separator + hit.text).toBe(lines[i]);
        }
        const places = new Set(hits.flatMap((hit) => (hit ? [`${hit.path}\0${hit.number}\0${hit.text}`] : [])));
        const { numbered, whole } = readAsAPerson(form);
        for (const place of numbered) expect(places).toContain(place);
        for (const line of whole) expect(lines).toContain(line);
      }),
      { numRuns: 1000 },
    );
  });

  test('come back byte for byte from the form without numbers', () => {
    const line = fc.tuple(path, odd).map(([name, text]) => `${name}:${text}`);
    fc.assert(
      fc.property(fc.array(fc.oneof(line, other), { minLength: 1, maxLength: 30 }), (lines) => {
        const form = writeBare(lines, readBare(lines, NO_DEADLINE), NO_DEADLINE);
        expect(readForm(`${form}\n`)).toBe(`${lines.join('\n')}\n`);
      }),
      { numRuns: 500 },
    );
  });
});

/** A path opens a block, its numbered lines stand below; every other line is one of the source. */
function readAsAPerson(form: string): { numbered: readonly string[]; whole: readonly string[] } {
  const lines = form.split('\n').slice(1);
  const numbers = /^(\d{1,9}(?:,\d{1,9})*)[:=-]/;
  const numbered: string[] = [];
  const whole: string[] = [];
  let path = '';
  for (const [i, line] of lines.entries()) {
    const match = numbers.exec(line);
    const opens = i === 0 || lines[i - 1] === '' || (lines[i - 1] === '--' && !match);
    if (opens && numbers.test(lines[i + 1] ?? '') && !line.startsWith('\\') && line !== '') path = line;
    else if (match)
      numbered.push(...match[1]!.split(',').map((number) => `${path}\0${number}\0${line.slice(match[0].length)}`));
    else if (line !== '') whole.push(line.startsWith('\\') ? line.slice(1) : line);
  }
  return { numbered, whole };
}

describe('the view', () => {
  const view = compress(NUMBERED, 'balanced')!;

  test('names all 36 files with their counts in at most 1,600 tokens', () => {
    expect(view.loss).toBe('recoverable');
    expect(o200k.count(view.text)).toBeLessThan(1600);
    const counts = new Map<string, number>();
    for (const line of NUMBERED.trimEnd().split('\n'))
      counts.set(line.split(':')[0]!, (counts.get(line.split(':')[0]!) ?? 0) + 1);
    expect(counts.size).toBe(36);
    for (const [path, count] of counts) expect(view.text).toContain(`\n${path} (${count})\n`);
  });

  test('pairs no line number with a text that the source did not pair it with (R-10)', () => {
    const source = new Set(NUMBERED.split('\n'));
    const labels = new Map([...view.text.matchAll(/^(\[[A-Z]\]) (.*)$/gm)].map(([, label, text]) => [label!, text!]));
    let path = '';
    let seen = 0;
    for (const line of view.text.split('\n')) {
      path = /^(\S+) \(\d+\)$/.exec(line)?.[1] ?? path;
      const match = /^([\d,]+):(.*)$/.exec(line);
      for (const number of match?.[1]!.split(',') ?? []) {
        seen++;
        expect(source).toContain(`${path}:${number}:${labels.get(match![2]!) ?? match![2]!}`);
      }
    }
    expect(seen).toBeGreaterThanOrEqual(36);
  });

  test('shown and left out add up to the count of each file', () => {
    for (const [, path, total, rest] of view.text.matchAll(
      /^(\S+) \((\d+)\)\n((?:[\d,]+:.*\n|\d+ more.*(?:\n|$))*)/gm,
    )) {
      const shown = [...rest!.matchAll(/^([\d,]+):/gm)].reduce(
        (sum, [, numbers]) => sum + numbers!.split(',').length,
        0,
      );
      const left = Number(/^(\d+) more/m.exec(rest!)?.[1] ?? 0);
      expect(shown + left, path).toBe(Number(total));
    }
  });

  test('keeps what the search itself reported', () => {
    const text = `grep: private/key.pem: Permission denied\n${NUMBERED}`;
    expect(compress(text, 'balanced')!.text).toContain('\ngrep: private/key.pem: Permission denied\n');
  });

  test('is never taken at the lossless level, nor for short results', () => {
    for (const { text } of FIXTURES) expect(compress(text)?.loss ?? 'none').toBe('none');
    expect(compress(NUMBERED.slice(0, 2400), 'balanced')?.loss).not.toBe('recoverable');
  });
});

describe('the claim', () => {
  test.each(FIXTURES.map(({ name, text }) => [name, text]))('is made for %s', (_, text) => {
    expect(claim(text)).toBeGreaterThanOrEqual(0.5);
  });

  const lines = (line: (i: number) => string): string => Array.from({ length: 50 }, (_, i) => line(i)).join('\n');
  test.each([
    ['JSON', lines((i) => `  "path": "src/a.ts:12:${i}",`)],
    ['a numbered gutter', lines((i) => `${i + 1}\tconst a = b;`)],
    ['a gutter with colons', lines((i) => `${i + 1}:const a = b;`)],
    ['a diff', lines((i) => `${i % 2 ? '+' : '-'}  const a${i} = 12;`)],
    ['a log with clock times', lines((i) => `2026-11-20T10:12:${10 + i} INFO request ${i} done`)],
    ['a log with bare clock times', lines((i) => `10:12:${10 + i} INFO server.Main: request ${i} done`)],
    ['a stack trace', lines((i) => `    at run (src/a.ts:${i}:12)`)],
    ['YAML', lines((i) => `app.port${i}: ${i}`)],
    ['URLs', lines((i) => `https://example.org:8080/a/${i}`)],
    ['messages of programs', lines((i) => `lib/worker.so: started worker ${i}`)],
    ['code', lines((i) => `  const a${i} = b[${i}:12:3];`)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBeLessThan(0.5);
  });
});

const DATA = process.env['HEADROOM_DATA'];
const REAL = DATA === undefined ? undefined : join(DATA, 'to_git_grep_listing.jsonl');

test.skipIf(REAL === undefined || !existsSync(REAL))(
  'real search results lose a quarter of their tokens (needs HEADROOM_DATA)',
  () => {
    let [before, after] = [0, 0];
    for (const row of readFileSync(REAL!, 'utf8').trim().split('\n')) {
      const { kind, content } = JSON.parse(row) as { kind: string; content: string };
      const isSearch = kind === 'code-search';
      expect(claim(content) >= 0.5).toBe(isSearch);
      if (!isSearch) continue;
      const form = compress(content)?.text ?? content;
      expect(form === content ? content : searchCompressor.expand(form)).toBe(content);
      before += o200k.count(content);
      after += o200k.count(form);
    }
    expect(after).toBeLessThan(before * 0.75);
  },
);

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { mixed } from './mixed.ts';
import { jsonKind, viewKind, wordKind } from './testing.fixture.ts';

const kinds: readonly Compressor[] = [
  jsonKind,
  wordKind('INFO', 'info-lines'),
  wordKind('src/a.ts:12:', 'hit-lines'),
  viewKind,
];
const compressor = mixed(kinds);

function options(level: Level = 'lossless'): CompressOptions {
  return { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const log = lines(40, (i) => `INFO request ${i} was answered after ${i * 7} ms`);
const hits = lines(40, (i) => `src/a.ts:12: const value${i} = read(${i});`);
const document = JSON.stringify(
  Array.from({ length: 20 }, (_, id) => ({ id, name: `row ${id}` })),
  null,
  2,
);
const prose = lines(20, (i) => `The ${i}th sentence says something that nobody has said before it.`);

describe('a text of several kinds', () => {
  test('gives each part to its kind and says which lines are whose', () => {
    const text = `${log}\n\n${prose}\n${document}\n${hits}\n`;
    const form = compressor.compress(text, options())!;
    expect(form.loss).toBe('none');
    expect(form.text.split('\n', 1)[0]).toMatch(
      /^\[headroom: parts by lines: 41 info-lines, 2\d as they are, 1 values, 41 hit-lines, 1 as they are\]$/,
    );
    expect(form.text).toContain(prose);
    expect(compressor.same(text, compressor.expand(form.text)!)).toBe(true);
    expect(o200k.count(form.text)).toBeLessThan(o200k.count(text) * 0.8);
  });

  test('comes back byte for byte where every kind gives bytes back', () => {
    const text = `$ tail app.log\n${log}\r\n\n\n$ grep value\n${hits}`;
    const form = compressor.compress(text, options())!;
    expect(compressor.expand(form.text)).toBe(text);
  });

  test('is not the same when a part differs, whatever the white space', () => {
    const text = `${prose}\n${document}\n${log}`;
    const expanded = compressor.expand(compressor.compress(text, options())!.text)!;
    expect(compressor.same(text, expanded)).toBe(true);
    expect(compressor.same(text, expanded.replace('row 7', 'row 8'))).toBe(false);
    expect(compressor.same(text, `${expanded}\nINFO more`)).toBe(false);
  });

  test('is a loss when one of its parts is', () => {
    const text = `$ a\n${log}\n${log}\n${log}\n\n$ b\n${lines(80, (i) => `long line ${i} of many that are all alike`)}`;
    expect(compressor.compress(text, options('balanced'))?.loss).toBe('recoverable');
    expect(compressor.compress(text, options())?.loss).toBe('none');
  });

  test('whose lines wrap one kind: the wrapping stays as it is', () => {
    const text = `OBSERVATION:\n${log}\n(exit code 0)`;
    const form = compressor.compress(text, options())!;
    expect(form.text).toMatch(
      /^\[headroom: parts by lines: 1 as they are, 41 info-lines, 1 as they are\]\nOBSERVATION:\n/,
    );
    expect(compressor.expand(form.text)).toBe(text);
  });

  test('stays as it is where no kind claims a part, or little is saved', () => {
    expect(compressor.compress(`${prose}\n\n${prose}`, options())).toBeUndefined();
    expect(compressor.compress(`${prose.repeat(40)}\n${log.slice(0, 600)}`, options())).toBeUndefined();
    expect(compressor.compress('short', options())).toBeUndefined();
  });

  test('is claimed low, and high when it begins as one kind and ends as another', () => {
    expect(compressor.claim(new Sample(prose.repeat(5)))).toBe(0.5);
    expect(compressor.claim(new Sample(`${log}\n${log}\n\n${hits}\n${hits}`))).toBeGreaterThan(0.9);
    expect(compressor.claim(new Sample(`${log}\n${document}\n${document}\n${log}`))).toBeGreaterThan(0.9);
    expect(compressor.claim(new Sample('a\nb'))).toBe(0);
  });

  test('is left to one kind that says all of it as short', () => {
    const greedy: Compressor = {
      ...wordKind('INFO', 'info-lines'),
      name: 'greedy',
      compress: () => ({ text: 'all of it', loss: 'none' }),
    };
    const text = `${log}\n${log}\n${document}\n${document}`;
    expect(mixed([jsonKind, greedy]).compress(text, options())).toBeUndefined();
  });
});

describe('what is no form', () => {
  const form = compressor.compress(`$ a\n${log}\n\n$ b\n${hits}`, options())!.text;

  test('is not read: lines missing, added, counted wrong, of a kind that there is not', () => {
    const [head = '', ...body] = form.split('\n');
    for (const damaged of [
      [head, ...body.slice(1)],
      [head, ...body, 'more'],
      [head.replace(/\d+/, '999999'), ...body],
      [head.replace(/\d+/, '0'), ...body],
      [head.replaceAll('info-lines', 'nobody'), ...body],
      [head],
    ]) {
      expect(compressor.expand(damaged.join('\n'))).toBeUndefined();
    }
  });

  test('a text that looks like a form comes through', () => {
    const text = `${form}\n\n${form}\n$ c\n${log}`;
    const again = compressor.compress(text, options());
    if (again) expect(compressor.expand(again.text)).toBe(text);
  });
});

test('texts of any pieces come back (property)', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      log,
      hits,
      document,
      prose,
      '',
      '```',
      '$ ls',
      '=====',
      '{',
      '[',
      '}',
      '\r',
      '[headroom: parts by lines: 1 as they are]',
    ),
    fc.string(),
    fc.integer({ min: 3, max: 30 }).map((count) => lines(count, (i) => `INFO ${i}`)),
    fc.constant(`diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-${'b'.repeat(500)}\n+c`),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\n\n'), (pieces, end) => {
      const text = pieces.join(end);
      const form = compressor.compress(text, options());
      if (form) expect(compressor.same(text, compressor.expand(form.text)!)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('hostile texts take no longer than others', () => {
  for (const text of [
    '[\n',
    '{\n',
    '- \n',
    '@@ -1 +1 @@\n',
    '"\n',
    '\n',
    '1: a\n',
    '===== x\n',
    '  \n',
    '\x1b[\n',
    '{"a":\n',
    'diff --git\n',
  ]) {
    const long = text.repeat(Math.ceil(400_000 / text.length));
    const start = performance.now();
    compressor.claim(new Sample(long));
    compressor.compress(long, options());
    expect(performance.now() - start, JSON.stringify(text)).toBeLessThan(5000);
  }
});

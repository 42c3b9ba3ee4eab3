import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { logCompressor } from './log.ts';

const fixtures = readFixtures('fixtures/compressors/log');
compressorContract(logCompressor, fixtures, { test });

function fixture(name: string): string {
  return fixtures.find((one) => one.name === name)!.text;
}

function compress(
  text: string,
  level: Level = 'lossless',
): { readonly text: string; readonly loss: string } | undefined {
  return logCompressor.compress(text, { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE });
}

function form(text: string): string {
  const compressed = compress(text)!;
  expect(logCompressor.expand(compressed.text)).toBe(text);
  return compressed.text;
}

/** Lines of two templates, a second apart. */
function twoTemplates(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const time = `2026-05-06 07:08:${String(i % 60).padStart(2, '0')}`;
    return i % 2 === 0
      ? `${time} INFO request ${i * 31} served in ${i % 7} ms`
      : `${time} DEBUG cache hit for key-${i}`;
  });
}

describe('the lossless form', () => {
  test.each(fixtures.filter(({ name }) => name !== 'like-own-form.txt').map(({ name }) => [name]))(
    'saves more than a third of %s and gives it back',
    (name) => {
      const text = fixture(name);
      expect(o200k.count(form(text))).toBeLessThan(o200k.count(text) * 0.66);
    },
  );

  test('says a template once, and the time under a heading', () => {
    const lines = form(twoTemplates(20).join('\n')).split('\n');
    expect(lines[1]).toBe('A={time} INFO request {} served in {} ms');
    expect(lines[2]).toBe('B={time} DEBUG cache hit for key-{}');
    expect(lines.slice(3, 7)).toEqual(['@2026-05-06 07:08:', '00 A 0 0', '01 B 1', '02 A 62 2']);
  });

  test('keeps lines of no template as they are, in place', () => {
    const lines = twoTemplates(20);
    lines.splice(10, 0, '2026-05-06 07:08:09 INFO settings reloaded by hand', 'a note without a time');
    const said = form(lines.join('\n')).split('\n');
    const at = said.indexOf('2026-05-06 07:08:09 INFO settings reloaded by hand');
    expect(said[at + 1]).toBe('a note without a time');
    expect(said[at - 1]).toBe('09 B 9');
  });

  test('keeps rare errors and their stack traces literally', () => {
    const said = form(fixture('application.txt')).split('\n');
    const errors = fixture('application.txt')
      .split('\n')
      .filter((line) => / (?:ERROR|FATAL) /.test(line));
    expect(errors).toHaveLength(5);
    for (const error of errors) expect(said).toContain(error);
  });

  test('keeps ids, addresses and paths whole', () => {
    const said = form(fixture('access.txt'));
    for (const address of fixture('access.txt').match(/^\S+/gm)!) expect(said).toContain(address);
    for (const path of fixture('access.txt').match(/\/shop\/item\/\d+/g)!) expect(said).toContain(path);
  });

  test('counts runs of equal lines', () => {
    const lines = twoTemplates(12);
    const run = Array<string>(30).fill('2026-05-06 07:09:01 WARN queue 7 of 9 is full');
    expect(form([...lines, ...run, ...lines].join('\n'))).toContain('\n[that line 30 times]\n');
  });

  test('says a value once that comes twice in each line', () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `2026-05-06 07:08:${10 + i} INFO node-${i} joined, leader of node-${i}`,
    );
    expect(form(lines.join('\n'))).toContain('A={time} INFO {} joined, leader of {1}');
  });

  test('gives back values whose common beginning and end overlap', () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `2026-05-06 07:08:${10 + i} INFO lock k1_${i === 4 ? '' : `${i}_`}k1 was taken`,
    );
    form(lines.join('\n'));
  });

  test('uses other marks where the text holds its own', () => {
    const lines = twoTemplates(20).map((line) => `${line} with {}`);
    expect(form(lines.join('\n'))).toContain('A=<time> INFO request <> served in <> ms with {}');
  });

  test('declines a text that holds every kind of mark', () => {
    expect(
      compress(
        twoTemplates(20)
          .map((line) => `${line} {} <> «»`)
          .join('\n'),
      ),
    ).toBeUndefined();
  });

  test('declines lines that have nothing in common', () => {
    const lines = Array.from({ length: 30 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(i + 3));
    expect(compress(lines.join('\n'))).toBeUndefined();
  });

  test('marks a line of the source that reads like one of its own', () => {
    const lines = [...twoTemplates(20), 'A 1 2', '@heading', '\\B', '[that line 3 times]', 'A fine day', 'Another day'];
    const said = form(lines.join('\n')).split('\n');
    expect(said.slice(-6)).toEqual([
      '\\A 1 2',
      '\\@heading',
      '\\\\B',
      '\\[that line 3 times]',
      '\\A fine day',
      'Another day',
    ]);
  });

  test('tells the time again after a line that stands as it is', () => {
    const time = '2026-05-06 07:08:09';
    const lines = Array.from({ length: 12 }, (_, i) => `${time} INFO step ${i} done`);
    lines.splice(6, 0, 'a remark');
    const said = form(lines.join('\n')).split('\n');
    expect(said[said.indexOf('a remark') + 1]).toBe(`@${time}`);
  });
});

describe('the view', () => {
  const long = Array.from({ length: 4 }, () => fixture('application.txt')).join('');

  test('tells its counts, keeps every rare or grave first line in full, and is marked as a loss', () => {
    const view = compress(long, 'balanced')!;
    expect(view.loss).toBe('recoverable');
    expect(o200k.count(view.text)).toBeLessThan(o200k.count(long) / 5);
    expect(view.text).toMatch(/^\[log view: \d+ lines, 2026-03-04 /);
    const lines = long.split('\n');
    for (const word of ['FATAL', 'could not be placed', 'Slow answer']) {
      const at = lines.findIndex((line) => line.includes(word));
      const [, time, rest] = /^2026-03-04 (\S+) (.*)$/.exec(lines[at]!)!;
      const said = view.text.split('\n').find((line) => line.endsWith(`: ${rest}`));
      expect(said).toMatch(new RegExp(`^\\d+x ${at + 1}-\\d+ ${time}[-:]`));
    }
    expect(view.text).toContain('\n\tat com.example.orders.StockClient.reserve(StockClient.java:88)\n');
    expect(view.text).toContain('each with 7 more lines');
  });

  test('pairs a line number only with the line that has it (R-10)', () => {
    const lines = long.split('\n');
    const grave = /^\d+x (\d+)-\d+ (\d\d:\d\d:\d\d\.\d+)(?:[- ].*?)?: ((?:WARN|ERROR|FATAL) .*)$/gm;
    const view = compress(long, 'aggressive')!.text;
    let seen = 0;
    for (const [, first, time, text] of view.matchAll(grave)) {
      expect(lines[Number(first) - 1]).toBe(`2026-03-04 ${time} ${text}`);
      seen++;
    }
    for (const [, number, text] of view.matchAll(/^(\d+): (.*)$/gm)) expect(lines[Number(number) - 1]).toBe(text);
    expect(seen).toBeGreaterThan(2);
  });

  test('counts every record once (R-9)', () => {
    const text = Array.from({ length: 300 }, (_, i) => `${twoTemplates(300)[i]!}${i === 150 ? ' at last' : ''}`).join(
      '\n',
    );
    const view = compress(text, 'balanced')!.text;
    const counts = Array.from(view.matchAll(/^(\d+)x /gm), (match) => Number(match[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(299);
    expect(view).toContain('\n151: ');
    expect(view).toContain('150 INFO, 150 DEBUG');
  });

  test('names a value that is rare among the values of a slot', () => {
    const lines = Array.from(
      { length: 300 },
      (_, i) => `2026-05-06 07:08:09.${100 + i} INFO part ${i} state=${i === 70 ? 'x9' : 'x1'} stored`,
    );
    expect(compress(lines.join('\n'), 'balanced')!.text).toContain('{x1 ×299,x9}');
  });

  test('is not taken for a short text, nor where the lossless form is short', () => {
    expect(compress(twoTemplates(20).join('\n'), 'balanced')?.loss).toBe('none');
    const constant = Array<string>(300).fill('2026-05-06 07:08:09 INFO still waiting for the lock');
    expect(compress(constant.join('\n'), 'aggressive')?.loss).toBe('none');
  });

  test('is never given at level lossless', () => {
    expect(compress(long, 'lossless')?.loss).toBe('none');
  });
});

describe('the claim', () => {
  const claims = (text: string): number => logCompressor.claim(new Sample(text));

  test.each(fixtures.map(({ name }) => [name]))('takes %s', (name) => {
    expect(claims(fixture(name))).toBeGreaterThanOrEqual(0.5);
  });

  const many = (line: (i: number) => string): string => Array.from({ length: 60 }, (_, i) => line(i)).join('\n');
  test.each([
    ['JSON lines', many((i) => `{"time":"2026-05-06 07:08:09","id":${i},"level":"INFO"}`)],
    [
      'indented JSON',
      JSON.stringify(
        Array.from({ length: 30 }, (_, id) => ({ id, at: '2026-05-06 07:08:09' })),
        null,
        2,
      ),
    ],
    ['search hits', many((i) => `src/app/order-${i % 5}.ts:${i}: const time = '07:08:09';`)],
    ['a numbered listing', many((i) => `${String(i + 1).padStart(6)}\tlog('2026-05-06 07:08:${10 + i}');`)],
    ['search hits of one file', many((i) => `${i + 1}:INFO request ${i} served`)],
    [
      'a diff',
      `diff --git a/x b/x\n@@ -1,60 +1,60 @@\n${many((i) => `${i % 2 === 0 ? '+' : '-'}  at 07:08:${10 + i}`)}`,
    ],
    ['a table', `id,date,time,level,text\n${many((i) => `${i},2026-05-06,07:08:${10 + i},INFO,stored, at last`)}`],
    ['a directory listing', many((i) => `-rw-r--r-- 1 root root ${i} 2026-05-06 07:08:09.1 file-${i}`)],
    [
      'a table of open files',
      `COMMAND PID USER FD TYPE NODE NAME\n${many((i) => `worker 71 ann ${i} unknown ${i} /proc/71/fd/${i}`)}`,
    ],
    ['test results', many((i) => `tests/test_order.py::test_${i} PASSED                [ ${i}%]`)],
    ['paths', many((i) => `/usr/share/doc/package-${i}/copyright`)],
    ['prose', many((i) => `${'The quick brown fox. '.repeat((i % 4) + 1)}`)],
    ['code', many((i) => `  if (value === ${i}) return ${i};`)],
  ])('leaves %s to others', (_, text) => {
    expect(claims(text)).toBeLessThan(0.5);
  });

  test('takes records that name their own fields', () => {
    expect(claims(many((i) => `Item(id=${i}, name=web-${i}, state=Running, size=${i * 37}, price=${i}.5)`))).toBe(0.5);
  });

  test('finds a log behind a long stack trace', () => {
    expect(
      claims(
        many((i) => `2026-05-06 07:08:09 ERROR lost ${i}\n${'\tat com.example.Deep.call(Deep.java:7)\n'.repeat(9)}`),
      ),
    ).toBeGreaterThan(0.5);
  });
});

describe('values that come again and again', () => {
  const id = (i: number): string => `req-${['3ea4052c-895d-4b64', 'addc1839-2ed5-4778', '54fadb41-4e40-cdba'][i % 3]!}`;
  const requests = Array.from(
    { length: 60 },
    (_, i) =>
      `2026-05-06 07:08:${String(i).padStart(2, '0')} INFO api [${id(i)}] GET /v2/54fadb412c/servers/${i % 2}/detail took ${i * 7}`,
  ).join('\n');

  test('are said once, whole, and by number after that', () => {
    const form = compress(requests, 'lossless')!;
    expect(form.text).toMatch(/^\[log, 60 lines, all here, 1 templates, \d values\. .*~1 is what follows ~1=\./);
    expect(form.text).toContain('=/v2/54fadb412c/servers/0/detail\n');
    expect(form.text.split('/servers/0/detail')).toHaveLength(2);
    expect(logCompressor.expand(form.text)).toBe(requests);
  });

  test('are not numbered where the text has such numbers, and come back (property)', () => {
    const value = fc.constantFrom('~1', '~2', '/srv/application/3', 'x~1', '10.251.91.84:50010', '4711', '~', '~1=a');
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 8, maxLength: 40 }), (pairs) => {
        const text = pairs
          .map(([a, b], i) => `2026-05-06 07:08:${10 + i} INFO part ${a} moved to ${b} in ${i} ms`)
          .join('\n');
        const form = compress(text, 'lossless');
        if (form) expect(logCompressor.expand(form.text)).toBe(text);
      }),
    );
  });

  test('are read only when they are numbered in order', () => {
    const form = compress(requests, 'lossless')!.text;
    expect(logCompressor.expand(form.replace('\n~2=', '\n~3='))).toBeUndefined();
    expect(logCompressor.expand(form.replace(/, \d values\./, ', 60 values.'))).toBeUndefined();
  });
});

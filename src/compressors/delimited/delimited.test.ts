import { createHash } from 'node:crypto';
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
import { jsonCompressor } from '../json/json.ts';
import { delimitedCompressor } from './delimited.ts';
import { findTables, readBlockWith, readsBack, toLines, writeForm } from './form.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/delimited', import.meta.url)));
const delimited = delimitedCompressor(jsonCompressor);

function compress(text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return delimited.compress(text, options);
}

function claim(text: string): number {
  return delimited.claim(new Sample(text));
}

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

/** That forms are read back without writing their tables again rests on this. */
function expectWritten(text: string): void {
  const { lines } = toLines(text);
  for (const table of findTables(lines, NO_DEADLINE))
    expect(table.dialect.write(table)?.join('\n')).toBe(lines.slice(table.start, table.end).join('\n'));
}

compressorContract(delimited, FIXTURES, { test });

describe('the lossless form', () => {
  test.each(FIXTURES.map(({ name, text }) => [name, text]))('of %s comes back to the byte', (_, text) => {
    const form = compress(text);
    expect(form?.loss).toBe('none');
    expect(delimited.expand(form!.text)).toBe(text);
    expectWritten(text);
    expect(claim(text)).toBeGreaterThanOrEqual(0.5);
  });

  test('says once what every row says', () => {
    const form = compress(fixture('orders-crlf.txt'))!.text;
    expect(o200k.count(form)).toBeLessThan(o200k.count(fixture('orders-crlf.txt')) * 0.5);
    expect(form).toContain('9120.00');
  });

  test('keeps what stands around tables, in its place', () => {
    const form = compress(fixture('mysql.txt'))!.text;
    expect(form).toMatch(/\n40 rows in set \(0\.01 sec\)\n\n/);
    expect(form.endsWith('\n4 rows in set (0.00 sec)\n')).toBe(true);
  });

  test('columns that an object would put first stay in their place', () => {
    const text = `city,2026,2025,city\n${Array.from({ length: 30 }, (_, i) => `Lyon,${i},${i * 3},x`).join('\n')}`;
    const form = compress(text)!.text;
    expect(delimited.expand(form)).toBe(text);
  });

  test.each([
    ['numbers spelled in other ways', 'id,price\n1,1.10\n2,1e3\n3,007\n4,-0\n5,12345678901234567890\n'],
    ['rows that are cut short', `a,b,c\n${'1,2,3\n'.repeat(40)}1,2`],
    ['rows that are too long', `a,b,c\n${'1,2,3\n'.repeat(40)}1,2,3,4\n${'1,2,3\n'.repeat(4)}`],
    ['quotes of several kinds', `a,b,c\n${'"x",1,y\n'.repeat(30)}x,"1",y\n"a ""b""",2,"""\n`],
    ['blanks at the end of lines', `| a | b |  \n|---|---|\n${'| 1 | 2 |\n'.repeat(30)}`],
    ['names of prototypes', `__proto__,constructor\n${'1,2\n'.repeat(40)}`],
    ['line ends that are mixed', `a,b,c\r\n${'1,2,3\r\n1,2,3\n'.repeat(30)}`],
  ])('%s come back or stay', (_, text) => {
    const form = compress(text);
    if (form) expect(delimited.expand(form.text)).toBe(text);
  });

  test('whose head or rows are not those of the tables does not read back', () => {
    const source = fixture('mysql.txt');
    const { lines, crlf } = toLines(source);
    const options: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE };
    const form = writeForm({ lines, crlf }, findTables(lines, NO_DEADLINE), jsonCompressor, options)!;
    const readBlock = readBlockWith(() => undefined);
    const isRead = (text: string): boolean => readsBack({ ...form, text }, lines, source, readBlock);
    expect(isRead(form.text)).toBe(true);
    for (const [part, other] of [
      ['table of 40 rows', 'table of 41 rows'],
      ['(box', '(markdown'],
      ['table of', 'columns of'],
      ['[headroom', '\n[headroom'],
      ['in set', 'in Set'],
    ] as const) {
      expect(form.text).toContain(part);
      expect(isRead(form.text.replace(part, other))).toBe(false);
    }
  });

  test('is not taken where it would not be read back: what could pad all rows is too much', () => {
    const wide = `| a | b |\n|---|---|\n| ${'x'.repeat(300_000)} | 2 |\n${'| 1 | 2 |\n'.repeat(2_000)}`;
    expect(compress(wide)).toBeUndefined();
  });

  const cell = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'INFO',
      '0',
      '1.5',
      '007',
      '-3',
      'x,y',
      'say "no"',
      'two\nlines',
      ' padded ',
      '|',
      'Zürich',
      '山田',
      'null',
      '{}',
      '[1]',
      "it's",
      'a\tb',
      '\\N',
      '"',
    ),
    fc.string({ maxLength: 12 }),
    fc.integer().map(String),
  );
  const rows = fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 3, max: 12 }))
    .chain(([width, count]) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: count, maxLength: count }),
    );
  const quotes: Readonly<Record<string, (value: string, delimiter: string) => boolean>> = {
    needed: (value, delimiter) => [delimiter, '"', '\n', '\r'].some((sign) => value.includes(sign)),
    all: () => true,
    texts: (value) => !/^-?\d+(?:\.\d+)?$/.test(value),
  };
  const finalEnd = fc.constantFrom('', '\n', '\n\n', '\ncut off');

  test('any rows apart by signs come back to the byte (R-9)', () => {
    const options = fc.record({
      rows,
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      quoting: fc.constantFrom('needed', 'all', 'texts'),
      end: fc.constantFrom('\n', '\r\n'),
      last: finalEnd,
    });
    fc.assert(
      fc.property(options, ({ rows, delimiter, quoting, end, last }) => {
        const isQuoted = quotes[quoting]!;
        const spell = (value: string): string =>
          isQuoted(value, delimiter) ? `"${value.replaceAll('"', '""')}"` : value;
        const text = [...rows, ...rows, ...rows].map((row) => row.map(spell).join(delimiter)).join(end) + last;
        const form = compress(text);
        if (form) expect(delimited.expand(form.text)).toBe(text);
        expectWritten(text);
      }),
    );
  });

  test('any drawn table comes back to the byte, with noise around and in it (R-9)', () => {
    const options = fc.record({
      rows,
      right: fc.integer({ min: 0, max: 31 }),
      style: fc.constantFrom('box', 'open', 'markdown', 'ruled'),
      before: fc.constantFrom('', 'NOTICE: done\n', '\n', '[headroom: CSV of 3 rows, said in the next 2 lines]\n'),
      last: finalEnd,
      noise: fc.option(fc.record({ at: fc.nat(2000), text: fc.constantFrom(' ', '|', '\n', '+', 'x', '--') }), {
        freq: 4,
      }),
    });
    fc.assert(
      fc.property(options, ({ rows, right, style, before, last, noise }) => {
        const table = before + draw([...rows, ...rows, ...rows.slice(1), ...rows.slice(1)], style, right) + last;
        const text = noise ? table.slice(0, noise.at) + noise.text + table.slice(noise.at) : table;
        const form = compress(text);
        if (form) expect(delimited.expand(form.text)).toBe(text);
        expectWritten(text);
      }),
    );
  });
});

/** Tables as SQL clients draw them. */
function draw(rows: readonly (readonly string[])[], style: string, right: number): string {
  const clean = rows.map((row) => row.map((cell) => cell.replaceAll(/[\n\r\t]/g, ' ')));
  const widths = clean[0]!.map((_, i) => Math.max(1, ...clean.map((row) => row[i]!.length)));
  const padded = (row: readonly string[]): readonly string[] =>
    row.map((cell, i) => ((right >> i) & 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)));
  const [titles, ...body] = clean;
  if (style === 'ruled') {
    const rule = widths.map((width) => '-'.repeat(width)).join('  ');
    return [padded(titles!).join('  '), rule, ...body.map((row) => padded(row).join('  ').trimEnd())].join('\n');
  }
  if (style === 'open') {
    const line = (row: readonly string[]): string => ` ${padded(row).join(' | ')} `;
    return [
      line(titles!),
      widths.map((width) => '-'.repeat(width + 2)).join('+'),
      ...body.map((row) => line(row).trimEnd()),
    ].join('\n');
  }
  const line = (row: readonly string[]): string => `| ${padded(row).join(' | ')} |`;
  const [cross, side] = style === 'box' ? ['+', '+'] : ['|', '|'];
  const rule = side + widths.map((width) => '-'.repeat(width + 2)).join(cross) + side;
  if (style === 'markdown') return [line(titles!), rule, ...body.map(line)].join('\n');
  return [rule, line(titles!), rule, ...body.map(line), rule].join('\n');
}

describe('the view', () => {
  const lines = Array.from({ length: 300 }, (_, i) => {
    const level = i === 217 ? 'FATAL' : i % 40 === 7 ? 'WARN' : 'INFO';
    const ms = i === 123 ? 98_000 : 20 + ((i * 37) % 50);
    return `${i + 1},2026-11-${String(1 + (i % 28)).padStart(2, '0')},api-${i % 4},${level},${ms},${createHash('sha1').update(String(i)).digest('hex')} request ${i * 7919} of user ${(i * 31) % 97} done`;
  });
  const titles = 'id,day,host,level,ms,message';
  const source = `${titles}\r\n${lines.join('\r\n')}\r\n`;
  const view = compress(source, 'balanced')!;

  test('says how many rows there are and what stands in each column', () => {
    expect(view.loss).toBe('recoverable');
    expect(o200k.count(view.text)).toBeLessThan(o200k.count(source) * 0.3);
    expect(view.text).toContain('CSV of 300 rows and 6 columns');
    expect(view.text).toContain('\nid: 1 to 300, one by one\n');
    expect(view.text).toContain('\nlevel: INFO 291, WARN 8, FATAL 1\n');
    expect(view.text).toContain('\nhost: api-0 75, api-1 75, api-2 75, api-3 75\n');
  });

  test('shows the first and last rows and every row with a rare value, as they were written', () => {
    for (const row of [0, 1, 2, 3, 4, 123, 217, 298, 299]) expect(view.text).toContain(lines[row]!);
  });

  test('shown and not shown add up, in place (R-9)', () => {
    const shown = view.text.split('\n').filter((line) => lines.includes(line.trimEnd()));
    const gaps = [...view.text.matchAll(/^… (\d+) rows? …$/gm)].map(([, count]) => Number(count));
    expect(shown.length + gaps.reduce((a, b) => a + b, 0)).toBe(300);
    expect(view.text).toContain(`of which ${shown.length} rows are shown`);
    let at = 0;
    for (const line of view.text.split('\n')) {
      const gap = /^… (\d+) rows? …$/.exec(line);
      if (gap) at += Number(gap[1]);
      else if (lines.includes(line.trimEnd())) expect(lines[at++]).toBe(line.trimEnd());
    }
  });

  test('a short file that was asked for by its name stays as it is', () => {
    const call: ToolCall = { id: '1', name: 'Read', input: { file_path: 'prices.csv' } };
    const short = `${titles}\n${lines.slice(0, 60).join('\n')}\n`;
    expect(compress(short, 'balanced', call)).toBeUndefined();
    expect(compress(source, 'balanced', call)).toBeDefined();
  });
});

describe('the claim', () => {
  const many = (line: (i: number) => string): string => Array.from({ length: 50 }, (_, i) => line(i)).join('\n');
  test.each([
    ['code', many((i) => `  call(a, b, ${i});`)],
    ['prose with commas', many((i) => `First, there is one thing, then another, and ${i} more.`)],
    ['a log', many((i) => `2026-11-20 10:12:${10 + i}, INFO, worker, step ${i}`)],
    ['JSON lines', many((i) => `{"a": ${i}, "b": 2, "c": 3}`)],
    ['a listing', many((i) => `-rw-r--r-- 1 app app ${i * 37} Nov 20 10:12 file-${i}.ts`)],
    ['a diff', many((i) => `${i % 2 ? '+' : '-'} a, b, ${i}`)],
    ['imports', many((i) => `import { a, b, c${i} } from 'x'`)],
    ['words', many((i) => `word ${i}`)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBeLessThan(0.5);
  });
});

test.each([
  ['quotes that nothing closes', '"a,'.repeat(350_000)],
  ['quotes with something after them', '"a"b,'.repeat(200_000)],
  ['rules', '+-+-+\n'.repeat(170_000)],
  ['bars', '| |\n'.repeat(260_000)],
  ['headings of records', '-[ RECORD 1 ]-\n'.repeat(70_000)],
  ['rules of columns', 'a b\n- -\n'.repeat(130_000)],
  ['very many columns', 'a,'.repeat(500_000)],
  ['a box of one column', `+-+\n|a|\n+-+\n${'|1|\n'.repeat(250_000)}`],
])('1 MB of %s takes no long time', (_, text) => {
  const start = performance.now();
  claim(text);
  compress(text);
  expect(performance.now() - start).toBeLessThan(20_000);
});

test('a table below very many lines has a view too', () => {
  const rows = Array.from({ length: 200 }, (_, i) => `| ${String(i).padEnd(4)} | b |`);
  const text = ['x\n'.repeat(200_000), '| id   | a |', '|------|---|', ...rows].join('\n');
  expect(() => compress(text, 'balanced')).not.toThrow();
});

const DATA = process.env['HEADROOM_DATA'];
const REAL = DATA === undefined ? undefined : join(DATA, 'to_docs_tables_html_sql.jsonl');

test.skipIf(REAL === undefined || !existsSync(REAL))(
  'real tables lose half of their tokens without loss (needs HEADROOM_DATA)',
  () => {
    let [before, after] = [0, 0];
    for (const row of readFileSync(REAL!, 'utf8').trim().split('\n')) {
      const { kind, content } = JSON.parse(row) as { kind: string; content: string };
      const isTable = kind === 'csv' || kind === 'sql-result';
      expect(claim(content) >= 0.5).toBe(isTable);
      if (!isTable) continue;
      const form = compress(content)?.text;
      if (form !== undefined) expect(delimited.expand(form)).toBe(content);
      before += o200k.count(content);
      after += o200k.count(form ?? content);
    }
    expect(after).toBeLessThan(before * 0.55);
  },
);

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompressOptions } from '../core/compressor.ts';
import { NO_DEADLINE } from '../core/deadline.ts';
import { Sample } from '../core/sample.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { fileRead } from './file-read.ts';

const fileReadCompressor = fileRead([]);

const OPTIONS: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE };

const GUTTERS: Readonly<Record<string, (number: number) => string>> = {
  tab: (number) => `${number}\t`,
  'cat -n': (number) => `${String(number).padStart(6)}\t`,
  'padded arrow': (number) => `${String(number).padStart(6)}→`,
  'narrow arrow': (number) => `${String(number).padStart(3)}→`,
  colon: (number) => `${number}: `,
  'zero-padded pipe': (number) => `${String(number).padStart(5, '0')}| `,
  'bare pipe': (number) => `${number}|`,
  'blank after six columns': (number) => `${String(number).padStart(6)} `,
};

const PROGRAM = Array.from({ length: 60 }, (_, i) => ['function step() {', '  return next(1, 2);', '}', ''][i % 4]!);

function number(lines: readonly string[], gutter: (number: number) => string, first = 1): string[] {
  return lines.map((line, i) => gutter(first + i) + line);
}

function withoutPadding(line: string): string {
  return line.replace(/^(?: +|0+(?=\d))/, '');
}

function shorten(text: string): string | undefined {
  return fileReadCompressor.compress(text, OPTIONS)?.text;
}

function claim(text: string): number {
  return fileReadCompressor.claim(new Sample(text));
}

describe.each(Object.entries(GUTTERS))('a listing with the gutter "%s"', (_, gutter) => {
  test.each(['\n', '\r\n'])('comes back byte for byte, line break %j, final one or not', (lineBreak) => {
    for (const first of [1, 7, 95, 998, 99_990]) {
      for (const end of ['', lineBreak]) {
        const text = number(PROGRAM, gutter, first).join(lineBreak) + end;
        const short = shorten(text)!;
        expect(short.length).toBeLessThan(text.length);
        expect(fileReadCompressor.expand(short)).toBe(text);
      }
    }
  });

  test('is claimed', () => {
    expect(claim(number(PROGRAM, gutter).join('\n'))).toBeGreaterThan(0.9);
  });

  test('keeps every content line exactly, and the number on the first and, without padding, on every tenth', () => {
    const lines = number(PROGRAM, gutter, 95);
    const [header, ...rest] = shorten(lines.join('\n'))!.split('\n');
    expect(header).toBe('[all lines 95-154, every 10th numbered]');
    expect(rest).toEqual(
      lines.map((line, i) => {
        if (i === 0) return line;
        return (95 + i) % 10 === 0 ? withoutPadding(line) : PROGRAM[i];
      }),
    );
  });
});

test('what stands before, between and after listings stays as it was', () => {
  const between = ['', 'a line', '(End of file - total 60 lines)', '</file>', '<file>', '[lines 1-2]'];
  const after = ['', '<system-reminder>', 'Mind the gap.', '</system-reminder>', ''];
  const listing = number(PROGRAM, GUTTERS.tab!);
  const text = ['<file>', ...listing, ...between, ...listing, ...after].join('\n');
  const short = shorten(text)!;
  expect(fileReadCompressor.expand(short)).toBe(text);
  expect(short.startsWith('<file>\n[all lines 1-60, ')).toBe(true);
  expect(short).toContain(`\n${between.join('\n')}\n[all lines 1-60, `);
  expect(short.endsWith(`\n60\t\n${after.join('\n')}`)).toBe(true);
});

test('a note that stands for the lines of its numbers is part of the run', () => {
  const lines = number(PROGRAM, (n) => `${n}\t`);
  const noted = [...lines.slice(0, 12), '[lines 13-40: same as in Read a.ts, above]', ...lines.slice(40)];
  const short = shorten(noted.join('\n'))!;
  expect(short.split('\n', 1)).toEqual(['[lines 1-60, every 10th numbered]']);
  expect(short).toContain('\n[lines 13-40: same as in Read a.ts, above]\nfunction step() {\n');
  expect(fileReadCompressor.expand(short)).toBe(noted.join('\n'));
});

test('a note about other lines ends the run', () => {
  const lines = number(PROGRAM, (n) => `${n}\t`);
  const noted = [...lines.slice(0, 20), '[lines 30-40: same as in Read a.ts, above]', ...lines.slice(40)];
  const short = shorten(noted.join('\n'))!;
  expect(short).toContain('[all lines 1-20, every 10th numbered]');
  expect(short).toContain('[all lines 41-60, every 10th numbered]');
  expect(fileReadCompressor.expand(short)).toBe(noted.join('\n'));
});

test('a number that is missing, doubled or out of order starts a new run', () => {
  const upper = number(PROGRAM, GUTTERS.tab!, 1);
  const lower = number(PROGRAM, GUTTERS.tab!, 62);
  const text = [...upper, ...lower].join('\n');
  const short = shorten(text)!;
  expect(short).toContain('[all lines 1-60, every 10th numbered]\n1\t');
  expect(short).toContain('[all lines 62-121, every 10th numbered]\n62\t');
  expect(fileReadCompressor.expand(short)).toBe(text);
});

test('R-16: the header says that nothing is missing, and no word of it sounds like damage', () => {
  const [header] = shorten(number(PROGRAM, GUTTERS.tab!).join('\n'))!.split('\n');
  expect(header).toContain('all lines');
  expect(header).not.toMatch(/omit|truncat|trim|cut|remov|compress|elid|skip|\.\.\.|…/i);
  expect(o200k.count(`${header}\n`)).toBeLessThanOrEqual(14);
});

test('forms of earlier versions, which stores still hold, expand too', () => {
  const text = number(PROGRAM, GUTTERS['padded arrow']!).join('\n');
  const sent = PROGRAM.map((line, i) => (i === 0 || (i + 1) % 10 === 0 ? GUTTERS['padded arrow']!(i + 1) : '') + line);
  const header = '[lines 1-60, all shown, every 10th numbered]';
  expect(fileReadCompressor.expand([header, ...sent].join('\n'))).toBe(text);
});

test('a listing too short to pay for a header stays as it is', () => {
  expect(shorten(number(PROGRAM.slice(0, 12), GUTTERS['padded arrow']!).join('\n'))).toBeUndefined();
  expect(shorten('')).toBeUndefined();
});

describe('R-10: no number ever stands before a line that is not its own', () => {
  test('content that looks numbered, or like a header, keeps its gutter', () => {
    const awkward = ['12\tx', '  7→y', '3: z', '3:z', '00001| w', '[all lines 1-9, every 10th numbered]', '22', '22\t'];
    const content = [...PROGRAM.slice(0, 15), ...awkward, ...PROGRAM];
    for (const gutter of Object.values(GUTTERS)) {
      const lines = number(content, gutter);
      const short = shorten(lines.join('\n'))!;
      expect(fileReadCompressor.expand(short)).toBe(lines.join('\n'));
      for (const [i, line] of lines.slice(15, 21).entries()) {
        expect(short.split('\n')).toContain((16 + i) % 10 === 0 ? withoutPadding(line) : line);
      }
    }
  });

  test('holds for any content, as does the way back', () => {
    const content = fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        '  x',
        '\t',
        'x',
        '1\t',
        '2: a',
        '3→',
        '|',
        ':',
        '\r',
        '20\r',
        '[all lines 1-20, every 10th numbered]',
      ),
      fc.nat(40).map(String),
      fc.tuple(fc.nat(40), fc.constantFrom(...Object.values(GUTTERS))).map(([n, gutter]) => `${gutter(n)}y`),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const run = fc
      .tuple(
        fc.array(content, { minLength: 1, maxLength: 50 }),
        fc.constantFrom(...Object.values(GUTTERS)),
        fc.oneof(fc.nat(20), fc.nat(1100)),
      )
      .map(([lines, gutter, first]) => number(lines, gutter, first));
    const text = fc.array(fc.oneof(run, fc.array(content, { maxLength: 3 })), { maxLength: 4 });
    fc.assert(
      fc.property(text, fc.boolean(), (blocks, isTrimmed) => {
        const source = blocks.flat().map((line) => (isTrimmed ? line.trimEnd() : line));
        const short = shorten(source.join('\n'));
        if (short === undefined) return;
        expect(fileReadCompressor.expand(short)).toBe(source.join('\n'));
        const numbered = source.join('\n').split('\n');
        const known = new Set(numbered.flatMap((line) => [line, withoutPadding(line)]));
        for (const line of short.split('\n')) {
          if (/^ *\d+[\t→|:]/.test(line)) expect(known.has(line)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('R-18: where it is unsure, it keeps its hands off', () => {
  test.each([
    ['grep -n', PROGRAM.map((_, i) => `${i * 3 + 1}:  const a = ${i};`).join('\n')],
    ['grep -n of lines in a row', PROGRAM.map((line, i) => `${i + 1}:${line}`).join('\n')],
    ['grep -n with context', PROGRAM.map((line, i) => `${i + 1}-${line}`).join('\n')],
    ['a log that begins with numbers', PROGRAM.map((_, i) => `${1700000000 + i} INFO started`).join('\n')],
    ['clock times', PROGRAM.map((_, i) => `21:41:${String(i % 60).padStart(2, '0')}: started`).join('\n')],
    ['numbers that fall', number(PROGRAM, (n) => `${100 - n}\t`).join('\n')],
    ['counts', number(PROGRAM, (n) => `${n * n}\t`).join('\n')],
    ['an ordered list', number(PROGRAM, (n) => `${n}. `).join('\n')],
    ['a JSON document', JSON.stringify({ content: number(PROGRAM, GUTTERS.tab!).join('\n') }, null, 2)],
    ['plain words', PROGRAM.join('\n')],
    ['nothing', ''],
  ])('%s is not claimed', (_, text) => {
    expect(claim(text)).toBeLessThan(0.5);
    expect(shorten(text)).toBeUndefined();
  });

  test('a blank that may be indentation or gutter leaves the run alone', () => {
    const indented = Array.from({ length: 40 }, () => '    return next(1, 2);');
    expect(shorten(number(indented, (n) => `${n}:`).join('\n'))).toBeUndefined();
    expect(shorten(number(indented, GUTTERS.colon!).join('\n'))).toBeUndefined();
    const withBlank = number(indented.with(20, ''), GUTTERS.colon!);
    expect(shorten(withBlank.join('\n'))).toContain('\n    return next(1, 2);\n');
    expect(shorten(withBlank.join('\r\n'))).toContain('\n    return next(1, 2);\r\n');
  });

  test('a run that ends where the blank is missing shows that the blank is indentation', () => {
    const indented = [' * a comment', ...Array.from({ length: 40 }, () => '    return next(1, 2);')];
    const lines = number(['/**', ...indented, '}'], (n) => `${n}:`);
    expect(shorten(lines.slice(1, -1).join('\n'))).toBeDefined();
    expect(shorten(lines.slice(1).join('\n'))).toBeUndefined();
    expect(shorten(lines.slice(0, -1).join('\n'))).toBeUndefined();
  });

  test('numbers padded in two ways are no run', () => {
    const lines = number(PROGRAM, (n) => `${String(n).padStart(5, '0')}\t`, 7);
    const text = ['  007\tfirst', ...lines.slice(1)].join('\n');
    const short = shorten(text)!;
    expect(short.startsWith('  007\tfirst\n[all lines 8-')).toBe(true);
    expect(fileReadCompressor.expand(short)).toBe(text);
  });

  test('a text that holds a line like our header outside a run is declined', () => {
    const listing = number(PROGRAM, GUTTERS.tab!).join('\n');
    for (const line of ['[all lines 1-2, every 10th numbered]', shorten(listing)!]) {
      expect(shorten(`${line}\n${listing}`)).toBeUndefined();
      expect(shorten(`${listing}\n${line}`)).toBeUndefined();
    }
  });
});

test('a listing that starts late is claimed', () => {
  const listing = number(Array.from({ length: 10 }, () => PROGRAM).flat(), GUTTERS.tab!);
  expect(claim([...PROGRAM, ...listing].join('\n'))).toBeGreaterThan(0.5);
  expect(claim(['$ cat -n step.ts', 'one more line', ...listing].join('\n'))).toBeGreaterThan(0.9);
});

test('empty lines whose gutter lost its last blank are part of the run', () => {
  const text = number(PROGRAM, GUTTERS.colon!)
    .map((line) => line.trimEnd())
    .join('\n');
  const short = shorten(text)!;
  expect(short).toContain('[all lines 1-60, ');
  expect(short).toContain('\n4:\n');
  expect(fileReadCompressor.expand(short)).toBe(text);
});

test.each([
  ['no form at all', 'lines 1-20'],
  ['a header at the end', '[all lines 1-20, every 10th numbered]'],
  ['too few lines', '[all lines 1-20, every 10th numbered]\n1\ta\nb'],
  ['a first line without its number', '[all lines 1-2, every 10th numbered]\na\nb'],
  ['another number on the first line', '[all lines 1-2, every 10th numbered]\n2\ta\nb'],
  ['numbers that fall', '[all lines 9-2, every 10th numbered]\n9\ta\nb'],
])('expands nothing from %s', (_, text) => {
  expect(fileReadCompressor.expand(text)).toBeUndefined();
});

const DATA = process.env.HEADROOM_DATA ?? '';
const SESSIONS = ['traj_claude_code_spotter_a.jsonl', 'traj_adp_coding.jsonl', 'to_git_grep_listing.jsonl'];

/** Every string in a recorded file that has lines: more than the tool results, and none left out. */
function stringsOf(file: string): readonly string[] {
  const strings: string[] = [];
  for (const line of readFileSync(join(DATA, file), 'utf8').split('\n').filter(Boolean)) {
    JSON.parse(line, (_, value: unknown) => {
      if (typeof value === 'string' && value.includes('\n')) strings.push(value);
      return value;
    });
  }
  return strings;
}

describe.skipIf(!existsSync(join(DATA, SESSIONS[0]!)) || DATA === '')('recorded sessions (HEADROOM_DATA)', () => {
  test.each(SESSIONS)('every numbered listing of %s comes back byte for byte', (file) => {
    let shortened = 0;
    for (const recorded of stringsOf(file)) {
      for (const text of new Set([recorded, recorded.replaceAll(/^ *(\d+)→/gm, '$1\t')])) {
        const short = claim(text) >= 0.5 ? shorten(text) : undefined;
        if (short === undefined) continue;
        shortened++;
        expect(fileReadCompressor.expand(short) === text).toBe(true);
      }
    }
    expect(shortened).toBeGreaterThan(20);
  });
});

test.each(['\t', '|'])('rows of a table whose first column counts up are no listing: %j', (separator) => {
  const rows = Array.from({ length: 60 }, (_, i) =>
    [i + 1, `name ${i % 7}`, i % 3 ? 'active' : 'banned', `${i}.50`].join(separator),
  ).join('\n');
  expect(fileReadCompressor.compress(rows, OPTIONS)).toBeUndefined();
  const call = { id: 'a', name: 'Read', input: { file_path: '/srv/people.tsv' } };
  expect(fileReadCompressor.compress(rows, { ...OPTIONS, call })?.loss).toBe('none');
});

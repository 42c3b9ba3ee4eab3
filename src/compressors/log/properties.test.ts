import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { logCompressor } from './log.ts';

/** So that no form is declined for its length in tokens: what is tested is that each reads back. */
const characters: Tokenizer = { name: 'characters', exact: false, count: (text) => text.length };

function roundTrip(text: string): boolean {
  const options = { level: 'lossless', call: undefined, tokens: characters, deadline: NO_DEADLINE } as const;
  const compressed = logCompressor.compress(text, options);
  if (!compressed) return false;
  expect(compressed.loss).toBe('none');
  expect(logCompressor.expand(compressed.text)).toBe(text);
  return true;
}

const word = fc.oneof(
  fc.constantFrom(
    'request',
    'served',
    'user=root',
    'A',
    'B',
    'AA',
    '@',
    '\\',
    '{',
    '}',
    '{}',
    '<>',
    '=',
    '',
    '[',
    ']',
    '—',
    'größe',
    '日志',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replaceAll('\n', '')),
);
const value = fc.oneof(
  fc.integer({ min: -20, max: 2_000_000 }).map(String),
  fc.stringMatching(/^[0-9a-f]{4,12}$/),
  fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `/10.0.${a}.${b}:50010`),
  fc.nat(99).map((i) => `blk_-${i}_x:`),
  fc.constantFrom('07:08:09', '12ms', 'x1.', '٣', '5\u00a0kB', '\u001b[1;31m7\u001b[0m', '0', '{1}'),
);
const time = fc.oneof(
  fc.nat(5).map((i) => `2026-05-06 07:08:0${i}`),
  fc.nat(86_399).map((i) => `[May  6 0${i % 9}:0${i % 7}:1${i % 10}] `),
  fc.nat(59).map((i) => `081109 2036${String(i).padStart(2, '0')} `),
  fc.nat(9).map((i) => `17${i}8451234.5`),
  fc.constant(''),
);
const separator = fc.constantFrom(' ', '  ', ', ', '\t', '|');

/** A template and how to say one of its lines. */
const template = fc
  .tuple(fc.array(fc.tuple(word, fc.boolean(), separator), { minLength: 1, maxLength: 7 }), fc.boolean())
  .map(([pieces, hasTime]) => (stamp: string, values: readonly string[]): string => {
    const said = pieces.map(([text, isValue, space], i) => (isValue ? values[i % values.length]! : text) + space);
    return (hasTime ? `${stamp} ` : '') + said.join('');
  });

const soup = fc
  .tuple(
    fc.array(template, { minLength: 1, maxLength: 4 }),
    fc.array(
      fc.tuple(fc.nat(3), time, fc.array(value, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5 })),
      {
        minLength: 10,
        maxLength: 60,
      },
    ),
    fc.constantFrom('\n', '\r\n', '\n\n'),
    fc.boolean(),
  )
  .map(([templates, picks, end, hasEnd]) => {
    const lines = picks.flatMap(([which, stamp, values, times]) =>
      Array<string>(times === 5 ? 4 : 1).fill(templates[which % templates.length]!(stamp, values)),
    );
    return lines.join(end) + (hasEnd ? end : '');
  });

test('any mixture of templates, times and values reads back, and most are shortened', () => {
  let shortened = 0;
  fc.assert(
    fc.property(soup, (text) => {
      if (roundTrip(text)) shortened++;
    }),
    { numRuns: 400 },
  );
  expect(shortened).toBeGreaterThan(100);
});

test('any lines at all read back', () => {
  const lines = fc.array(fc.oneof(word, value, fc.string({ unit: 'binary' })), { minLength: 8, maxLength: 40 });
  fc.assert(
    fc.property(lines, fc.integer({ min: 2, max: 6 }), (some, times) => {
      roundTrip(Array<string>(times).fill(some.join('\n')).join('\n'));
    }),
    { numRuns: 300 },
  );
});

const timed = (i: number): string => `2026-05-06 07:08:${10 + (i % 50)} INFO request ${i} served in ${i % 9} ms`;
const many = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

test.each([
  ['100,000 lines', many(100_000, timed)],
  ['100,000 empty lines between others', `${many(20, timed)}${'\n'.repeat(100_000)}${many(20, timed)}`],
  ['lines of 1 MB among short ones', many(30, (i) => (i % 10 === 5 ? 'x1 '.repeat(350_000) : timed(i)))],
  ['NUL bytes in lines', many(40, (i) => `${timed(i)}${i % 3 === 0 ? '\0' : ''}`)],
  ['marks of shapes in lines', many(60, (i) => (i % 3 === 0 ? `\u0001${timed(i)} \u0002 ${i}\u0001` : timed(i)))],
  ['no line end at the end', many(40, timed)],
  ['CRLF', many(40, (i) => `${timed(i)}\r`)],
  ['carriage returns inside lines', many(40, (i) => `${timed(i)}\r${i}%\r\r`)],
  ['empty lines between', many(40, (i) => `${timed(i)}\n\n`)],
  [
    '100 times as many shapes as lines of each',
    many(2_000, (i) => `2026-05-06 07:08:09 INFO ${'ab cd '.repeat(i % 400)}${i}`),
  ],
  [
    'two thousand templates',
    many(
      8_000,
      (i) => `2026-05-06 07:08:09 INFO ${(i % 2_000).toString(2).replaceAll('0', 'a').replaceAll('1', 'b')} is ${i}`,
    ),
  ],
])('%s read back', (_, text) => {
  expect(roundTrip(text)).toBe(true);
});

test('a form that is shortened again reads back to the form', () => {
  const options = { level: 'lossless', call: undefined, tokens: characters, deadline: NO_DEADLINE } as const;
  const form = logCompressor.compress(many(60, timed), options)!.text;
  roundTrip(`${form}\n${form}`);
  roundTrip(`${many(60, timed)}\n${form}`);
  expect(logCompressor.expand(`${form}\n${form}`)).toBeUndefined();
});

test('a form with a huge count is refused at once', () => {
  const options = { level: 'lossless', call: undefined, tokens: characters, deadline: NO_DEADLINE } as const;
  const run = Array<string>(20).fill('2026-05-06 07:08:09 WARN queue 7 is full');
  const form = logCompressor.compress([many(20, timed), ...run].join('\n'), options)!.text;
  expect(form).toContain('[that line 20 times]');
  expect(logCompressor.expand(form.replace('20 times', '9999999 times'))).toBeUndefined();
});

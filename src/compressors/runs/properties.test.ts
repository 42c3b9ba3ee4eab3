import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { readForm } from './read.ts';
import { writeForm } from './write.ts';
import { writeView } from './view.ts';

const name = fc.stringMatching(/^[a-z]{1,6}(?:_[a-z0-9]{1,4}){0,2}(?:\[[a-z |-]{0,5}\])?$/);
const small = fc.nat({ max: 120 });
const file = fc.constantFrom('tests/a.py', 'src/b.ts', '/x/y z.c', 'C:\\w\\c.cs', 'Makefile');
const said = fc.constantFrom(': error X: bad', ': warning: odd', ' no', '', ': a {} b ⏎ | c', '=A', ' (1,2): twice');

const line = fc.oneof(
  fc
    .tuple(file, name, fc.constantFrom('PASSED', 'FAILED', 'SKIPPED (why)'), small)
    .map(([f, n, w, p]) => `${f}::${n} ${w} [${String(p).padStart(3)}%]`),
  fc.tuple(name, small, small).map(([n, a, b]) => `test ${n} ... ok in ${a} of ${b} items`),
  fc.tuple(name, name).map(([a, b]) => `${a} (${b}.C.${a}) ... ok`),
  fc.tuple(file, small, small, said).map(([f, l, c, s]) => `${f}(${l},${c})${s}`),
  fc.tuple(file, small, small, said).map(([f, l, c, s]) => `${f}:${l}:${c}${s}`),
  fc.tuple(small, small).map(([l, c]) => `${String(l).padStart(5)}:${String(c).padEnd(4)}error  Bad thing  no-bad`),
  fc.tuple(name, small).map(([n, i]) => `Downloading ${n}-${i}.whl (${i} kB) from the | index`),
  fc.constantFrom(
    '',
    '[#1]',
    '[2 lines as from #1]',
    '≡ 3 values: a {} b',
    '≡ 2 rows: {} | {}',
    '≡ 2 lines at a.c',
    '\\',
    'A=x',
    'x [%]',
  ),
  fc.constantFrom(
    'collected 40 items',
    'some long line of a frame that comes again',
    '  code below it that comes again',
    '\r',
    '\u2028',
  ),
  fc.string({ maxLength: 30 }),
);
const text = fc
  .array(fc.tuple(line, fc.nat({ max: 4 })), { maxLength: 60 })
  .map((rows) => rows.flatMap(([one, times]) => Array.from({ length: times + 1 }, () => one)).join('\n'));

test('what can be written can be read back, to the byte', () => {
  fc.assert(
    fc.property(text, fc.boolean(), (source, isCrlf) => {
      const original = isCrlf ? source.replaceAll('\n', '\r\n') : source;
      const form = writeForm(original, NO_DEADLINE);
      if (form !== undefined) expect(readForm(form)).toBe(original);
    }),
    { numRuns: 400 },
  );
});

test('results in a row, as tools print them, are read back with their percentages', () => {
  const run = fc.tuple(
    fc.array(fc.tuple(fc.constantFrom('a/t.py', 'b.py'), name), { minLength: 3, maxLength: 60 }),
    fc.nat({ max: 90 }),
  );
  fc.assert(
    fc.property(run, ([tests, width]) => {
      const lines = tests.map(([f, n], i) => {
        const head = `${f}::${n} PASSED`;
        return (
          head + ` [${String(Math.floor(((i + 1) * 100) / tests.length)).padStart(3)}%]`.padStart(width - head.length)
        );
      });
      const source = [`collected ${tests.length} items`, ...lines].join('\n');
      const form = writeForm(source, NO_DEADLINE);
      if (form !== undefined) expect(readForm(form)).toBe(source);
    }),
  );
});

test('hostile texts never make the reader throw, nor a view', () => {
  fc.assert(
    fc.property(text, (source) => {
      const form = writeForm(source, NO_DEADLINE) ?? source;
      readForm(`${form.slice(0, form.length >> 1)}\n${source}`);
      writeView(source, { level: 'balanced', tokens: o200k, deadline: NO_DEADLINE, sourceTokens: 5000 });
    }),
    { numRuns: 200 },
  );
});

/** Values that hold for several rows stand above them; rules with a tenth of exceptions say those in place. Everything comes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeHits, needleEntries } from './recipes.fixture.ts';
import { formOf, formOfValue, o200k } from './testing.fixture.ts';

const hits = Array.from({ length: 120 }, (_, i) => ({
  file: `src/${['auth', 'billing', 'cart'][(i >> 3) % 3]}/${['load', 'save'][(i >> 3) % 2]}_${i >> 3}.ts`,
  line: 10 + ((i * 37) % 400),
  content: `const ${'abcdefgh'[i % 8]}${i * 7} = client.${['get', 'put'][i % 2]}("${(i * 7919) % 997}");`,
}));

describe('hits of a search', () => {
  it('stand below their file, which stands once', () => {
    const form = formOfValue(hits);
    expect(form).toContain('file: in the line above, after the colon\n');
    for (const file of new Set(hits.map((hit) => hit.file))) expect(form.split(`: ${file}\n`)).toHaveLength(2);
  });

  it('of rg --json too', () => {
    const lines = hits.map(({ file, line, content }) =>
      JSON.stringify({
        type: 'match',
        data: { path: { text: file }, lines: { text: `${content}\n` }, line_number: line },
      }),
    );
    const form = formOf(lines.join('\n'))!;
    expect(form).toContain('\n: src/auth/load_0.ts\n');
    expect(o200k.count(form)).toBeLessThan(o200k.count(lines.join('\n')) / 3);
  });
});

describe('texts in turn', () => {
  it('that a slot cannot hold, such as one of two lines, stand in the legend', () => {
    const rows = Array.from({ length: 24 }, (_, i) => ({ id: i, note: ['one', 'two\nlines', 'three'][i % 3] }));
    expect(formOfValue(rows)).toContain('two\\nlines');
  });
});

describe('rules with exceptions', () => {
  it('say them in the slot', () => {
    const rows = needleEntries(100).map((row, i) =>
      i % 11 === 3 ? { ...row, message: `Request processed successfully - latency=${900 + i * i}ms` } : row,
    );
    const form = formOfValue(rows);
    expect(form).toContain('latency={50 + i; 909 in row 3; 1096 in row 14;');
    expect(o200k.count(form)).toBeLessThan(420);
  });

  it('say them for numbers', () => {
    const form = formOfValue(
      codeHits().map((row, i) => (i % 9 === 4 ? { ...row, line: 7000 + ((i * 7919) % 991) } : row)),
    );
    expect(form).toMatch(/line: <10 \+ 3\*i>, but \d+ in row 4, /);
  });
});

it('any runs, any rule with any exceptions come back', () => {
  const value = fc.oneof(
    fc.constantFrom(
      'src/a/b.ts',
      ': ',
      'row 1: ',
      '',
      ' x',
      '; 5 in row 2',
      '5',
      'null',
      'a, but b',
      'lib/long/path/name.py',
    ),
    fc.string(),
  );
  const row = fc.tuple(fc.nat(4), fc.nat(9), fc.nat(9), value);
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 40, maxLength: 90 }),
      fc.array(value, { minLength: 1, maxLength: 9 }),
      (rows, files) => {
        let run = 0;
        const list = rows.map(([step, miss, odd, text], i) => {
          if (step === 0) run++;
          return {
            file: files[run % files.length],
            id: miss === 0 ? `id-${odd}${text}` : `id-${i * 3}`,
            at: `12:${odd === 0 ? String(miss) + text : '00'}:${String(i % 60).padStart(2, '0')}`,
            n: miss === 1 ? odd : 50 + i,
            kind: miss === 2 ? text : ['x', 'y', 'z'][i % 3],
            free: text,
          };
        });
        formOf(JSON.stringify(list));
      },
    ),
    { numRuns: 100 },
  );
});

/** Each way to say a column, as a model reads it. Every form is also read back (formOfValue throws when that fails). */
import { describe, expect, it } from 'vitest';
import { formOf, formOfValue } from './testing.fixture.ts';

function rows(count: number, make: (i: number) => object): readonly object[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Numbers without a rule. */
function noise(i: number): number {
  return (Math.imul(i + 7, 2654435761) >>> 8) % 997;
}

const LONG_KEY = 'some_longer_key_name';

describe('columns of one rule', () => {
  const cases: readonly [string, (i: number) => unknown, string][] = [
    ['a constant', () => 'INFO', 'INFO'],
    ['a constant that looks like a number', () => '5', '"5"'],
    ['a constant number as it was spelled', () => 5, '5'],
    ['a constant list', () => ['a', 'b'], '["a","b"]'],
    ['an empty object', () => ({}), '{ }'],
    ['null', () => null, 'null'],
    ['a line of numbers', (i) => 50 + 2 * i, '{50 + 2*i}'],
    ['a falling line', (i) => 50 - 3 * i, '{50 - 3*i}'],
    ['numbers as text', (i) => String(i), '"{i}"'],
    ['padded numbers', (i) => `req-${pad(i, 6)}`, 'req-{i, 6 digits}'],
    ['numbers that start again', (i) => `${pad((i + 7) % 24, 2)}:00`, '{(i + 7) mod 24, 2 digits}:00'],
    ['stairs', (i) => `chapter ${2 + Math.floor(i / 9)}`, 'chapter {2 + floor(i / 9)}'],
    ['texts in turn', (i) => ['auth', 'db', 'cache'][i % 3], '{repeats auth, db, cache}'],
    ['exact decimals', (i) => (950 - 5 * i) / 1000, '{0.95 - 0.005*i}'],
    ['floating point', (i) => 0.95 - 0.005 * i, '{0.95 - 0.005*i, floating point}'],
    ['decimals with their zeros', (i) => (1 + i * 0.25).toFixed(2), '"{1 + 0.25*i, 2 decimals}"'],
    [
      'times at one distance',
      (i) => new Date(1.7e12 + i * 90_000).toISOString(),
      '{2023-11-14T22:13:20.000Z + i * 90 s}',
    ],
    ['a fixed beginning and end', (i) => `<${noise(i + 500)}@host>`, '<{}@host>'],
    ['one odd value', (i) => (i === 12 ? 'WARN' : 'INFO'), 'INFO, but WARN in row 12'],
    ['long runs', (i) => (i < 20 ? 'old' : 'new'), 'old, but new in rows 20-39'],
    ['a formula with an odd row', (i) => (i === 12 ? 'gone' : `r${i}`), 'r{i}, but gone in row 12'],
    ['one null among texts', (i) => (i === 12 ? null : `n-${i}`), 'n-{i}, but null in row 12'],
  ];
  it.each(cases)('%s', (_, make, spec) => {
    const form = formOfValue(rows(40, (i) => ({ [LONG_KEY]: make(i), other: noise(i) })));
    expect(form.split('\n')).toContain(`${LONG_KEY}: ${spec}`);
  });

  it('a formula needs at least eight rows', () => {
    expect(formOfValue(rows(7, (i) => ({ [LONG_KEY]: i, another_longer_name: 'x' })))).toContain(`${LONG_KEY}: {}`);
  });

  it('a formula that misses one value by a digit is not used for it', () => {
    const form = formOfValue(rows(40, (i) => ({ [LONG_KEY]: i === 30 ? `req-${i}` : `req-${pad(i, 4)}`, other: 'x' })));
    expect(form).toContain('req-{i, 4 digits}, but req-30 in row 30');
  });
});

describe('columns in lines', () => {
  it('values by letter', () => {
    const form = formOfValue(rows(40, (i) => ({ service: ['auth', 'payment-gateway', 'inventory'][noise(i) % 3] })));
    expect(form).toContain('service: one of\n a = ');
    expect(form).toMatch(/\n[abc]\n/);
  });

  it('templates by letter, with what varies after it', () => {
    const form = formOfValue(
      rows(40, (i) => ({
        message: noise(i) % 2 ? `Cache hit for key user:${noise(i)}` : `Created order ${noise(i)} for customer ${i}`,
      })),
    );
    expect(form).toContain(' = Cache hit for key user:{}');
    expect(form).toContain(' = Created order {} for customer {i}');
  });

  it('what follows from a letter is said once', () => {
    const kinds = [
      ['Cache hit', 200],
      ['Not found', 404],
      ['Slow down', 429],
    ] as const;
    const form = formOfValue(rows(60, (i) => ({ message: kinds[noise(i) % 3]![0], status: kinds[noise(i) % 3]![1] })));
    expect(form).toMatch(/: [^\n]+, but [^\n]+ if (?:message|status) is \w, [^\n]+ if (?:message|status) is \w\n/);
  });

  it('values in turn have their legend and no lines', () => {
    const form = formOfValue(rows(40, (i) => ({ code: `fn ${['open', 'close'][i % 2]}, number ${i}(` })));
    expect(form).toContain('code: one of, in turn\n a = fn open, number {i}(\n b = fn close, number {i}(\n]');
  });

  it('text of another column stands as its name', () => {
    const form = formOfValue(
      rows(40, (i) => ({ login: `u${noise(i)}`, url: `https://host/users/u${noise(i)}/repos` })),
    );
    expect(form).toContain('url: https://host/users/{login}/repos');
  });

  it('a dash stands for what is said of it', () => {
    const form = formOfValue(
      rows(40, (i) => ({ id: i, link: noise(i) % 2 ? `https://host/item/${noise(i)}/view` : null })),
    );
    expect(form).toContain('link: https://host/item/{}/view, - is null\n');
    expect(form).toMatch(/\n-\n/);
  });

  it('lists of single values have commas, or letters', () => {
    const form = formOfValue(
      rows(40, (i) => ({
        labels: ['bug', 'docs', 'help wanted', 'ui', 'api'].filter((_label, at) => noise(i * 5 + at) % 2),
        id: noise(i),
      })),
    );
    expect(form).toContain('labels: lists of');
    expect(form).toContain('[]');
  });

  it('text and values that look alike stay apart', () => {
    const form = formOfValue(
      rows(40, (i) => ({ [LONG_KEY]: [`${noise(i)}`, noise(i), null, 'null', true, 'x'][i % 6] })),
    );
    expect(form).toContain('"null"');
  });

  it('a template names the column that has the text', () => {
    const form = formOfValue(
      rows(40, (i) => ({ id: noise(i), note: `${noise(i + 40) % 2 ? 'took' : 'gave'} ${noise(i)} to` })),
    );
    expect(form).toContain(' = took {id} to');
  });

  it('a bar parts free texts, spaces the rest', () => {
    const words = ['red', 'green', 'blue', 'old', 'new', 'odd', 'even'];
    const text = (i: number): string => [0, 1, 2].map((at) => words[noise(i * 3 + at) % 7]).join(' ');
    const form = formOfValue(rows(40, (i) => ({ id: noise(i), title: text(i), note: text(i + 60) })));
    expect(form).toContain('each line: {id} {title}|{note}\n');
  });

  it('every tenth line has its number where numbers are spoken of', () => {
    const form = formOfValue(rows(25, (i) => ({ id: i, value: `v${noise(i)}` })));
    expect(form).toContain('\n#10 ');
    expect(form).toContain('\n#20 ');
    expect(formOfValue(rows(25, (i) => ({ value: `v${noise(i)}`, unit: 'ms' })))).not.toContain('#10');
  });

  it('other brackets are used where the texts have braces', () => {
    const form = formOfValue(rows(60, (i) => ({ code: `f${i}() {`, id: noise(i) })));
    expect(form).toContain('slots in <>:\ncode: f<i>() {\n');
  });
});

describe('shapes of rows', () => {
  it('nested objects are said by their fields, in their order', () => {
    const form = formOfValue(rows(30, (i) => ({ z: { b: { y: i, x: 'c' } }, a: noise(i) })));
    expect(form).toContain('z:\n b:\n  y: {i}\n  x: c\na: {}');
  });

  it('lists of one length are said by position', () => {
    expect(formOfValue(rows(30, (i) => ({ at: [i, noise(i)] })))).toContain('at:\n [0]: {i}\n [1]: {}');
  });

  it('null or an object', () => {
    const form = formOfValue(
      rows(30, (i) => ({ user: i === 4 || i === 9 ? null : { id: i, role: 'admin' }, n: noise(i) })),
    );
    expect(form).toContain('user: {...}, but null in rows 4 9\n id: {i}\n role: admin');
  });

  it('optional keys', () => {
    const form = formOfValue(rows(30, (i) => ({ id: i, ...(i % 3 ? {} : { error: 'timed out' }), n: noise(i) })));
    expect(form).toMatch(/error: .*absent/);
  });

  it('a rare row of another shape stands in full, in its place', () => {
    const odd = { fatal: true, reason: 'disk' };
    const form = formOfValue(rows(40, (i) => (i === 20 ? odd : { id: i, n: noise(i) })));
    expect(form).toMatch(/\nrow 20: \{"fatal":true,"reason":"disk"\}\n/);
  });

  it('single values', () => {
    expect(formOfValue(Array.from({ length: 60 }, (_, i) => 5 + 2 * i))).toBe(
      '[60 rows of one value (i = 0 to 59): {5 + 2*i}\n]',
    );
    expect(formOfValue(Array.from({ length: 60 }, (_, i) => `src/modules/module_${noise(i)}.py`))).toMatch(
      /^\[60 rows of one value: src\/modules\/module_\{\}\.py\n\d+\n/,
    );
  });

  it('an object keyed by names is a table with its keys as a column', () => {
    const form = formOfValue(
      Object.fromEntries(rows(60, () => ({})).map((_, i) => [`pkg-${noise(i)}`, { version: `1.${i}.0`, dev: true }])),
    );
    expect(form).toContain('{60 entries'.replace('{', '['));
    expect(form).toContain('key: {}\nvalue:\n version: 1.{i}.0\n dev: true');
    for (let i = 0; i < 60; i++) expect(form).toContain(`pkg-${noise(i)}`);
  });

  it('in a short table ids, dates and names stand whole, where a reader looks for them', () => {
    const form = formOfValue(rows(12, (i) => ({ id: `HAT${noise(i)}`, day: `2024-05-${10 + i}`, fare: 100 + 7 * i })));
    for (let i = 0; i < 12; i++) {
      expect(form).toContain(`HAT${noise(i)}`);
      expect(form).toContain(`2024-05-${10 + i}`);
    }
  });

  it('several tables in one document, and tables in tables of few rows', () => {
    const series = (name: string): object => ({ name, points: rows(60, (i) => ({ at: i, value: noise(i) })) });
    const form = formOfValue({ a: series('cpu'), b: [series('x'), series('y'), series('z'), series('w')] });
    expect(form.match(/\[60 rows/g)).toHaveLength(5);
  });
});

describe('around tables', () => {
  it('addresses that come again have a sign', () => {
    const host = 'https://api.host.example/repos/owner/name';
    const form = formOfValue(
      Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [`${key}_url`, `${host}/${key}`])),
    );
    expect(form).toBe(`~ stands for ${host}\n{"a_url":"~/a","b_url":"~/b","c_url":"~/c","d_url":"~/d","e_url":"~/e"}`);
  });

  it('text around JSON stays byte for byte', () => {
    const json = JSON.stringify(
      rows(30, (i) => ({ id: i, n: noise(i) })),
      null,
      2,
    );
    const form = formOf(`\ufeff  Result:\r\n\t${json}\n\n exit status 0  `)!;
    expect(form.startsWith('\ufeff  Result:\r\n\t[30 rows')).toBe(true);
    expect(form.endsWith('\n]\n\n exit status 0  ')).toBe(true);
  });

  it('JSON inside a string is said as JSON, with its white space', () => {
    const inner = { rows: rows(30, (i) => ({ id: i, n: noise(i) })) };
    expect(formOfValue({ text: JSON.stringify(inner) })).toContain('{"text":(JSON text: {"rows":[30 rows');
    expect(formOfValue({ text: JSON.stringify(inner, null, 4) })).toContain('(JSON text, indent 4: {');
    const spaced = JSON.stringify(inner).replaceAll(',"', ', "').replaceAll('":', '": ').replaceAll('},{', '}, {');
    expect(formOfValue({ text: spaced })).toContain('(JSON text, spaced: {');
    const python = JSON.stringify({ ...inner, by: 'Zoë 😀' }, null, 2).replaceAll(
      /[^ -~\n]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    expect(formOfValue({ text: python })).toContain('(JSON text, indent 2, ASCII: {');
    expect(formOfValue({ text: `${python}\n` })).toContain('(JSON text, indent 2, ASCII, line end: {');
    expect(formOfValue({ text: `${JSON.stringify(inner)}\n` })).toContain('(JSON text, line end: {');
  });
});

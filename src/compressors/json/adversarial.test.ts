/** Inputs made to break things: each is said right, or left alone. */
import { describe, expect, it } from 'vitest';
import { DeadlineExceeded } from '../../core/deadline.ts';
import { jsonCompressor } from './json.ts';
import { needleEntries } from './recipes.fixture.ts';
import { formOf, formOfValue, o200k, options } from './testing.fixture.ts';

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function nested(depth: number): string {
  return `${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`;
}

const values: readonly [string, unknown][] = [
  ['only null', times(50, () => null)],
  ['rows of null', times(50, () => ({ a: null, b: null }))],
  ['empty objects', times(50, () => ({}))],
  ['empty lists', times(50, () => [])],
  ['identical items', times(200, () => ({ id: 1, name: 'same', tags: ['x'] }))],
  ['mixed items', times(40, (i) => [null, i, `s${i}`, { a: i }, [i], true, 1.5][i % 7])],
  ['three thousand fields', times(5, (i) => Object.fromEntries(times(3000, (k) => [`field_${k}`, i * k])))],
  ['fields in another order', times(30, (i) => (i % 2 ? { a: 1, b: 2, c: i } : { c: i, b: 2, a: 1 }))],
  ['numbers as keys', times(30, (i) => ({ 2: i, 1: 'x', b: 0 }))],
  [
    'odd field names',
    times(30, (i) => ({ '': i, ' ': 1, 'a.b': 2, 'a: b': 3, 'row 1': i, '[0]': 4, 'x, y': 5, '"q"': 6 })),
  ],
  ['NUL and controls', times(30, (i) => ({ a: `x\u0000y${i}`, b: '\u0001\u0002', c: `\u2028${i}` }))],
  ['lone surrogates', times(30, (i) => ({ a: '\ud800', b: `\udfff${i}`, c: `😀${i}` }))],
  ['look-alikes', times(30, (i) => ({ a: i % 2 ? 'admin' : 'аdmin', b: 'e\u0301', c: '\u00e9' }))],
  [
    'text that looks like values',
    times(40, (i) => ({ a: ['null', '5', 'true', '-', 'absent', '{}', '[]', '""', '', ' '][i % 10], b: i })),
  ],
  ['numbers and the same numbers as text', times(40, (i) => ({ a: i % 3 ? i : String(i), b: String(i) }))],
  [
    'text that looks like formulas',
    times(30, (i) => ({ a: '{i}', b: '<i>', c: '«i»', d: `{i}${i}`, e: 'repeats a, b', f: 'one of' })),
  ],
  [
    'text with our words',
    times(30, (i) => ({ a: `x, but y in row ${i}`, b: 'INFO, - is null', c: 'WARN if a is B', d: `row ${i}: {}` })),
  ],
  ['our own form as text', times(30, (i) => ({ a: formOfValue(needleEntries()), b: i }))],
  ['cells that start like row labels', times(30, (i) => ({ a: `row ${i}: {` }))],
  [
    'free text with bars',
    times(30, (i) => ({ a: `left | right ${'x'.repeat(i % 5)}`, b: `one ${i} | two`, c: 'q "r" s' })),
  ],
  ['self-similar strings', times(30, (i) => 'ab'.repeat(i))],
  ['huge strings', times(4, (i) => ({ a: 'x'.repeat(300_000) + String(i) }))],
  ['extreme numbers', times(30, (i) => [0, -0, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, -1.5e-7][i % 6])],
  [
    'one year far away',
    times(30, (i) => ({ at: i === 7 ? '2030-01-01T00:00:00Z' : new Date(1.7e12 + i * 60_000).toISOString() })),
  ],
  [
    'lists of all lengths',
    times(40, (i) => ({ tags: times(i % 4, (k) => ['a', 'b c', 'd,e', '-', '', '5', '[]'][(i + k) % 7]) })),
  ],
  ['null or an object', times(40, (i) => ({ user: i % 3 ? { id: i, name: 'n' } : null, id: i }))],
  ['objects keyed by ids', Object.fromEntries(times(40, (i) => [`id-${i * 37}`, { n: i, ok: true }]))],
  ['entries keyed by numbers', Object.fromEntries(times(40, (i) => [i * 3, `v${i}`]))],
];

describe('values', () => {
  it.each(values)('%s read back', (_, value) => {
    formOf(JSON.stringify(value));
    formOf(JSON.stringify({ before: [1], value, after: 'x' }, null, 2));
    if (Array.isArray(value)) formOf(value.map((row) => JSON.stringify(row)).join('\n'));
  });
});

const texts: readonly [string, string][] = [
  ['prototype keys', `[${times(20, (i) => `{"__proto__":${i},"constructor":"c","toString":null}`).join(',')}]`],
  [
    'number spellings',
    `[${times(20, (i) => `{"a":1.0,"b":1.${i}0,"c":1e5,"d":-0,"e":1234567890123456789${i}}`).join(',')}]`,
  ],
  ['the same spelled in many ways', `[${times(30, (i) => ['1', '1.0', '1.00', '1e0', '10e-1'][i % 5]!).join(',')}]`],
  ['escapes', `[${times(20, () => '{"a":"\\u00e9\\/\\b","b":"\\ud83d\\ude00"}').join(',')}]`],
  ['depth 100', `[${times(5, () => nested(50)).join(',')}]`],
  ['depth 10,000', nested(5000)],
  ['nothing but opening brackets', '['.repeat(20_000)],
  ['nothing but opening keys', '{"a":'.repeat(5000)],
  ['CRLF lines', times(30, (i) => `{"a":${i},"b":"x"}`).join('\r\n')],
  ['a list cut off', `{"rows":[${times(50, (i) => `{"id":${i},"name":"user ${i}"}`).join(', ')}, {"id":50,"na`],
];

describe('texts', () => {
  it.each(texts)('%s read back', (_, text) => {
    formOf(text);
  });

  it.each([
    ['a repeated key', '{"a":1,"a":2}'],
    ['a late repeated key', `{${times(60, (i) => `"k${i}":${i}`).join(',')},"k3":0}`],
    ['NaN', '{"a":NaN}'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['a raw line break in a string', '{"a":"x\ny"}'],
  ])('%s is left as it stands', (_, odd) => {
    const spaced = `{ "list": [ ${times(30, () => odd).join(' , ')} ] }`;
    const form = formOf(spaced);
    expect(form ?? spaced).toContain(odd);
  });

  it('a list cut off in the middle is still a table', () => {
    expect(formOf(texts.at(-1)![1])).toContain('{"rows":[[50 items (i = 0 to 49):');
  });

  it('a text that holds a form already is left alone', () => {
    const form = formOfValue(needleEntries());
    expect(jsonCompressor.compress(form, options)).toBeUndefined();
    expect(jsonCompressor.compress(`${form}\n${JSON.stringify(needleEntries())}`, options)).toBeUndefined();
  });

  it('source code with a little JSON in it is left alone', () => {
    const code = `${'const x = compute(y);\n'.repeat(40)}const config = {"name": "x",   "values": [1, 2, 3], "deep": {"a": true}};\n`;
    expect(formOf(code)).toBeUndefined();
  });
});

it('100,000 rows are one table', () => {
  const rows = times(100_000, (i) => ({ id: i, name: `user ${(i * 7919) % 100_003}`, tag: ['a', 'b', 'c'][i % 3] }));
  const form = formOfValue(rows);
  expect(form).toContain('[100000 rows (i = 0 to 99999):\nid: {i}\n');
});

it('nothing is shortened when only the form would be longer', () => {
  for (const text of ['[]', '{}', '[1,2,3]', '{"a":1}', '"text"', '[{"a":1},{"a":2},{"a":4}]']) {
    const form = formOf(text);
    if (form !== undefined) expect(o200k.count(form)).toBeLessThanOrEqual(o200k.count(text));
  }
});

it('a deadline stops it', () => {
  let checks = 0;
  const deadline = {
    check(): void {
      if (++checks > 3) throw new DeadlineExceeded('took too long');
    },
  };
  expect(() => jsonCompressor.compress(JSON.stringify(needleEntries()), { ...options, deadline })).toThrow(
    DeadlineExceeded,
  );
});

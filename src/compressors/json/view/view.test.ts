/** What a view keeps: everything rare in full, and of the rest what a reader may ask for in numbers. */
import { describe, expect, it } from 'vitest';
import { findRegions } from '../find.ts';
import { jsonCompressor } from '../json.ts';
import { Dice } from '../recipes.fixture.ts';
import { o200k, options } from '../testing.fixture.ts';
import { writeView } from './document.ts';
import { outliersOf, shiftsOf } from './numbers.ts';

function viewOf(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return writeView(text, findRegions(text), { ...options, level: 'balanced', isForced: true })!;
}

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

describe('a log search', () => {
  const dice = new Dice(11);
  const entries = times(300, (i) => {
    const level = dice.pick(['INFO', 'INFO', 'INFO', 'WARN', 'ERROR']);
    const message = {
      INFO: `Cache hit for key: user_${dice.int(1000, 9999)}`,
      WARN: dice.pick(['Memory usage at 85%', 'Retry attempt 3/5']),
      ERROR: dice.pick(['Connection refused to db:5432', 'Pool exhausted']),
    }[level]!;
    return { at: new Date(1.7e12 + i * 60_000).toISOString(), level, message, error: null, id: dice.hex(16) };
  });
  const view = viewOf({ total_hits: 3000, returned: 300, entries });
  const count = (test: (entry: (typeof entries)[number]) => boolean): number => entries.filter(test).length;

  it('says how many rows there are and how many stand in full, beside the counts of the source', () => {
    expect(view).toMatch(
      /^\{"total_hits":3000,"returned":300,"entries":\[headroom view of 300 rows: \d+ in full below/,
    );
    expect(view.match(/^row \d+: \{/gm)).toHaveLength(Number(/(\d+) in full below/.exec(view)![1]));
  });

  it('counts every level', () => {
    for (const level of ['INFO', 'WARN', 'ERROR'])
      expect(view).toContain(`${level}: ${count((e) => e.level === level)}`);
  });

  it.each([
    ['WARN', 'Memory usage at 85%'],
    ['WARN', 'Retry attempt 3/5'],
    ['ERROR', 'Connection refused to db:5432'],
    ['ERROR', 'Pool exhausted'],
  ])('counts %s %s', (level, message) => {
    expect(view).toContain(`${level} ${count((e) => e.message === message)}x ${message}`);
  });

  it('says the rows of errors, and the first of each kind in full; an error that is null is none', () => {
    const first = entries.findIndex(({ message }) => message === 'Pool exhausted');
    expect(view).toContain(`Pool exhausted, rows ${first} `);
    expect(view).toContain(`row ${first}: ${JSON.stringify(entries[first])}`);
    expect(view).toContain('always the same, where present = error: null');
  });

  it('says the rule of times', () => {
    expect(view).toContain(`(${entries[0]!.at} to ${entries.at(-1)!.at})`);
  });
});

describe('a query', () => {
  const dice = new Dice(5);
  const rows = times(200, (i) => ({
    user_id: `user_${10_000 + i}`,
    revenue: Math.round(dice.fraction(6) * 1e6) / 100,
    status: dice.pick(['active', 'active', 'inactive', 'suspended']),
    country: dice.pick(['US', 'DE', 'FR']),
    score: dice.fraction(5),
  }));
  for (const at of [13, 77, 150]) rows[at] = { ...rows[at]!, revenue: 50_000.5 + at };
  const view = viewOf(rows);

  it('shows what is far from the others, and the best five', () => {
    for (const at of [13, 77, 150]) expect(view).toContain(`row ${at}: ${JSON.stringify(rows[at])}`);
    const best = [...rows.keys()].toSorted((a, b) => rows[b]!.score - rows[a]!.score).slice(0, 5);
    for (const at of best) expect(view).toContain(`row ${at}: ${JSON.stringify(rows[at])}`);
  });

  it('says ids that follow each other by their rule and their ends', () => {
    expect(view).toContain('user_id = user_{10000 + i} (user_10000 to user_10199)');
  });

  it('says least, most and median of numbers', () => {
    const sorted = rows.map(({ revenue }) => revenue).toSorted((a, b) => a - b);
    expect(view).toContain(`revenue = ${sorted[0]} to ${sorted.at(-1)}, median ${sorted[100]}`);
  });
});

describe('names', () => {
  it('paths of a file search are all there', () => {
    const dice = new Dice(3);
    const matches = times(150, (i) => ({
      path: `src/modules/module_${i}.py`,
      size: dice.int(1, 9999),
      score: dice.fraction(3),
    }));
    const view = viewOf({ matches });
    for (const { path } of matches) expect(view).toContain(path);
  });

  it('issue numbers that do not follow each other are all there, in ranges where they do', () => {
    const dice = new Dice(3);
    const numbers = times(60, (i) => (i < 30 ? 100 + i : 200 + 7 * i + dice.int(0, 3)));
    const view = viewOf(
      numbers.map((number) => ({ number, state: dice.pick(['open', 'closed']), body: dice.hex(300) })),
    );
    expect(view).toContain('100-129 ');
    for (const number of numbers.slice(30)) expect(view).toMatch(new RegExp(`\\b${number}\\b`));
  });

  it('keys that are names are all there, and are no columns', () => {
    const dice = new Dice(3);
    const pick = (): object => Object.fromEntries(times(dice.int(1, 4), () => [`dep-${dice.int(1, 60)}`, '^1.0.0']));
    const view = viewOf({
      packages: Object.fromEntries(
        times(60, (i) => [`node_modules/p${i * 7}`, { version: `1.${i}.0`, hash: dice.hex(60), dependencies: pick() }]),
      ),
    });
    for (let i = 0; i < 60; i++) expect(view).toContain(`node_modules/p${i * 7}`);
    expect(view).toContain('dependencies = in 60 rows, with ');
    expect(view).not.toContain('dependencies.dep-');
  });
});

describe('series', () => {
  const dice = new Dice(9);
  const noise = (): number => dice.int(-30, 30) / 10;
  const points = times(120, (i) => ({ minute: i, cpu: (i < 70 ? 45 : 92) + noise(), memory: 62 + noise() }));
  points[30] = { ...points[30]!, memory: 95 };
  const view = viewOf(points);

  it('shows where the level changes and both sides of it', () => {
    expect(view).toContain('cpu = ');
    expect(view).toContain('from row 70 on at another level');
    for (const at of [69, 70]) expect(view).toContain(`row ${at}: ${JSON.stringify(points[at])}`);
  });

  it('shows a spike', () => {
    expect(view).toContain(`row 30: ${JSON.stringify(points[30])}`);
  });

  it('counters and single far values are no new level', () => {
    expect(shiftsOf(times(100, (i) => i * 3))).toEqual([]);
    expect(shiftsOf(times(100, (i) => (i % 10 === 0 ? 900 : 10 + (i % 3))))).toEqual([]);
    expect(shiftsOf(times(100, () => 5))).toEqual([]);
  });

  it('uniform and normal numbers have nothing far off', () => {
    expect(outliersOf(times(500, () => dice.int(0, 10_000)))).toEqual([]);
    const sums = times(500, () => times(12, () => dice.fraction(6)).reduce((a, b) => a + b, 0));
    expect(outliersOf(sums).length).toBeLessThan(3);
  });
});

it('JSON lines, several lists and short lists beside long ones have their views and tables', () => {
  const dice = new Dice(2);
  const rows = (count: number): object[] =>
    times(count, (i) => ({ n: i, hash: dice.hex(40), kind: dice.pick(['a', 'b']) }));
  expect(
    viewOf({ one: rows(60), two: rows(90), three: rows(5) }).match(/headroom view of (?:60|90) rows/g),
  ).toHaveLength(2);
  const lines = rows(80)
    .map((row) => JSON.stringify(row))
    .join('\n');
  expect(writeView(lines, findRegions(lines), { ...options, level: 'balanced' })).toMatch(
    /^\[headroom view of 80 rows/,
  );
});

it('a view is not taken where the lossless form is short, or when lossless was asked for', () => {
  const rows = times(100, (i) => ({ id: i, name: `user ${i}`, on: true }));
  expect(jsonCompressor.compress(JSON.stringify(rows), { ...options, level: 'balanced' })?.loss).toBe('none');
});

it('rows of sentences of their own have no balanced view: counts would say little of them', () => {
  const dice = new Dice(6);
  const word = (): string =>
    dice.pick(['login', 'page', 'blank', 'after', 'update', 'crash', 'slow', 'export']) + dice.hex(2);
  const rows = times(60, (i) => ({ id: i, body: times(30, word).join(' '), state: dice.pick(['open', 'closed']) }));
  const at = (level: 'balanced' | 'aggressive'): string | undefined =>
    jsonCompressor.compress(JSON.stringify(rows, null, 2), { ...options, level })?.loss;
  expect(at('balanced')).not.toBe('recoverable');
  expect(at('aggressive')).toBe('recoverable');
});

it('rows that are too long to stand in full are named', () => {
  const dice = new Dice(8);
  const odd = (i: number, of: number): string => (i % 40 === of ? `odd ${i}` : 'usual');
  const kinds = (i: number): object => Object.fromEntries(times(8, (of) => [`kind${of}`, odd(i, of)]));
  const rows = times(100, (i) => ({ id: i, ...kinds(i), body: dice.hex(1500) }));
  const view = viewOf(rows);
  expect(view).toMatch(/unlike the others too, not in full: rows .*8/);
  expect(o200k.count(view)).toBeLessThan(o200k.count(JSON.stringify(rows)) / 4);
});

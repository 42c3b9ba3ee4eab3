/** Whoever asked for JSON can parse what comes (R-39 of the weaknesses: no line of ours beside it). */
import { describe, expect, it } from 'vitest';
import type { Level } from '../../core/compressor.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { jsonCompressor } from './json.ts';
import { codeHits, messyEntries, needleEntries, tickets } from './recipes.fixture.ts';
import { o200k, options } from './testing.fixture.ts';

const LEVELS: readonly Level[] = ['lossless', 'balanced', 'aggressive'];

function compress(text: string, level: Level): { readonly text: string; readonly loss: string } | undefined {
  return jsonCompressor.compress(text, { ...options, level, responseFormat: 'json' });
}

const values: readonly [string, unknown][] = [
  ['a list', needleEntries()],
  ['a wrapped list', { total: 100, items: codeHits(), next: null }],
  ['two lists, one below', { logs: messyEntries(1, true), page: { tickets: tickets(1) } }],
  ['a list with odd rows', [...messyEntries(2, true), 5, null, { _headroom: 1 }]],
  ['lists in a list', [messyEntries(3, true), messyEntries(4, false)]],
  ['an object that says _headroom', { _headroom: 1, rows: messyEntries(5, true) }],
];

describe.each(values)('%s', (_, value) => {
  it.each(LEVELS)('parses, %s', (level) => {
    const text = JSON.stringify(value, null, 2);
    const form = compress(text, level)!;
    expect(o200k.count(form.text)).toBeLessThan(o200k.count(text));
    const parsed: unknown = JSON.parse(form.text);
    if (form.loss === 'none') expect(form.text).toBe(JSON.stringify(value));
    else expect(parsed).toHaveProperty('_headroom');
  });
});

it('the view holds rows as they were, and says which and what the others are', () => {
  const rows = messyEntries(1, true);
  const { text, loss } = compress(JSON.stringify({ total: 100, entries: rows }), 'balanced')!;
  expect(loss).toBe('recoverable');
  const parsed = JSON.parse(text) as {
    readonly total: number;
    readonly entries: readonly object[];
    readonly _headroom: { readonly entries: Record<string, unknown> };
  };
  const about = parsed._headroom.entries;
  expect(parsed.total).toBe(100);
  expect(about['view']).toBe(
    `${parsed.entries.length} of 100 rows, the others as counts and ranges; i is the row number, from 0`,
  );
  expect(parsed.entries).toEqual((about['rowNumbers'] as number[]).map((row) => rows[row]));
  const levels = about['level'] as Record<string, number>;
  expect(Object.values(levels).reduce((sum, count) => sum + count, 0)).toBe(100);
});

it('a list alone becomes an object of rows', () => {
  const { text } = compress(JSON.stringify(messyEntries(1, true)), 'balanced')!;
  expect(Object.keys(JSON.parse(text) as object)).toEqual(['_headroom', 'rows']);
});

it('what is no one JSON value stays that, minified', () => {
  const lines = messyEntries(1, true).map((row) => JSON.stringify(row, null, 1).replaceAll('\n', ' '));
  const { text, loss } = compress(lines.join('\n'), 'balanced')!;
  expect(loss).toBe('none');
  expect(text.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(messyEntries(1, true));
});

it.each(readFixtures('fixtures/compressors/json'))('$name stays as parseable as it was', ({ text }) => {
  const isJson = parses(text);
  for (const level of LEVELS) {
    const form = compress(text, level);
    if (form && isJson) expect(parses(form.text)).toBe(true);
    if (form?.loss === 'none') expect(jsonCompressor.same(text, jsonCompressor.expand(form.text)!)).toBe(true);
  }
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

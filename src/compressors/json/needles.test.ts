/** One odd row among a hundred stands whole in the text, wherever it is and whatever is odd in it, at every level. */
import { describe, expect, it } from 'vitest';
import type { Level } from '../../core/compressor.ts';
import { findRegions } from './find.ts';
import { jsonCompressor } from './json.ts';
import { NEEDLE, messyEntries, needleEntries } from './recipes.fixture.ts';
import { o200k, options } from './testing.fixture.ts';
import { writeView } from './view/document.ts';

type Row = Readonly<Record<string, unknown>>;

const KINDS: readonly (readonly [name: string, odd: (row: Row) => object])[] = [
  ['FATAL', () => NEEDLE],
  ['message', (row) => ({ ...row, message: 'Disk quota exceeded on /var/lib' })],
  ['category', (row) => ({ ...row, service: 'fraud-check' })],
  ['nested value', (row) => ({ ...row, metadata: { region: 'ap-south-2', version: '2.4.1' } })],
  ['number', (row) => ({ ...row, status_code: 503 })],
  ['missing field', (row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'endpoint'))],
  ['extra field', (row) => ({ ...row, retried: true })],
];
const MORE_KINDS: typeof KINDS = [
  ['number inside a message', (row) => ({ ...row, message: 'Request processed successfully - latency=98765ms' })],
  ['type', (row) => ({ ...row, status_code: '200' })],
  ['null', (row) => ({ ...row, request_id: null })],
  ['time', (row) => ({ ...row, timestamp: '2031-01-01T00:00:00Z' })],
  ['template of an id', (row) => ({ ...row, request_id: 'manual/retry' })],
  ['missing nested field', (row) => ({ ...row, metadata: { region: 'us-east-1' } })],
  ['nested object instead of a value', (row) => ({ ...row, level: { name: 'INFO' } })],
];
const LEVELS: readonly Level[] = ['lossless', 'balanced', 'aggressive'];

const ordinary = needleEntries(100) as readonly Row[];

describe.each([
  ...KINDS.map(([name, odd]) => [name, odd, 1] as const),
  ...MORE_KINDS.map(([name, odd]) => [name, odd, 9] as const),
])('an odd %s (R-11)', (_, odd, step) => {
  it.each(LEVELS)('is whole at each position, %s', (level) => {
    for (let at = 0; at < 100; at += step) {
      const row = odd(ordinary[at]!);
      const form = jsonCompressor.compress(JSON.stringify(ordinary.with(at, row as Row)), { ...options, level })!;
      expect(form.text, `at ${at}`).toContain(JSON.stringify(row));
    }
  });

  it('is whole in the view', () => {
    for (let at = 0; at < 100; at += 7) {
      const row = odd(ordinary[at]!);
      const text = JSON.stringify(ordinary.with(at, row as Row), null, 1);
      const view = writeView(text, findRegions(text), { ...options, level: 'aggressive', isForced: true })!;
      expect(view, `at ${at}`).toContain(`row ${at}: ${JSON.stringify(row)}`);
    }
  });
});

describe.each([1, 2, 3])('messy entries, seed %i', (seed) => {
  const rows = messyEntries(seed, true) as readonly Row[];

  it.each([...KINDS, ...MORE_KINDS].filter(([name]) => !['type', 'category', 'nested value'].includes(name)))(
    'show an odd %s in the view',
    (name, odd) => {
      const found = [3, 20, 51, 98].filter((at) => {
        const row = name === 'missing field' ? { ...rows[at], status_code: undefined } : odd(rows[at]!);
        const text = JSON.stringify(rows.with(at, row as Row));
        const view = writeView(text, findRegions(text), { ...options, level: 'balanced', isForced: true })!;
        return view.includes(JSON.stringify(row));
      });
      expect(found).toEqual([3, 20, 51, 98]);
    },
  );
});

it('a view of a hundred entries costs little beside them', () => {
  const text = JSON.stringify(messyEntries(4, true));
  const view = writeView(text, findRegions(text), { ...options, level: 'balanced', isForced: true })!;
  expect(o200k.count(view)).toBeLessThan(o200k.count(text) * 0.25);
});

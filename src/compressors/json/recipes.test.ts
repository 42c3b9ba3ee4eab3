/** What the forms are worth on generated tool results of the kinds that agents get, and that nothing rare is ever hidden in them. */
import { describe, expect, it } from 'vitest';
import {
  NEEDLE,
  codeHits,
  errorTraces,
  flatCsv,
  mails,
  messyEntries,
  needleEntries,
  records,
  tickets,
} from './recipes.fixture.ts';
import { formOf, formOfValue, o200k } from './testing.fixture.ts';

function tokensOf(value: unknown): number {
  return o200k.count(formOfValue(value));
}

describe('a hundred log entries with one needle', () => {
  it('cost at most 600 tokens instead of 9,071', () => {
    expect(tokensOf(needleEntries())).toBeLessThanOrEqual(600);
  });

  it.each([0, 1, 42, 67, 98, 99])('show the needle in full at row %i', (at) => {
    expect(formOfValue(needleEntries(at))).toContain(JSON.stringify(NEEDLE));
  });

  const kinds: readonly [string, object][] = [
    ['level', { level: 'FATAL' }],
    ['message', { message: 'Disk quota exceeded on /var/lib' }],
    ['service', { service: 'fraud-check' }],
    ['status_code', { status_code: 503 }],
    ['nested value', { metadata: { region: 'ap-south-2', version: '2.4.1' } }],
    ['null', { request_id: null }],
    ['type', { status_code: '200' }],
  ];
  it.each(kinds)('say an odd %s word for word, with its row', (_, odd) => {
    const rows = needleEntries(100).map((row, i) => (i === 42 ? { ...row, ...odd } : row));
    const form = formOfValue(rows);
    const value = Object.values(odd).map((each: unknown) =>
      typeof each === 'object' && each ? 'ap-south-2' : String(each),
    )[0]!;
    expect(form).toContain(value);
    expect(form).toMatch(/\b42\b/);
    expect(o200k.count(form)).toBeLessThan(600);
  });

  it('show a missing and an extra field', () => {
    const rows = needleEntries(100).map((row, i) => (i === 42 ? { ...row, retried: true } : row));
    expect(formOfValue(rows)).toContain('row 42: {');
  });
});

it('a hundred code search hits cost at most 1,000 tokens instead of 16,081, and list every kind of component', () => {
  const form = formOfValue(codeHits());
  expect(o200k.count(form)).toBeLessThanOrEqual(1000);
  for (const name of ['Button', 'Modal', 'Form', 'Table', 'Card']) expect(form).toContain(name);
});

describe.each([1, 2, 3, 42])('messy entries, seed %i', (seed) => {
  it('cost at most 1,500 tokens with counted ids', () => {
    expect(tokensOf(messyEntries(seed, false))).toBeLessThanOrEqual(1500);
  });

  it('cost at most 2,350 tokens with random ids', () => {
    expect(tokensOf(messyEntries(seed, true))).toBeLessThanOrEqual(2350);
  });
});

describe.each([0, 1, 2])('sets without much in common, seed %i', (seed) => {
  it.each([
    ['tickets', tickets],
    ['error traces', errorTraces],
    ['records', records],
    ['mails', mails],
  ] as const)('%s are smaller than flat comma-separated values', (_, make) => {
    const rows = make(seed);
    expect(tokensOf(rows)).toBeLessThan(o200k.count(flatCsv(rows)));
  });
});

it('the same entries make the same table pretty-printed, wrapped, as lines, in a fence, in a text, in a string', () => {
  const rows = needleEntries();
  const lines = formOfValue(rows).split('\n').slice(1, -1).join('\n');
  const texts = [
    JSON.stringify(rows, null, 2),
    JSON.stringify({ total: 100, entries: rows }),
    JSON.stringify({ pages: [{ result: { entries: rows } }] }, null, '\t'),
    rows.map((row) => JSON.stringify(row)).join('\n'),
    `Results:\n\`\`\`json\n${JSON.stringify(rows)}\n\`\`\`\nexit 0`,
    `HTTP 200\n${JSON.stringify(rows)}\n(12 ms)`,
    JSON.stringify([{ type: 'text', text: JSON.stringify(rows) }]),
    JSON.stringify([{ type: 'text', text: JSON.stringify(rows, null, 2) }]),
  ];
  for (const text of texts) expect(formOf(text)).toContain(lines);
});

/** Views of logs with what was learned about their templates. */
import { describe, expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Place, ToolImportance } from '../../core/importance.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { logCompressor } from './log.ts';

const OPTIONS = { level: 'balanced', call: undefined, tokens: o200k, deadline: NO_DEADLINE } as const;

function logOf(count: number, every: number): string {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(1_700_000_000_000 + index * 1_234).toISOString();
    if (index % every === 0)
      return `${at} INFO billing: payment pay-${index * 7_919} of account acc-${index * 31} was declined`;
    return index % 2 === 0
      ? `${at} INFO http: GET /items/${(index * 7_907) % 90_001} 200 in ${(index * 37) % 90} ms`
      : `${at} INFO cache: hit key=k${(index * 104_729) % 999_983} size=${(index * 53) % 8_999}`;
  }).join('\n');
}

function places(text: string, query: string): readonly Place[] {
  return logCompressor.structure!(text, NO_DEADLINE)!.find({ kind: 'query', text: query });
}

function importance(kept: readonly Place[]): ToolImportance {
  const isKept = (shape: string, place: string): boolean =>
    kept.some((one) => one.shape === shape && one.place === place);
  return {
    weightOf: (shape, place) => Number(isKept(shape, place)),
    isLost: () => false,
    isLostBy: () => false,
    fetchedShare: undefined,
  };
}

const TEXT = logOf(1_500, 60);
const PLAIN = logCompressor.compress(TEXT, OPTIONS)!;

describe('a view of a log whose template is fetched again and again', () => {
  test('says the values of every line of it', () => {
    expect(PLAIN.loss).toBe('recoverable');
    const said = logCompressor.compress(TEXT, { ...OPTIONS, importance: importance(places(TEXT, 'was declined')) })!;
    for (const [, payment, account] of TEXT.matchAll(/payment (\S+) of account (\S+)/g))
      expect(said.text).toMatch(new RegExp(`^\\d+: \\S+ ${payment} ${account}$`, 'm'));
    expect(said.text).toContain('billing: payment {} of account {} was declined, each:');
  });

  test('says as many as there is room for', () => {
    const long = logOf(6_000, 10);
    const plain = logCompressor.compress(long, OPTIONS)!;
    const said = logCompressor.compress(long, { ...OPTIONS, importance: importance(places(long, 'was declined')) })!;
    expect(o200k.count(said.text)).toBeLessThanOrEqual(o200k.count(plain.text) + 1_000);
    expect(o200k.count(said.text)).toBeGreaterThan(o200k.count(plain.text) + 900);
    expect(said.text).toMatch(/, each, the first \d+:$/m);
  });

  test('is the plain view where nothing of it is fetched', () => {
    expect(logCompressor.compress(TEXT, { ...OPTIONS, importance: importance([]) })!.text).toBe(PLAIN.text);
    const elsewhere = [{ shape: 'log of another program', place: 'lines' }];
    expect(logCompressor.compress(TEXT, { ...OPTIONS, importance: importance(elsewhere) })!.text).toBe(PLAIN.text);
  });
});

describe('the structure of a log', () => {
  test('knows a template by what all its lines share, in every log that has it', () => {
    expect(places(TEXT, 'was declined')).toEqual(places(logOf(300, 25), 'declined was'));
  });

  test('holds no value (R-38)', () => {
    for (const shape of logCompressor.structure!(TEXT, NO_DEADLINE)!.shapes)
      expect(shape).not.toMatch(/pay-\d|acc-\d|k\d{3}/);
  });

  test('knows the templates of a few lines, and none of whoever wants the log', () => {
    const { find } = logCompressor.structure!(TEXT, NO_DEADLINE)!;
    expect(find({ kind: 'lines', from: 61, to: 61 })).toEqual(places(TEXT, 'was declined'));
    expect(find({ kind: 'lines', from: 1, to: 900 })).toEqual([]);
    expect(find({ kind: 'all' })).toEqual([]);
    expect(find({ kind: 'name', text: 'acc-1860' })).toEqual(places(TEXT, 'was declined'));
  });
});

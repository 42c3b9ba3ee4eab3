import { describe, expect, test } from 'vitest';
import { chooseForm } from './choose-form.ts';
import type { CompressOptions, Level } from './compressor.ts';
import { NO_DEADLINE } from './deadline.ts';

/** One token a word. */
const tokens = { name: 'words', exact: true, count: (text: string) => text.split(' ').filter(Boolean).length };
const words = (count: number): string => 'word '.repeat(count);

interface Case {
  readonly source: number;
  readonly lossless?: number;
  readonly view?: number;
  readonly level: Level;
}

function chosen({ source, lossless, view, level }: Case, readsBack?: () => boolean): string {
  const options: CompressOptions = { level, call: undefined, tokens, deadline: NO_DEADLINE };
  const forms = {
    source: words(source),
    lossless: lossless === undefined ? undefined : words(lossless),
    readsBack,
    view: view === undefined ? undefined : () => words(view),
  };
  const form = chooseForm(forms, options);
  return form ? form.loss : 'as it is';
}

describe('which form goes out', () => {
  test.each<[string, Case, string]>([
    ['lossless never takes a view', { source: 9000, lossless: 8000, view: 100, level: 'lossless' }, 'none'],
    [
      'a long text whose lossless form stays long',
      { source: 9000, lossless: 8000, view: 100, level: 'balanced' },
      'recoverable',
    ],
    ['R-15 a short result is never lossy', { source: 990, lossless: 900, view: 100, level: 'balanced' }, 'none'],
    ['R-15 nor one without a lossless form', { source: 990, view: 100, level: 'balanced' }, 'as it is'],
    ['R-15 not even where much may be left out', { source: 200, view: 10, level: 'aggressive' }, 'as it is'],
    ['a lossless form that is short enough', { source: 3000, lossless: 590, view: 100, level: 'balanced' }, 'none'],
    ['a lossless form that saves enough', { source: 9000, lossless: 1300, view: 100, level: 'balanced' }, 'none'],
    ['a view that is not much shorter', { source: 9000, lossless: 5000, view: 3600, level: 'balanced' }, 'none'],
    ['a view where there is no lossless form', { source: 9000, view: 3600, level: 'balanced' }, 'recoverable'],
    ['a lossless form that is longer', { source: 100, lossless: 101, level: 'lossless' }, 'as it is'],
    ['aggressive begins earlier', { source: 600, lossless: 500, view: 100, level: 'aggressive' }, 'recoverable'],
  ])('%s', (_name, given, expected) => {
    expect(chosen(given)).toBe(expected);
  });

  test.each<[string, Case, string]>([
    ['is not sent', { source: 3000, lossless: 590, level: 'lossless' }, 'as it is'],
    ['makes room for the view', { source: 9000, lossless: 5000, view: 3600, level: 'balanced' }, 'recoverable'],
    [
      'leaves a view alone that is taken anyway',
      { source: 9000, lossless: 8000, view: 100, level: 'balanced' },
      'recoverable',
    ],
  ])('a lossless form that does not read back %s (R-9)', (_name, given, expected) => {
    expect(chosen(given, () => false)).toBe(expected);
  });

  test('a form is read back only where it decides', () => {
    const readsBack = (): boolean => expect.fail('read back');
    expect(chosen({ source: 9000, lossless: 8000, view: 100, level: 'balanced' }, readsBack)).toBe('recoverable');
    expect(chosen({ source: 100, lossless: 101, level: 'lossless' }, readsBack)).toBe('as it is');
  });

  test('a view that is not wanted is not made', () => {
    const view = (): string => expect.fail('made');
    const options = { call: undefined, tokens, deadline: NO_DEADLINE } as const;
    expect(
      chooseForm({ source: words(900), lossless: words(800), view }, { ...options, level: 'balanced' })?.loss,
    ).toBe('none');
    expect(
      chooseForm({ source: words(9000), lossless: undefined, view }, { ...options, level: 'lossless' }),
    ).toBeUndefined();
  });
});

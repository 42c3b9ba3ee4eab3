/** Views of lists with what was learned about them, and how lists are told to be built alike. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_DEADLINE } from '../../../core/deadline.ts';
import type { Place, ToolImportance } from '../../../core/importance.ts';
import { o200k } from '../../../tokenizers/o200k.ts';
import { jsonCompressor } from '../json.ts';

const OPTIONS = { level: 'balanced', call: undefined, tokens: o200k, deadline: NO_DEADLINE } as const;

function importance(columns: readonly string[], isLost = false): ToolImportance {
  return {
    weightOf: (_, place) => Number(columns.includes(place)),
    isLost: () => isLost,
    isLostBy: () => false,
    fetchedShare: undefined,
  };
}

function issues(
  count: number,
  seed = 1,
): readonly { number: number; user: { login: string }; state: string; url: string }[] {
  let state = seed;
  const next = (): string => `u${((state = (state * 48_271) % 2_147_483_647)).toString(36)}`;
  return Array.from({ length: count }, (_, index) => ({
    number: 100 + index * 2,
    user: { login: next() },
    state: index % 9 === 0 ? 'closed' : 'open',
    url: `/issues/${next()}/${next()}`,
  }));
}

function view(text: string, columns: readonly string[], isLost = false): string {
  return jsonCompressor.compress(text, { ...OPTIONS, importance: importance(columns, isLost) })!.text;
}

const LIST = issues(120);
const TEXT = JSON.stringify(LIST);
const PLAIN = jsonCompressor.compress(TEXT, OPTIONS)!;

describe('a view of a list whose column is asked for again and again', () => {
  test('says every value of it by its row', () => {
    expect(PLAIN.loss).toBe('recoverable');
    const said = view(TEXT, ['user.login']);
    const lines = said.split('\n');
    const head = lines.findIndex((line) => line.startsWith('user.login, in full = '));
    const values = lines.slice(head + 1, head + 13).flatMap((line) => line.replace(/^ \d+: /, '').split(' '));
    expect(values).toEqual(LIST.map(({ user }) => user.login));
  });

  test('says few values by the rows that have them', () => {
    expect(view(TEXT, ['state'])).toMatch(/^state, in full = open but for\n closed: rows 0 9 18 27 36 /m);
  });

  test('stays within the budget of the view, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.subarray(['number', 'user.login', 'state', 'url']),
        fc.integer({ min: 20, max: 400 }),
        (columns, count) => {
          const text = JSON.stringify(issues(count, count));
          const form = jsonCompressor.compress(text, { ...OPTIONS, level: 'lossless' })!;
          const plain = jsonCompressor.compress(text, OPTIONS)!;
          const learned = jsonCompressor.compress(text, { ...OPTIONS, importance: importance(columns) })!;
          expect(learned.loss).toBe(plain.loss);
          if (plain.loss === 'none') return;
          expect(o200k.count(learned.text)).toBeLessThanOrEqual(
            Math.max(o200k.count(plain.text), 0.7 * o200k.count(form.text)),
          );
          expect(learned.text).toBe(
            jsonCompressor.compress(text, { ...OPTIONS, importance: importance(columns) })!.text,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('is the plain view where nothing of it is asked for', () => {
    expect(view(TEXT, [])).toBe(PLAIN.text);
    expect(view(TEXT, ['somewhere.else'])).toBe(PLAIN.text);
  });

  test('is none where views of such lists are nearly always fetched', () => {
    const form = jsonCompressor.compress(TEXT, { ...OPTIONS, level: 'lossless' })!;
    const said = jsonCompressor.compress(TEXT, { ...OPTIONS, importance: importance([], true) })!;
    expect(said.loss).toBe('none');
    expect(jsonCompressor.same(TEXT, jsonCompressor.expand(said.text)!)).toBe(true);
    expect(o200k.count(said.text)).toBeLessThanOrEqual(o200k.count(form.text) + 8);
  });

  test('is the same as JSON that parses, where the answer must', () => {
    const options = { ...OPTIONS, responseFormat: 'json' as const, importance: importance(['user.login']) };
    const said = JSON.parse(jsonCompressor.compress(TEXT, options)!.text) as {
      _headroom: { rows: Record<string, string> };
    };
    expect(said._headroom.rows['user.login, in full']).toContain(LIST[77]!.user.login);
  });
});

describe('the structure of a text', () => {
  const structureOf = (text: string): NonNullable<ReturnType<NonNullable<typeof jsonCompressor.structure>>> =>
    jsonCompressor.structure!(text, NO_DEADLINE)!;

  test('is the same for other values, other counts of rows and other places of rare keys', () => {
    const other = issues(45, 99).map((row, at) => (at % 7 === 0 ? { ...row, assignee: 'x' } : row));
    expect(structureOf(JSON.stringify(other)).shapes).toEqual(structureOf(TEXT).shapes);
    expect(structureOf(JSON.stringify({ items: other, total: 45 })).shapes).toEqual(structureOf(TEXT).shapes);
  });

  test('is another one for other names and other types', () => {
    const renamed = TEXT.replaceAll('"state"', '"status"');
    const retyped = JSON.stringify(issues(120).map((row) => ({ ...row, number: String(row.number) })));
    const shapes = [TEXT, renamed, retyped].map((text) => structureOf(text).shapes[0]);
    expect(new Set(shapes).size).toBe(3);
  });

  test('holds no value (R-38)', () => {
    const [shape] = structureOf(TEXT).shapes;
    for (const { user, url } of LIST) expect(shape!.includes(user.login) || shape!.includes(url)).toBe(false);
  });

  test.each([
    ['$[3].user.login', TEXT, 'user.login'],
    ['items.12.user.login', JSON.stringify({ items: LIST }), 'user.login'],
    ["$['items'][12]['state']", JSON.stringify({ items: LIST }), 'state'],
  ])('knows the column that the path %s means', (text, source, place) => {
    expect(
      structureOf(source)
        .find({ kind: 'path', text })
        .map((one: Place) => one.place),
    ).toEqual([place]);
  });

  test('knows the column that holds what was asked for, or that is called so', () => {
    const { find } = structureOf(TEXT);
    expect(find({ kind: 'query', text: LIST[50]!.user.login }).map(({ place }) => place)).toEqual(['user.login']);
    expect(find({ kind: 'query', text: 'login of the third' }).map(({ place }) => place)).toEqual(['user.login']);
    expect(find({ kind: 'name', text: 'login' })).toEqual([]);
    expect(find({ kind: 'rows', from: 3, to: 9 })).toEqual([]);
    expect(find({ kind: 'path', text: '$[3]' })).toEqual([]);
    expect(find({ kind: 'all' })).toEqual([]);
  });

  test('is none without a list that is long enough', () => {
    expect(jsonCompressor.structure!(JSON.stringify(issues(19)), NO_DEADLINE)).toBe(undefined);
    expect(jsonCompressor.structure!('no JSON', NO_DEADLINE)).toBe(undefined);
  });
});

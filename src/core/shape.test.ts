import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Column,
  cellsOf,
  fillShape,
  findColumn,
  holeFor,
  isHoleLike,
  onceForSame,
  readShape,
  separatorFor,
  sharedEnds,
  withoutEnds,
} from './shape.ts';

const isBlank = (text: string, at: number): boolean => text[at] === ' ';

/** One line of a shape, and its columns. */
function lineOf(values: readonly string[], columns: Column[]): string {
  const [before, after] = sharedEnds(values, isBlank);
  const first = values[0]!;
  const hole = holeFor(withoutEnds(values, before, after), columns);
  return first.slice(0, before) + hole + first.slice(first.length - after);
}

const word = fc.constantFrom('a', 'b', 'ready', '', '|', '¦', 'é', '=', '{', '}', ' ');
const value = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
const lines = fc
  .record({ blocks: fc.integer({ min: 2, max: 6 }), lines: fc.integer({ min: 1, max: 5 }) })
  .chain((size) =>
    fc.array(fc.array(value, { minLength: size.blocks, maxLength: size.blocks }), {
      minLength: size.lines,
      maxLength: size.lines,
    }),
  );

test('each block reads back from the shape and its own row', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const columns: Column[] = [];
      const said = all.map((values) => lineOf(values, columns));
      const shape = readShape(said);
      const separator = separatorFor([{ columns }]) ?? '\n';
      for (let block = 0; block < all[0]!.length; block++) {
        const cells = cellsOf(columns, block).join(separator).split(separator);
        expect(fillShape(shape, cells)).toEqual(all.map((values) => values[block]));
      }
    }),
  );
});

test('what two thirds share stands in the hole, what all but one share at an end outside of it', () => {
  const columns: Column[] = [];
  expect(lineOf(['state is up now', 'state is up now', 'state is down now'], columns)).toBe('state is {1=up} now');
  expect(columns.map((_, i) => cellsOf(columns, i))).toEqual([['']]);
  expect(cellsOf(columns, 2)).toEqual(['down']);
});

test('values that come again share a hole', () => {
  const columns: Column[] = [];
  const values = ['one', 'two'];
  expect([holeFor(values, columns), holeFor(['x', 'y'], columns), holeFor([...values], columns)]).toEqual([
    '{1}',
    '{2}',
    '{1}',
  ]);
  expect(findColumn(columns, ['x', 'z'])).toBe(-1);
});

test('a hole where each says its own has no usual value', () => {
  const columns: Column[] = [];
  expect(holeFor(['e1', 'e1', 'e2'], columns, false)).toBe('{1}');
});

test('the separator stands in no value; where all do, there is none', () => {
  const column = (...values: string[]): Column => ({ values, usual: undefined });
  expect(separatorFor([])).toBe('|');
  expect(separatorFor([{ columns: [column('a', 'b|c')] }, { columns: [column('d')] }])).toBe('¦');
  expect(separatorFor([{ columns: [column('|', '¦')] }, { columns: [column('‖')] }])).toBeUndefined();
});

test('values are cut at edges alone, and never twice', () => {
  expect(sharedEnds(['aa bb', 'aa bc'], isBlank)).toEqual([3, 0]);
  expect(sharedEnds(['a b c', 'a c'], isBlank)).toEqual([2, 0]);
  expect(sharedEnds(['abc', 'abd'], isBlank)).toEqual([0, 0]);
});

test('rows with too few or too many cells are damaged', () => {
  const shape = readShape(['a {1} {2=x}']);
  expect(fillShape(shape, ['1', ''])).toEqual(['a 1 x']);
  expect(fillShape(shape, ['1'])).toBeUndefined();
  expect(fillShape(shape, ['1', '2', '3'])).toBeUndefined();
});

test('what looks like a hole is known', () => {
  expect([isHoleLike('{1}'), isHoleLike('{1'), isHoleLike('{a}'), isHoleLike('{')]).toEqual([true, true, false, false]);
});

test('parts of a kind are drawn again as soon as they are others', () => {
  const asked: string[] = [];
  const draw = onceForSame((parts: readonly string[]) => {
    asked.push(parts.join(''));
    return parts.join('+');
  });
  expect([draw(1, ['a', 'b']), draw(1, ['a', 'b']), draw(1, ['a', 'c']), draw(1, ['a'])]).toEqual([
    'a+b',
    'a+b',
    'a+c',
    'a',
  ]);
  expect(draw(2, ['a'])).toBe('a');
  expect(asked).toEqual(['ab', 'ac', 'a', 'a']);
});

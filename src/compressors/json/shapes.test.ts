/** Texts split all at once say what each of them says split alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Gaps, Shapes } from './shapes.ts';
import { GAP } from './skeleton.ts';

const piece = fc.constantFrom(
  'user ',
  '-',
  '.',
  'T',
  'é',
  '7',
  '0042',
  'deadbeef1',
  'a1b',
  'v2',
  '01T10',
  '123e4567-e89b-12d3-a456-426614174000',
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));

/** The texts of one shape, and where they stand. */
function ofShape(shapes: Shapes, id: number): readonly number[] {
  return [...shapes.texts.keys()].filter((at) => shapes.ids[at] === id);
}

test('the shape with its gaps filled is the text', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (texts) => {
      const shapes = new Shapes(texts);
      for (const [at, own] of texts.entries()) {
        const { shape, fills } = shapes.skeleton(at);
        let gap = 0;
        expect(shape.replaceAll(GAP, () => fills[gap++]!)).toBe(own);
        expect(gap).toBe(fills.length);
        expect(new Shapes([own]).skeleton(0)).toEqual({ shape, fills });
      }
      expect(new Set(shapes.all).size).toBe(shapes.count);
    }),
  );
});

test('gaps read in place are those of the skeletons', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (texts) => {
      const shapes = new Shapes(texts);
      for (let id = 0; id < shapes.count; id++) {
        const places = ofShape(shapes, id);
        const gaps = Gaps.of(shapes, shapes.all[id]!, places);
        const fills = places.map((at) => shapes.skeleton(at).fills);
        for (let gap = 0; gap < gaps.count; gap++) {
          const own = fills.map((each) => each[gap]!);
          expect(gaps.all(gap, gap, 0)).toEqual(own);
          expect(gaps.head(gap, 1)).toEqual(own.slice(0, 1));
          expect(own.every((one, place) => gaps.isText(gap, place, one))).toBe(true);
          expect(gaps.isSame(gap)).toBe(new Set(own).size === 1);
        }
      }
    }),
  );
});

test('what texts begin with in a gap leaves a character of the shortest', () => {
  const start = (texts: readonly string[]): number => {
    const shapes = new Shapes(texts);
    return Gaps.of(shapes, shapes.all[0]!).commonStart(0, 3);
  };
  expect(start(['n 170012', 'n 170034'])).toBe(4);
  expect(start(['n 1700', 'n 17003'])).toBe(3);
  expect(start(['n 1700', 'n 1800'])).toBe(0);
});

test('neighbouring gaps are one text with what stands between', () => {
  const shapes = new Shapes(['at 10.25 s', 'at 9.5 s']);
  expect(Gaps.of(shapes, shapes.all[0]!).all(0, 1, 0)).toEqual(['10.25', '9.5']);
  expect(Gaps.within(shapes.texts, 'at '.length, ' s'.length).all(0, 0, 1)).toEqual(['0.25', '.5']);
});

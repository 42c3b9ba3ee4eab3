/** Learned importance: rows that add up, snapshots that say the same for the same rows, files that hold no word of anybody. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../core/hash.ts';
import { type Asked, type Counts, COUNTERS, type LearnedRow, NO_COUNTS, type Structure } from '../core/importance.ts';
import { askedIn } from './asked.ts';
import { readExport, writeExport } from './exported.ts';
import { namesOf, realmOf } from './names.ts';
import { type Added, Recorder } from './record.ts';
import { merge, rowOf } from './rows.ts';
import { Snapshot, takeSnapshot } from './snapshot.ts';

const SALT = 'ab'.repeat(16);
const TENANT = 'tenant';

const name = fc.integer({ min: 0, max: 5 }).map((number) => hashOf(`name ${number}`));
const counts: fc.Arbitrary<Counts> = fc.record(
  Object.fromEntries(COUNTERS.map((counter) => [counter, fc.nat(50)])) as Record<keyof Counts, fc.Arbitrary<number>>,
);
const row: fc.Arbitrary<LearnedRow> = fc.record({
  owner: fc.constant(hashOf('owner')),
  shape: name,
  place: fc.oneof(fc.constant(''), name),
  counts,
});
const rows = fc.array(row, { maxLength: 30 });

describe('merging', () => {
  test('is commutative and associative, and nothing is the neutral element', () => {
    fc.assert(
      fc.property(rows, rows, rows, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, [])).toEqual(merge(a));
      }),
    );
  });

  test('comes to the same snapshot in whatever order things were counted', () => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        expect(takeSnapshot({ salt: SALT, rows: [...a, ...b] })).toEqual(
          takeSnapshot({ salt: SALT, rows: merge(b, a) }),
        );
      }),
    );
  });
});

describe('the exported file', () => {
  test('reads back as what was written, with its salt and without', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (all, isWithSalt) => {
        const file = readExport(writeExport({ salt: SALT, rows: all }, isWithSalt));
        expect(file).toEqual({ realm: realmOf(SALT), salt: isWithSalt ? SALT : undefined, rows: merge(all) });
      }),
    );
  });

  test.each([
    ['no JSON', 'abc'],
    ['another version', '{"headroomLearned":2,"rows":[]}'],
    [
      'a salt that is not its own',
      `{"headroomLearned":1,"realm":"${realmOf(SALT)}","salt":"${'cd'.repeat(16)}","rows":[]}`,
    ],
    [
      'a name in place of a hash',
      `{"headroomLearned":1,"realm":"${realmOf(SALT)}","rows":[{"owner":"me","shape":"list"}]}`,
    ],
    [
      'a count below zero',
      `{"headroomLearned":1,"realm":"${realmOf(SALT)}","rows":[{"owner":"${hashOf('a')}","shape":"${hashOf('a')}","views":-1}]}`,
    ],
    [
      'a counter that nobody knows',
      `{"headroomLearned":1,"realm":"${realmOf(SALT)}","rows":[{"owner":"${hashOf('a')}","shape":"${hashOf('a')}","constructor":1}]}`,
    ],
  ])('is refused as a whole with %s', (_, text) => {
    expect(() => readExport(text)).toThrow(/nothing was taken/);
  });
});

/** A list with columns a and b: whoever asks for a path means the column of that name. */
const LIST: Structure = {
  shapes: ['list of a and b'],
  isOpen: false,
  find: (asked: Asked) =>
    asked.kind === 'path' || asked.kind === 'name' ? [{ shape: 'list of a and b', place: asked.text }] : [],
};
const SEEN = { tenant: TENANT, tool: 'search', structure: LIST };

function learnedFrom(times: number, events: (recorder: Recorder) => readonly Added[], before?: Snapshot): LearnedRow[] {
  const recorder = new Recorder(SALT, before);
  return Array.from({ length: times }, () => events(recorder).flatMap(({ rows: added }) => added)).flat();
}

const importanceOf = (
  all: readonly LearnedRow[],
  tenant = TENANT,
  tool = 'search',
): ReturnType<ReturnType<Snapshot['forTenant']>['forTool']> =>
  new Snapshot(takeSnapshot({ salt: SALT, rows: all })).forTenant(tenant).forTool(tool);

describe('what is learned', () => {
  const asking = (recorder: Recorder): readonly Added[] => [
    recorder.viewed(SEEN),
    recorder.fetched(SEEN, { kind: 'path', text: 'a' }),
  ];

  test('a column that is asked for again and again weighs, its neighbour does not', () => {
    const importance = importanceOf(learnedFrom(3, asking));
    expect(importance.weightOf('list of a and b', 'a')).toBe(1);
    expect(importance.weightOf('list of a and b', 'b')).toBe(0);
    expect(importanceOf(learnedFrom(2, asking)).weightOf('list of a and b', 'a')).toBe(0);
  });

  test('it also weighs in lists that the same tool builds otherwise, and in the same list of another tool', () => {
    const all = learnedFrom(3, asking);
    expect(importanceOf(all).weightOf('list of a, b and c', 'a')).toBe(1);
    expect(importanceOf(all, TENANT, 'other').weightOf('list of a and b', 'a')).toBe(1);
    expect(importanceOf(all, TENANT, 'other').weightOf('list of a, b and c', 'a')).toBe(0);
  });

  test('what one tenant asks for teaches nothing about another (R-38)', () => {
    expect(importanceOf(learnedFrom(9, asking), 'another').weightOf('list of a and b', 'a')).toBe(0);
  });

  test('a column that is kept stays kept, although nobody has to ask for it any more', () => {
    const before = learnedFrom(4, asking);
    const snapshot = new Snapshot(takeSnapshot({ salt: SALT, rows: before }));
    const after = learnedFrom(100, (recorder) => [recorder.viewed(SEEN)], snapshot);
    expect(importanceOf([...before, ...after]).weightOf('list of a and b', 'a')).toBe(1);
    // Who never knew of it would say that four of a hundred are few.
    const unknowing = learnedFrom(100, (recorder) => [recorder.viewed(SEEN)]);
    expect(importanceOf([...before, ...unknowing]).weightOf('list of a and b', 'a')).toBe(0);
  });

  test('views that are nearly always fetched whole are lost, and so are those fetched although they keep what is asked for', () => {
    const whole = (recorder: Recorder): readonly Added[] => [
      recorder.viewed(SEEN),
      recorder.fetched(SEEN, { kind: 'all' }),
    ];
    expect(importanceOf(learnedFrom(8, whole)).isLost('list of a and b')).toBe(true);
    expect(importanceOf(learnedFrom(8, whole)).isLostBy('any')).toBe(true);
    expect(importanceOf(learnedFrom(7, whole)).isLost('list of a and b')).toBe(false);
    const before = learnedFrom(8, asking);
    expect(importanceOf(before).isLost('list of a and b')).toBe(false);
    const snapshot = new Snapshot(takeSnapshot({ salt: SALT, rows: before }));
    expect(importanceOf([...before, ...learnedFrom(8, asking, snapshot)]).isLost('list of a and b')).toBe(true);
  });

  test('of a tool that prints texts of all kinds, only the kind is lost whose views are nearly always fetched', () => {
    const [list, code] = ['listing', 'code'].map((compressor) => ({
      tenant: TENANT,
      tool: 'Bash',
      compressor,
      structure: undefined,
    }));
    const all = learnedFrom(8, (recorder) => [
      recorder.viewed(list!),
      recorder.viewed(code!),
      recorder.fetched(list!, { kind: 'all' }),
    ]);
    const bash = importanceOf(all, TENANT, 'Bash');
    expect([bash.isLostBy('listing'), bash.isLostBy('code')]).toEqual([true, false]);
    expect(importanceOf(all, TENANT, 'other').isLostBy('listing')).toBe(false);
  });

  test('what the model says later of a column weighs too, once it does so for most views', () => {
    const using = (recorder: Recorder): readonly Added[] => [
      recorder.viewed(SEEN),
      recorder.used(SEEN, LIST.find({ kind: 'name', text: 'b' })),
    ];
    expect(importanceOf(learnedFrom(6, using)).weightOf('list of a and b', 'b')).toBe(1);
    expect(importanceOf(learnedFrom(5, using)).weightOf('list of a and b', 'b')).toBe(0);
  });

  test('a tool says how much of its views was fetched, once there were enough', () => {
    const seen = { ...SEEN, structure: undefined };
    const some = learnedFrom(5, (recorder) => [
      recorder.viewed(seen),
      recorder.viewed(seen),
      recorder.fetched(seen, { kind: 'all' }),
    ]);
    expect(importanceOf(some).fetchedShare).toBe(0.5);
    expect(importanceOf(some, TENANT, 'other').fetchedShare).toBe(undefined);
  });

  test('templates are counted once somebody asked for one: logs have too many that nobody asks for', () => {
    const log: Structure = { shapes: ['one', 'two'], isOpen: true, find: () => [{ shape: 'one', place: 'one' }] };
    const recorder = new Recorder(SALT, undefined);
    const view = recorder.viewed({ ...SEEN, structure: log });
    expect(view.known.map(({ shape }) => shape)).toEqual(log.shapes.map((shape) => namesOf(SALT, TENANT).shape(shape)));
    expect(view.rows.every(({ shape }) => shape === namesOf(SALT, TENANT).shape('tool search'))).toBe(true);
    const asked = recorder.fetched({ ...SEEN, structure: log }, { kind: 'query', text: 'x' }).rows;
    expect(importanceOf([...asked, ...asked, ...asked]).weightOf('one', 'one')).toBe(1);
  });
});

test('no word of what was counted is in the rows, whatever it was called', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 6 }), fc.string({ minLength: 6 }), fc.string({ minLength: 6 }), (a, b, c) => {
      const structure: Structure = { shapes: [a], isOpen: false, find: () => [{ shape: a, place: b }] };
      const recorder = new Recorder(SALT, undefined);
      const seen = { tenant: a, tool: c, structure };
      const added = [
        recorder.viewed(seen),
        recorder.fetched(seen, { kind: 'query', text: b }),
        recorder.used(seen, structure.find({ kind: 'all' })),
      ];
      const file = writeExport({ salt: SALT, rows: added.flatMap(({ rows: some }) => some) }, false);
      expect(file.replaceAll(/"[0-9a-f]{24}"|\d+/g, '')).not.toMatch(/[^\s{}[\],:"a-zA-Z]/);
      const words = file.replaceAll(/"[0-9a-f]{24}"/g, '').match(/[a-zA-Z]+/g) ?? [];
      const known = ['headroomLearned', 'realm', 'rows', 'owner', 'shape', 'place', ...COUNTERS];
      expect(words.filter((word) => !known.includes(word))).toEqual([]);
    }),
  );
});

test('another salt gives other names to everything', () => {
  const [one, two] = [namesOf(SALT, TENANT), namesOf('cd'.repeat(16), TENANT)];
  expect(
    new Set([one.owner, two.owner, one.shape('s'), two.shape('s'), one.place('s', 'p'), two.place('s', 'p')]).size,
  ).toBe(6);
});

test.each([
  [{ path: '$.items[3].name' }, { kind: 'path', text: '$.items[3].name' }],
  [{ rows: '4-9' }, { kind: 'rows', from: 4, to: 9 }],
  [{ lines: 12 }, { kind: 'lines', from: 12, to: 12 }],
  [{ query: ' declined ' }, { kind: 'query', text: 'declined' }],
  [{ lines: 'some' }, { kind: 'all' }],
  [{}, { kind: 'all' }],
  [null, { kind: 'all' }],
  ['text', { kind: 'all' }],
])('a call with %j asks for %j', (input, asked) => {
  expect(askedIn(input as never)).toEqual(asked);
});

test('a row of nothing is no reason for anything', () => {
  expect(takeSnapshot({ salt: SALT, rows: [rowOf(hashOf('o'), hashOf('s'), '', NO_COUNTS)] })).toEqual({
    version: 1,
    salt: SALT,
    kept: [],
    lost: [],
    tools: [],
  });
});

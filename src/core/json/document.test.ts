import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonDocument, type JsonEdit } from './document.ts';
import type { JsonPath, JsonValue } from './value.ts';

type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const applied = (text: string, edits: readonly JsonEdit[]): string =>
  textOf(JsonDocument.parse(bytesOf(text)).apply(edits));

const SOURCE =
  '{ "model":"m\\u00e9", "max":1.0, "big":12345678901234567890,\r\n "messages" : [ {"role":"user","content":"a \\"q\\" \\\\"} , {"role":"tool","content":"日本 \\ud83d\\ude00 \\ud83d"} ],\t"dup":1, "dup":2, "e":[], "o":{} , "k\\u0065y":0}\n';
const SECOND = '"日本 \\ud83d\\ude00 \\ud83d"';

test('without edits the very same buffer comes back (R-2)', () => {
  const bytes = bytesOf(SOURCE);
  expect(JsonDocument.parse(bytes).apply([])).toBe(bytes);
});

describe('an edit changes the bytes of its place and no other', () => {
  const table: [what: string, edits: JsonEdit[], from: string, to: string][] = [
    ['a string', [{ op: 'replace', path: ['messages', 1, 'content'], value: 'x' }], SECOND, '"x"'],
    ['a number', [{ op: 'replace', path: ['max'], value: 2 }], '1.0', '2'],
    ['an object', [{ op: 'replace', path: ['o'], value: null }], '{} ,', 'null ,'],
    ['a key that is spelled with an escape', [{ op: 'replace', path: ['key'], value: 1 }], 'y":0', 'y":1'],
    ['the last of two equal keys', [{ op: 'replace', path: ['dup'], value: 9 }], '"dup":2', '"dup":9'],
    ['an append to an empty array', [{ op: 'append', path: ['e'], value: 1 }], '[]', '[1]'],
    ['an append to a full array', [{ op: 'append', path: ['messages'], value: 1 }], '"} ],', '"},1 ],'],
    ['a member for an empty object', [{ op: 'set', path: ['o'], key: 'k', value: true }], '"o":{}', '"o":{"k":true}'],
    [
      'a member for a full object',
      [{ op: 'set', path: [], key: 'k', value: 1 }],
      '"k\\u0065y":0}',
      '"k\\u0065y":0,"k":1}',
    ],
    [
      'a removed first element',
      [{ op: 'remove', path: ['messages', 0] }],
      '{"role":"user","content":"a \\"q\\" \\\\"} , ',
      '',
    ],
    ['a removed last element', [{ op: 'remove', path: ['messages', 1] }], ` , {"role":"tool","content":${SECOND}}`, ''],
    ['a removed last member', [{ op: 'remove', path: ['key'] }], ' , "k\\u0065y":0}', '}'],
    [
      'two appends to one empty array, in their order',
      [
        { op: 'append', path: ['e'], value: 1 },
        { op: 'append', path: ['e'], value: [2] },
      ],
      '[]',
      '[1,[2]]',
    ],
    [
      'two appends to one full array, in their order',
      [
        { op: 'append', path: ['messages'], value: 1 },
        { op: 'append', path: ['messages'], value: '2' },
      ],
      '"} ],',
      '"},1,"2" ],',
    ],
    [
      'a lone surrogate, written as its escape',
      [{ op: 'replace', path: ['model'], value: '\ud83d' }],
      '"m\\u00e9"',
      '"\\ud83d"',
    ],
  ];
  test.each(table)('%s', (_, edits, from, to) => {
    expect(SOURCE.split(from).length).toBe(2);
    expect(applied(SOURCE, edits)).toBe(SOURCE.replace(from, () => to));
  });

  test('a new root', () => {
    expect(applied(' [1] \n', [{ op: 'replace', path: [], value: {} }])).toBe(' {} \n');
  });

  test('all elements removed and one appended', () => {
    const edits: JsonEdit[] = [0, 1].map((index) => ({ op: 'remove', path: [index] }));
    expect(JSON.parse(applied('[ 1 , 2 ]', [...edits, { op: 'append', path: [], value: 3 }]))).toEqual([3]);
  });
});

describe('what cannot be done is a RangeError', () => {
  const table: [what: string, text: string, edits: JsonEdit[]][] = [
    ['a key that is not there', '{"a":1}', [{ op: 'replace', path: ['b'], value: 1 }]],
    ['an index that is not there', '[1]', [{ op: 'replace', path: [1], value: 1 }]],
    ['a path through a string', '{"a":"b"}', [{ op: 'replace', path: ['a', 'b'], value: 1 }]],
    ['a key of an array', '[1]', [{ op: 'replace', path: ['0'], value: 1 }]],
    ['a path that only an earlier equal key has', '{"a":[1,2],"a":[3]}', [{ op: 'replace', path: ['a', 1], value: 1 }]],
    ['the removal of a key that stands twice', '{"a":1,"a":2}', [{ op: 'remove', path: ['a'] }]],
    [
      'two edits of one place',
      '[1]',
      [
        { op: 'replace', path: [0], value: 2 },
        { op: 'replace', path: [0], value: 3 },
      ],
    ],
    [
      'an edit inside another',
      '[[1]]',
      [
        { op: 'replace', path: [0], value: 2 },
        { op: 'append', path: [0], value: 3 },
      ],
    ],
  ];
  test.each(table)('%s', (_, text, edits) => {
    expect(() => applied(text, edits)).toThrow(RangeError);
  });
});

test('a key that stands twice can be removed from inside the last of its values', () => {
  expect(applied('{"a":{"b":1},"a":{"b":2,"c":3}}', [{ op: 'remove', path: ['a', 'b'] }])).toBe(
    '{"a":{"b":1},"a":{"c":3}}',
  );
});

test('what is not JSON or not UTF-8 is refused', () => {
  expect(() => JsonDocument.parse(bytesOf('{"a":1'))).toThrow(SyntaxError);
  expect(() => JsonDocument.parse(bytesOf(''))).toThrow(SyntaxError);
  expect(() => JsonDocument.parse(bytesOf('\ufeff{}'))).toThrow(SyntaxError);
  expect(() => JsonDocument.parse(Buffer.from([0x22, 0xff, 0x22]))).toThrow(TypeError);
  expect(() => JsonDocument.parse(Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22]))).toThrow(TypeError);
});

test('200,000 levels of nesting are read and edited around', () => {
  const deep = `${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`;
  const text = `{"before":${deep},"x":"é","after":${deep}}`;
  expect(applied(text, [{ op: 'replace', path: ['x'], value: 'y' }])).toBe(
    `{"before":${deep},"x":"y","after":${deep}}`,
  );
  expect(applied(text, [{ op: 'append', path: ['after'], value: 1 }]).endsWith('}]},1]}')).toBe(true);
});

test('a body of 10 MB is edited in its first, middle and last element', () => {
  const items = Array.from(
    { length: 10_000 },
    (_, index) => `{"i":${index},"t":"${'日本 "'.repeat(100).replaceAll('"', '\\"')}"}`,
  );
  const places = [0, 5000, 9999];
  const edits = places.map((index): JsonEdit => ({ op: 'replace', path: [index, 't'], value: `new ${index}` }));
  const expected = items
    .with(0, '{"i":0,"t":"new 0"}')
    .with(5000, '{"i":5000,"t":"new 5000"}')
    .with(9999, '{"i":9999,"t":"new 9999"}');
  const text = `[${items.join(' ,\n')}]`;
  expect(Buffer.byteLength(text)).toBeGreaterThan(8_000_000);
  expect(applied(text, edits) === `[${expected.join(' ,\n')}]`).toBe(true);
});

/** JSON texts in every spelling that JSON allows, with equal keys where they are asked for. */
function jsonTexts(withEqualKeys: boolean): fc.Arbitrary<string> {
  const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');
  const characters = [
    'a',
    '\\"',
    '\\\\',
    '\\n',
    '\\/',
    '\\u00e9',
    'é',
    '日',
    '😀',
    '\\ud83d\\ude00',
    '\\ud83d',
    '{',
    ']',
    ',',
    ':',
    ' ',
  ];
  const string = fc.array(fc.constantFrom(...characters), { maxLength: 6 }).map((parts) => `"${parts.join('')}"`);
  const literal = fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1.0',
    '-1.5E+3',
    '1e400',
    '12345678901234567890',
  );
  const keys = fc.constantFrom(
    '"a"',
    '"\\u0061"',
    '"b\\""',
    '"c\\\\"',
    '"dé"',
    '"d\\u00e9"',
    '"1"',
    '""',
    '"__proto__"',
  );
  const key = withEqualKeys ? keys : fc.constantFrom('"a"', '"b\\""', '"c\\\\"', '"d\\u00e9"', '"1"', '""');
  const { value } = fc.letrec<{ value: string; array: string; object: string; item: string; member: string }>(
    (tie) => ({
      value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, literal, string, tie('array'), tie('object')),
      item: fc.tuple(space, tie('value'), space).map((pieces) => pieces.join('')),
      member: fc.tuple(space, key, space, tie('item')).map(([a, name, b, item]) => `${a}${name}${b}:${item}`),
      array: fc
        .tuple(space, fc.array(tie('item'), { maxLength: 4 }))
        .map(([a, items]) => (items.length > 0 ? `[${items.join(',')}]` : `[${a}]`)),
      object: fc
        .tuple(
          space,
          withEqualKeys
            ? fc.array(tie('member'), { maxLength: 5 })
            : fc.uniqueArray(tie('member'), {
                maxLength: 4,
                selector: (member) => /"(?:[^"\\]|\\.)*"/.exec(member)![0],
              }),
        )
        .map(([a, members]) => (members.length > 0 ? `{${members.join(',')}}` : `{${a}}`)),
    }),
  );
  return fc.tuple(space, value, space).map((pieces) => pieces.join(''));
}

function pathsOf(value: Tree, path: JsonPath = []): JsonPath[] {
  if (value === null || typeof value !== 'object') return [path];
  const children: [string | number, Tree][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...children.flatMap(([step, child]) => pathsOf(child, [...path, step]))];
}

function at(value: Tree, path: JsonPath): Tree {
  return path.reduce<Tree>((holder, step) => (holder as Record<string | number, Tree>)[step]!, value);
}

const isInside = (outer: JsonPath, inner: JsonPath): boolean => outer.every((step, index) => step === inner[index]);

/** One edit for each pick, as far as they do not get into each other's way. */
function chooseEdits(value: Tree, picks: readonly (readonly [number, number])[], mayRemove: boolean): JsonEdit[] {
  const paths = pathsOf(value);
  const taken: JsonPath[] = [];
  const edits: JsonEdit[] = [];
  for (const [place, roll] of picks) {
    const path = paths[place % paths.length]!;
    const target = at(value, path);
    const isGrown = edits.some((edit) => edit.path === path && (edit.op === 'append' || edit.op === 'set'));
    if (Array.isArray(target) && isGrown) edits.push({ op: 'append', path, value: `again ${roll}` });
    if (taken.some((other) => isInside(other, path) || isInside(path, other))) continue;
    taken.push(path);
    if (mayRemove && path.length > 0 && roll % 3 === 0) edits.push({ op: 'remove', path });
    else if (roll % 3 === 1 && Array.isArray(target)) edits.push({ op: 'append', path, value: [`new ${roll}`, null] });
    else if (roll % 3 === 1 && target !== null && typeof target === 'object') {
      edits.push({ op: 'set', path, key: 'new "key"', value: roll });
    } else edits.push({ op: 'replace', path, value: { 'new\n': '\ud83d é' } });
  }
  return edits;
}

/** The same edits made on a parsed copy, without any text: the oracle. */
function editedTree(value: Tree, edits: readonly JsonEdit[]): JsonValue {
  const GONE: Tree = {};
  const holder: { root: Tree } = { root: structuredClone(value) };
  for (const edit of edits) {
    const path = ['root', ...edit.path];
    const parent = at(holder as Tree, path.slice(0, -1)) as Record<string | number, Tree>;
    const last = path.at(-1)!;
    if (edit.op === 'replace') parent[last] = edit.value as Tree;
    else if (edit.op === 'remove') parent[last] = GONE;
    else if (edit.op === 'append') (parent[last] as Tree[]).push(edit.value as Tree);
    else if (edit.op === 'set') (parent[last] as Record<string, Tree>)[edit.key] = edit.value as Tree;
  }
  const sweep = (tree: Tree): Tree => {
    if (tree === null || typeof tree !== 'object') return tree;
    if (Array.isArray(tree)) return tree.filter((item) => item !== GONE).map(sweep);
    const members = Object.entries(tree).filter(([, item]) => item !== GONE);
    return Object.fromEntries(members.map(([key, item]) => [key, sweep(item)]));
  };
  return sweep(holder.root) as JsonValue;
}

describe('raw text between elements', () => {
  const TEXT = '{"a": [ {"x": 1.0} ,\n  2, "é" ], "b": []}';

  test.each<[JsonEdit[], string]>([
    [[{ op: 'between', path: ['a', 1], text: '],"c":[' }], '{"a": [ {"x": 1.0}],"c":[2, "é" ], "b": []}'],
    [[{ op: 'before', path: ['a', 0], text: '0,' }], '{"a": [ 0,{"x": 1.0} ,\n  2, "é" ], "b": []}'],
    [[{ op: 'after', path: ['a', 2], text: ',3' }], '{"a": [ {"x": 1.0} ,\n  2, "é",3 ], "b": []}'],
    [
      [
        { op: 'between', path: ['a', 1], text: '|' },
        { op: 'between', path: ['a', 2], text: '~' },
        { op: 'replace', path: ['a', 1], value: 'two' },
        { op: 'append', path: ['b'], value: 1 },
      ],
      '{"a": [ {"x": 1.0}|"two"~"é" ], "b": [1]}',
    ],
  ])('%j', (edits, expected) => {
    expect(applied(TEXT, edits)).toBe(expected);
  });

  test('nothing stands before the first', () => {
    expect(() => applied(TEXT, [{ op: 'between', path: ['a', 0], text: '' }])).toThrow(RangeError);
  });
});

describe('apply says the same as editing the parsed tree', () => {
  const picks = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 7 });
  test.each([
    ['with equal keys', true],
    ['with removals', false],
  ])('%s, 20,000 random texts', (_, withEqualKeys) => {
    fc.assert(
      fc.property(jsonTexts(withEqualKeys), picks, (text, chosen) => {
        const value = JSON.parse(text) as Tree;
        const edits = chooseEdits(value, chosen, !withEqualKeys);
        const result = JSON.parse(applied(text, edits)) as Tree;
        expect(JSON.stringify(result)).toBe(JSON.stringify(editedTree(value, edits)));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a list whose end is known', () => {
  const picks = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 });
  const items = fc.array(jsonTexts(false), { maxLength: 3 });
  const space = fc.constantFrom('', ' ', '\n\t');
  const roots = fc
    .tuple(items, space, jsonTexts(false), jsonTexts(false))
    .map(([list, gap, before, after]) => `{"b":${before}, "list" :[${list.join(',')}${gap}]${gap},"c":${after}}`);
  const further: readonly JsonEdit[] = [
    { op: 'append', path: ['list'], value: 'é' },
    { op: 'append', path: ['list'], value: [1] },
  ];

  test('grows to the same as if it were read (5,000 random texts)', () => {
    fc.assert(
      fc.property(roots, picks, (text, chosen) => {
        const edits = chooseEdits(JSON.parse(text) as Tree, chosen, true);
        fc.pre(edits.every(({ op, path }) => path.length > 0 && (op === 'append' || path.join() !== 'list')));
        let { bytes, end } = JsonDocument.parse(bytesOf(text)).applied(edits, 'list');
        expect(end).toBeDefined();
        for (let hop = 0; hop < 2; hop++) {
          const read = JsonDocument.parse(bytes).apply(further);
          ({ bytes, end } = JsonDocument.known(bytes, end).applied(further));
          expect(JSON.stringify(JSON.parse(textOf(bytes)))).toBe(JSON.stringify(JSON.parse(textOf(read))));
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('is read after all for edits of another place', () => {
    const { bytes, end } = JsonDocument.parse(bytesOf('{"list":[1],"x":0}')).applied(
      [{ op: 'replace', path: ['x'], value: 2 }],
      'list',
    );
    const edits: JsonEdit[] = [further[1]!, { op: 'replace', path: ['x'], value: 3 }];
    expect(textOf(JsonDocument.known(bytes, end).apply(edits))).toBe('{"list":[1,[1]],"x":3}');
  });

  test('is not known where the key holds no list, and where there is none', () => {
    const document = JsonDocument.parse(bytesOf('{"list":{},"x":[]}'));
    expect(document.applied([{ op: 'append', path: ['x'], value: 1 }], 'list').end).toBeUndefined();
    expect(document.applied([{ op: 'append', path: ['x'], value: 1 }]).end).toBeUndefined();
  });
});

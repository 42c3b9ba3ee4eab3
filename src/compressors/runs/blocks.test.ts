import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { findStyle, readMarks, relate, render, spellMarks } from './gutter.ts';
import { nameOfKind } from './kind.ts';
import { readForm } from './read.ts';
import { writeForm } from './write.ts';

function many<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

const FILES = ['cart', 'auth', 'billing', 'mailer'];

function clippy(i: number): readonly string[] {
  const line = i * 7 + 3;
  const width = String(line).length;
  const gutter = ' '.repeat(width);
  return [
    `warning: unused variable: \`tmp${i}\``,
    `${gutter}--> src/${FILES[i >> 3]!}.rs:${line}:9`,
    `${gutter} |`,
    `${line} |     let tmp${i} = compute(${i * 3});`,
    `${gutter} |         ${'^'.repeat(3 + String(i).length)} help: prefix it with an underscore: \`_tmp${i}\``,
    '',
  ];
}

function ruff(i: number): readonly string[] {
  const line = i * 7 + 5;
  const width = String(line + 1).length;
  const gutter = ' '.repeat(width);
  return [
    'F401 [*] `os` imported but unused',
    `${gutter}--> src/${FILES[i >> 3]!}.py:${line}:8`,
    `${gutter} |`,
    `${String(line).padStart(width)} | import os`,
    `${gutter} |        ^^`,
    `${String(line + 1).padStart(width)} | value = ${i}`,
    `${gutter} |`,
    'help: Remove unused import: `os`',
    '',
  ];
}

/** Code lines and messages as biome sets them. */
function biome(i: number): readonly string[] {
  const line = i * 7 + 5;
  const width = String(line + 1).length;
  const head = `src/${FILES[i >> 3]!}.ts:${line}:5 lint/style/useConst  FIXABLE  `;
  return [
    head.padEnd(100, '━'),
    '',
    '  × This let declares a variable that is only assigned once.',
    '  ',
    `  > ${String(line).padStart(width)} │ let value${i} = load();`,
    `    ${' '.repeat(width)} │     ^^^^^^`,
    `    ${String(line + 1).padStart(width)} │ use(value${i});`,
    '  ',
    '',
  ];
}

function form(lines: readonly string[]): string {
  const text = `${lines.join('\n')}\n`;
  const said = writeForm(text, NO_DEADLINE)!;
  expect(readForm(said)).toBe(text);
  return said;
}

function saved(lines: readonly string[]): number {
  return 1 - o200k.count(form(lines)) / o200k.count(`${lines.join('\n')}\n`);
}

describe('reports over several lines', () => {
  test('rustc: each warning is its place and its own words', () => {
    const said = form(many(32, clippy).flat());
    expect(said).toContain('\n=a src/auth.rs:59:9 | ');
    expect(said).toContain('\n=a :66:9 | ');
    expect(saved(many(32, clippy).flat())).toBeGreaterThan(0.55);
  });

  test.each([
    ['ruff', ruff, 0.6],
    ['biome', biome, 0.55],
  ] as const)('%s: the code around a place is said without its numbers', (_, make, least) => {
    const lines = many(32, make).flat();
    const said = form(lines);
    expect(said).toContain('{@+1}');
    expect(saved(lines)).toBeGreaterThan(least);
  });

  test('two kinds that come by turns keep their order', () => {
    const lines = many(24, (i) => (i % 2 === 0 ? clippy(i) : ruff(i))).flat();
    expect(saved(lines)).toBeGreaterThan(0.4);
  });

  test('a report that differs in one blank stands as it was printed', () => {
    const lines = many(24, clippy).flat();
    const odd = lines.map((line, i) => (i === 62 ? ` ${line}` : line));
    expect(form(odd)).toContain(odd[62]!);
  });

  test('lists of places in any order, with each text once', () => {
    const lines = many(
      120,
      (i) => `src/${FILES[(i * 3) % 4]!}.py:${(i * 37) % 200}:7: F821 Undefined name \`total${i % 5}\``,
    );
    expect(saved(lines)).toBeGreaterThan(0.35);
  });

  test('places below the name of their file do not say it again', () => {
    const lines = FILES.flatMap((file) => [
      `/src/${file}.py`,
      ...many(9, (i) => `  /src/${file}.py:${i * 7 + 2}:5 - error: Cannot access attribute "x" (reportAccess)`),
    ]);
    expect(form(lines)).toContain('/src/auth.py\n=a :2:5\n=a :9:5');
    expect(saved(lines)).toBeGreaterThan(0.6);
  });

  test('blocks without a place: packages with their advisories', () => {
    const lines = many(30, (i) => [
      `pkg-${i}  <${i}.3.1`,
      `Severity: ${i % 3 === 0 ? 'high' : 'moderate'}`,
      `fix available via \`npm audit fix\``,
      `node_modules/pkg-${i}`,
      '',
    ]).flat();
    expect(saved(lines)).toBeGreaterThan(0.4);
  });

  test('lines that look like rows of the form are given back', () => {
    form([...many(24, clippy).flat(), '=a src/x.rs:1:1 | 2 | 3', '=b', '\\=a', 'src/last.rs', ...clippy(30)]);
  });

  test('kinds are named a to z, then aa', () => {
    expect([0, 25, 26, 51, 52].map(nameOfKind)).toEqual(['a', 'z', 'aa', 'az', 'ba']);
  });
});

test('the head says the number of lines, not one more for the last line break', () => {
  for (const end of ['', '\n', '\n\n']) {
    const text = many(40, (i) => `src/${FILES[i % 4]!}.py:${i}:7: F821 Undefined name`).join('\n') + end;
    const said = writeForm(text, NO_DEADLINE)!;
    const count = 40 + Math.max(0, end.length - 1);
    expect(said).toMatch(new RegExp(`^\\[headroom: ${count} lines of output`));
    expect(readForm(said)).toBe(text);
    expect(readForm(said.replace(`${count} lines`, `${count + 1} lines`))).toBeUndefined();
  }
});

describe('code beside numbers and bars', () => {
  const style = findStyle(many(20, ruff))!;

  test('the style is that of most blocks', () => {
    expect(style).toEqual({ isLeft: false, margin: 0, pad: 1, arrow: 1, note: 0 });
    expect(findStyle(many(20, biome))).toMatchObject({ margin: 4, pad: 1 });
    expect(findStyle([['no', 'code']])).toBeUndefined();
  });

  test('what is said relative to a place is printed again at any other', () => {
    const spot = (i: number): { line: number; column: number } => ({ line: i * 7 + 5, column: 8 });
    const setup = { style, width: undefined };
    const words = (i: number): readonly string[] => ruff(i).map((line) => line.replace(/value = \d+|src\/\S+/, 'x'));
    const said = relate(words(0), spot(0), setup);
    for (const i of [0, 1, 13, 14, 150]) {
      expect(relate(words(i), spot(i), setup)).toEqual(said);
      expect(render(said, spot(i), style)).toEqual(words(i));
    }
  });

  test('marks are spelled and read back', () => {
    const [line] = relate(['5 | a'], { line: 4, column: 1 }, { style: { ...style, pad: 1 }, width: undefined });
    expect(spellMarks(line!, '{}')).toBe('{@+1}| a');
    expect(readMarks('{@+1}| a', '{}')).toBe(line);
  });
});

const word = fc.constantFrom('tmp', 'x', '_x', '`a`', 'a | b', '|', '=a', '{}', '{@}', '{@+1}', '⏎', '', ' ', '⟂');
const place = fc.tuple(
  fc.constantFrom('src/a.rs', 'b.py', 'C:\\x\\y.ts', 'odd|path.c'),
  fc.nat({ max: 1200 }),
  fc.nat({ max: 30 }),
);
const block = fc
  .tuple(fc.nat({ max: 4 }), place, word, word, fc.nat({ max: 3 }), fc.boolean())
  .map(([kind, at, a, b, off, isLeft]) => {
    const [path, line, column] = at;
    const width = String(line + off).length;
    const number = (n: number): string => (isLeft ? String(n).padEnd(width) : String(n).padStart(width));
    const gutter = ' '.repeat(width);
    if (kind === 0) return [`${path}:${line}:${column}: E501 Line ${a} too long (${b})`];
    if (kind === 1) return [`${path}(${line},${column}): error TS1: ${a}`];
    if (kind === 2) return [`pkg ${a}`, `Severity: ${b}`, `more of ${a}`, ''];
    return [
      `${kind === 3 ? 'warning: unused' : 'F401 unused'} ${a}`,
      `${gutter}--> ${path}:${line}:${column}`,
      `${gutter} |`,
      `${number(line)} | ${b} code ${a}`,
      `${gutter} | ${' '.repeat(Math.max(0, column - 1))}^^^ here`,
      `${number(line + off)} | more`,
      ...(off > 1 ? [`${gutter} = note: ${a}`] : []),
      '',
    ];
  });

test('any sequence of reports is given back to the byte', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(block, fc.array(word, { maxLength: 3 })), { maxLength: 40 }),
      fc.boolean(),
      (blocks, isCrlf) => {
        const text = blocks.flat().join(isCrlf ? '\r\n' : '\n');
        const said = writeForm(text, NO_DEADLINE);
        if (said !== undefined) expect(readForm(said)).toBe(text);
      },
    ),
    { numRuns: 300 },
  );
});

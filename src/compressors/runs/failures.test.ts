import { describe, expect, test } from 'vitest';
import type { Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { runCompressor } from './runs.ts';
import { writeView } from './view.ts';

const LEVELS: readonly Level[] = ['balanced', 'aggressive'];

function said(text: string, level: Level): string {
  const options = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return runCompressor.compress(text, options)?.text ?? text;
}

function view(text: string, level: Level): string {
  return writeView(text, { level, tokens: o200k, deadline: NO_DEADLINE, sourceTokens: o200k.count(text) });
}

/** The views at all levels that allow them. */
function views(lines: readonly string[]): readonly string[] {
  return LEVELS.map((level) => view(`${lines.join('\n')}\n`, level));
}

/** The views, and what goes out. */
function forms(lines: readonly string[]): readonly string[] {
  return [...views(lines), ...LEVELS.map((level) => said(`${lines.join('\n')}\n`, level))];
}

function claimOf(lines: readonly string[]): number {
  return runCompressor.claim(new Sample(`${lines.join('\n')}\n`));
}

function many<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

const FILES = ['cart', 'auth', 'billing', 'mailer', 'search', 'ledger', 'worker'];

describe('views of Go runs (R-13)', () => {
  const passed = (from: number): readonly string[] =>
    many(60, (i) => `ok  \texample.org/shop/pkg${from + i}\t0.0${i}s`);
  const trace = [
    'panic: runtime error: index out of range [3] with length 3 [recovered]',
    '\tpanic: runtime error: index out of range [3] with length 3',
    '',
    'goroutine 7 [running]:',
    'testing.tRunner.func1.2({0x5423e0, 0x6b9a50})',
    '\t/opt/sdk/go1.24/src/testing/testing.go:1974 +0x238',
    'example.org/shop/cart.(*Cart).Total(...)',
    '\t/src/cart/cart.go:31',
    'example.org/shop/cart.TestTotal(0xc0000f2000)',
    '\t/src/cart/cart_test.go:12 +0x24',
    'created by testing.(*T).Run in goroutine 1',
    '\t/opt/sdk/go1.24/src/testing/testing.go:1876 +0x3c8',
  ];
  const failed = (name: string): readonly string[] => [
    `--- FAIL: Test${name} (0.00s)`,
    `    ${name}_test.go:17: ${name} = 3, want 4`,
    'FAIL',
    `FAIL\texample.org/shop/${name}\t0.012s`,
  ];
  const lines = [
    ...passed(0),
    ...trace,
    'FAIL\texample.org/shop/cart\t0.009s',
    ...failed('refund'),
    ...passed(60),
    ...failed('hidden'),
    'FAIL\texample.org/shop/nobuild [build failed]',
    ...passed(120),
    'FAIL',
  ];

  test('failures behind a panic stand, though no empty line ends its trace', () => {
    for (const text of views(lines)) {
      for (const line of [...failed('refund'), ...failed('hidden')]) expect(text).toContain(line);
      expect(text).toContain('FAIL\texample.org/shop/cart\t0.009s');
      expect(text).toContain('FAIL\texample.org/shop/nobuild [build failed]');
    }
  });

  test('of a panic its message and the first place of the project stand, at every level', () => {
    for (const text of views(lines)) {
      expect(text).toContain('panic: runtime error: index out of range [3] with length 3');
      expect(text).toContain('example.org/shop/cart.(*Cart).Total(...)\n\t/src/cart/cart.go:31');
      expect(text).not.toContain('testing.tRunner.func1.2');
    }
  });

  test('packages that passed are counted as such where they stood', () => {
    for (const text of views(lines)) expect(text.match(/^\(60 lines: ok\)$/gm)).toHaveLength(3);
  });

  const verbose = [
    ...many(90, (i) => [
      `=== RUN   TestMany/case${i}`,
      `    many_test.go:${i}: ${i === 37 ? 'got 37, want 38' : i === 40 ? 'skipping: needs a network' : `fine ${i}`}`,
    ]).flat(),
    '--- FAIL: TestMany (0.00s)',
    ...many(90, (i) => `    --- ${i === 37 ? 'FAIL' : i === 40 ? 'SKIP' : 'PASS'}: TestMany/case${i} (0.00s)`),
    'FAIL',
    'FAIL\texample.org/shop/many\t0.008s',
    'FAIL',
  ];

  test('with -v what a failing test says stands under its name', () => {
    for (const text of views(verbose)) {
      expect(text).toContain('=== RUN   TestMany/case37\n    many_test.go:37: got 37, want 38');
      expect(text).toContain('    --- FAIL: TestMany/case37 (0.00s)');
    }
  });

  test('what tests say that passed or were skipped does not stand among the failures', () => {
    for (const text of views(verbose)) {
      expect(text).not.toContain('fine 36');
      expect(text).not.toContain('needs a network');
    }
  });
});

describe('views of rustc and of linters that print like it', () => {
  const warnings = many(40, (i) => [
    `warning: unused variable: \`${FILES[i % 7]!}${i % 3}\``,
    `  --> src/${FILES[i % 5]!}.rs:${i + 11}:9`,
    '   |',
    `${i + 11} |     let ${FILES[i % 7]!}${i % 3} = compute(${i});`,
    '   |         ^^^^ help: if this is intentional, prefix it with an underscore',
    '',
  ]).flat();
  const errors = [
    'error[E0308]: mismatched types',
    '   --> src/lib.rs:102:80',
    '    |',
    '102 | pub fn bad() { let y: i32 = "a"; }',
    '    |                       ---   ^^^ expected `i32`, found `&str`',
    '    |                       |',
    '    |                       expected due to this',
    '',
    'error[E0382]: borrow of moved value: `order`',
    '   --> src/ledger.rs:88:20',
    '    |',
    '85  |     let order = next();',
    '    |         ----- move occurs because `order` has type `Order`',
    '86  |     submit(order);',
    '    |            ----- value moved here',
    '87  |',
    '88  |     println!("{}", order.id);',
    '    |                    ^^^^^^^^ value borrowed here after move',
    '',
    'For more information about this error, try `rustc --explain E0308`.',
    'error: could not compile `shop` (lib) due to 2 previous errors; 40 warnings emitted',
  ];
  const lines = ['   Compiling shop v0.1.0 (/src)', ...warnings, ...errors];
  const text = `${lines.join('\n')}\n`;

  /** For each title the places below it. */
  function placesByTitle(said: string): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, readonly string[]>();
    let title = '';
    for (const line of said.split('\n')) {
      const places = /^ *--> (.*)$/.exec(line)?.[1];
      if (places === undefined) title = line;
      else {
        const spelled = places.split(', ').flatMap((one) => {
          const [, file = '', first = '', rest = ''] = /^([^:]+)(:\d+:\d+)(.*)$/.exec(one)!;
          return [first, ...rest.trim().split(' ')].filter((place) => place !== '').map((place) => file + place);
        });
        found.set(title, [...(found.get(title) ?? []), ...spelled]);
      }
    }
    return found;
  }

  test('each place stands under its own title, and no title has a place of another', () => {
    for (const level of LEVELS) expect(placesByTitle(view(text, level))).toEqual(placesOf(warnings, errors));
  });

  function placesOf(...parts: readonly (readonly string[])[]): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const part of parts) {
      for (const [i, line] of part.entries()) {
        const place = /^ *--> (\S+)$/.exec(line)?.[1];
        if (place !== undefined) found.set(part[i - 1]!, [...(found.get(part[i - 1]!) ?? []), place]);
      }
    }
    // A view has the places of one title by file.
    for (const [title, places] of found) {
      const files = [...new Set(places.map((place) => place.replace(/:.*/, '')))];
      found.set(
        title,
        files.flatMap((file) => places.filter((place) => place.startsWith(`${file}:`))),
      );
    }
    return found;
  }

  test('the labels of an error stand with the lines that they point at', () => {
    for (const text of views(lines)) {
      for (const line of errors.filter((one) => /^\d+ +\| +\S|^ +\| +[-^|]|expected due/.test(one))) {
        expect(text).toContain(line);
      }
    }
  });

  test('rules of ruff stand once with all their places', () => {
    const ruff = many(60, (i) => [
      i % 2 === 0 ? 'F401 [*] `os` imported but unused' : 'E711 Comparison to `None` should be `cond is None`',
      `   --> src/${FILES[i % 5]!}.py:${i + 101}:8`,
      '    |',
      `${i + 101} | ${i % 2 === 0 ? 'import os' : `if value_${i} == None:`}`,
      '    |        ^^',
      '    |',
      'help: Replace it',
      '',
    ]).flat();
    expect(claimOf(ruff)).toBeGreaterThan(0.9);
    for (const text of views([...ruff, 'Found 60 errors.'])) {
      for (const i of many(60, (one) => one)) expect(text).toMatch(new RegExp(`:${i + 101}:8\\b`));
      expect(text).toContain('Found 60 errors.');
    }
  });
});

describe('views say whose a count is', () => {
  test('mocha: each suite has its own', () => {
    const suites = many(30, (s) => [
      '',
      `  Suite ${s}`,
      ...many(3 + (s % 5), (i) => `    ✔ keeps rule ${i} of ${s}`),
    ]).flat();
    for (const text of views(['', ...suites, '', '', '  149 passing (2s)', ''])) {
      expect(text).toContain('Suite 0: 3 ✔');
      expect(text).toContain('Suite 4: 7 ✔');
      expect(text).not.toMatch(/^\d+ ✔/m);
    }
  });

  test('bazel: a run of tests, its failure in full', () => {
    const lines = [
      ...many(80, (i) => `//src/${FILES[i % 7]!}:rule${i}_test      (cached) PASSED in 0.${i}s`),
      '//src/cart:total_test                   FAILED in 0.8s',
      '  /home/u/.cache/bazel/testlogs/src/cart/total_test/test.log',
      'Executed 2 out of 81 tests: 80 tests pass and 1 fails locally.',
    ];
    expect(claimOf(lines)).toBeGreaterThan(0.9);
    for (const text of views(lines)) {
      expect(text).toContain('//src/cart:total_test                   FAILED in 0.8s');
      expect(text).toContain('Executed 2 out of 81 tests: 80 tests pass and 1 fails locally.');
      expect(text).toContain('//src/auth: 12 PASSED');
    }
  });

  test('coverage: of many files those that are covered least', () => {
    const rows = many(80, (i) => `src/shop/m${i}.py      120     ${i}    ${20 + ((i * 37) % 80)}%   1-${i}`);
    const lines = [
      '........................................................................ [100%]',
      'Name               Stmts   Miss  Cover   Missing',
      '-------------------------------------------------',
      ...rows,
      '-------------------------------------------------',
      'TOTAL              9600   1200    87%',
      '72 passed in 4.2s',
    ];
    for (const text of views(lines)) {
      for (const least of rows.filter((row) => / 2[0-6]%/.test(row))) expect(text).toContain(least);
      expect(text).toContain('TOTAL              9600   1200    87%');
      expect(text).toContain('those that cover least stand');
    }
  });
});

describe('lists of lint keep every failure', () => {
  const kinds: readonly (readonly [name: string, line: (i: number) => string])[] = [
    [
      'ruff --output-format concise',
      (i) => `src/${FILES[i % 7]!}.py:${i + 3}:7: F821 Undefined name \`total_${i % 9}\``,
    ],
    [
      'pylint',
      (i) => `src/${FILES[i % 7]!}.py:${i + 3}:7: C0116: Missing function docstring (missing-function-docstring)`,
    ],
    ['flake8', (i) => `./src/${FILES[i % 7]!}.py:${i + 3}:7: E501 line too long (${80 + (i % 9)} > 79 characters)`],
    ['golangci-lint', (i) => `internal/${FILES[i % 7]!}.go:${i + 3}:7: func \`f${i}\` is unused (unused)`],
    [
      'pyright',
      (i) =>
        `  /src/${FILES[i % 7]!}.py:${i + 3}:7 - warning: Import "y${i % 4}" could not be resolved (reportMissing)`,
    ],
  ];
  for (const [name, line] of kinds) {
    test(`${name}: each place and each text, at every level`, () => {
      const lines = [...many(150, line), '150 errors, 0 warnings, 0 informations'];
      expect(claimOf(lines)).toBeGreaterThan(0.9);
      for (const text of forms(lines)) for (const i of many(150, (one) => one)) expect(text).toContain(`:${i + 3}:7`);
    });
  }

  test('npm audit: each package with its severity and its advisory', () => {
    const blocks = many(40, (i) => [
      `${FILES[i % 7]!}-${i}  <${i}.3.1`,
      `Severity: ${i % 2 === 0 ? 'high' : 'critical'}`,
      `Prototype pollution in ${FILES[i % 7]!}-${i} - https://github.com/advisories/GHSA-${i}aaa`,
      'fix available via `npm audit fix`',
      `node_modules/${FILES[i % 7]!}-${i}`,
      '',
    ]).flat();
    const lines = ['# npm audit report', '', ...blocks, '40 vulnerabilities (20 high, 20 critical)'];
    expect(claimOf(lines)).toBeGreaterThan(0.8);
    for (const text of forms(lines)) {
      for (const i of many(40, (one) => one)) {
        expect(text).toContain(`${FILES[i % 7]!}-${i}`);
        expect(text).toContain(`${i}aaa`);
      }
    }
  });

  test('biome: each rule with its place and its message, which is no result of a test', () => {
    const blocks = many(40, (i) => [
      `src/${FILES[i % 7]!}.ts:${i + 3}:5 lint/style/useConst  FIXABLE  ${'━'.repeat(50)}`,
      '',
      `  × This let declares value ${i}, which is only assigned once.`,
      '',
      `  > ${i + 3} │ let value${i * 7} = load(${i});`,
      '       │ ^^^',
      '',
      `  i 'value${i * 7}' is never reassigned.`,
      '',
      '',
    ]).flat();
    expect(claimOf(blocks)).toBeGreaterThan(0.9);
    for (const text of forms(blocks)) {
      for (const i of many(40, (one) => one)) expect(text).toContain(`:${i + 3}:5`);
      expect(text).not.toMatch(/^\d+ ×/m);
    }
  });
});

test('the steps of ninja and xcodebuild are claimed and counted, and what failed stands', () => {
  const ninja = [
    ...many(150, (i) => `[${i}/400] c++ -MD -O2 -c ../src/${FILES[i % 7]!}${i}.cc -o obj/${FILES[i % 7]!}${i}.o`),
    'FAILED: obj/geo.o',
    "../src/geo.cc:14:3: error: use of undeclared identifier 'foo'",
    'ninja: build stopped: subcommand failed.',
  ];
  const xcode = [
    ...many(60, (i) => [
      `CompileSwift normal arm64 /src/${FILES[i % 7]!}${i}.swift (in target 'Shop' from project 'Shop')`,
      '    cd /src',
      `    builtin-swiftTaskExecution -- /Applications/Xcode.app/swift-frontend -primary-file /src/${i}.swift`,
    ]).flat(),
    "/src/Cart.swift:12:9: error: cannot find 'foo' in scope",
    '** BUILD FAILED **',
  ];
  for (const [lines, count] of [
    [ninja, '(150 lines: ninja steps)'],
    [xcode, '(180 lines: xcodebuild steps)'],
  ] as const) {
    expect(claimOf(lines)).toBeGreaterThan(0.8);
    for (const text of views(lines)) {
      expect(text).toContain(count);
      for (const line of lines.slice(lines.length > 170 ? 180 : 150)) expect(text).toContain(line);
    }
  }
});

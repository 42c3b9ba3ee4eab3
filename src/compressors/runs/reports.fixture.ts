/** Reports of runs as the tools print them, with as many failures as a test wants. */

export interface Run {
  readonly text: string;
  /** What must stand in a view: the name of each failing test or place, and what went wrong first. */
  readonly failures: readonly { readonly name: string; readonly message: string }[];
}

const AREAS = ['orders', 'billing', 'cart', 'users', 'search', 'export', 'audit', 'mail', 'stock', 'prices'];
const VERBS = ['creates', 'updates', 'rejects', 'rounds', 'lists', 'filters', 'merges', 'keeps', 'sorts', 'skips'];
const NOUNS = ['empty_input', 'two_items', 'large_total', 'old_record', 'duplicate', 'zero_rate', 'expired_token'];

function nameOf(index: number): string {
  return `${VERBS[index % 10]!}_${NOUNS[Math.floor(index / 10) % 7]!}_${index}`;
}

/** Spread over all tests. */
function failing(total: number, count: number): ReadonlySet<number> {
  return new Set(Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * total) / count)));
}

function rule(text: string, sign: string): string {
  const left = Math.max(3, Math.floor((78 - text.length) / 2));
  return `${sign.repeat(left)} ${text} ${sign.repeat(Math.max(3, 78 - text.length - left))}`;
}

function pytestFailure(index: number, file: string, line: number): { readonly text: string; readonly message: string } {
  const name = `test_${nameOf(index)}`;
  const message = index % 2 === 0 ? `assert ${index} == ${index + 1}` : `KeyError: 'id-${index}'`;
  const own = [
    rule(name, '_'),
    '',
    `    def ${name}():`,
    `        rows = load(${index})`,
    `>       assert find(rows, "id-${index}") == ${index + 1}`,
  ];
  const text =
    index % 2 === 0
      ? [
          ...own,
          `E       ${message}`,
          `E        +  where ${index} = find([], 'id-${index}')`,
          '',
          `${file}:${line}: AssertionError`,
        ]
      : [
          ...own,
          '',
          `${file}:${line}: `,
          `${'_ '.repeat(40)}`,
          '',
          `rows = {}, key = 'id-${index}'`,
          '',
          '    def find(rows, key):',
          '        if key not in rows:',
          '>           raise KeyError(key)',
          `E           ${message}`,
          '',
          'shop/cart.py:8: KeyError',
        ];
  return { text: text.join('\n'), message };
}

export function pytestRun(total: number, count: number, isVerbose: boolean): Run {
  const bad = failing(total, count);
  const fileOf = (index: number): string => `tests/test_${AREAS[Math.floor((index * 10) / total)]!}.py`;
  const results = Array.from({ length: total }, (_, i) => {
    const head = `${fileOf(i)}::test_${nameOf(i)} ${bad.has(i) ? 'FAILED' : 'PASSED'}`;
    const percent = ` [${String(Math.floor(((i + 1) * 100) / total)).padStart(3)}%]`;
    return isVerbose ? head + percent.padStart(79 - head.length) : bad.has(i) ? 'F' : '.';
  });
  const dots = results.join('').match(/.{1,72}/g) ?? [];
  const sections = [...bad].map((i) => ({ i, ...pytestFailure(i, fileOf(i), 10 + i) }));
  const summary = sections.map(({ i, message }) => `FAILED ${fileOf(i)}::test_${nameOf(i)} - ${message}`);
  const lines = [
    rule('test session starts', '='),
    'platform linux -- Python 3.12.1, pytest-8.3.4, pluggy-1.5.0',
    'rootdir: /srv/shop',
    `collected ${total} items`,
    '',
    ...(isVerbose ? results : dots),
    '',
    rule('FAILURES', '='),
    ...sections.map(({ text }) => text),
    rule('short test summary info', '='),
    ...summary,
    rule(`${count} failed, ${total - count} passed in 4.81s`, '='),
    '',
  ];
  const failures = sections.map(({ i, message }) => ({ name: `${fileOf(i)}::test_${nameOf(i)}`, message }));
  return { text: lines.join('\n'), failures };
}

export function jestRun(total: number, count: number): Run {
  const bad = failing(total, count);
  const failures: { name: string; message: string }[] = [];
  const lines: string[] = [];
  for (const [a, area] of AREAS.entries()) {
    const own = Array.from({ length: total / 10 }, (_, i) => a * (total / 10) + i);
    lines.push(`${own.some((i) => bad.has(i)) ? 'FAIL' : 'PASS'} test/${area}.test.js`, `  ${area}`);
    for (const i of own)
      lines.push(`    ${bad.has(i) ? '✕' : '✓'} ${nameOf(i).replaceAll('_', ' ')} (${(i % 9) + 1} ms)`);
    for (const i of own.filter((one) => bad.has(one))) {
      const name = `${area} › ${nameOf(i).replaceAll('_', ' ')}`;
      failures.push({ name, message: `Received: ${i}` });
      lines.push('', `  ● ${name}`, '', '    expect(received).toBe(expected) // Object.is equality', '');
      lines.push(`    Expected: ${i + 1}`, `    Received: ${i}`, '', `      40 |   test('${nameOf(i)}', () => {`);
      lines.push(
        `    > 41 |     expect(find(rows)).toBe(${i + 1});`,
        '         |                        ^',
        '      42 |   });',
        '',
      );
      lines.push(`      at Object.toBe (test/${area}.test.js:41:24)`);
      lines.push('      at Promise.finally.completed (node_modules/jest-circus/build/run.js:1559:28)', '');
    }
  }
  lines.push(
    '',
    'Test Suites: 10 total',
    `Tests:       ${count} failed, ${total - count} passed, ${total} total`,
    'Time:        3.2 s',
    '',
  );
  return { text: lines.join('\n'), failures };
}

export function cargoRun(total: number, count: number): Run {
  const bad = failing(total, count);
  const all = Array.from({ length: total }, (_, i) => i);
  const sections = [...bad].flatMap((i) => [
    `---- tests::${nameOf(i)} stdout ----`,
    '',
    `thread 'tests::${nameOf(i)}' panicked at src/lib.rs:${i + 20}:9:`,
    `assertion \`left == right\` failed: case ${i}`,
    '  left: 3',
    ' right: 4',
    '',
  ]);
  const lines = [
    '   Compiling shop v0.1.0 (/srv/shop)',
    '    Finished `test` profile [unoptimized + debuginfo] target(s) in 2.50s',
    '     Running unittests src/lib.rs (target/debug/deps/shop-507999230d6984fa)',
    '',
    `running ${total} tests`,
    ...all.map((i) => `test tests::${nameOf(i)} ... ${bad.has(i) ? 'FAILED' : 'ok'}`),
    '',
    'failures:',
    '',
    ...sections,
    '',
    'failures:',
    ...[...bad].map((i) => `    tests::${nameOf(i)}`),
    '',
    `test result: FAILED. ${total - count} passed; ${count} failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.16s`,
    '',
    'error: test failed, to rerun pass `--lib`',
    '',
  ];
  const failures = [...bad].map((i) => ({
    name: `thread 'tests::${nameOf(i)}' panicked at src/lib.rs:${i + 20}:9:`,
    message: `assertion \`left == right\` failed: case ${i}`,
  }));
  return { text: lines.join('\n'), failures };
}

export function goRun(total: number, count: number): Run {
  const bad = failing(total, count);
  const lines: string[] = [];
  const failures: { name: string; message: string }[] = [];
  for (let i = 0; i < total; i++) {
    const name = `Test_${nameOf(i)}`;
    const message = `    shop_test.go:${i + 9}: Total(1, 2) = 3, want ${i + 4}`;
    lines.push(`=== RUN   ${name}`);
    if (bad.has(i)) {
      lines.push(message);
      failures.push({ name: `--- FAIL: ${name} (0.00s)`, message });
    }
    lines.push(`--- ${bad.has(i) ? 'FAIL' : 'PASS'}: ${name} (0.00s)`);
  }
  lines.push('FAIL', 'FAIL\texample.org/shop/cart\t0.031s', 'FAIL', '');
  return { text: lines.join('\n'), failures };
}

export function tscRun(count: number): Run {
  const texts = [
    "error TS2304: Cannot find name 'vi'.",
    "error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
    "error TS2339: Property 'total' does not exist on type 'Cart'.",
  ];
  const failures = Array.from({ length: count }, (_, i) => ({
    name: `(${(i % 12) * 7 + 3},${(i % 5) + 4})`,
    message: texts[i % 3]!,
  }));
  const lines = failures.map(
    ({ name, message }, i) => `src/shop/pages/${AREAS[Math.floor(i / 12) % 10]!}.ts${name}: ${message}`,
  );
  return { text: `${lines.join('\n')}\n`, failures };
}

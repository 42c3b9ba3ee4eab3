import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { cargoRun, goRun, jestRun, pytestRun, tscRun } from './reports.fixture.ts';
import type { Run } from './reports.fixture.ts';
import { runCompressor } from './runs.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/run', import.meta.url)));
const LEVELS: readonly Level[] = ['balanced', 'aggressive'];

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(text: string, level: Level = 'lossless'): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return runCompressor.compress(text, options);
}

/** The path, the place and what is said of it may stand apart: several places share the text, several reports the path. */
function partsOf(line: string): readonly string[] {
  const report = /^(\S+)(\(\d+,\d+\)): (error TS.*)$/.exec(line);
  return report ? report.slice(1) : line.split(/ - (?=\S*Error|assert)/);
}

/** What goes out at a level that allows views. */
function viewOf(text: string, level: Level = 'aggressive'): string {
  return compress(text, level)?.text ?? text;
}

function claimOf(text: string): number {
  return runCompressor.claim(new Sample(text));
}

compressorContract(runCompressor, FIXTURES, { test });

describe('views keep every failure', () => {
  const kinds: readonly (readonly [name: string, make: (count: number) => Run])[] = [
    ['pytest -v', (count) => pytestRun(1000, count, true)],
    ['pytest -q', (count) => pytestRun(1000, count, false)],
    ['jest', (count) => jestRun(500, count)],
    ['cargo test', (count) => cargoRun(500, count)],
    ['go test -v', (count) => goRun(500, count)],
    ['tsc', (count) => tscRun(count)],
  ];
  for (const [kind, make] of kinds) {
    for (const count of [5, 25, 60]) {
      test(`${kind} with ${count} failures: each name and each first message`, () => {
        const { text, failures } = make(count);
        expect(failures).toHaveLength(count);
        for (const level of LEVELS) {
          const view = viewOf(text, level);
          for (const { name, message } of failures) {
            expect(view).toContain(name);
            expect(view).toContain(message);
          }
        }
      });
    }
  }

  test('25 of 1,000 pytest failures fit into 1,500 tokens', () => {
    for (const isVerbose of [true, false]) {
      const compressed = compress(pytestRun(1000, 25, isVerbose).text, 'balanced')!;
      expect(compressed.loss).toBe('recoverable');
      expect(o200k.count(compressed.text)).toBeLessThanOrEqual(1500);
    }
  });

  test('a run that passed is counted for each file, with its own words', () => {
    const view = viewOf(pytestRun(1000, 0, true).text, 'balanced');
    expect(view).toContain('tests/test_cart.py: 100 PASSED');
    expect(view).toContain('0 failed, 1000 passed in 4.81s');
    expect(o200k.count(view)).toBeLessThan(600);
  });

  test('a run that was cut off claims no summary, and names what failed before', () => {
    const { text, failures } = pytestRun(1000, 25, true);
    const cut = text.slice(0, text.indexOf('FAILURES') - 40);
    const view = viewOf(cut, 'balanced');
    for (const { name } of failures) expect(view).toContain(name);
    expect(view).not.toMatch(/\d+ passed/);
  });

  test('a note that the output was truncated stays', () => {
    const { text } = pytestRun(1000, 25, true);
    const view = viewOf(
      `${text.slice(0, 9000)}\n... [2048 characters truncated] ...\n${text.slice(60_000)}`,
      'balanced',
    );
    expect(view).toContain('... [2048 characters truncated] ...');
  });

  test('a test that began and never ended is named', () => {
    const { text } = goRun(500, 0);
    const view = viewOf(text.replace('--- PASS: Test_sorts_zero_rate_58 (0.00s)\n', ''), 'balanced');
    expect(view).toContain('=== RUN   Test_sorts_zero_rate_58');
  });

  test('each distinct warning stays, a repeated one once', () => {
    const warnings = Array.from({ length: 40 }, (_, i) =>
      [
        `tests/test_a.py::test_${i}`,
        `  /srv/shop/cart.py:${i + 1}: DeprecationWarning: old_${i % 2 === 0 ? 'total' : 'find'} goes`,
        '    call()',
        '',
      ].join('\n'),
    );
    const { text } = pytestRun(1000, 25, true);
    const summary = `=============================== warnings summary ===============================\n${warnings.join('\n')}\n`;
    const view = viewOf(text.replace(/(?==+ short test summary)/, summary));
    expect(view.match(/old_total goes/g)).toHaveLength(1);
    expect(view).toContain('  /srv/shop/cart.py:2: DeprecationWarning: old_find goes');
  });

  test('the summary of pytest is said to repeat the names above', () => {
    expect(viewOf(pytestRun(1000, 25, false).text, 'balanced')).toContain('(25 lines: the names above again)');
  });

  test('lines left out are counted, and nothing is counted twice', () => {
    const view = viewOf(cargoRun(500, 25).text, 'balanced');
    expect(view).toContain('475 ok, 25 FAILED');
    expect(view.match(/^\d+ ok/gm)).toHaveLength(1);
  });
});

describe('R-13: of failing go vet, tsc, cargo and pytest nothing of the failure is lost', () => {
  const names = [
    'go-vet.txt',
    'tsc.txt',
    'cargo-build.txt',
    'cargo-test.txt',
    'pytest-verbose.txt',
    'maven.txt',
    'exunit.txt',
  ];
  for (const name of names) {
    test(name, () => {
      const text = fixture(name);
      const lossless = compress(text)?.text;
      if (lossless !== undefined) expect(runCompressor.expand(lossless)).toBe(text);
      const grave =
        /^(?:FAILED |error|thread |.*: error TS\d+: |\[ERROR\] (?:org|Tests run|Failed)|org\.|java\.lang\.|Caused by|vet: | {2}\d+\) |test result|=+ \d+ failed|\s+--> |\s+\*\* )/;
      for (const level of LEVELS) {
        const view = viewOf(text, level);
        for (const line of text.split('\n').filter((one) => grave.test(one))) {
          for (const part of partsOf(line)) expect(view).toContain(part.replace(/\.{3}$/, ''));
        }
      }
    });
  }
});

describe('lossless forms', () => {
  test('results of one file say it once, with the percentages by rule', () => {
    const { text } = pytestRun(1000, 5, true);
    const form = compress(text)!.text;
    expect(form).toMatch(/^≡ \d+ values: tests\/test_orders\.py::\{\} PASSED \[%\]$/m);
    expect(form).toContain('test_updates_empty_input_1 ');
    expect(o200k.count(form)).toBeLessThan(o200k.count(text) * 0.5);
    expect(runCompressor.expand(form)).toBe(text);
  });

  test('a percentage that does not follow the rule stays', () => {
    const { text } = pytestRun(200, 5, true);
    const odd = text.replace('[ 42%]', '[ 43%]');
    expect(odd).not.toBe(text);
    expect(runCompressor.expand(compress(odd)!.text)).toBe(odd);
  });

  test('places of one file stand below it, in any order that the tool prints', () => {
    const sorted = tscRun(60).text;
    const form = compress(sorted)!.text;
    expect(form).toContain("error TS2304: Cannot find name 'vi'.");
    for (const text of [sorted, sorted.split('\n').reverse().join('\n')]) {
      const again = compress(text);
      if (again) expect(runCompressor.expand(again.text)).toBe(text);
    }
  });

  test('carriage returns, a missing last line break and trailing blanks are given back', () => {
    const { text } = pytestRun(120, 3, true);
    for (const odd of [text.replaceAll('\n', '\r\n'), text.trimEnd(), text.replaceAll('\n', ' \n')]) {
      const form = compress(odd);
      if (form) expect(runCompressor.expand(form.text)).toBe(odd);
    }
    expect(compress(text.replaceAll('\n', '\r\n'))!.text).toContain('[%]');
  });

  test('a form that repeats without end is refused', () => {
    const bomb = [
      '[headroom: 2000000 lines of output; [n lines as from #k] repeats the lines that follow the mark [#k]]',
      '[#1]',
      'x'.repeat(1000),
    ];
    for (let i = 0; i < 40; i++) bomb.push(`[${2 ** Math.min(i, 20)} lines as from #1]`);
    expect(runCompressor.expand(bomb.join('\n'))).toBeUndefined();
  });
});

describe('claims', () => {
  for (const { name, text } of FIXTURES) {
    if (name === 'look-alike.txt' || text.length < 200) continue;
    test(`claims ${name}`, () => {
      expect(claimOf(text)).toBeGreaterThanOrEqual(0.5);
    });
  }

  test.each([
    [
      'a log of a server',
      Array.from({ length: 50 }, (_, i) => `2026-01-02 10:00:${i} INFO worker-${i} done, 3 passed`).join('\n'),
    ],
    [
      'a file with line numbers',
      Array.from({ length: 50 }, (_, i) => `  ${i + 1}\texpect(total).toBe(${i})`).join('\n'),
    ],
    ['JSON', '[{"test":"a","status":"PASSED"},\n{"test":"b","status":"FAILED"}]'],
    ['search hits', Array.from({ length: 50 }, (_, i) => `src/a${i % 5}.py:${i}:    raise ValueError("x")`).join('\n')],
    ['YAML', Array.from({ length: 50 }, (_, i) => `            name: app-${i}\n            kind: Service`).join('\n')],
    [
      'a page about tests',
      `# Testing\n\nRun pytest.\n\n\`\`\`\n5 passed in 0.2s\n\`\`\`\n\n${'Some words about tests.\n\n## More\n\n- a\n'.repeat(40)}`,
    ],
  ])('does not claim %s', (_, text) => {
    expect(claimOf(text)).toBeLessThan(0.5);
  });
});

const DATA = process.env['HEADROOM_DATA'];

describe.skipIf(DATA === undefined)('recorded runs (skipped without HEADROOM_DATA)', () => {
  test('every recorded form reads back, and every report is claimed', () => {
    const lines = readFileSync(join(DATA!, 'to_test_logs_python_java.jsonl'), 'utf8').trim().split('\n');
    for (const line of lines) {
      const { content } = JSON.parse(line) as { content: string };
      expect(claimOf(content)).toBeGreaterThanOrEqual(0.5);
      const form = compress(content);
      if (form) expect(runCompressor.expand(form.text)).toBe(content);
    }
  });
});

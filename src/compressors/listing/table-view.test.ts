/** The view of tables: columns by what their titles and rows show, every row counted once, and a view or none. */
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { listingCompressor } from './listing.ts';

function compress(text: string, level: Level = 'balanced'): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return listingCompressor.compress(text, options);
}

function viewOf(text: string, level: Level = 'balanced'): string {
  expect(listingCompressor.claim(new Sample(text))).toBeGreaterThanOrEqual(0.5);
  const view = compress(text, level)!;
  expect(view.loss).toBe('recoverable');
  return view.text;
}

/** Names nobody can guess, the same in every run. */
const mixedUp = (i: number): string => ((i * 2_654_435_761) >>> 0).toString(36);
const hexed = (i: number): string => ((i * 2_654_435_761) >>> 0).toString(16).padStart(12, '0');

/** As docker, kubectl and gcloud print: every column as wide as its longest cell, and three blanks. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]! + 3))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

const rowsOf = (count: number, row: (i: number) => readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: count }, (_, i) => row(i));

const DOCKER = table([
  ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'],
  ...rowsOf(60, (i) => [
    hexed(i),
    `registry.example.com/${mixedUp(i)}:1.${i}`,
    i % 2 ? '"node server.js"' : '"/bin/app serve"',
    i % 3 ? '5 hours ago' : '2 weeks ago',
    i === 20 ? 'Exited (1) 4 hours ago' : i % 4 ? 'Up 3 days' : 'Up 3 days (healthy)',
    i % 5 ? '' : `0.0.0.0:${8000 + i}->80/tcp, :::${8000 + i}->80/tcp`,
    `shop-${mixedUp(i)}`,
  ]),
]);

describe('columns stand where the titles stand', () => {
  test('cells of several words, empty cells and titles of two words stay in their columns', () => {
    const view = viewOf(DOCKER);
    expect(view).toMatch(/^\[view of 60 rows: .* NAMES of the other \d+ last\]$/m);
    expect(view).toContain('COMMAND: "/bin/app serve" ×30, "node server.js" ×30');
    expect(view).toContain('CREATED: 5 hours ago ×40, 2 weeks ago ×20');
    expect(view).toContain('STATUS: Up 3 days ×45, Up 3 days (healthy) ×14, Exited (1) 4 hours ago ×1');
    expect(view).toContain('(empty) ×48');
    for (const i of [0, 31, 59]) expect(view).toContain(`shop-${mixedUp(i)}`);
    expect(view).toContain(DOCKER.split('\n')[21]!);
  });

  test('a title of several words above short values is one column', () => {
    const events = table([
      ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'],
      ...rowsOf(120, (i) =>
        i % 12
          ? [`${i % 60}m`, 'Normal', 'Started', `pod/${mixedUp(i)}`, `Started container ${mixedUp(i)}`]
          : [`${i % 60}m`, 'Warning', 'Unhealthy', `pod/${mixedUp(i)}`, 'Readiness probe failed: statuscode: 503'],
      ),
    ]);
    const view = viewOf(events);
    expect(view).toContain('LAST SEEN: 0m to 59m');
    expect(view).toContain('TYPE: Normal ×110, Warning ×10');
    expect(view).toContain('REASON: Started ×110, Unhealthy ×10');
    expect(view.match(/^\d+m +Warning +Unhealthy/gm)).toHaveLength(10);
  });

  test('numbers to the right of their column, one blank from the next title', () => {
    const lines = Array.from(
      { length: 60 },
      (_, i) =>
        `root ${String(100 + i * 37).padStart(11)}  0.${i % 9} ${String((i * 7919) % 90_000).padStart(6)} ${String((i * 104_729) % 9_000_000).padStart(7)} ${i % 3 ? 'S   ' : 'Ssl '} ${mixedUp(i)} -v`,
    );
    const view = viewOf(['USER         PID %CPU    VSZ     RSS STAT COMMAND', ...lines].join('\n'));
    expect(view).toContain('\nSTAT: S ×40, Ssl ×20\n');
    expect(view).toContain('\nUSER: root\n');
    expect(view).toMatch(/^\[view of 60 rows: .* COMMAND of the other 60 last/);
    for (const i of [0, 29, 59]) expect(view).toContain(`\n${mixedUp(i)} -v`);
  });

  test('titles in mixed case are no row, and lines above them stay', () => {
    const packages = table([
      ['Package', 'Current', 'Wanted', 'Latest', 'Location'],
      ...rowsOf(60, (i) => [mixedUp(i), `1.${i}.0`, `1.${i}.3`, `${(i % 5) + 2}.0.0`, `node_modules/${mixedUp(i)}`]),
    ]);
    const view = viewOf(`Checked against the registry\n${packages}`);
    expect(view).toMatch(/^Checked against the registry\n\[view of 60 rows: .* Package of the other 60 last\]\n/);
    expect(view).toContain('\nLatest: 2.0.0 ×12, ');
    expect(view).not.toMatch(/^Package: /m);
  });

  test('bars between the columns are no cells', () => {
    const rule = '-----------|---------|----------|--------------------';
    const rows = Array.from(
      { length: 80 },
      (_, i) =>
        `${mixedUp(i).padEnd(10)} | ${String((i * 37) % 100).padStart(7)} | ${String(i % 4).padStart(8)} | ${i % 9 ? `${i * 7}-${i * 11}` : ''}`,
    );
    const view = viewOf(
      [rule, 'File       | % Stmts | % Branch | Uncovered Line #s  ', rule, ...rows, rule].join('\n'),
    );
    expect(view).toMatch(/^\[view of 80 rows: .* File of the other \d+ last\]\n% Stmts: 0 to 99\n/);
    expect(view).toContain('\n% Branch: 0 ×20, 1 ×20, 2 ×20, 3 ×20\n');
  });

  test('a row that is not aligned stands below the titles, and the count says so', () => {
    const lines = DOCKER.split('\n');
    const odd = `${hexed(99)} a-much-too-long-image-name-that-runs-through-the-columns-and-their-gaps-until-the-very-end-of-it-all x`;
    const view = viewOf([...lines.slice(0, 10), odd, ...lines.slice(10)].join('\n'));
    expect(view).toMatch(/^\[view of 60 rows and 1 line not aligned, first below: /);
    expect(view).toContain(`${lines[0]!}\n${odd}\n`);
  });
});

describe('amounts', () => {
  const stats = (odd: string): string =>
    table([
      ['NAME', 'CPU %', 'MEM USAGE / LIMIT', 'STATE'],
      ...rowsOf(80, (i) => [
        `shop-${mixedUp(i)}`,
        `${i % 7}.${10 + (i % 80)}%`,
        `${100 + i}.1MiB / 15.5GiB`,
        i === 40 ? odd : `${100 + i}Mi`,
      ]),
    ]);

  test('a row with a number far above the others stands in full, whatever its unit', () => {
    const view = viewOf(stats('15Gi'));
    expect(view).toContain('\nSTATE: 100Mi to 15Gi\n');
    expect(view).toContain('\nMEM USAGE / LIMIT: 80 values\n');
    expect(view).toMatch(new RegExp(`^shop-${mixedUp(40)} .* 15Gi$`, 'm'));
  });
});

describe('no view is better than one that says next to nothing', () => {
  test('bytes of a dump, and rows of which nothing but their number would be said', () => {
    const bytes = (i: number): string => hexed(i).padStart(32, '3').replaceAll(/../g, '$& ');
    const dump = Array.from(
      { length: 200 },
      (_, i) => `${(i * 16).toString(16).padStart(8, '0')}  ${bytes(i)} |................|`,
    ).join('\n');
    expect(compress(dump)?.loss).not.toBe('recoverable');
    expect(compress(dump, 'aggressive')?.loss).not.toBe('recoverable');
    const numbers = table([['A', 'B', 'C'], ...rowsOf(200, (i) => [`${i * 7}`, `${i * 11}`, `${(i * 7919) % 1000}`])]);
    expect(compress(numbers)?.loss).not.toBe('recoverable');
  });

  test('words that are pieces of something longer are no cells', () => {
    const logs = Array.from(
      { length: 80 },
      (_, i) => `web-${i % 3}     | {"level":"info","msg":"cache ${mixedUp(i)}","ms":${i}}`,
    ).join('\n');
    const branches = Array.from(
      { length: 80 },
      (_, i) =>
        `  ${mixedUp(i).padEnd(12)} ${hexed(i).slice(-9)} [origin/x: ahead ${i % 7}, behind 3] Add ${mixedUp(i)}`,
    ).join('\n');
    for (const text of [logs, branches]) expect(compress(text)?.loss).not.toBe('recoverable');
  });

  test('lines of git blame and of --stat are no tables', () => {
    const blame = Array.from(
      { length: 80 },
      (_, i) =>
        `${hexed(i % 4).slice(-8)} (Ada Byron 2026-02-03 09:0${i % 10}:00 +0000 ${String(i + 1).padStart(3)})   ${mixedUp(i)}();`,
    ).join('\n');
    const stat = Array.from(
      { length: 80 },
      (_, i) =>
        ` ${`src/${mixedUp(i % 7)}/${mixedUp(i)}.ts`.padEnd(30)} | ${String(i + 1).padStart(4)} ${'+'.repeat(i % 9)}--`,
    ).join('\n');
    for (const text of [blame, stat]) expect(listingCompressor.claim(new Sample(text))).toBe(0);
  });

  test('aggressive is never longer than balanced', () => {
    // Its names take more than the budget of that level, and less than the other's.
    const named = table([
      ['NAME', 'READY', 'STATUS', 'NODE'],
      ...rowsOf(90, (i) => [`shop-${mixedUp(i)}`, '1/1', 'Running', `ip-10-0-${i}-${(i * 7) % 250}.internal`]),
    ]);
    for (const text of [DOCKER, named]) {
      const balanced = compress(text)!;
      expect(balanced.loss).toBe('recoverable');
      expect(o200k.count(compress(text, 'aggressive')!.text)).toBeLessThanOrEqual(o200k.count(balanced.text));
    }
  });
});

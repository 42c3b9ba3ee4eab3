import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { columns } from './columns.ts';
import { listing, listingCompressor } from './listing.ts';

const foldingAll = listing(0);
import { longList } from './long-list.ts';
import { pathList } from './path-list.ts';
import type { Shape } from './shape.ts';
import { tree } from './tree.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/listing', import.meta.url)));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(text: string, level: Level = 'lossless'): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE };
  return foldingAll.compress(text, options);
}

function claim(text: string): number {
  return listingCompressor.claim(new Sample(text));
}

/** Whatever a shape writes, it reads back. */
function expectToComeBack(shape: Shape, lines: readonly string[]): void {
  const written = shape.write(lines, NO_DEADLINE);
  if (!written) return;
  const [first = '', ...rest] = written;
  const header = shape.header.exec(first);
  expect(header, first).not.toBeNull();
  expect(shape.read(header!, rest)).toEqual(lines);
}

compressorContract(listingCompressor, FIXTURES, { test });

describe('paths', () => {
  test('stand below their directory, in their order', () => {
    const lines = [
      'README.md',
      'lib/core/util.js',
      'lib/core/connect.js',
      'lib/core/request.js',
      'package.json',
      'test/fixtures/keys/a.pem',
      'test/fixtures/keys/b.pem',
    ];
    expect(pathList.write(lines, NO_DEADLINE)).toEqual([
      '[7 paths; each directory above its entries]',
      'README.md',
      '',
      'lib/core:',
      'util.js',
      'connect.js',
      'request.js',
      '',
      'package.json',
      '',
      'test/fixtures/keys:',
      'a.pem',
      'b.pem',
    ]);
  });

  test('with one long directory in front say it once and end in what is left', () => {
    const text = compress(fixture('glob-absolute.txt'))!.text;
    expect(text).toMatch(
      /^\[60 paths under \/home\/mira\/work\/shop\/packages\/; each directory above its entries\]\n/,
    );
    expect(text.split('/home/mira').length).toBe(2);
    expect(text).toContain('\nbilling/src/adapters:\nservice-registry.ts\nservice-registry.test.ts\n');
  });

  test('keep every file name whole', () => {
    const lines = fixture('git-ls-files.txt').trimEnd().split('\n');
    const said = new Set(
      compress(fixture('git-ls-files.txt'))!
        .text.split('\n')
        .map((line) => line.split('/').at(-1)),
    );
    for (const line of lines) expect(said).toContain(line.split('/').at(-1));
  });

  test('stay as they are where little is saved', () => {
    expect(
      compress(Array.from({ length: 20 }, (_, i) => `d${i}/file-with-quite-a-long-name-${i}.ts`).join('\n')),
    ).toBeUndefined();
  });

  const name = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', ' ', ':', '-', '.', '\\', '\t', '\r', '1', 'é', '[', ']', ';', ','),
    maxLength: 5,
  });
  const path = fc.array(fc.oneof(fc.constantFrom('src', 'lib', 'core', 'a b'), name), { minLength: 1, maxLength: 5 });
  const roots = fc.constantFrom('', '/', './', '/home/mira/work/', 'C:\\work\\', '../', '/a; b/long-directory-name/');
  const leads = fc.constantFrom('', '4\t', ' M ', '?? ', '  12 ');
  const slashes = fc.constantFrom('/', '\\');
  const others = fc.constantFrom(
    '',
    '\\',
    'total 3:',
    'a:',
    "find: './x': Permission denied",
    '[3 paths; each directory above its entries]',
  );

  test('of any names come back byte for byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 6, arbitrary: path }, others), { minLength: 3, maxLength: 25 }),
        roots,
        leads,
        slashes,
        (paths, root, lead, slash) => {
          expectToComeBack(
            pathList,
            paths.map((parts) => (typeof parts === 'string' ? parts : lead + root + parts.join(slash))),
          );
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('ls -l', () => {
  test('says owner, group, the usual modes and the usual date once', () => {
    const lines = [
      'total 20',
      'drwxrwxr-x  5 mira staff 4096 Feb 12 16:59 .',
      'drwxrwxr-x 16 mira staff 4096 Feb 12 16:59 ..',
      '-rw-rw-r--  1 mira staff  752 Feb 12 16:59 build.js',
      '-rw-rw-r--  1 mira staff   18 Feb  3 09:00 a b.txt',
      '-rwxr-xr-x  1 mira staff   18 Feb 12 16:59 run.sh',
      '-rw-rw-r--  1 root staff    1 Feb 12 16:59 theirs',
    ];
    expect(longList.write(lines, NO_DEADLINE)).toEqual([
      '[ls -l: owner and group mira staff, d is drwxrwxr-x 5, - is -rw-rw-r-- 1; dated Feb 12 16:59 unless said; after the letter other numbers of links]',
      'total 20',
      'd 4096 .',
      'd16 4096 ..',
      '- 752 build.js',
      '- 18 Feb  3 09:00 a b.txt',
      '-rwxr-xr-x 18 run.sh',
      '-rw-rw-r--  1 root staff    1 Feb 12 16:59 theirs',
    ]);
    expectToComeBack(longList, lines);
  });

  const row = fc.record({
    mode: fc.constantFrom('-rw-r--r--', '-rwxr-xr-x', 'drwxr-xr-x', 'drwxr-xr-x@', 'lrwxrwxrwx', '-rw-r--r--.'),
    links: fc.integer({ min: 0, max: 300 }).map(String),
    owner: fc.constantFrom('root', 'root', 'mira', '1000', 'a-b'),
    group: fc.constantFrom('root', 'root', 'staff', '20'),
    size: fc.oneof(fc.integer({ min: 0, max: 99_999 }).map(String), fc.constantFrom('4.0K', '1,024', '12M')),
    date: fc.constantFrom(
      'Feb 12 16:59',
      'Feb 12 16:59',
      'Feb  3  2024',
      '2026-11-20 23:57',
      '2026-11-20 23:57:01.123456789 +0000',
    ),
    name: fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ' ', '-', '\\', 'é', '1', '[', '\r'), maxLength: 8 }),
      fc.constantFrom('Feb 12 16:59 x', '4096 Feb 12 16:59 y', '1 root root 4 Feb 12 16:59 z', 'a -> b'),
    ),
    gap: fc.constantFrom(1, 1, 1, 1, 2, 3),
  });
  const block = fc.tuple(fc.array(row, { minLength: 1, maxLength: 8 }), fc.constantFrom(1, 2)).map(([rows, gap]) => {
    const wide = (key: 'mode' | 'links' | 'owner' | 'group' | 'size'): number =>
      Math.max(...rows.map((one) => one[key].length), gap === 2 && key === 'mode' ? 11 : 0);
    return rows
      .map(({ mode, links, owner, group, size, date, name, gap: odd }) => {
        const extra = odd === 3 ? '  ' : '';
        return `${mode.padEnd(wide('mode'))} ${links.padStart(wide('links'))} ${owner.padEnd(wide('owner') + gap)}${extra}${group.padEnd(wide('group') + gap)}${size.padStart(wide('size'))} ${date} ${name}`;
      })
      .join('\n');
  });
  const other = fc.constantFrom(
    '',
    'total 8',
    '/srv/a:',
    '\\',
    '- 5 apples',
    'd 12 x',
    '[columns end at 3, +4, +5]',
    '---',
    'ls: x: No such file',
  );

  test('of any files comes back byte for byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 3, arbitrary: block }, other), { minLength: 1, maxLength: 8 }),
        (blocks) => {
          expectToComeBack(longList, blocks.join('\n').split('\n'));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('trees', () => {
  test('say the level with blanks instead of branches', () => {
    const lines = [
      '.',
      '├── lib',
      '│   ├── a.ts',
      '│   └── b.ts',
      '└── test',
      '    └── c.ts',
      '',
      '2 directories, 3 files',
    ];
    expect(tree.write(lines, NO_DEADLINE)).toEqual([
      '[tree, one blank for each level]',
      '.',
      ' lib',
      '  a.ts',
      '  b.ts',
      ' test',
      '  c.ts',
      '',
      '2 directories, 3 files',
    ]);
  });

  const level = fc.integer({ min: 1, max: 5 });
  const name = fc.string({ unit: fc.constantFrom('a', ' ', '│', '├', '└', '─', '\\', 'é', '\r'), maxLength: 6 });
  const styles = fc.constantFrom(
    ['├── ', '└── ', '│   ', '    '],
    ['├── ', '└── ', '│ ', '  '],
    ['|-- ', '`-- ', '|   ', '    '],
    ['├── ', '└── ', '│\u00a0\u00a0 ', '    '],
  );

  test('of any kind, cut off or drawn wrongly, come back byte for byte', () => {
    const branch = fc.record({
      level,
      name,
      isLast: fc.boolean(),
      bars: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    });
    const other = fc.constantFrom('', '.', ' x', '\\', 'root', '    ');
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 6, arbitrary: branch }, other), { minLength: 4, maxLength: 25 }),
        styles,
        (rows, [tee, corner, bar, gap]) => {
          const lines = rows.map((row) =>
            typeof row === 'string'
              ? row
              : row.bars
                  .slice(0, row.level - 1)
                  .map((is) => (is ? bar : gap))
                  .join('') +
                (row.isLast ? corner : tee) +
                row.name,
          );
          expectToComeBack(tree, lines);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each(['tree.txt', 'tree-ascii.txt', 'tree-cut.txt', 'npm-ls.txt'])('keep no branch in %s', (name) => {
    expect(compress(fixture(name))!.text).not.toMatch(/[├└│]|-- /);
  });

  test('that are drawn rightly and cut anywhere keep no branch at all', () => {
    const lines = fixture('tree.txt').split('\n').slice(0, -3);
    for (let end = 8; end < lines.length; end += 7) {
      const written = tree.write(lines.slice(0, end), NO_DEADLINE)!;
      expect(written.join('\n')).not.toMatch(/[├└│]/);
      expectToComeBack(tree, lines.slice(0, end));
    }
  });
});

describe('aligned tables', () => {
  test('have one blank between columns and say once what every row says', () => {
    const lines = [
      'NAME      STATUS   AGE',
      'api-1     Running  3d',
      'api-22    Running  12d',
      'worker    Running  1d',
      'db        Running  40d',
      'cache     Running  40d',
    ];
    expect(columns.write(lines, NO_DEADLINE)).toEqual([
      '[5 rows, aligned at columns 0,10,19; one blank between them here; in each row column 2 is "Running"]',
      '\\NAME      STATUS   AGE',
      'api-1 3d',
      'api-22 12d',
      'worker 1d',
      'db 40d',
      'cache 40d',
    ]);
  });

  test('of any words come back byte for byte', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', '1', '\\', '"', 'é', '-', ',', '\t', '\r'),
      minLength: 1,
      maxLength: 6,
    });
    const row = fc.tuple(
      word,
      fc.constantFrom('x', 'x', 'x', '"q"'),
      word,
      fc.constantFrom('', ' ', ' a  b', '   ', '\\'),
    );
    const other = fc.constantFrom('', '-----', '\\', 'one two three', '   ');
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 8, arbitrary: row }, other), { minLength: 6, maxLength: 20 }), (rows) => {
        const lines = rows.map((cells) =>
          typeof cells === 'string' ? cells : cells[0].padEnd(8) + cells[1].padEnd(5) + cells[2].padStart(7) + cells[3],
        );
        expectToComeBack(columns, lines);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the view of a long list', () => {
  const text = fixture('git-ls-files.txt');
  const view = compress(text, 'balanced')!;

  test('counts each directory by extension and names rare kinds and the top level', () => {
    expect(view.loss).toBe('recoverable');
    expect(view.text).toMatch(/^\[223 paths in \d+ directories\./);
    for (const area of ['billing', 'inventory']) {
      for (const folder of ['src/adapters', 'src/domain', 'test/unit'])
        expect(view.text).toContain(`\npackages/${area}/${folder}/ (12): 12 .ts`);
    }
    for (const name of ['.editorconfig', 'LICENSE', 'package.json']) expect(view.text.split('\n')).toContain(name);
    expect(view.text).toContain('packages/ (1): README.md');
    expect(view.text).toContain('scripts/ (1): release notes.sh');
  });

  test('keeps errors in full', () => {
    expect(compress(fixture('find-unsorted.txt'), 'balanced')!.text).toContain(
      "\nfind: './private': Permission denied\n",
    );
  });
});

describe('the claim', () => {
  test.each(FIXTURES.map(({ name, text }) => [name, text]))(
    'is made for %s, which is shortened and comes back',
    (_, text) => {
      expect(claim(text)).toBeGreaterThanOrEqual(0.5);
      const { text: form, loss } = compress(text)!;
      expect(loss).toBe('none');
      expect(listingCompressor.expand(form)).toBe(text);
    },
  );

  const lines = (line: (i: number) => string): string => Array.from({ length: 50 }, (_, i) => line(i)).join('\n');
  test.each([
    ['JSON', lines((i) => `  "path${i}": "src/a/${i}.ts",`)],
    ['a numbered gutter', lines((i) => `${String(i + 1).padStart(6)}\tconst a = b;`)],
    ['a diff', lines((i) => `${i % 2 ? '+' : '-'}  const a${i} = 12;`)],
    ['a log in columns', lines((i) => `2026-11-20 10:12:${10 + (i % 50)}  INFO   server  request ${i} done`)],
    ['code', lines((i) => `  const a${i}   = b / c;`)],
    ['imports', lines((i) => `import a${i} from './src/a${i}.ts';`)],
    ['prose with slashes', lines((i) => `This and/or that is written in chapter ${i}.`)],
    ['Markdown bullets', lines((i) => `- item ${i} of src/a`)],
    ['URLs', lines((i) => `https://example.org/a/${i}`)],
    ['search results', lines((i) => `src/a.ts:${i}:const a = b;`)],
    [
      'JSON of services',
      lines((i) => `${i % 2 ? 'web-1   ' : 'worker-1'}  | {"level":"info",  "msg":  "request ${i}"}`),
    ],
    ['test results', lines((i) => `ok ${i}  src/a${i}.test.ts  (${i} ms)`.replace(/ {2}/g, ' '))],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBeLessThan(0.5);
  });
});

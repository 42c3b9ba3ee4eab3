/** Views of listings that are not lists of paths: what they keep, and what they say of the rest. */
import { expect, test } from 'vitest';
import type { Compressed, CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { listingCompressor } from './listing.ts';

const options: CompressOptions = { level: 'balanced', call: undefined, tokens: o200k, deadline: NO_DEADLINE };

function viewOf(text: string): string {
  expect(listingCompressor.claim(new Sample(text))).toBeGreaterThanOrEqual(0.5);
  const view = listingCompressor.compress(text, options) as Compressed;
  expect(view.loss).toBe('recoverable');
  expect(o200k.count(view.text)).toBeLessThan(o200k.count(text) * 0.5);
  return view.text;
}

const lines = (count: number, line: (i: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, i) => line(i));

/** Names nobody can guess, the same in every run. */
const mixedUp = (i: number): string => ((i * 2_654_435_761) >>> 0).toString(36);

test('a table names its rows, counts what columns hold, and shows rows with rare values in full', () => {
  const row = (i: number, status: string, restarts: string): string =>
    `${`api-${mixedUp(i)}`.padEnd(24)}${(status === 'Running' ? '1/1' : '0/1').padEnd(8)}${status.padEnd(19)}${restarts.padEnd(11)}${(i % 30) + 1}d`;
  const rows = lines(150, (i) => (i === 70 ? row(i, 'CrashLoopBackOff', '212') : row(i, 'Running', String(i % 3))));
  const text = ['NAME                    READY   STATUS             RESTARTS   AGE', ...rows].join('\n');
  const view = viewOf(text);
  expect(view).toContain('STATUS: Running ×149, CrashLoopBackOff ×1');
  expect(view).toContain(`\n${rows[70]!}\n`);
  for (const i of [0, 7, 149]) expect(view).toContain(`api-${mixedUp(i)}`);
  expect(view).toMatch(/^\[view of 150 rows: .* NAME of the other 149 last\]/);
});

test('a table shows a number far above the others', () => {
  const text = [
    'USER         PID %CPU    VSZ COMMAND',
    ...lines(
      150,
      (i) =>
        `${(i % 3 ? 'www' : 'root').padEnd(10)}${String(1000 + 7 * i).padStart(6)} ${i === 66 ? '97.3' : ' 0.1'} ${String(((i * 7919) % 90_000) + 1000).padStart(6)} server-${i % 5}`,
    ),
  ].join('\n');
  expect(viewOf(text)).toMatch(/\nroot +1462 97\.3 +\d+ server-1$/m);
});

test('ls -R: every directory with its files by extension', () => {
  const folders = lines(
    30,
    (i) =>
      `/srv/application/modules/${mixedUp(i)}:\n${lines(30, (k) => `${mixedUp(i * 31 + k)}.ts`).join('  ')}\nREADME.md`,
  );
  const text = `/srv/application/modules:\n${lines(30, mixedUp).join('\n')}\n\n${folders.join('\n\n')}\n`;
  const view = viewOf(text);
  for (let i = 0; i < 30; i++) expect(view).toContain(`${mixedUp(i)}/ (31): 30 .ts, 1 .md`);
});

test('ls -R: the directory that all share is said once', () => {
  const text = `/home/dev/work-trees/application-2024-11/source/modules:\n${lines(20, mixedUp).join('\n')}\n\n${lines(20, (i) => `/home/dev/work-trees/application-2024-11/source/modules/${mixedUp(i)}:\nindex.ts  test.ts`).join('\n\n')}\n`;
  const form = listingCompressor.compress(text, { ...options, level: 'lossless' })!;
  expect(form.text).toMatch(
    /^\[ls -R, 21 directories; \/… is \/home\/dev\/work-trees\/application-2024-11\/source\/modules\]\n\/…:\n/,
  );
  expect(listingCompressor.expand(form.text)).toBe(text);
});

test('du: the largest in full', () => {
  const text = lines(
    400,
    (i) => `${i === 200 ? 99_000 : 4 + (i % 5)}\t./packages/${mixedUp(i % 20)}/lib/file-${i}.ts`,
  ).join('\n');
  expect(viewOf(text)).toContain(`\n99000\t./packages/${mixedUp(0)}/lib/file-200.ts\n`);
});

test('ls -l: names, and in full what has a rare owner or mode', () => {
  const row = (i: number, mode = '-rw-r--r--', owner = 'dev dev '): string =>
    `${mode} 1 ${owner} ${String((i * 7919) % 90_000).padStart(8)} Mar  4 09:${String(i % 60).padStart(2, '0')} ${mixedUp(i)}.ts`;
  const rows = lines(200, (i) => (i === 50 ? row(i, '-rwsr-xr-x', 'root root') : row(i)));
  const view = viewOf(`total 4711\n${rows.join('\n')}\n`);
  expect(view).toContain(`\n${rows[50]!}\n`);
  for (const i of [0, 49, 199]) expect(view).toContain(`${mixedUp(i)}.ts`);
});

test('a tree of files is counted by directory, a tree of packages is cut with counts', () => {
  const files = lines(
    40,
    (i) =>
      `├── ${mixedUp(i)}\n${lines(10, (k) => `│   ${k < 9 ? '├' : '└'}── ${mixedUp(100 + i * 11 + k)}.py`).join('\n')}`,
  );
  expect(viewOf(`.\n${files.join('\n')}\n└── setup.py\n`)).toContain(`${mixedUp(3)}/ (10): 10 .py`);
  const packages = lines(
    60,
    (i) =>
      `├─┬ ${mixedUp(i)}@1.${i}.0\n${lines(10, (k) => `│ ${k < 9 ? '├' : '└'}── ${mixedUp(100 + i * 11 + k)}@2.${k}.${i}${i === 7 && k === 3 ? ' invalid: "^3" from x' : ''}`).join('\n')}`,
  );
  const view = viewOf(`shop@1.0.0 /srv/shop\n${packages.join('\n')}\n└── last@1.0.0\n`);
  expect(view).toContain(`\n ${mixedUp(3)}@1.3.0  +10\n`);
  expect(view).toContain(' invalid: "^3" from x');
});

test('a tree of very many lines has a view too', () => {
  const text = ['root', ...lines(150_000, () => '├── a')].join('\n');
  const tokens = { name: 'quarters', exact: false, count: (said: string): number => said.length >> 2 };
  expect(() => listingCompressor.compress(text, { ...options, tokens })).not.toThrow();
});

test('sizes and paths behind what a tool says of its call are viewed as they are alone', () => {
  const sizes = lines(400, (i) => `${4 + (i % 9)}\t/usr/share/zone/${mixedUp(i % 20)}/${mixedUp(i)}`);
  const lead = ['Exit code: 0', 'Wall time: 0.5 seconds', 'Output:'];
  const alone = viewOf(sizes.join('\n')).split('\n');
  const behind = viewOf([...lead, ...sizes].join('\n')).split('\n');
  expect(behind).toEqual(expect.arrayContaining([...lead, ...alone.slice(1)]));
});

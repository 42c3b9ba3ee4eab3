import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { blame } from './blame.ts';
import { readForm, writeForm } from './form.ts';
import type { Listing } from './listing.ts';
import { merge } from './merge.ts';
import { objects } from './objects.ts';
import { reflog } from './reflog.ts';
import { status } from './status.ts';

const odd = fc.string({
  unit: fc.constantFrom('a', ' ', '+', '-', '=', '\\', '@', '|', '1', '2', '(', ')', '\t', 'é', '\r', '"', '.', '/'),
  maxLength: 12,
});
const hash = fc.constantFrom('12ab34c', '0000000', '56de78f0', 'a'.repeat(40));
const path = fc.oneof(
  fc.constantFrom(
    'src/a.ts',
    'my notes.txt',
    '"gr\\303\\266.txt"',
    'a -> b',
    '.../cut/x.ts',
    'file x',
    'total',
    '{a => b}/c.ts',
    '12',
    'x 12',
  ),
  odd,
);
const mode = fc.constantFrom('100644', '100755', '160000');
const head = fc
  .record({ path, other: path, a: hash, b: hash, mode, kind: fc.integer({ min: 0, max: 9 }) })
  .map(({ path, other, a, b, mode, kind }) => {
    const open = `diff --git a/${path} b/${path}`;
    const names = `--- a/${path}${path.includes(' ') ? '\t' : ''}\n+++ b/${path}${path.includes(' ') ? '\t' : ''}`;
    return [
      `${open}\nindex ${a}..${b} ${mode}\n${names}`,
      `${open}\nindex ${a}..${b}\n${names}`,
      `${open}\nnew file mode ${mode}\nindex ${'0'.repeat(b.length)}..${b}\n--- /dev/null\n+++ b/${path}`,
      `${open}\ndeleted file mode ${mode}\nindex ${a}..${'0'.repeat(a.length)}\n--- a/${path}\n+++ /dev/null`,
      `${open}\nold mode 100644\nnew mode 100755`,
      `${open}\nindex ${a}..${b} ${mode}\nBinary files a/${path} and b/${path} differ`,
      `diff --git a/${path} b/${other}\nsimilarity index 97%\nrename from ${path}\nrename to ${other}\nindex ${a}..${b} ${mode}\n--- a/${path}\n+++ b/${other}`,
      `diff -u ${path} ${other}\n--- ${path}\tMon\n+++ ${other}\tTue`,
      `Index: ${path}\n--- ${path}\t(revision 1)\n+++ ${path}\t(working copy)`,
      `diff --git a/${path} b/${path}`,
    ][kind]!;
  });
const content = fc.constantFrom(
  'return compute(value, rate * factor);',
  'const total = items.reduce((sum, item) => sum + item.price, 0);',
  '',
  '}',
  '= 3 from A',
  'x',
);
const signed = fc.tuple(fc.constantFrom(' ', '+', '-'), content).map(([sign, text]) => sign + text);
const hunk = fc.array(signed, { maxLength: 14 }).map((lines) => {
  const count = (sign: string): number => lines.filter((line) => line[0] !== sign).length;
  return [`@@ -1,${count('+')} +1,${count('-')} @@ f`, ...lines].join('\n');
});
const moved = fc
  .tuple(fc.array(content, { minLength: 3, maxLength: 9 }), fc.constantFrom('+-', '-+', '++', ' +'))
  .map(([lines, [one, two]]) =>
    [`@@ -1,99 +1,99 @@`, ...lines.map((line) => one + line), ...lines.map((line) => two + line)].join('\n'),
  );
const date = fc.constantFrom(
  'Fri Aug 21 11:53:14 2026 -0800',
  'Fri Aug 21 09:00:00 2026 +0100',
  'Mon Jan 5 09:00:00 2026 +0100',
  'Mon Jan 5 09:00:00 2027 +0100',
  'yesterday',
);
const author = fc.oneof(fc.constantFrom('Ada <ada@example.org>', 'A', 'Bo Lindqvist', 'Mar 3 11:12:13 B'), odd);
const commit = fc
  .record({ hash, date, author, message: fc.array(odd, { maxLength: 3 }), extra: fc.integer({ min: 0, max: 6 }) })
  .map(({ hash, date, author, message, extra }) =>
    [
      `commit ${hash}${extra === 1 ? ' (HEAD -> main, tag: v1)' : ''}`,
      ...(extra === 2 ? ['Merge: 12ab34c 56de78f'] : []),
      ...(extra === 3 ? [] : [`Author: ${author}`]),
      `Date:   ${date}`,
      ...(extra === 4 ? [] : ['']),
      ...message.map((line) => (extra === 5 ? line : `    ${line}`)),
      '',
    ].join('\n'),
  );
const stat = fc
  .array(fc.tuple(path, fc.nat(12), fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 5 })
  .map((rows) => {
    const width = Math.max(...rows.map(([name]) => name.length));
    const total = rows.reduce((sum, [, plus]) => sum + plus, 0);
    return [
      ...rows.map(([name, plus, minus, isCut]) =>
        ` ${name.padEnd(width)} | ${String(plus + minus).padStart(2)} ${'+'.repeat(isCut ? 1 : plus)}${'-'.repeat(minus)}`.trimEnd(),
      ),
      ` ${rows.length} files changed, ${total} insertions(+), ${rows.length} deletions(-)`,
    ].join('\n');
  });
const noise = fc.oneof(
  odd,
  fc.constantFrom(
    '=A',
    '= 3 from A',
    'commit 12ab34c Aug 21 2026 11:53:14 -0800 A',
    'file x 12ab34c..56de78f',
    '---',
    '+++',
    '\\',
    '\\ No newline at end of file',
    'total +1 -1',
    'a.ts 2 +-',
    '    x',
    ' x',
    '@@ -1,3 +1,3 @@',
    '-- ',
    '',
  ),
);
const text = fc
  .array(fc.oneof(head, hunk, moved, commit, commit, stat, noise), { maxLength: 14 })
  .chain((parts) => fc.constantFrom('\n', '\r\n').map((end) => parts.join('\n').split('\n').join(end)));

test('any git output comes back byte for byte from the lossless form (R-9)', () => {
  fc.assert(
    fc.property(text, (source) => {
      const form = writeForm(source, NO_DEADLINE);
      if (form !== undefined) expect(readForm(form)).toBe(source);
    }),
    { numRuns: 1000 },
  );
});

test('any form of a form comes back too (R-9)', () => {
  fc.assert(
    fc.property(text, text, (one, two) => {
      const form = writeForm(one, NO_DEADLINE);
      const source = `${form ?? one}\n${two}\n${form ?? one}`;
      const again = writeForm(source, NO_DEADLINE);
      if (again !== undefined) expect(readForm(again)).toBe(source);
    }),
    { numRuns: 300 },
  );
});

const lists: readonly (readonly [string, Listing, fc.Arbitrary<string>])[] = [
  [
    'blame',
    blame,
    fc
      .tuple(
        hash,
        fc.constantFrom('', '^'),
        fc.constantFrom('(Ada 2026-03-02 09:11:01 +0100 ', '(Bo  2026-03-02 ', '', 'x.ts (A (b) 2026-03-02 '),
        fc.nat(120),
        odd,
      )
      .map(([hash, root, commit, number, rest]) => `${root}${hash} ${commit}${String(number).padStart(3)})${rest}`),
  ],
  [
    'objects',
    objects,
    fc
      .tuple(
        fc.constantFrom('100644 blob ', '040000 tree ', '100755 ', '100644 ', ''),
        hash,
        fc.constantFrom('', '      12', '       -', ' 0', ' commit', ' 12'),
        path,
      )
      .map(([mode, hash, size, name]) => `${mode}${hash}${size}\t${name}`),
  ],
  [
    'reflog',
    reflog,
    fc.tuple(hash, fc.nat(4), odd).map(([hash, number, rest]) => `${hash} HEAD@{${number}}: commit: ${rest}`),
  ],
  [
    'status',
    status,
    fc.constantFrom(
      'On branch main',
      'Changes to be committed:',
      '  (use "git restore --staged <file>..." to unstage)',
      'Changes not staged for commit:',
      '  (use "git add <file>..." to update what will be committed)',
      '  (use "git add/rm <file>..." to update what will be committed)',
      '  (use "git restore <file>..." to discard changes in working directory)',
      'Changes not staged for commit: ',
      'Untracked files:',
      '  (use "git add <file>..." to include in what will be committed)',
      '\tmodified:   a.ts',
      '\tnew file:   b.ts',
      '\tdeleted:     c.ts',
      'M a.ts',
      '\\',
    ),
  ],
  [
    'merge',
    merge,
    fc
      .tuple(
        fc.constantFrom(
          'Auto-merging ',
          'CONFLICT (content): Merge conflict in ',
          'CONFLICT (add/add): ',
          'A ',
          'C ',
          '\\',
        ),
        path,
      )
      .map(([words, path]) => words + path),
  ],
];

for (const [name, listing, line] of lists) {
  test(`any ${name} comes back line for line (R-9)`, () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: line }, noise), { maxLength: 20 }), (lines) => {
        const form = listing.write(lines, NO_DEADLINE);
        if (form) expect(listing.read(form[0]!, form.slice(1))).toEqual(lines);
      }),
      { numRuns: 500 },
    );
  });
}

/** git status in words: letters for the words before each path, and without the hints that always follow a heading. */
import type { Deadline } from '../../core/deadline.ts';
import { ESCAPE, LINES_PER_CHECK } from './listing.ts';
import type { Listing } from './listing.ts';

const HEADER = '[headroom: git status, hints left out; M modified, A new file, D deleted, R renamed]';
const LABELS: ReadonlyMap<string, string> = new Map([
  ['M', 'modified:   '],
  ['A', 'new file:   '],
  ['D', 'deleted:    '],
  ['R', 'renamed:    '],
]);
const ENTRY = /^\t(modified: {3}|new file: {3}|deleted: {4}|renamed: {4})(?=\S)/;
const LETTER = /^([MADR]) (?=\S)/;

/** The hints that git prints under a heading, the first spelling by default. */
const HINTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Changes to be committed:', ['  (use "git restore --staged <file>..." to unstage)']],
  [
    'Changes not staged for commit:',
    [
      '  (use "git add <file>..." to update what will be committed)',
      '  (use "git restore <file>..." to discard changes in working directory)',
    ],
  ],
  [
    // Where a file was deleted.
    'Changes not staged for commit: ',
    [
      '  (use "git add/rm <file>..." to update what will be committed)',
      '  (use "git restore <file>..." to discard changes in working directory)',
    ],
  ],
  ['Untracked files:', ['  (use "git add <file>..." to include in what will be committed)']],
]);

function hintsAt(lines: readonly string[], at: number): { said: string; end: number } | undefined {
  for (const [heading, hints] of HINTS) {
    const hasHints = hints.every((hint, i) => lines[at + 1 + i] === hint);
    if (heading.trimEnd() === lines[at] && hasHints) return { said: heading, end: at + 1 + hints.length };
  }
  return undefined;
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const out = [HEADER];
  for (let at = 0; at < lines.length; ) {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    const line = lines[at]!;
    const hinted = hintsAt(lines, at);
    const label = ENTRY.exec(line)?.[1];
    if (hinted) out.push(hinted.said);
    else if (label !== undefined) out.push(letterOf(label) + line.slice(label.length + 1));
    else out.push(isTaken(line) ? ESCAPE + line : line);
    at = hinted?.end ?? at + 1;
  }
  return out;
}

function letterOf(label: string): string {
  return `${[...LABELS].find(([, text]) => text === label)![0]} `;
}

function isTaken(line: string): boolean {
  return line.startsWith(ESCAPE) || HINTS.has(line) || LETTER.test(line);
}

function read(header: string, form: readonly string[]): readonly string[] | undefined {
  if (header !== HEADER) return undefined;
  return form.flatMap((line) => {
    if (line.startsWith(ESCAPE)) return [line.slice(1)];
    const hints = HINTS.get(line);
    if (hints) return [line.trimEnd(), ...hints];
    const letter = LETTER.exec(line)?.[1];
    return letter === undefined ? [line] : [`\t${LABELS.get(letter)}${line.slice(2)}`];
  });
}

export const status: Listing = {
  line: /^On branch |^Your branch |^Changes |^Untracked files:|^ {2}\(use "git |^\t(?:modified|new file|deleted|renamed): {3}|^no changes added to commit/,
  write,
  read,
};

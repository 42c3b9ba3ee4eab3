/**
 * What git says as it merges: letters for the words before each path. The view keeps every line but those of files that
 * merged by themselves, which it counts by directory.
 */
import type { Deadline } from '../../core/deadline.ts';
import { ESCAPE, LINES_PER_CHECK } from './listing.ts';
import type { Listing } from './listing.ts';

const HEADER = '[headroom: git merge; "A": Auto-merging, "C": CONFLICT (content): Merge conflict in]';
const LABELS: readonly (readonly [string, string])[] = [
  ['A ', 'Auto-merging '],
  ['C ', 'CONFLICT (content): Merge conflict in '],
];
const LINE =
  /^(?:Auto-merging \S|CONFLICT \(|Automatic merge failed|Merge made by the |error: could not apply |Recorded preimage for )/;
const MERGED = 'Auto-merging ';
/** Fewer are named. */
const MIN_COUNTED = 4;

function write(lines: readonly string[], deadline: Deadline): readonly string[] {
  return [
    HEADER,
    ...lines.map((line, i) => {
      if (i % LINES_PER_CHECK === 0) deadline.check();
      const label = LABELS.find(([, words]) => line.startsWith(words));
      if (label) return label[0] + line.slice(label[1].length);
      return line.startsWith(ESCAPE) || LABELS.some(([letter]) => line.startsWith(letter)) ? ESCAPE + line : line;
    }),
  ];
}

function read(header: string, form: readonly string[]): readonly string[] | undefined {
  if (header !== HEADER) return undefined;
  return form.map((line) => {
    if (line.startsWith(ESCAPE)) return line.slice(1);
    const label = LABELS.find(([letter]) => line.startsWith(letter));
    return label ? label[1] + line.slice(label[0].length) : line;
  });
}

/** Undefined when too few files merged by themselves. */
function view(lines: readonly string[]): string | undefined {
  const kept = lines.filter((line) => !line.startsWith(MERGED));
  const named = new Set(kept.flatMap((line) => [...line.split(' '), line.slice(line.lastIndexOf(' in ') + 4)]));
  const merged = lines.filter((line) => line.startsWith(MERGED)).map((line) => line.slice(MERGED.length));
  const alone = merged.filter((path) => !named.has(path));
  if (alone.length < MIN_COUNTED) return undefined;
  const counts = new Map<string, number>();
  for (const path of alone) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1) || './';
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const said = [...counts].map(([folder, count]) => `${folder} ${count}`).join(', ');
  const files = `${alone.length} files auto-merged without conflict, by directory: ${said}`;
  return [`[view of git merge: ${files}; everything else in full]`, ...kept].join('\n');
}

export const merge: Listing = { line: LINE, write, read, view };

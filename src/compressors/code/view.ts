/**
 * The outline of code: signatures, types, constants, imports and the first line of each comment stay as they are, each
 * with its number; what is left out is said in place by its range, `… 13-49 (37 lines)`.
 */
import type { Deadline } from '../../core/deadline.ts';
import { type CodeLanguage, GRAMMARS } from './grammars.ts';
import type { Run } from './gutter.ts';
import { indentedRowsLeftOut } from './indented.ts';
import { withTree } from './parse.ts';
import { readRegions } from './regions.ts';
import { rowsLeftOut } from './rows.ts';

const NOTE = /^… \d+-\d+ \(\d+ lines\)\r?$/m;
/** Less is not worth a note. */
const MIN_ROWS = 2;
const MIN_CHARS = 60;

/** Whether a text holds what an outline would say: then nobody could tell which of the two said it. */
export function holdsNotes(text: string): boolean {
  return text.includes('… ') && NOTE.test(text);
}

/** How a run's outline is found: by the grammar of its language, or by indentation, under the name given. */
export type OutlineWay =
  | { readonly by: 'grammar'; readonly language: CodeLanguage }
  | { readonly by: 'indentation'; readonly title: string };

/** Undefined when nothing would be left out. */
export function writeOutline(
  lines: readonly string[],
  runs: readonly Run[],
  wayOf: (run: Run) => OutlineWay | undefined,
  deadline: Deadline,
): string | undefined {
  const body: string[] = [];
  const titles = new Set<string>();
  let at = 0;
  let gone = 0;
  for (const run of runs) {
    while (at < run.start) body.push(lines[at++]!);
    const way = wayOf(run);
    const out = way && leftOut(run, way, deadline);
    if (out) {
      titles.add(way.by === 'grammar' ? GRAMMARS[way.language].title : way.title);
      gone += writeRun(body, lines, run, out);
    } else for (const line of lines.slice(at, at + run.lines.length)) body.push(line);
    at += run.lines.length;
  }
  while (at < lines.length) body.push(lines[at++]!);
  if (gone === 0) return undefined;
  const numbers = runs.every(({ isNumbered }) => isNumbered) ? '' : '; numbers count the lines of this output';
  const title = [...titles].join(', ');
  return [`[headroom: outline of ${title}; "… A-B" stands for lines A-B, ${gone} in all${numbers}]`, ...body].join(
    '\n',
  );
}

/** The rows of a run to leave out: none that are not worth a note, with the empty rows beside them. */
function leftOut({ lines }: Run, way: OutlineWay, deadline: Deadline): Uint8Array | undefined {
  const out =
    way.by === 'indentation' ? indentedRowsLeftOut(lines, deadline) : parsedRowsLeftOut(lines, way.language, deadline);
  if (!out) return undefined;
  joinOverEmptyRows(out, lines);
  let isAny = false;
  for (let row = 0; row < lines.length; row++) {
    if (out[row] === 0) continue;
    const first = row;
    let chars = 0;
    while (out[row] === 1) chars += lines[row++]!.trim().length;
    if (row - first < MIN_ROWS || chars < MIN_CHARS) out.fill(0, first, row);
    else isAny = true;
  }
  return isAny ? out : undefined;
}

function parsedRowsLeftOut(
  lines: readonly string[],
  language: CodeLanguage,
  deadline: Deadline,
): Uint8Array | undefined {
  return withTree(lines.join('\n'), language, deadline, (tree) =>
    rowsLeftOut(lines, readRegions(tree, GRAMMARS[language], deadline)),
  );
}

function joinOverEmptyRows(out: Uint8Array, lines: readonly string[]): void {
  for (let row = 1; row < lines.length; row++)
    if (out[row - 1] === 1 && row < lines.length - 1 && lines[row]!.trim() === '') out[row] = 1;
  for (let row = lines.length - 2; row > 0; row--) if (out[row + 1] === 1 && lines[row]!.trim() === '') out[row] = 1;
}

/** Returns how many lines it left out. */
function writeRun(body: string[], lines: readonly string[], run: Run, out: Uint8Array): number {
  let gone = 0;
  for (let row = 0; row < run.lines.length; row++) {
    if (out[row] === 0) {
      const line = lines[run.start + row]!;
      body.push(run.isNumbered ? line : `${run.first + row}\t${line}`);
      continue;
    }
    const first = row;
    while (out[row + 1] === 1) row++;
    gone += row - first + 1;
    body.push(`… ${run.first + first}-${run.first + row} (${row - first + 1} lines)`);
  }
  return gone;
}

/** How the view shows one hunk: its changed lines or an outline of them, and what it left out, counted in its place. */
import { signOf } from './changes.ts';
import type { Hunk } from './changes.ts';

/** How much of a file is shown, from all but some context down to its counts. */
export type Detail = 'near' | 'changes' | 'runs' | 'outline' | 'counts';
export const DETAILS: readonly Detail[] = ['near', 'changes', 'runs', 'outline', 'counts'];

export interface HowToShow {
  readonly detail: Detail;
  /** Unchanged lines at an end of a hunk that need not be counted; undefined for files all new or all gone. */
  readonly usual: number | undefined;
}

const MAX_LINE = 400;
const LONG_RUN = 12;
const SHOWN_OF_RUN = 4;
const MAX_DECLARATIONS = 12;
const DECLARATION =
  /^\s*(?:(?:export|pub(?:\(\w+\))?|public|private|protected|static|async|abstract|default|final|override|unsafe|declare) )*(?:(?:function\*?|class|interface|type|enum|struct|trait|impl|def|defp|defmodule|fn|func|module|namespace|record|object|macro_rules!) [\w"'(<&]|const \w+ = (?:async )?(?:\(|function)|(?:describe|test|it)\()|^#{1,4} \S/;
const USUAL_CONTEXT = 3;

/** How many unchanged lines most hunks begin or end with. */
export function usualContext(hunks: readonly Hunk[]): number {
  const counts = new Map<number, number>();
  for (const { lines, columns } of hunks) {
    const first = lines.findIndex((line) => signOf(line, columns) !== ' ');
    const last = lines.length - 1 - lines.findLastIndex((line) => signOf(line, columns) !== ' ');
    for (const length of [first, last]) counts.set(length, (counts.get(length) ?? 0) + 1);
  }
  counts.delete(-1);
  counts.delete(0);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [USUAL_CONTEXT, 0] as const)[0];
}

/** Lines in a row with the same sign. */
interface Run {
  readonly sign: ReturnType<typeof signOf>;
  readonly lines: readonly string[];
}

function runsOf({ lines, columns }: Hunk): readonly Run[] {
  const runs: { sign: Run['sign']; lines: string[] }[] = [];
  for (const line of lines) {
    const sign = signOf(line, columns);
    const last = runs.at(-1);
    if (last?.sign === sign) last.lines.push(line);
    else runs.push({ sign, lines: [line] });
  }
  return runs;
}

export function renderHunk(hunk: Hunk, how: HowToShow, out: string[]): void {
  const { detail } = how;
  const hasContext = how.usual !== undefined;
  const runs = runsOf(hunk);
  if (hasContext && runs[0]?.sign !== ' ') out.push('~0');
  for (const [i, run] of runs.entries()) {
    const place = { isFirst: i === 0, isLast: i === runs.length - 1 };
    if (run.sign === ' ') renderContext(run.lines, how, place, out);
    else if (run.sign === '\\' || isShown(run, detail)) for (const line of run.lines) out.push(cut(line));
    else outline(run, detail === 'runs' ? SHOWN_OF_RUN : 1, hunk.columns, out);
  }
  if (hasContext && runs.length > 0 && runs.at(-1)!.sign !== ' ') out.push('~0');
}

function isShown({ lines }: Run, detail: Detail): boolean {
  return detail === 'near' || detail === 'changes' || lines.length <= LONG_RUN;
}

interface PlaceInHunk {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function renderContext(
  lines: readonly string[],
  { detail, usual }: HowToShow,
  place: PlaceInHunk,
  out: string[],
): void {
  const isUsual = (place.isFirst || place.isLast) && lines.length === usual;
  if (detail === 'near') thin(lines, place, out);
  else if (!isUsual) out.push(`~${lines.length}`);
}

/** The unchanged lines next to a change, and how many more there are. */
function thin(lines: readonly string[], { isFirst, isLast }: PlaceInHunk, out: string[]): void {
  const before = isFirst ? 0 : 1;
  const after = isLast ? 0 : 1;
  const rest = lines.length - before - after;
  if (rest <= 1) {
    for (const line of lines) out.push(cut(line));
    return;
  }
  for (const line of lines.slice(0, before)) out.push(cut(line));
  out.push(`~${rest}`);
  for (const line of lines.slice(lines.length - after)) out.push(cut(line));
}

/** The first lines of a long run and its declarations. */
function outline({ sign, lines }: Run, shown: number, columns: number, out: string[]): void {
  let declarations = 0;
  let left = 0;
  const sayLeft = (): void => {
    if (left > 0) out.push(`~${sign}${left}`);
    left = 0;
  };
  for (const [i, line] of lines.entries()) {
    const isDeclared = DECLARATION.test(line.slice(columns, MAX_LINE));
    if (i < shown || (isDeclared && declarations++ < MAX_DECLARATIONS)) {
      sayLeft();
      out.push(cut(line));
    } else left++;
  }
  sayLeft();
}

function cut(line: string): string {
  const rest = line.length - MAX_LINE;
  return rest < 40 ? line : `${line.slice(0, MAX_LINE)}~${rest} characters`;
}

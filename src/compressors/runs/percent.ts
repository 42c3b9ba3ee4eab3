/**
 * The column of percentages that `pytest -v` prints: each follows from the number of tests collected and from how many
 * lines went before, so the form leaves it out. A line that does not follow the rule keeps its own.
 */
import type { Deadline } from '../../core/deadline.ts';
import { MAX_CHARS, PERCENT } from './spell.ts';

const COLLECTED = /\bcollected (\d{1,7}) items?(?:[^\n]* (\d{1,7}) selected)?/;
const RESULT = / (?:PASSED|FAILED|SKIPPED|XFAIL|XPASS|ERROR)(?: \([^\n]*\))?( +)\[ *\d{1,3}%\]\r?$/;
const MAX_LINE = 4096;
const LINES_PER_CHECK = 4096;

/** Counts results since the last "collected" line. */
class Progress {
  #total = 0;
  #done = 0;

  see(line: string): void {
    const collected = line.startsWith('collect') ? COLLECTED.exec(line) : null;
    if (!collected) return;
    this.#total = Number(collected[2] ?? collected[1]);
    this.#done = 0;
  }

  /** The percentage of the next result. */
  next(): string | undefined {
    this.#done++;
    if (this.#total === 0 || this.#done > this.#total) return undefined;
    return String(Math.floor((this.#done * 100) / this.#total)).padStart(3);
  }
}

function endOf(line: string): string {
  return line.endsWith('\r') ? '\r' : '';
}

function isCut(line: string): boolean {
  return line.endsWith(PERCENT) || line.endsWith(`${PERCENT}\r`);
}

function isResult(line: string): boolean {
  return (line.endsWith('%]') || line.endsWith('%]\r')) && line.length <= MAX_LINE && RESULT.test(line);
}

/** Undefined when no line follows the rule, or when one could be mistaken for a shortened one. */
export function cutPercents(
  lines: readonly string[],
  deadline: Deadline,
): { readonly lines: readonly string[]; readonly column: number } | undefined {
  const column = findColumn(lines);
  if (column === undefined) return undefined;
  const progress = new Progress();
  const out: string[] = [];
  let cut = 0;
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    if (isCut(line)) return undefined;
    progress.see(line);
    if (!isResult(line)) {
      out.push(line);
      continue;
    }
    const percent = progress.next();
    const head = line.slice(0, line.lastIndexOf('[')).trimEnd();
    const end = endOf(line);
    const isRegular = percent !== undefined && withPercent(head, percent, column) + end === line;
    if (isRegular) cut++;
    out.push(isRegular ? head + PERCENT + end : line);
  }
  return cut < 3 ? undefined : { lines: out, column };
}

/** Where the column ends: in the first line that is short enough to be padded. */
function findColumn(lines: readonly string[]): number | undefined {
  let longest: number | undefined;
  for (const line of lines) {
    if (!isResult(line)) continue;
    if (RESULT.exec(line)![1]!.length > 1) return line.length - endOf(line).length;
    longest = Math.max(longest ?? 0, Math.min(line.length, 80));
  }
  return longest;
}

function withPercent(head: string, percent: string, column: number): string {
  return head + ` [${percent}%]`.padStart(column - head.length);
}

export function addPercents(lines: readonly string[], column: number): readonly string[] | undefined {
  const progress = new Progress();
  const out: string[] = [];
  let chars = 0;
  for (const line of lines) {
    progress.see(line);
    if (isCut(line)) {
      const percent = progress.next();
      chars += column;
      if (percent === undefined || chars > MAX_CHARS) return undefined;
      const end = endOf(line);
      out.push(withPercent(line.slice(0, line.length - PERCENT.length - end.length), percent, column) + end);
    } else {
      if (isResult(line)) progress.next();
      out.push(line);
    }
  }
  return out;
}

/**
 * The lossless form of context diffs: what the second half of a hunk repeats of the first, its unchanged lines, as a
 * count, and the row of stars before each hunk left out. Changed lines stand as they are.
 */
import type { Deadline } from '../../../core/deadline.ts';

const HEAD =
  '[headroom: context diff, all here; "= 5": the next 5 unchanged lines of the hunk\'s first half again; left out the row of stars above each "*** 1,7 ****"; "\\" before lines that look like that]';
const STARS = '***************';
const OLD = /^\*\*\* \d{1,9}(?:,\d{1,9})? \*\*\*\*\r?$/;
const NEW = /^--- \d{1,9}(?:,\d{1,9})? ----\r?$/;
const IN_HALF = /^(?:[!+-] | {2}|\\ )/;
const AGAIN = /^= (\d{1,7})$/;
const LINES_PER_CHECK = 1024;
const MAX_LINES = 4_000_000;

export const CONTEXT_HUNK: RegExp = /^\*{15}(?: .*)?\r?\n\*\*\* \d{1,9}(?:,\d{1,9})? \*\*\*\*\r?$/m;

/** Follows the halves of hunks on either side: which unchanged lines the first has, and how many of them stood again. */
class Halves {
  #half: 'none' | 'old' | 'new' = 'none';
  #unchanged: string[] = [];
  #next = 0;

  /** Goes on by one line of the source. */
  take(line: string): void {
    if (OLD.test(line)) this.#open('old');
    else if (this.#half === 'old' && NEW.test(line)) this.#half = 'new';
    else if (!IN_HALF.test(line)) this.#half = 'none';
    else if (line.startsWith('  ')) {
      if (this.#half === 'old') this.#unchanged.push(line);
      else if (this.#half === 'new') this.#next++;
    }
  }

  /** Whether this line, if it comes next, is the unchanged line that is due. */
  isDue(line: string): boolean {
    return this.#half === 'new' && this.#next < this.#unchanged.length && this.#unchanged[this.#next] === line;
  }

  due(): string | undefined {
    return this.#half === 'new' ? this.#unchanged[this.#next] : undefined;
  }

  #open(half: 'old'): void {
    this.#half = half;
    this.#unchanged = [];
    this.#next = 0;
  }
}

function needsEscape(line: string): boolean {
  return line.startsWith('\\') || line.startsWith('= ');
}

/** Undefined when there is nothing to say shorter. */
export function writeContext(text: string, deadline: Deadline): string | undefined {
  const lines = text.split('\n');
  const halves = new Halves();
  const out = [HEAD];
  let again = 0;
  const flush = (): void => {
    if (again > 0) out.push(`= ${again}`);
    again = 0;
  };
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const isDue = halves.isDue(line);
    halves.take(line);
    if (isDue) {
      again++;
      continue;
    }
    flush();
    if (line === STARS && OLD.test(lines[i + 1] ?? '')) continue;
    const isAlone = OLD.test(line) && lines[i - 1] !== STARS;
    out.push(needsEscape(line) || isAlone ? `\\${line}` : line);
  }
  flush();
  return out.join('\n');
}

/** The source; undefined when the text is no such form. */
export function readContext(text: string): string | undefined {
  if (!text.startsWith(`${HEAD}\n`)) return undefined;
  const halves = new Halves();
  const lines: string[] = [];
  const push = (line: string): void => {
    halves.take(line);
    lines.push(line);
  };
  for (const line of text.slice(HEAD.length + 1).split('\n')) {
    const again = line.startsWith('= ') ? AGAIN.exec(line) : null;
    if (again) {
      for (let left = Number(again[1]); left > 0; left--) {
        const due = halves.due();
        if (due === undefined || lines.length > MAX_LINES) return undefined;
        push(due);
      }
    } else if (line.startsWith('\\')) push(line.slice(1));
    else {
      if (OLD.test(line)) push(STARS);
      push(line);
    }
  }
  return lines.join('\n');
}

/** Follows a unified diff line by line: the counts of a hunk header say which lines stand in its hunk. */

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;
/** A merge against two or more parents. Its lines have a column for each. */
const COMBINED = /^(@@@+)(?: -\d{1,9}(?:,\d{1,9})?){2,} \+\d{1,9}(?:,\d{1,9})? @@@+/;

export interface HunkStart {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** How many columns of signs its lines have. */
  readonly columns: number;
}

export function readHunkStart(line: string): HunkStart | undefined {
  if (!line.startsWith('@@')) return undefined;
  const hunk = HUNK.exec(line);
  if (hunk) {
    const [, oldStart, oldLines = '1', newStart, newLines = '1'] = hunk;
    return {
      oldStart: Number(oldStart),
      oldLines: Number(oldLines),
      newStart: Number(newStart),
      newLines: Number(newLines),
      columns: 1,
    };
  }
  const combined = COMBINED.exec(line);
  if (!combined) return undefined;
  return { oldStart: 0, oldLines: Infinity, newStart: 0, newLines: Infinity, columns: combined[1]!.length - 1 };
}

export class HunkLines {
  #old = 0;
  #new = 0;
  #isAfterLine = false;

  /** Whether this line, if it comes next, stands in a hunk. */
  holds(line: string): boolean {
    const first = line[0];
    if (first === '\\') return this.#isAfterLine && line[1] === ' ';
    if (first === '+') return this.#new > 0;
    if (first === '-') return this.#old > 0;
    // Some clients trim the blank of an empty line of context.
    return (first === ' ' || first === undefined || line === '\r') && (this.#old > 0 || this.#new > 0);
  }

  /** Goes on by one line, and says whether it stands in a hunk. */
  take(line: string): boolean {
    if (this.holds(line)) {
      if (line[0] === '\\') return true;
      if (line[0] !== '+') this.#old--;
      if (line[0] !== '-') this.#new--;
      this.#isAfterLine = true;
      return true;
    }
    const start = readHunkStart(line);
    this.#old = start?.oldLines ?? 0;
    this.#new = start?.newLines ?? 0;
    this.#isAfterLine = false;
    return false;
  }
}

/** A kind of git's output that is a list of lines: its lossless form has a first line that says how to read the others. */
import type { Deadline } from '../../core/deadline.ts';

export interface Listing {
  /** Whether a line is one of the list. */
  readonly line: RegExp;
  /** Header and lines; undefined when the list would not get shorter. */
  write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined;
  /** The lines of the source; undefined when the header is not of this kind or something does not fit it. */
  read(header: string, form: readonly string[]): readonly string[] | undefined;
  /** The view, where the kind has one; undefined when there is little to leave out. */
  readonly view?: (lines: readonly string[], deadline: Deadline) => string | undefined;
}

/** Before a line that stays as it is and could be taken for something else. */
export const ESCAPE = '\\';
export const LINES_PER_CHECK = 1024;

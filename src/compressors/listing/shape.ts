/** What each kind of listing has to say for itself. A form is a header, which names the shape, and lines below it. */
import type { Deadline } from '../../core/deadline.ts';

export interface Shape {
  readonly name: string;
  /** How surely these first lines are of this shape, 0 to 1. */
  claim(lines: readonly string[]): number;
  /** The lines of the form, its header first; undefined when there is nothing to say shorter. */
  write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined;
  readonly header: RegExp;
  /** The lines of the source; undefined when they cannot be a form. */
  read(header: RegExpExecArray, lines: readonly string[]): readonly string[] | undefined;
}

export const LINES_PER_CHECK = 1024;

/** Marks a line that stands as it was, where it could be taken for something else. */
export const AS_IT_WAS = '\\';

/** The value that comes most often, the earliest of equals; undefined when there is none. */
export function mostFrequent<T extends string | number>(values: Iterable<T>): { value: T; count: number } | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: { value: T; count: number } | undefined;
  for (const [value, count] of counts) if (count > (best?.count ?? 0)) best = { value, count };
  return best;
}

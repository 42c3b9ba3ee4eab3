/** One way of writing a table as text. What it cannot write back to the byte it does not read. */
import type { Deadline } from '../../core/deadline.ts';
import type { Table } from './table.ts';

export interface Spelled extends Table {
  /** All that the writer must know beside the cells, in words; empty for what is usual. */
  readonly facts: readonly string[];
}

export interface Found extends Spelled {
  /** The lines of the source that hold the table, `end` not among them. */
  readonly start: number;
  readonly end: number;
}

export interface Dialect {
  /** As it is called in the form. */
  readonly name: string;
  /** Between the cells of a row where the view shows some. */
  readonly separator: string;
  /** With rules or bars, so that nothing else looks like it. */
  readonly isDrawn: boolean;
  /** Cheap: whether a table may begin in this line. */
  begins(lines: readonly string[], at: number): boolean;
  /**
   * The table that begins in this line: its lines are what `write` gives of it. Where there is none, only as many lines
   * were looked at as `past` says.
   */
  read(lines: readonly string[], at: number, deadline: Deadline): Found | { readonly past: number };
  /** The lines of a table; undefined when the facts are none of its own. */
  write(table: Spelled): readonly string[] | undefined;
}

export function isFound(read: Found | { readonly past: number }): read is Found {
  return 'rows' in read;
}

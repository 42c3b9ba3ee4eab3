/**
 * A record is a line of the lossless form that stands for several lines of the source. Each kind encodes and decodes its
 * own, and encodes nothing that it would not decode to the very same lines.
 */

/** Lines that were read or are to be written, and the index after those that they stand for. */
export interface Taken {
  readonly lines: readonly string[];
  readonly end: number;
}

export interface RecordKind {
  /** The form of the source's lines from `at` on; undefined when they are not of this kind. */
  encode(lines: readonly string[], at: number): Taken | undefined;
  /** Whether a line of the form is, or could be taken for, a record of this kind. */
  looksLike(line: string): boolean;
  /** The source of the records from `at` on; undefined for what this kind would not have written. */
  decode(form: readonly string[], at: number): Taken | undefined;
}

export function standsAt(lines: readonly string[], at: number, expected: readonly string[]): boolean {
  for (let i = 0; i < expected.length; i++) if (lines[at + i] !== expected[i]) return false;
  return true;
}

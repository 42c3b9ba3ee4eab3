/**
 * What the values of one slot have in common over all lines of a template: one value, the value of an earlier slot, or
 * a common beginning and end. That is said once, in the template; the lines give the rest.
 */
import type { Deadline } from '../../core/deadline.ts';

export type Column =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'same'; readonly as: number }
  | { readonly kind: 'own'; readonly prefix: string; readonly suffix: string };

const WHOLE: Column = { kind: 'own', prefix: '', suffix: '' };
const ROWS_PER_CHECK = 1024;
/** More columns are not compared with each other: the work would grow with their square. */
const MAX_COMPARED = 16;

type Rows = readonly (readonly string[])[];

export function foldColumns(rows: Rows, deadline: Deadline): readonly Column[] {
  const width = rows[0]?.length ?? 0;
  const columns: Column[] = [];
  for (let column = 0; column < width; column++) {
    deadline.check();
    const first = rows[0]![column]!;
    if (everyRow(rows, deadline, (row) => row[column] === first)) {
      columns.push({ kind: 'constant', text: first });
      continue;
    }
    const as = findSame(rows, columns, deadline);
    columns.push(as === undefined ? foldAffixes(rows, column, deadline) : { kind: 'same', as });
    if (as !== undefined) columns[as] = WHOLE;
  }
  return columns;
}

function everyRow(rows: Rows, deadline: Deadline, test: (row: readonly string[]) => boolean): boolean {
  for (let i = 0; i < rows.length; i++) {
    if (i % ROWS_PER_CHECK === 0) deadline.check();
    if (!test(rows[i]!)) return false;
  }
  return true;
}

/** The earlier column that holds the same value in every row. */
function findSame(rows: Rows, columns: readonly Column[], deadline: Deadline): number | undefined {
  const column = columns.length;
  for (let earlier = 0; earlier < Math.min(column, MAX_COMPARED); earlier++) {
    if (columns[earlier]!.kind !== 'own') continue;
    if (everyRow(rows, deadline, (row) => row[earlier] === row[column])) return earlier;
  }
  return undefined;
}

/** Ends of names and parts of ids; not dots, which would cut addresses and versions. */
const CUT_AFTER = /[_:\-=@#][^_:\-=@#]*$/;
const LEADING_SLASH = /^\/(?=\d)/;
const IS_PATH = /.\//;

function foldAffixes(rows: Rows, column: number, deadline: Deadline): Column {
  const first = rows[0]![column]!;
  let [begins, ends, shortest] = [first.length, first.length, first.length];
  let isPath = false;
  for (let i = 0; i < rows.length; i++) {
    if (i % ROWS_PER_CHECK === 0) deadline.check();
    const value = rows[i]![column]!;
    begins = commonPrefix(first, value, begins);
    ends = commonSuffix(first, value, ends);
    shortest = Math.min(shortest, value.length);
    isPath ||= value.includes('/') && IS_PATH.test(value);
    if (begins === 0 && ends === 0) return WHOLE;
  }
  if (isPath) return WHOLE;
  const prefix = cutPrefix(first.slice(0, Math.min(begins, shortest - 1)));
  const suffix = cutSuffix(first.slice(first.length - Math.min(ends, shortest - 1 - prefix.length)));
  return { kind: 'own', prefix, suffix };
}

function cutPrefix(prefix: string): string {
  const cut = CUT_AFTER.exec(prefix);
  if (cut) return prefix.slice(0, cut.index + 1);
  return LEADING_SLASH.exec(prefix)?.[0] ?? (prefix === '/' ? prefix : '');
}

/** From the first punctuation on, or a unit. */
function cutSuffix(suffix: string): string {
  return /[_:\-@%][^\n]*$/.exec(suffix)?.[0] ?? /[A-Za-z]{1,3}$/.exec(suffix)?.[0] ?? '';
}

function commonPrefix(a: string, b: string, most: number): number {
  const end = Math.min(most, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonSuffix(a: string, b: string, most: number): number {
  const end = Math.min(most, b.length);
  let length = 0;
  while (length < end && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++;
  return length;
}

/** What a line must say of its values. */
export function ownValues(columns: readonly Column[], values: readonly string[]): readonly string[] {
  const own: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    if (column.kind !== 'own') continue;
    const value = values[i]!;
    const { prefix, suffix } = column;
    const isWhole = prefix === '' && suffix === '';
    own.push(isWhole ? value : value.slice(prefix.length, value.length - suffix.length));
  }
  return own;
}

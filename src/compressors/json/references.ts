/** Finds columns whose text stands inside another column's text in every row: `https://host/users/{login}/repos`. */
import type { Column } from './column.ts';
import { RESERVED } from './skeleton.ts';

export interface ReferencedTexts {
  /** The texts, with a mark in place of each other column's text. */
  readonly texts: readonly string[];
  /** What each mark stands for: a column's name. */
  readonly marks: ReadonlyMap<string, string>;
}

const MARKS = ['\u0001', '\u0002', '\u0003', '\u0004'];
const MIN_CHARS = 2;
const WORD = /[\p{L}\p{N}]/u;

/** The longest references first. Undefined when there is none. */
export function findReferences(column: Column, others: readonly Column[]): ReferencedTexts | undefined {
  if (column.rows.length < 2) return undefined;
  let texts = column.texts;
  const marks = new Map<string, string>();
  const first = column.rows[0]!;
  const seen = [first, column.rows[column.rows.length >> 1]!, column.rows.at(-1)!];
  const candidates: { readonly other: Column; readonly chars: number }[] = [];
  for (const other of others) {
    const sample = other.textAt(first);
    if (sample === undefined || !isInside(texts[0]!, sample) || !isEarlier(other, column, others)) continue;
    candidates.push({ other, chars: charsAt(other, seen) });
  }
  candidates.sort((a, b) => b.chars - a.chars);
  for (const { other } of candidates) {
    const mark = MARKS[marks.size];
    if (mark === undefined) break;
    const marked = replaceIn(texts, column, other, mark);
    if (!marked) continue;
    texts = marked;
    marks.set(mark, other.name);
  }
  if (marks.size === 0 || column.texts.some((text) => RESERVED.test(text))) return undefined;
  return { texts, marks };
}

function charsAt(column: Column, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (column.textAt(row)?.length ?? 0), 0);
}

/** References go from longer text to shorter, and between equals backwards: so they never run in a circle. */
function isEarlier(other: Column, column: Column, others: readonly Column[]): boolean {
  const mine = column.texts[0]!.length;
  const theirs = other.textAt(column.rows[0]!)!.length;
  return theirs < mine || (theirs === mine && others.indexOf(other) < others.indexOf(column));
}

function replaceIn(
  texts: readonly string[],
  column: Column,
  other: Column,
  mark: string,
): readonly string[] | undefined {
  const marked: string[] = [];
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]!;
    const sought = other.textAt(column.rows[at]!);
    const place = sought === undefined ? -1 : placeOf(text, sought);
    if (place < 0) return undefined;
    marked.push(text.slice(0, place) + mark + text.slice(place + sought!.length));
  }
  return marked;
}

function isInside(text: string, sought: string): boolean {
  return sought.length >= MIN_CHARS && sought.length <= text.length && placeOf(text, sought) >= 0;
}

/** Where a text stands with no letter or digit next to it; -1 if nowhere. */
function placeOf(text: string, sought: string): number {
  if (sought === '') return -1;
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
    const before = at === 0 || !WORD.test(text[at - 1]!) || !WORD.test(sought[0]!);
    const end = at + sought.length;
    const after = end === text.length || !WORD.test(text[end]!) || !WORD.test(sought.at(-1)!);
    if (before && after) return at;
  }
  return -1;
}

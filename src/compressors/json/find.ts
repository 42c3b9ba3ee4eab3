/** Finds the JSON in a text: the whole of it, in fences, between other lines, one value a line, or a list cut off in the middle. */
import { takeFirstRead } from './first-read.ts';
import { JsonParser, parseWhole } from './parse.ts';
import type { RecordRows } from './row-list.ts';
import { type Json, JsonRecord } from './tree.ts';

/** `value`: one value. `lines`: values joined by a line break. `items`: values joined by commas, the brackets around them missing. */
export type RegionKind = 'value' | 'lines' | 'items';

export interface Region {
  readonly kind: RegionKind;
  readonly start: number;
  readonly end: number;
  readonly values: readonly Json[];
  /** The same as the one value, where that is made only when somebody asks. */
  readonly cells?: RecordRows;
}

/** Shorter pieces of JSON are left as they are. */
export const MIN_CHARS = 40;
/** Failed attempts may read this many times the text's length before the search ends. */
const MAX_REREADS = 4;
const START = /[{[](?=\s*["{[}\]\-0-9tfn])/g;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly value: Json;
}

/** @param minChars shorter pieces of JSON do not count. */
export function findRegions(text: string, minChars: number = MIN_CHARS): readonly Region[] {
  const found: Found[] = [];
  const parser = takeFirstRead(text) ?? new JsonParser(text);
  let budget = text.length * MAX_REREADS + 10_000;
  START.lastIndex = 0;
  for (let match = START.exec(text); match; match = START.exec(text)) {
    const start = match.index;
    const value = parser.parse(start);
    const end = parser.position;
    if (value === undefined) {
      budget -= end - start + 16;
      if (budget < 0) break;
      START.lastIndex = start + 1;
      continue;
    }
    if (end - start >= minChars || value instanceof JsonRecord) found.push({ start, end, value });
    START.lastIndex = end;
  }
  return joined(text, found).filter(({ start, end }) => end - start >= minChars);
}

/** The value that a text is, white space apart; undefined when it is not one JSON value. */
export function wholeValue(text: string): Json | undefined {
  return parseWhole(text.trimEnd());
}

const COMMA_GAP = /^\s*,\s*$/;

function joined(text: string, found: readonly Found[]): readonly Region[] {
  const regions: Region[] = [];
  for (let at = 0; at < found.length; ) {
    const first = found[at]!;
    const kind = kindBetween(text, first, found[at + 1]);
    let next = at + 1;
    if (kind !== 'value') {
      while (found[next] && kindBetween(text, found[next - 1]!, found[next]) === kind) next++;
    }
    const run = found.slice(at, next);
    const isRun = run.length > 1;
    regions.push({
      kind: isRun ? kind : 'value',
      start: first.start,
      end: run.at(-1)!.end,
      values: run.map(({ value }) => value),
    });
    at = next;
  }
  return regions;
}

function kindBetween(text: string, a: Found, b: Found | undefined): RegionKind {
  if (!b || b.start - a.end > 200) return 'value';
  const gap = text.slice(a.end, b.start);
  if (gap === '\n') return 'lines';
  return COMMA_GAP.test(gap) ? 'items' : 'value';
}

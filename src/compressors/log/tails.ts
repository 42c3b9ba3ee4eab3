/** Templates for lines that share only how they begin (time, host, program): the rest of each line is one value. */
import type { Line } from './mine.ts';
import { fill, REST, SLOT, TIME } from './shape.ts';

const MIN_LINES = 4;
/** Words after the time that a beginning may have. */
const MAX_WORDS = 4;
/** Characters that a beginning must save in each line, beside the time. */
const MIN_CHARS = 8;

/** The longest beginnings first; a line stands under one at most. */
export function findTails(lines: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  const tails = new Map<string, readonly Line[]>();
  let left = lines;
  for (let words = MAX_WORDS; words >= 0 && left.length >= MIN_LINES; words--) {
    const groups = new Map<string, Line[]>();
    for (const line of left) {
      const beginning = beginningOf(line, words);
      if (beginning === undefined) continue;
      const group = groups.get(beginning);
      if (group) group.push(line);
      else groups.set(beginning, [line]);
    }
    const taken = new Set<Line>();
    for (const [beginning, group] of groups) {
      if (group.length < MIN_LINES) continue;
      tails.set(beginning + REST, group);
      for (const line of group) taken.add(line);
    }
    left = left.filter((line) => !taken.has(line));
  }
  return tails;
}

/** The line's shape up to so many words after the time; undefined when that saves nothing. */
function beginningOf({ kind, time }: Line, words: number): string | undefined {
  if (!kind) return undefined;
  const { shape } = kind;
  const timeAt = shape.indexOf(TIME);
  let end = timeAt < 0 ? 0 : timeAt + 1;
  for (let word = 0; word < words; word++) {
    const next = nextWord(shape, end);
    if (next === undefined) return undefined;
    end = next;
  }
  const space = shape.charAt(end) === ' ' ? end + 1 : end;
  const beginning = shape.slice(0, space);
  const saved = beginning.replaceAll(SLOT, '').length;
  return time === undefined && saved < MIN_CHARS ? undefined : beginning;
}

/** The end of the word that begins at or after `from`, without the space after it. */
function nextWord(shape: string, from: number): number | undefined {
  let at = from;
  while (shape.charAt(at) === ' ') at++;
  if (at >= shape.length) return undefined;
  const end = shape.indexOf(' ', at);
  return end < 0 ? undefined : end;
}

export interface Tail {
  readonly values: readonly string[];
  readonly rest: string;
}

/** The slots of the beginning, and the rest of the line. */
export function tailValues(shape: string, line: Line, slots: number): Tail {
  const values = line.values.slice(0, slots);
  const beginning = fill(shape.slice(0, -1), values, line.time);
  return { values, rest: line.text.slice(beginning.length) };
}

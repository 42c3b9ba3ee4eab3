/** Templates for lines that share only how they begin (time, host, program): the rest of each line is one value. */
import type { Kind, Line } from './mine.ts';
import { fill, REST, SLOT, TIME } from './shape.ts';

const MIN_LINES = 4;
/** Words after the time that a beginning may have. */
const MAX_WORDS = 4;
/** Characters that a beginning must save in each line, beside the time. */
const MIN_CHARS = 8;

/**
 * The longest beginnings first; a line stands under one at most.
 * @param lines those of some kinds, all of each.
 */
export function findTails(lines: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  const tails = new Map<string, readonly Line[]>();
  const left = Map.groupBy(lines, ({ kind }) => kind!);
  for (let words = MAX_WORDS; words >= 0; words--) {
    const groups = Map.groupBy(left.keys(), (kind) => beginningOf(kind, words));
    for (const [beginning, kinds] of groups) {
      if (beginning === undefined || kinds.reduce((sum, kind) => sum + kind.lines, 0) < MIN_LINES) continue;
      const own = kinds.flatMap((kind) => left.get(kind)!);
      tails.set(beginning + REST, kinds.length > 1 ? own.sort((a, b) => a.index - b.index) : own);
      for (const kind of kinds) left.delete(kind);
    }
  }
  return tails;
}

/** The shape up to so many words after the time; undefined when that saves nothing. */
function beginningOf({ shape }: Kind, words: number): string | undefined {
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
  return timeAt < 0 && saved < MIN_CHARS ? undefined : beginning;
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

/** Finds lines that stand a second time (frames, sections of equal failures), to be said by a mark set at the first. */
import type { Deadline } from '../../core/deadline.ts';
import { weigh } from './spell.ts';

export interface Again {
  readonly start: number;
  readonly end: number;
  /** Where the same lines stand first. */
  readonly from: number;
}

const LINES_PER_CHECK = 512;
/** Tokens of `[9 lines as from #9]` and of the mark. */
const REFERENCE = 10;
const MARK = 4;
const MAX_EARLIER = 4;
const MIN_LINE = 8;

/**
 * @param isPlain whether a line stands in the form as it is: only those are said by reference, and referred to.
 */
export function findAgain(
  lines: readonly string[],
  isPlain: (at: number) => boolean,
  deadline: Deadline,
): readonly Again[] {
  const earlier = new Map<string, number[]>();
  const marked = new Set<number>();
  const isLiteral = lines.map((_, at) => isPlain(at));
  const found: Again[] = [];
  let start = 0;
  for (let at = 0; at < lines.length; ) {
    if (at - start >= LINES_PER_CHECK) {
      deadline.check();
      start = at;
    }
    const line = lines[at]!;
    const again = isLiteral[at] && line.length >= MIN_LINE ? best(lines, isLiteral, at, earlier.get(line)) : undefined;
    if (again && worthOf(lines, again) > REFERENCE + (marked.has(again.from) ? 0 : MARK)) {
      found.push(again);
      marked.add(again.from);
      for (let i = at; i < again.end; i++) isLiteral[i] = false;
      at = again.end;
      continue;
    }
    if (isLiteral[at] && line.length >= MIN_LINE) remember(earlier, line, at);
    at++;
  }
  return found;
}

function remember(earlier: Map<string, number[]>, line: string, at: number): void {
  const places = earlier.get(line);
  if (!places) earlier.set(line, [at]);
  else if (places.length < MAX_EARLIER) places.push(at);
}

/** The longest repeat that begins here. */
function best(
  lines: readonly string[],
  isLiteral: readonly boolean[],
  at: number,
  earlier: readonly number[] | undefined,
): Again | undefined {
  let longest: Again | undefined;
  for (const from of earlier ?? []) {
    let length = 0;
    while (
      from + length < at &&
      at + length < lines.length &&
      isLiteral[from + length] &&
      isLiteral[at + length] &&
      lines[from + length] === lines[at + length]
    ) {
      length++;
    }
    while (length > 1 && lines[at + length - 1] === '') length--;
    if (length > (longest ? longest.end - longest.start : 0)) longest = { start: at, end: at + length, from };
  }
  return longest;
}

function worthOf(lines: readonly string[], { start, end }: Again): number {
  let worth = 0;
  for (let at = start; at < end; at++) worth += 1 + weigh(lines[at]!.trim());
  return worth;
}

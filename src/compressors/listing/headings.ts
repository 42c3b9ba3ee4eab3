/** Chooses for each path the directory that stands above it, so that the whole list is shortest. One pass, no guesses. */
import type { Deadline } from '../../core/deadline.ts';
import { LINES_PER_CHECK } from './shape.ts';

/** What a heading takes besides its own characters: a colon and two line breaks. */
const HEADING_COST = 6;
const BLOCK_COST = 2;
const MAX_DEPTH = 24;

interface Choice {
  /** Where the directory ends in the path; 0 for no heading. */
  readonly end: number;
  readonly cost: number;
  /** The choice for the line before. */
  readonly before: Choice | undefined;
  readonly opens: boolean;
}

/** Ends of the directories of a path, from the one after `from` on. An entry below them is never empty, nor begins with a blank. */
function folderEnds(path: string, from: number, slash: string): readonly number[] {
  const ends: number[] = [];
  for (let at = path.indexOf(slash, from + 1); at >= 0 && at < path.length - 1; at = path.indexOf(slash, at + 1)) {
    const isOdd = /[\s\\]/.test(path[at + 1]!) || path[from] === '\\';
    if (!isOdd && ends.length < MAX_DEPTH) ends.push(at);
  }
  return ends;
}

function sharedLength(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

function cheapest(choices: readonly Choice[]): Choice {
  return choices.reduce((best, choice) => (choice.cost < best.cost ? choice : best));
}

/**
 * The heading of each line, an empty string for none.
 * @param paths undefined where a line is no path
 * @param from how much of each path need not be said at all
 */
export function placeHeadings(
  paths: readonly (string | undefined)[],
  from: number,
  slash: string,
  deadline: Deadline,
): readonly string[] {
  let choices: readonly Choice[] = [{ end: 0, cost: 0, before: undefined, opens: false }];
  let last: string | undefined;
  for (const [i, path] of paths.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const best = cheapest(choices);
    const whole = choices[0]!;
    const rest = (path?.length ?? from) - from;
    const next = [
      extend(whole.cost <= best.cost + BLOCK_COST ? whole : best, 0, rest, whole.cost > best.cost + BLOCK_COST),
    ];
    const shared = path !== undefined && last !== undefined ? sharedLength(path, last) : 0;
    for (const end of path === undefined ? [] : folderEnds(path, from, slash)) {
      const same = end < shared ? choices.find((choice) => choice.end === end) : undefined;
      const opened = extend(best, end, HEADING_COST + end - from + path!.length - end - 1, true);
      const continued = same && extend(same, end, path!.length - end - 1, false);
      next.push(continued && continued.cost <= opened.cost ? continued : opened);
    }
    choices = next;
    last = path;
  }
  return trace(cheapest(choices), paths, from);
}

function extend(before: Choice, end: number, cost: number, opens: boolean): Choice {
  return { end, cost: before.cost + cost + (opens && end === 0 ? BLOCK_COST : 0), before, opens };
}

function trace(chosen: Choice, paths: readonly (string | undefined)[], from: number): readonly string[] {
  const headings = paths.map(() => '');
  let choice = chosen;
  for (let i = paths.length - 1; i >= 0; i--) {
    if (choice.end > 0) headings[i] = paths[i]!.slice(from, choice.end);
    choice = choice.before!;
  }
  return headings;
}

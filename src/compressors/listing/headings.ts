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
  if (path[from] === '\\') return ends;
  for (let at = path.indexOf(slash, from + 1); at >= 0 && at < path.length - 1; at = path.indexOf(slash, at + 1)) {
    if (ends.length === MAX_DEPTH) break;
    if (!mayNotBegin(path.charCodeAt(at + 1))) ends.push(at);
  }
  return ends;
}

function mayNotBegin(code: number): boolean {
  const isAscii = code < 0x80;
  return code === 0x5c || (isAscii ? code === 0x20 || (code >= 9 && code <= 13) : /\s/.test(String.fromCharCode(code)));
}

function sharedLength(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

function cheapest(choices: readonly Choice[]): Choice {
  let best = choices[0]!;
  for (const choice of choices) if (choice.cost < best.cost) best = choice;
  return best;
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
    let before = 0;
    for (const end of path === undefined ? [] : folderEnds(path, from, slash)) {
      // The choices for the line before stand in the order of their ends too.
      while (before < choices.length && choices[before]!.end < end) before++;
      next.push(below(end, { length: path!.length, from }, best, end < shared ? choices[before] : undefined));
    }
    choices = next;
    last = path;
  }
  return trace(cheapest(choices), paths, from);
}

/** A line below the heading that ends here: the one of the line before, if that is no dearer. */
function below(
  end: number,
  { length, from }: { readonly length: number; readonly from: number },
  best: Choice,
  before: Choice | undefined,
): Choice {
  const entry = length - end - 1;
  const opening = HEADING_COST + end - from + entry;
  const isContinued = before?.end === end && before.cost + entry <= best.cost + opening;
  return isContinued ? extend(before, end, entry, false) : extend(best, end, opening, true);
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

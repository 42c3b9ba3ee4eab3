/**
 * Reads what grep, rg, ag and git grep print: `path:12:text`, context as `path-12-text`, `path:text` without numbers, and
 * numbered lines under a path of their own. A line that is none of these is no hit, and nothing is said about it.
 */
import type { Deadline } from '../../core/deadline.ts';

export interface Hit {
  readonly path: string;
  /** `:` before a match; `-`, or `=` from git, before a line of context. */
  readonly separator: string;
  /** As it was printed; empty when the search printed none. */
  readonly number: string;
  readonly text: string;
}

/** For each line its hit, or undefined where it is none. */
export type Hits = readonly (Hit | undefined)[];

const LINES_PER_CHECK = 1024;
const MAX_PATH = 400;
const MAX_CANDIDATES = 6;
/** How far before its match a line of context may stand. */
const MAX_CONTEXT = 64;
const NUMBER = /([:=-])(\d{1,9})\1/g;
const NUMBERED = /^(\d{1,9})([:=-])/;
const PLAIN_PATH = /^(?:[A-Za-z]:[\\/])?[^\s:]+$/;
const HAS_FOLDER_OR_EXTENSION = /[A-Za-z].*[\\/]|[\\/].*[A-Za-z]|[\w)\]-]\.[A-Za-z]\w{0,11}$/;

/** A path that no other line has to confirm. */
export function isPlainPath(path: string): boolean {
  return path.length <= MAX_PATH && PLAIN_PATH.test(path) && HAS_FOLDER_OR_EXTENSION.test(path);
}

/** The separator and the number that follow this path in the line. */
function numberAfter(line: string, path: string): { separator: string; number: string } | undefined {
  if (!line.startsWith(path)) return undefined;
  NUMBER.lastIndex = path.length;
  const match = NUMBER.exec(line.length > path.length + 12 ? line.slice(0, path.length + 12) : line);
  return match?.index === path.length ? { separator: match[1]!, number: match[2]! } : undefined;
}

function toHit(line: string, path: string, separator: string, number: string): Hit {
  return { path, separator, number, text: line.slice(path.length + number.length + 2) };
}

/** The hit of the same file as the one before it: matches go on upwards, context stands next to its neighbour. */
function readNext(line: string, before: Hit, isNewGroup: boolean): Hit | undefined {
  const found = numberAfter(line, before.path);
  if (!found) return undefined;
  const step = Number(found.number) - Number(before.number);
  const isNext =
    found.separator === ':' && before.separator === ':' ? step >= 0 : step === 1 || (isNewGroup && step > 0);
  return isNext ? toHit(line, before.path, found.separator, found.number) : undefined;
}

/** Whether the lines that follow count on from this line of context to a match of the same file. */
function leadsToMatch(lines: readonly string[], at: number, path: string, number: number): boolean {
  for (let i = at + 1; i < Math.min(lines.length, at + MAX_CONTEXT); i++) {
    const found = numberAfter(lines[i]!, path);
    if (!found || Number(found.number) !== number + i - at) return false;
    if (found.separator === ':') return true;
  }
  return false;
}

/** The first hit of a file: the shortest path that can be one, and that the next lines confirm where it is in doubt. */
function readFirst(lines: readonly string[], at: number): Hit | undefined {
  const line = lines[at]!;
  if (/^[\s\\]/.test(line)) return undefined;
  const start = line.length > MAX_PATH ? line.slice(0, MAX_PATH) : line;
  NUMBER.lastIndex = 1;
  for (let tries = 0; tries < MAX_CANDIDATES; tries++) {
    const match = NUMBER.exec(start);
    if (!match) return undefined;
    const path = start.slice(0, match.index);
    const [, separator = '', number = ''] = match;
    const isSure =
      separator === ':'
        ? isPlainPath(path) || isRepeated(lines, at, path)
        : leadsToMatch(lines, at, path, Number(number));
    if (isSure) return toHit(line, path, separator, number);
    NUMBER.lastIndex = match.index + 1;
  }
  return undefined;
}

function isRepeated(lines: readonly string[], at: number, path: string): boolean {
  return numberAfter(lines[at + 1] ?? '', path)?.separator === ':';
}

export function readNumbered(lines: readonly string[], deadline: Deadline): Hits {
  const hits: (Hit | undefined)[] = [];
  let before: Hit | undefined;
  let isNewGroup = false;
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const hit: Hit | undefined = (before && readNext(line, before, isNewGroup)) ?? readFirst(lines, i);
    hits.push(hit);
    if (hit) before = hit;
    isNewGroup = hit === undefined;
  }
  return hits;
}

const BARE = /^((?:[A-Za-z]:[\\/])?[^\s:]+):(?!\d+[:-])/;

/** `path:text`. After `name: ` follows what a program says about itself, not a line of a file. */
export function readBare(lines: readonly string[], deadline: Deadline): Hits {
  return lines.map((line, i) => {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const path = BARE.exec(line.length > MAX_PATH ? line.slice(0, MAX_PATH) : line)?.[1];
    if (path === undefined || path.startsWith('\\') || !isPlainPath(path)) return undefined;
    const text = line.slice(path.length + 1);
    return /^ \S/.test(text) ? undefined : { path, separator: ':', number: '', text };
  });
}

/** Numbered lines under their path, with an empty line between files, as `rg --heading` prints them. */
export function readHeaded(lines: readonly string[], deadline: Deadline): Hits {
  let path: string | undefined;
  return lines.map((line, i) => {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const match = NUMBERED.exec(line);
    if (!match) {
      const isHeading = (i === 0 || lines[i - 1] === '') && isPlainPath(line) && NUMBERED.test(lines[i + 1] ?? '');
      if (isHeading) path = line;
      else if (line !== '--') path = undefined;
      return undefined;
    }
    if (path === undefined) return undefined;
    const [start, number = '', separator = ''] = match;
    return { path, separator, number, text: line.slice(start.length) };
  });
}

export function countHits(hits: Hits): number {
  let count = 0;
  for (const hit of hits) if (hit) count++;
  return count;
}

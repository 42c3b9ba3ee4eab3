/**
 * One path a line, as find, git ls-files, glob and du print them: each directory once, above the entries below it, with
 * an empty line between. The order stays, and so does what is no path.
 */
import type { Deadline } from '../../core/deadline.ts';
import { placeHeadings } from './headings.ts';
import { AS_IT_WAS, LINES_PER_CHECK } from './shape.ts';
import type { Shape } from './shape.ts';

/** What may stand before a path: nothing, a size, a count of lines, a git status. */
const LEADS: Readonly<Record<string, RegExp>> = {
  paths: /^/,
  'sizes and paths': /^\d[\d.,]*[KMGTP]?\t/,
  'counts and paths': /^ *\d+ /,
  'states and paths': /^(?:[ MTADRCU?!]{2}|[MTADRCUX]\t) ?/,
};
const HEADER =
  /^\[(\d+) (paths|sizes and paths|counts and paths|states and paths)(?: under (.+?))?(, joined by \\)?; each directory above its entries\]$/;
const MIN_PATHS = 3;
const MIN_ROOT = 12;
const MAX_PATH = 1024;
const PLAIN = /^(?:[A-Za-z]:[\\/])?[^\s:;,"'`<>|{}=]+(?::\d+)?\r?$/;
/** With blanks in it, a path has a folder or begins as paths do, and does not end as a sentence does. */
const SPACED = /^(?:[A-Za-z]:[\\/]|\.{0,2}\/|[^\s/:;"<>|{}=]+[\\/])[^:;"<>|{}=\t]*[^\s:;"<>|{}=.,!?]\r?$/;
const HAS_FOLDER = /[^\\/\s][\\/]|^[\\/]/;

export function isPath(text: string): boolean {
  return text.length <= MAX_PATH && (PLAIN.test(text) || SPACED.test(text));
}

/** What stands behind the leads; undefined as soon as that is no plain path in more than half of the lines. */
function pathsBehind(lead: RegExp, lines: readonly string[]): readonly string[] | undefined {
  const rests: string[] = [];
  let odd = 0;
  for (const line of lines) {
    const match = lead.exec(line);
    const rest = match ? line.slice(match[0].length) : '';
    if (match) rests.push(rest);
    if ((rest.length > MAX_PATH || !PLAIN.test(rest)) && ++odd > lines.length / 2) return undefined;
  }
  return rests.filter(isPath);
}

function leadOf(lines: readonly string[]): { name: string; share: number } {
  const seen = lines.filter((line) => line.trim() !== '');
  let best = { name: 'paths', share: 0 };
  if (seen.length < MIN_PATHS) return best;
  for (const [name, lead] of Object.entries(LEADS)) {
    const paths = pathsBehind(lead, seen) ?? [];
    const inFolders = paths.filter((path) => HAS_FOLDER.test(path)).length;
    const share = inFolders >= seen.length * 0.5 ? paths.length / seen.length : 0;
    if (share > best.share) best = { name, share };
  }
  return best;
}

/** The directory that all paths share, with its final slash. */
export function commonRoot(paths: readonly (string | undefined)[], slash: string): string {
  let root: string | undefined;
  for (const path of paths) {
    if (path === undefined) continue;
    root ??= folderOf(path, slash);
    while (!path.startsWith(root)) root = folderOf(root.slice(0, -1), slash);
    if (root === '') return '';
  }
  return root ?? '';
}

function folderOf(path: string, slash: string): string {
  return path.slice(0, path.lastIndexOf(slash) + 1);
}

/** What of a line stands behind its lead; undefined when that is none that a directory may stand above. */
function rootedPath(rest: string, slash: string): string | undefined {
  const isRooted = rest.includes(slash) && !rest.startsWith(AS_IT_WAS) && !/^\s/.test(rest) && rest.length <= MAX_PATH;
  return isRooted ? rest : undefined;
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const { name } = leadOf(lines.slice(0, 60));
  const lead = LEADS[name]!;
  const slash = lines.slice(0, 60).some((line) => line.includes('/')) ? '/' : '\\';
  const leads = lines.map((line) => lead.exec(line)?.[0]);
  const rests = lines.map((line, i) => line.slice(leads[i]?.length ?? 0));
  const paths = rests.map((rest, i) => (leads[i] === undefined ? undefined : rootedPath(rest, slash)));
  if (paths.filter((path) => path !== undefined).length < MIN_PATHS) return undefined;
  const count = rests.filter(isPath).length;
  deadline.check();
  const headings = placeHeadings(paths, 0, slash, deadline);
  const root = commonRoot(paths, slash);
  const isRootSaid = root.length >= MIN_ROOT && !root.includes('; ') && new Set(headings).size > 2;
  const from = isRootSaid ? root.length : 0;
  const header = `[${count} ${name}${isRootSaid ? ` under ${root}` : ''}${slash === '/' ? '' : ', joined by \\'}; each directory above its entries]`;
  const input = { lines, leads, paths, from };
  return [header, ...writeBlocks(input, isRootSaid ? placeHeadings(paths, from, slash, deadline) : headings, deadline)];
}

interface Input {
  readonly lines: readonly string[];
  /** What stands before each path. */
  readonly leads: readonly (string | undefined)[];
  readonly paths: readonly (string | undefined)[];
  /** How much of each path the header says. */
  readonly from: number;
}

function writeBlocks(input: Input, headings: readonly string[], deadline: Deadline): readonly string[] {
  const out: string[] = [];
  let heading = '';
  for (const i of input.lines.keys()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const next = headings[i]!;
    const isNewBlock = i === 0 || next !== heading;
    if (isNewBlock && i > 0) out.push('');
    if (isNewBlock && next !== '') out.push(`${next}:`);
    heading = next;
    out.push(next === '' ? writeWhole(input, i, isNewBlock) : writeEntry(input, i, input.from + next.length + 1));
  }
  return out;
}

function writeEntry({ leads, paths }: Input, at: number, from: number): string {
  return leads[at]! + paths[at]!.slice(from);
}

/** A line below no heading. */
function writeWhole(input: Input, at: number, isFirst: boolean): string {
  const { lines, paths, from } = input;
  const path = paths[at];
  const said = path === undefined ? lines[at]! : writeEntry(input, at, from);
  const isPlain = path === undefined ? from === 0 : !/\s/.test(path[from] ?? '');
  const isTaken = said === '' || said.startsWith(AS_IT_WAS) || (isFirst && said.endsWith(':'));
  return isPlain && !isTaken ? said : AS_IT_WAS + lines[at]!;
}

function read(header: RegExpExecArray, lines: readonly string[]): readonly string[] {
  const [, , name = '', root = '', backslash] = header;
  const lead = LEADS[name]!;
  const slash = backslash === undefined ? '/' : '\\';
  const out: string[] = [];
  let folder = root;
  for (const [i, line] of lines.entries()) {
    const opens = i === 0 || lines[i - 1] === '';
    if (opens) folder = root;
    if (line.startsWith(AS_IT_WAS)) out.push(line.slice(1));
    else if (opens && line.endsWith(':')) folder = root + line.slice(0, -1) + slash;
    else if (line !== '') {
      const start = lead.exec(line)?.[0] ?? '';
      out.push(start + folder + line.slice(start.length));
    }
  }
  return out;
}

export const pathList: Shape = {
  name: 'paths',
  claim(lines: readonly string[]): number {
    const { share } = leadOf(lines);
    return share >= 0.8 ? share * 0.85 : 0;
  },
  write,
  header: HEADER,
  read,
};

/**
 * One path a line, as find, git ls-files, glob and du print them: each directory once, above the entries below it, with
 * an empty line between. The order stays, and so does what is no path.
 */
import type { Deadline } from '../../core/deadline.ts';
import { placeHeadings } from './headings.ts';
import { isPath, LEAD_NAMES, leadNamed, leadOf, MAX_PATH } from './leads.ts';
import { AS_IT_WAS, LINES_PER_CHECK } from './shape.ts';
import type { Shape } from './shape.ts';

const HEADER = new RegExp(
  `^\\[(\\d+) (${LEAD_NAMES})(?: under (.+?))?(, joined by \\\\)?; each directory above its entries\\]$`,
);
const MIN_PATHS = 3;
const MIN_ROOT = 12;

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
  const isRooted = rest.includes(slash) && !rest.startsWith(AS_IT_WAS) && rest.length <= MAX_PATH && !/^\s/.test(rest);
  return isRooted ? rest : undefined;
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const { name } = leadOf(lines.slice(0, 60));
  const lead = leadNamed(name);
  const slash = lines.slice(0, 60).some((line) => line.includes('/')) ? '/' : '\\';
  const leads: (string | undefined)[] = [];
  const paths: (string | undefined)[] = [];
  let [rooted, count] = [0, 0];
  for (const line of lines) {
    const before = name === 'paths' ? '' : lead.exec(line)?.[0];
    const rest = before ? line.slice(before.length) : line;
    const path = before === undefined ? undefined : rootedPath(rest, slash);
    leads.push(before);
    paths.push(path);
    if (path !== undefined) rooted++;
    if (isPath(rest)) count++;
  }
  if (rooted < MIN_PATHS) return undefined;
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
  const lead = leadNamed(name);
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

/** Above the kind for logs: times stand before these paths, and yet nothing happens in them. */
const SURE = 0.92;

export const pathList: Shape = {
  name: 'paths',
  claim(lines: readonly string[]): number {
    const { share, isSure } = leadOf(lines);
    if (isSure) return SURE;
    return share >= 0.8 ? share * 0.85 : 0;
  },
  write,
  header: HEADER,
  read,
};

/**
 * `ls -R`: the directory that all headings share is said once. The names below a heading stay as they are, in as many
 * columns as ls gave them.
 */
import type { Deadline } from '../../core/deadline.ts';
import { commonRoot } from './path-list.ts';
import { AS_IT_WAS, LINES_PER_CHECK } from './shape.ts';
import type { Shape } from './shape.ts';

const HEADER = /^\[ls -R, (\d+) directories; \/… is (.{1,1000})\]$/;
const HEADING = /^(?!.*: )\.{0,2}[\w./@+~ -]*[\w.@+~-]:\r?$/;
const SHORT = '/…';
const MIN_HEADINGS = 3;
const MIN_ROOT = 12;

/** Where each directory begins: its line holds its path and a colon, after an empty line. */
export function isHeading(lines: readonly string[], at: number): boolean {
  const line = lines[at]!;
  if (!line.endsWith(':') && !line.endsWith(':\r')) return false;
  if (!HEADING.test(line) || (!line.includes('/') && line !== '.:' && line !== '.:\r')) return false;
  const before = lines[at - 1];
  return before === undefined || before === '' || before === '\r' || at <= 2;
}

function rootOf(lines: readonly string[]): string {
  const paths = lines.filter((_, at) => isHeading(lines, at)).map((line) => `${line.replace(/:\r?$/, '')}/`);
  return paths.length < MIN_HEADINGS ? '' : commonRoot(paths, '/');
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const root = rootOf(lines).replace(/\/$/, '');
  if (root.length < MIN_ROOT) return undefined;
  let headings = 0;
  const body = lines.map((line, at) => {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    if (line.startsWith(root) && isHeading(lines, at)) {
      headings++;
      return SHORT + line.slice(root.length);
    }
    return line.startsWith(SHORT) || line.startsWith(AS_IT_WAS) ? AS_IT_WAS + line : line;
  });
  return [`[ls -R, ${headings} directories; ${SHORT} is ${root}]`, ...body];
}

function read(header: RegExpExecArray, lines: readonly string[]): readonly string[] {
  const root = header[2]!;
  return lines.map((line) => {
    if (line.startsWith(AS_IT_WAS)) return line.slice(1);
    return line.startsWith(SHORT) ? root + line.slice(SHORT.length) : line;
  });
}

export const recursiveList: Shape = {
  name: 'ls -R',
  claim(lines: readonly string[]): number {
    const headings = lines.filter((_, at) => isHeading(lines, at)).length;
    if (headings < MIN_HEADINGS && !(headings === 2 && lines.length >= 40)) return 0;
    const odd = lines.filter((line) => line.length > 300 || /[;{}()=<>]/.test(line)).length;
    return odd > lines.length / 20 || lines.some((line) => /^[-dl][rwx-]{9}/.test(line)) ? 0 : 0.9;
  },
  write,
  header: HEADER,
  read,
};

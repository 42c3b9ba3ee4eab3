/**
 * `apt list`: suite, architecture and state stand once, as a pattern with a letter; each package below its name and
 * version. The view has the names by pattern, and in full what few packages are.
 */
import type { Deadline } from '../../core/deadline.ts';
import { isAtLeast } from '../../core/enough.ts';
import { AS_IT_WAS, LINES_PER_CHECK } from './shape.ts';
import type { Shape } from './shape.ts';

const HEADER = /^\[(\d+) packages of apt; (\d{1,2}) patterns first, % for what each line says in turn\]$/;
const LINE = /^([^\s/%]+)\/([^\s%]+) ([^\s%]+) ([a-z0-9-]+)(?: \[([^\]%]*?)(?:( (?:to|from): )([^\s\]%]+))?\])?$/;
const PATTERN = /^([A-Z])=(.*)$/;
const SAID = /^([A-Z])((?: [^\s%]+)+)$/;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MIN_PACKAGES = 5;
const MIN_SHARE = 0.8;
/** Packages of rarer patterns stand in full in the view. */
const RARE = 6;

interface Package {
  readonly pattern: string;
  readonly values: readonly string[];
}

function readPackage(line: string): Package | undefined {
  const match = line.length < 400 ? LINE.exec(line) : null;
  if (!match) return undefined;
  const [, name = '', suite = '', version = '', architecture = '', state, word, other] = match;
  const ending = state === undefined ? '' : word === undefined ? ` [${state}]` : ` [${state}${word}%]`;
  const values = other === undefined ? [name, version] : [name, version, other];
  return { pattern: `%/${suite} % ${architecture}${ending}`, values };
}

function fill(pattern: string, values: readonly string[]): string | undefined {
  const pieces = pattern.split('%');
  if (pieces.length !== values.length + 1) return undefined;
  return pieces.map((piece, i) => (i === 0 ? piece : values[i - 1]! + piece)).join('');
}

/** The patterns of several packages, the most frequent first, with their letters. */
function lettersOf(packages: readonly (Package | undefined)[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const one of packages) if (one) counts.set(one.pattern, (counts.get(one.pattern) ?? 0) + 1);
  const often = [...counts].filter(([, count]) => count > 1).sort((a, b) => b[1] - a[1]);
  return new Map(often.slice(0, LETTERS.length).map(([pattern], i) => [pattern, LETTERS[i]!]));
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const packages = lines.map(readPackage);
  deadline.check();
  const letters = lettersOf(packages);
  const count = packages.filter((one) => one !== undefined).length;
  if (count < MIN_PACKAGES || letters.size === 0) return undefined;
  const out = [`[${count} packages of apt; ${letters.size} patterns first, % for what each line says in turn]`];
  for (const [pattern, letter] of letters) out.push(`${letter}=${pattern}`);
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const one = packages[i];
    const letter = one && letters.get(one.pattern);
    if (letter !== undefined) out.push([letter, ...one!.values].join(' '));
    else out.push(line.startsWith(AS_IT_WAS) || SAID.test(line) ? AS_IT_WAS + line : line);
  }
  return out;
}

function read(header: RegExpExecArray, lines: readonly string[]): readonly string[] | undefined {
  const count = Number(header[2]);
  const patterns = new Map<string, string>();
  for (const line of lines.slice(0, count)) {
    const match = PATTERN.exec(line);
    if (!match) return undefined;
    patterns.set(match[1]!, match[2]!);
  }
  const out: string[] = [];
  for (const line of lines.slice(count)) {
    const said = line.startsWith(AS_IT_WAS) ? null : SAID.exec(line);
    const filled = said ? fill(patterns.get(said[1]!) ?? '', said[2]!.slice(1).split(' ')) : undefined;
    if (said && filled === undefined) return undefined;
    out.push(filled ?? (line.startsWith(AS_IT_WAS) ? line.slice(1) : line));
  }
  return out;
}

/** Undefined when the lines are too few packages. */
export function writeAptView(lines: readonly string[], deadline: Deadline): string | undefined {
  const packages = lines.map(readPackage);
  deadline.check();
  const names = new Map<string, string[]>();
  for (const one of packages) {
    if (!one) continue;
    const known = names.get(one.pattern);
    if (known) known.push(one.values[0]!);
    else names.set(one.pattern, [one.values[0]!]);
  }
  const isRare = (one: Package | undefined): boolean => one === undefined || names.get(one.pattern)!.length <= RARE;
  const inFull = lines.filter((line, i) => line !== '' && isRare(packages[i]));
  const often = [...names].filter(([, of]) => of.length > RARE).sort((a, b) => b[1].length - a[1].length);
  if (often.length === 0) return undefined;
  const count = packages.filter((one) => one !== undefined).length;
  const groups = often.map(([pattern, of]) => `${pattern} (${of.length}): ${of.join(' ')}`);
  return [
    `[view of apt list: ${count} packages by suite, architecture and state; what few are in full, of the others versions not shown]`,
    ...inFull,
    ...groups,
  ].join('\n');
}

export const aptList: Shape = {
  name: 'apt',
  claim(lines: readonly string[]): number {
    const seen = lines.filter((line) => line.trim() !== '');
    const isPackage = (line: string): boolean =>
      readPackage(line.endsWith('\r') ? line.slice(0, -1) : line) !== undefined;
    if (!isAtLeast(seen, MIN_SHARE, isPackage) || seen.filter(isPackage).length < MIN_PACKAGES) return 0;
    return seen.some((line) => /\[(?:installed|upgradable)|,now /.test(line)) ? 0.9 : 0;
  },
  write,
  header: HEADER,
  read,
};

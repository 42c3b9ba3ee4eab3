/** The paths that listings of other shapes mean, for the view that counts them, and their rows that stand in full. */
import { countFields, leadNamed } from './leads.ts';
import { isHeading } from './recursive-list.ts';
import type { Beside } from './path-view.ts';

export interface Entries {
  readonly paths: readonly string[];
  readonly beside: Beside;
}

const NAMES_APART = /\t+| {2,}/;

/** `ls -R`, in one column or several. */
export function entriesOfRecursive(lines: readonly string[]): Entries {
  const paths: string[] = [];
  const folders = new Set<string>();
  let folder = '';
  const plain = lines.map((line) => line.replace(/\r$/, ''));
  for (const [at, line] of plain.entries()) {
    if (isHeading(plain, at)) {
      folder = line.slice(0, -1);
      folders.add(folder);
    } else if (line !== '' && folder !== '') {
      for (const name of line.trim().split(NAMES_APART)) if (name !== '') paths.push(`${folder}/${name}`);
    }
  }
  return { paths: paths.filter((path) => !folders.has(path)), beside: { left: '', inFull: [] } };
}

const SIZED = /^(\d[\d.,]*)([KMGTP]?)\t(.*?)\r?$/;
const UNITS = ' KMGTP';
const MAX_LARGEST = 20;

/** `du`: the largest stand in full. */
export function entriesOfSizes(lines: readonly string[]): Entries {
  const rows = lines.flatMap((line) => {
    const match = SIZED.exec(line);
    if (!match) return [];
    const [, count = '', unit = '', path = ''] = match;
    return [{ line, path, size: Number(count.replaceAll(',', '')) * 1024 ** Math.max(0, UNITS.indexOf(unit || ' ')) }];
  });
  const largest = new Set([...rows].sort((a, b) => b.size - a.size).slice(0, MAX_LARGEST));
  const inFull = rows.filter((row) => largest.has(row)).map(({ line }) => line);
  const others = lines.filter((line) => line !== '' && !SIZED.test(line));
  return {
    paths: rows.map(({ path }) => path),
    beside: { left: `sizes of the ${inFull.length} largest only, first`, inFull: [...others, ...inFull] },
  };
}

const BRANCH = /^((?:[│|]   |[│|]\u00a0\u00a0 |    )*)(?:├── |└── |\|-- |`-- )(.*?)\r?$/;
const LEVEL = 4;

/** `tree`: undefined when it is not of files. */
export function entriesOfTree(lines: readonly string[]): Entries | undefined {
  const found: { level: number; name: string }[] = [];
  const others: string[] = [];
  for (const line of lines) {
    const match = BRANCH.exec(line);
    if (match) found.push({ level: match[1]!.length / LEVEL, name: match[2]! });
    else if (line.trim() !== '') others.push(line);
  }
  const stack: string[] = [];
  const paths: string[] = [];
  for (const [i, { level, name }] of found.entries()) {
    stack.length = Math.min(stack.length, level);
    stack[level] = name;
    if ((found[i + 1]?.level ?? 0) <= level) paths.push(stack.join('/'));
  }
  const named = paths.filter((path) => /\.[A-Za-z]\w{0,9}$/.test(path)).length;
  return paths.length === 0 || named < paths.length / 2 ? undefined : { paths, beside: { left: '', inFull: others } };
}

const CHECKSUM = /^[0-9a-f]{32,128}$/;
const MIN_CHECKSUM = 32;

function isChecksum(field: string): boolean {
  return field.length >= MIN_CHECKSUM && CHECKSUM.test(field);
}

interface Fields {
  readonly line: string;
  readonly path: string;
  readonly said: readonly string[];
}

/** Paths behind dates, sizes and the like: the largest stand in full. Undefined where the paths are not what is asked. */
export function entriesOfFields(lines: readonly string[]): Entries | undefined {
  const fields = countFields(lines);
  if (fields === 0) return undefined;
  const lead = leadNamed(`paths after ${fields} field${fields > 1 ? 's' : ''}`);
  const rows: Fields[] = [];
  const others: string[] = [];
  for (const line of lines) {
    const match = lead.exec(line)?.[0];
    if (match !== undefined) rows.push({ line, path: line.slice(match.length), said: match.trim().split(/ +/) });
    else if (line !== '') others.push(line);
  }
  if (rows.some(({ said }) => said.some(isChecksum))) return undefined;
  const isSize = (at: number): boolean => rows.every(({ said }) => /^\d+$/.test(said[at]!));
  const sizes = Array.from({ length: fields }, (_, at) => at).filter(isSize);
  const at = sizes.at(-1);
  const sized = at === undefined ? [] : rows.map((row) => ({ row, size: Number(row.said[at]) }));
  const largest = sized.sort((a, b) => b.size - a.size).slice(0, MAX_LARGEST);
  const inFull = new Set(largest.map(({ row }) => row));
  const shown = rows.filter((row) => inFull.has(row)).map(({ line }) => line);
  const left = `what stands before each path of the ${shown.length} with the largest number only, first`;
  return { paths: rows.map(({ path }) => path), beside: { left, inFull: [...others, ...shown] } };
}

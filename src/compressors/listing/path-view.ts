/**
 * The view of a long list of paths: top-level entries and files of rare kinds by name, every directory with its number
 * of files by extension. Where directories are too many, the deepest are counted with the one above them.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { Level } from '../../core/compressor.ts';
import { commonRoot, isPath } from './path-list.ts';

const SHARE: Readonly<Record<Level, number>> = { lossless: 1, balanced: 0.25, aggressive: 0.12 };
const MIN_BUDGET = 400;
/** An extension with no more files than this in the whole list is rare: its files are named. */
const RARE = 3;
const MAX_DEPTH = 12;

interface Entry {
  readonly folders: readonly string[];
  readonly name: string;
  readonly extension: string;
}

function readEntry(path: string, root: string): Entry {
  const folders = path.slice(root.length).split('/');
  const name = folders.pop()!;
  const dot = name.lastIndexOf('.');
  return { folders, name, extension: dot > 0 ? name.slice(dot) : '' };
}

function countBy<T>(values: readonly T[], key: (value: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(key(value), (counts.get(key(value)) ?? 0) + 1);
  return counts;
}

function writeFolder(
  folder: string,
  entries: readonly Entry[],
  isRare: (entry: Entry) => boolean,
  depth: number,
): string {
  const kinds = countBy(
    entries.filter((entry) => !isRare(entry)),
    ({ extension }) => extension || 'without extension',
  );
  const counts = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${kind}`);
  const rare = entries.filter(isRare).map(({ folders, name }) => [...folders.slice(depth), name].join('/'));
  return `${folder}/ (${entries.length}): ${[...counts, ...rare].join(', ')}`;
}

function writeAtDepth(entries: readonly Entry[], isRare: (entry: Entry) => boolean, depth: number): readonly string[] {
  const groups = new Map<string, Entry[]>();
  const top: string[] = [];
  for (const entry of entries) {
    if (entry.folders.length === 0) {
      top.push(entry.name);
      continue;
    }
    const folder = entry.folders.slice(0, depth).join('/');
    const group = groups.get(folder);
    if (group) group.push(entry);
    else groups.set(folder, [entry]);
  }
  return [...top, ...[...groups].map(([folder, group]) => writeFolder(folder, group, isRare, depth))];
}

/** What a listing says beside its paths. */
export interface Beside {
  /** What of it the view does not say: `sizes and dates not shown`. */
  readonly left: string;
  /** Lines that stand in full. */
  readonly inFull: readonly string[];
}

/** Undefined when not even the shallowest view is short. */
export function writeView(
  lines: readonly string[],
  { level, tokens, deadline }: Pick<CompressOptions, 'level' | 'tokens' | 'deadline'>,
  sourceTokens: number,
  beside: Beside = { left: '', inFull: [] },
): string | undefined {
  const plain = lines.map((line) => line.replace(/\r$/, ''));
  const paths = plain.filter((line) => isPath(line));
  const others = plain.filter((line) => line !== '' && !isPath(line));
  if (paths.length === 0 || others.length > paths.length / 10 || paths.some((path) => path.includes('\\')))
    return undefined;
  deadline.check();
  const root = commonRoot(paths, '/');
  const all = paths.map((path) => readEntry(path, root));
  const folders = new Set(all.map((entry) => entry.folders.join('/')));
  // A path that others stand below is a directory: it has a line of its own.
  const entries = all.filter((entry) => !folders.has([...entry.folders, entry.name].join('/')));
  const kinds = countBy(entries, ({ extension }) => extension);
  const isRare = (entry: Entry): boolean => kinds.get(entry.extension)! <= RARE;
  const budget = Math.max(MIN_BUDGET, sourceTokens * SHARE[level]);
  const where = root === '' ? '' : ` under ${root}`;
  const totals = [...kinds]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${count} ${kind || 'without extension'}`);
  for (let depth = MAX_DEPTH; depth > 0; depth--) {
    deadline.check();
    const view = [
      `[${paths.length} paths in ${folders.size} directories${where}. Directories with their number of files by extension; rare kinds and top level by name${beside.left === '' ? '' : `; ${beside.left}`}]`,
      `all: ${totals.slice(0, 30).join(', ')}${totals.length > 30 ? `, ${totals.length - 30} more extensions` : ''}`,
      ...others,
      ...beside.inFull,
      ...writeAtDepth(entries, isRare, depth),
    ].join('\n');
    if (tokens.count(view) <= budget) return view;
  }
  return undefined;
}

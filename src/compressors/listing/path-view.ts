/**
 * The view of a long list of paths: top-level entries and files of rare kinds by name, every directory with its number
 * of files by extension. Where directories are too many, the deepest are counted with the one above them.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { Level } from '../../core/compressor.ts';
import { isPath } from './leads.ts';
import { commonRoot } from './path-list.ts';

const SHARE: Readonly<Record<Level, number>> = { lossless: 1, balanced: 0.25, aggressive: 0.12 };
const MIN_BUDGET = 400;
/** An extension with no more files than this in the whole list is rare: its files are named. */
const RARE = 3;
const MAX_DEPTH = 12;

interface Entry {
  /** The path below the root that all share. */
  readonly path: string;
  /** Where its name begins; 0 at the top level. */
  readonly at: number;
  readonly extension: string;
}

/** Entries of one folder in a row. */
interface Run {
  readonly first: Entry;
  count: number;
  /** How many of them have each extension that is not rare. */
  readonly kinds: Map<string, number>;
  /** Paths of the rare ones. */
  readonly rare: string[];
}

function readEntry(path: string): Entry {
  const at = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return { path, at, extension: dot > at ? path.slice(dot) : '' };
}

function folderOf({ path, at }: Entry): string {
  return path.slice(0, Math.max(0, at - 1));
}

function depthOf({ path, at }: Entry): number {
  let depth = 0;
  for (let slash = path.indexOf('/'); slash >= 0 && slash < at; slash = path.indexOf('/', slash + 1)) depth++;
  return depth;
}

/** Where so many folders end, or all that there are. */
function endOf({ path, at }: Entry, depth: number): number {
  let end = -1;
  for (let left = depth; left > 0 && end < at - 1; left--) end = path.indexOf('/', end + 1);
  return end;
}

function countBy<T>(values: readonly T[], key: (value: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    const own = key(value);
    counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  return counts;
}

function writeFolder(folder: string, runs: readonly Run[]): string {
  let total = 0;
  const kinds = new Map<string, number>();
  for (const run of runs) {
    total += run.count;
    for (const [kind, count] of run.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  const counts = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${kind}`);
  const rare = runs.flatMap((run) => run.rare.map((path) => path.slice(folder.length + 1)));
  return `${folder}/ (${total}): ${[...counts, ...rare].join(', ')}`;
}

/** Of entries below the top level, in their order. */
function runsOf(entries: readonly Entry[], isRare: (extension: string) => boolean): readonly Run[] {
  const runs: Run[] = [];
  let last: Run | undefined;
  for (const entry of entries) {
    const { path, at, extension } = entry;
    if (at === 0) continue;
    if (last?.first.at !== at || !path.startsWith(last.first.path.slice(0, at)))
      runs.push((last = { first: entry, count: 0, kinds: new Map(), rare: [] }));
    last.count++;
    const kind = extension || 'without extension';
    if (isRare(extension)) last.rare.push(path);
    else last.kinds.set(kind, (last.kinds.get(kind) ?? 0) + 1);
  }
  return runs;
}

function writeAtDepth(runs: readonly Run[], depth: number): readonly string[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const folder = run.first.path.slice(0, endOf(run.first, depth));
    const group = groups.get(folder);
    if (group) group.push(run);
    else groups.set(folder, [run]);
  }
  return Array.from(groups, ([folder, group]) => writeFolder(folder, group));
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
  const paths: string[] = [];
  const others: string[] = [];
  for (const line of lines) {
    const plain = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (isPath(plain)) paths.push(plain);
    else if (plain !== '') others.push(plain);
  }
  if (paths.length === 0 || others.length > paths.length / 10 || paths.some((path) => path.includes('\\')))
    return undefined;
  deadline.check();
  const root = commonRoot(paths, '/');
  const all = paths.map((path) => readEntry(path.slice(root.length)));
  const folders = new Set(all.map(folderOf));
  // A path that others stand below is a directory: it has a line of its own.
  const entries = all.filter(({ path }) => !folders.has(path));
  const kinds = countBy(entries, ({ extension }) => extension);
  const top = entries.filter(({ at }) => at === 0).map(({ path }) => path);
  const runs = runsOf(entries, (extension) => kinds.get(extension)! <= RARE);
  const budget = Math.max(MIN_BUDGET, sourceTokens * SHARE[level]);
  const where = root === '' ? '' : ` under ${root}`;
  const totals = [...kinds]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${count} ${kind || 'without extension'}`);
  const deepest = entries.reduce((most, entry) => Math.max(most, depthOf(entry)), 1);
  for (let depth = Math.min(MAX_DEPTH, deepest); depth > 0; depth--) {
    deadline.check();
    const view = [
      `[${paths.length} paths in ${folders.size} directories${where}. Directories with their number of files by extension; rare kinds and top level by name${beside.left === '' ? '' : `; ${beside.left}`}]`,
      `all: ${totals.slice(0, 30).join(', ')}${totals.length > 30 ? `, ${totals.length - 30} more extensions` : ''}`,
      ...others,
      ...beside.inFull,
      ...top,
      ...writeAtDepth(runs, depth),
    ].join('\n');
    if (tokens.count(view) <= budget) return view;
  }
  return undefined;
}

/**
 * What shells and file tools list: paths, `ls -l`, trees, aligned tables. Lossless: what every line repeats is said once.
 * Long lists of paths have a view too: each directory with its files by extension. Declines where little is saved.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { Sample } from '../../core/sample.ts';
import { columns } from './columns.ts';
import { entriesOfRecursive, entriesOfSizes, entriesOfTree } from './entries.ts';
import type { Entries } from './entries.ts';
import { longList } from './long-list.ts';
import { writeLongView } from './long-view.ts';
import { pathList } from './path-list.ts';
import { writeView } from './path-view.ts';
import { recursiveList } from './recursive-list.ts';
import type { Shape } from './shape.ts';
import { writeTableView } from './table-view.ts';
import { writeTreeView } from './tree-view.ts';
import { tree } from './tree.ts';

/** In the order in which they win ties. */
const SHAPES: readonly Shape[] = [tree, longList, recursiveList, pathList, columns];
const MIN_SHARE: ReadonlyMap<Shape, number> = new Map([[pathList, 0.2]]);
/** A path out of a shorter list will be quoted whole: there it stands whole. */
const MIN_FOLDED_PATHS = 300;
const MIN_SAVED_SHARE = 0.06;
const MIN_CLAIM = 0.5;

function shapeOf(lines: readonly string[]): { shape: Shape; claim: number } {
  const claims = SHAPES.map((shape) => ({ shape, claim: shape.claim(lines) }));
  return claims.reduce((best, next) => (next.claim > best.claim ? next : best));
}

function compress(text: string, options: CompressOptions, minFoldedPaths: number): Compressed | undefined {
  const { tokens, deadline } = options;
  deadline.check();
  const end = text.endsWith('\n') ? '\n' : '';
  const lines = text.slice(0, text.length - end.length).split('\n');
  const { shape, claim } = shapeOf(lines.slice(0, Sample.headLines));
  if (claim < MIN_CLAIM) return undefined;
  const isFolded = shape !== pathList || lines.length >= minFoldedPaths;
  const said = isFolded ? shape.write(lines, deadline) : undefined;
  const form = said && said.join('\n') + end;
  deadline.check();
  const isExact = form !== undefined && form.length < text.length && expand(form) === text;
  const view = (before: number): string | undefined => viewOf(shape, { lines, said }, options, before);
  const chosen = chooseForm({ source: text, lossless: isExact ? form : undefined, view }, options);
  if (chosen?.loss !== 'none') return chosen;
  const minShare = MIN_SHARE.get(shape) ?? MIN_SAVED_SHARE;
  return tokens.count(chosen.text) <= tokens.count(text) * (1 - minShare) ? chosen : undefined;
}

const SIZED = /^\d[\d.,]*[KMGTP]?\t/;

interface Listed {
  readonly lines: readonly string[];
  /** The lines of the lossless form. */
  readonly said: readonly string[] | undefined;
}

function viewOf(shape: Shape, { lines, said }: Listed, options: CompressOptions, before: number): string | undefined {
  const byPath = (entries: Entries | undefined): string | undefined =>
    entries && writeView(entries.paths, options, before, entries.beside);
  if (shape === columns) return writeTableView(lines, options, before);
  if (shape === longList) return writeLongView(lines, options);
  if (shape === recursiveList) return byPath(entriesOfRecursive(lines));
  if (shape === tree) {
    const entries = entriesOfTree(lines);
    return entries ? byPath(entries) : said && writeTreeView(said.slice(1), options, before);
  }
  return SIZED.test(lines[0]!) ? byPath(entriesOfSizes(lines)) : writeView(lines, options, before);
}

/** The source; a final line break stands in both. */
function expand(text: string): string | undefined {
  if (!text.startsWith('[')) return undefined;
  const end = text.endsWith('\n') ? '\n' : '';
  const [first = '', ...lines] = text.slice(0, text.length - end.length).split('\n');
  for (const shape of SHAPES) {
    const header = shape.header.exec(first);
    const source = header && shape.read(header, lines)?.join('\n');
    if (header) return typeof source === 'string' ? source + end : undefined;
  }
  return undefined;
}

/** @param minFoldedPaths shorter lists of paths get no lossless form. */
export function listing(minFoldedPaths: number): Compressor {
  return {
    name: 'listing',
    claim: (sample: Sample) => shapeOf(sample.head).claim,
    compress: (text, options) => compress(text, options, minFoldedPaths),
    expand,
    same: (source: string, expanded: string) => source === expanded,
  };
}

export const listingCompressor: Compressor = listing(MIN_FOLDED_PATHS);

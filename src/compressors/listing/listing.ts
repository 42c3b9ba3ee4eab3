/**
 * What shells and file tools list: paths, `ls -l`, trees, aligned tables. Lossless: what every line repeats is said once.
 * Long lists of paths have a view too: each directory with its files by extension. Declines where little is saved.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { asObject } from '../../core/json/value.ts';
import { areSame, keepLast } from '../../core/keep-last.ts';
import { Sample } from '../../core/sample.ts';
import { aptList, writeAptView } from './apt-list.ts';
import { columns } from './columns.ts';
import { entriesOfFields, entriesOfRecursive, entriesOfSizes, entriesOfTree } from './entries.ts';
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
const SHAPES: readonly Shape[] = [tree, longList, recursiveList, aptList, pathList, columns];
const MIN_SHARE: ReadonlyMap<Shape, number> = new Map([[pathList, 0.2]]);
/** A path out of a shorter list will be quoted whole: there it stands whole. */
const MIN_FOLDED_PATHS = 300;
const MIN_SAVED_SHARE = 0.06;
const MIN_CLAIM = 0.5;

interface Claimed {
  readonly lines: readonly string[];
  readonly shape: Shape;
  readonly claim: number;
}

/** Who claims a text mostly says it next, from the same first lines. Nothing depends on it but time. */
let last: Claimed | undefined;

function shapeOf(lines: readonly string[]): Claimed {
  if (last && areSame(lines, last.lines)) return last;
  const claims = SHAPES.map((shape) => ({ lines, shape, claim: shape.claim(lines) }));
  return (last = claims.reduce((best, next) => (next.claim > best.claim ? next : best)));
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
  const readsBack = (): boolean => expand(form!) === text;
  const listed = { lines, said };
  // Where the smaller budget holds no view, the larger one may: it is shorter than no view.
  const view = (before: number): string | undefined =>
    viewOf(shape, listed, options, before) ??
    (options.level === 'aggressive' ? viewOf(shape, listed, { ...options, level: 'balanced' }, before) : undefined);
  const chosen = chooseForm({ source: text, lossless: form, readsBack, view }, options);
  if (chosen?.loss !== 'none') return chosen;
  const minShare = MIN_SHARE.get(shape) ?? MIN_SAVED_SHARE;
  return tokens.count(chosen.text) <= tokens.count(text) * (1 - minShare) ? chosen : undefined;
}

const MAX_COMMAND = 2000;
const FOUND = /^Found \d+ files?\b/;
const ASKS_FILES =
  /\b(?:grep|rg|ag|ack)\b[^|;&]*\s(?:-\w*[lL]\w*|--files-with(?:out)?-match(?:es)?)(?:\s|$)|^files_with_matches$/;

/** Whether the paths are those whose text was searched for: each of them is what was asked, none may be but counted. */
function areAnswer(lines: readonly string[], call: ToolCall | undefined): boolean {
  const said = Object.values(asObject(call?.input ?? null)).flat();
  const isAsked = said.some((value) => typeof value === 'string' && ASKS_FILES.test(value.slice(0, MAX_COMMAND)));
  return isAsked || FOUND.test(lines[0]!) || /grep/i.test(call?.name ?? '');
}

/** Lines that may stand before a list: what a tool says of its call. */
const MAX_LEAD = 8;
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
  if (shape === aptList) return writeAptView(lines, options.deadline);
  if (shape === recursiveList) return byPath(entriesOfRecursive(lines));
  if (shape === tree) {
    const entries = entriesOfTree(lines);
    return entries ? byPath(entries) : said && writeTreeView(said.slice(1), options, before);
  }
  if (lines.slice(0, MAX_LEAD).some((line) => SIZED.test(line))) return byPath(entriesOfSizes(lines));
  if (areAnswer(lines, options.call)) return undefined;
  return byPath(entriesOfFields(lines)) ?? writeView(lines, options, before);
}

const expand = keepLast(readForm);

/** The source; a final line break stands in both. */
function readForm(text: string): string | undefined {
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

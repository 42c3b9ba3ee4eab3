/** Writes a list as a table: a head that says each column once, and a line for what is left of each row. */
import type { Deadline } from '../../core/deadline.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import type { Column } from './column.ts';
import { type Field, type Leaf, columnsOf, isLeaf } from './fields.ts';
import type { Wording } from './forms/form.ts';
import { SPEC as ONE_OF } from './forms/letters.ts';
import type { Known } from './known.ts';
import { namesFor } from './names.ts';
import { BRACKETS, type Brackets } from './pattern.ts';
import { exceptedRows, rareRows } from './odd-rows.ts';
import type { Regular } from './regular.ts';
import type { RowList } from './row-list.ts';
import { type Wordings, rowLines } from './table-rows.ts';
import { type TreeLayout, parentColumns } from './tree-rows.ts';
import { writeKey } from './spell.ts';
import { END, MAX_ROWS, type TableHead, type TableKind, writeHead } from './table-head.ts';
import { type Json, JsonRecord, print } from './tree.ts';
import { chooseWordings } from './choose.ts';

export interface TableOptions {
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
  /** Paths stand as they are, whatever rule gives them. */
  readonly keepsPaths?: boolean;
  /** Of the same text, with the same options. */
  readonly known?: Known | undefined;
}

export const MIN_ROWS = 3;
/** Odd rows together. */
const MAX_ODD_CHARS = 600;
/** Beyond this a record has too many columns to be read as a line. */
const MAX_COLUMNS = 400;

/** The table, or undefined when the list cannot be one. Whether it is shorter is for the caller to see. */
export function writeTable(
  list: RowList,
  kind: TableKind,
  options: TableOptions,
  tree?: TreeLayout,
): string | undefined {
  if (list.length < MIN_ROWS || list.length > MAX_ROWS) return undefined;
  const prepared = tree ? prepare(list, kind, options, tree) : preparedOf(list, kind, options);
  if (!prepared) return undefined;
  const { found, built } = prepared;
  const first = choose(list, built, options, tree);
  if (!first) return undefined;
  const broken = tree || found.isPlain ? NONE : exceptedRows(first.wordings.values(), found.rows.length);
  const rest = without(list, built, broken);
  const chosen = rest === built ? first : (choose(list, rest, options, tree) ?? first);
  const { root, rows, columns, wordings, brackets } = chosen;
  const isCounted = rows.length < list.length || [...wordings.values()].some((wording) => wording.isCounted);
  const head: TableHead = { kind, count: list.length, isCounted, brackets, isPlain: found.isPlain, below: tree?.key };
  const said = rowLines(list, rows, { columns, wordings, head, tree });
  return said === undefined ? undefined : `${headLines(root, wordings, head).join('\n')}${said}\n${END}`;
}

const NONE: ReadonlySet<number> = new Set();

/** What a table is made of, before its columns are put into words. */
export interface Prepared {
  readonly found: Regular;
  readonly built: Built;
}

function preparedOf(list: RowList, kind: TableKind, options: TableOptions): Prepared | undefined {
  const find = (): Prepared | undefined => prepare(list, kind, options, undefined);
  return options.known ? options.known.tableOf(list.source, find) : find();
}

function prepare(
  list: RowList,
  kind: TableKind,
  { known }: TableOptions,
  tree: TreeLayout | undefined,
): Prepared | undefined {
  const found = regular(list, tree);
  const all = found.rows.length < MIN_ROWS ? undefined : firstBuild(list, found, kind, known);
  if (!all) return undefined;
  const isWhole = tree !== undefined || found.isPlain;
  return { found, built: isWhole ? all : without(list, all, rareRows(all.columns, found.rows.length)) };
}

interface Chosen extends Built {
  readonly wordings: Wordings;
  readonly brackets: Brackets;
}

function choose(
  list: RowList,
  built: Built,
  { tokens, deadline, keepsPaths, known }: TableOptions,
  tree: TreeLayout | undefined,
): Chosen | undefined {
  deadline.check();
  const { columns, rows } = built;
  const brackets = chooseBrackets(columns);
  const parents = tree && parentColumns(list, columns, tree);
  const wordings = chooseWordings(columns, {
    rowCount: rows.length,
    brackets,
    tokens,
    deadline,
    parents,
    keepsPaths,
    known,
  });
  return wordings && { ...built, wordings, brackets };
}

function regular(list: RowList, tree: TreeLayout | undefined): Regular {
  const found = list.regular();
  if (!tree || found.isPlain) return found;
  // A root has no parent to refer to, so it stands whole.
  return { rows: found.rows.filter((row) => tree.depths[row]! > 0), isPlain: false };
}

interface Built {
  readonly root: Field;
  readonly kind: TableKind;
  readonly rows: readonly number[];
  readonly columns: readonly Column[];
}

/** Of all rows: the view of them has the same columns. */
function firstBuild(list: RowList, found: Regular, kind: TableKind, known: Known | undefined): Built | undefined {
  const built = build(list, found, kind);
  if (built) known?.keepColumns(built.columns);
  return built;
}

function build(list: RowList, { rows, isPlain }: Regular, kind: TableKind): Built | undefined {
  const root = list.field(rows);
  if (isLeaf(root) !== isPlain) return undefined;
  const columns = columnsOf(root);
  if (columns.length > MAX_COLUMNS || columns.length > rows.length * 40) return undefined;
  const names = namesFor(columns.map(({ path }) => path));
  columns.forEach((column, at) => {
    column.name = names[at]!;
  });
  return { root, kind, rows, columns };
}

/** The same without the one or two rows that are unlike all others: they stand whole. */
function without(list: RowList, built: Built, odd: ReadonlySet<number>): Built {
  if (odd.size === 0 || !isShort(list, odd)) return built;
  const rest = build(list, { rows: built.rows.filter((row) => !odd.has(row)), isPlain: false }, built.kind);
  // An odd row may be the one that has all the keys, without which objects are no columns any more.
  return rest && wholeObjects(rest) <= wholeObjects(built) ? rest : built;
}

function wholeObjects({ columns }: Built): number {
  return columns.filter(({ distinct }) => distinct.some((value) => value instanceof JsonRecord)).length;
}

function chooseBrackets(columns: readonly Column[]): Brackets {
  let best = BRACKETS[0]!;
  let fewest = Number.POSITIVE_INFINITY;
  for (const brackets of BRACKETS) {
    const { open, close } = brackets;
    const isHit = (value: unknown): boolean =>
      typeof value === 'string' && (value.includes(open) || value.includes(close));
    const hits = columns.filter(({ distinct }) => distinct.some(isHit)).length;
    if (hits < fewest) {
      best = brackets;
      fewest = hits;
    }
    if (hits === 0) break;
  }
  return best;
}

function headLines(root: Field, wordings: Wordings, head: TableHead): readonly string[] {
  const first = writeHead(head);
  if (isLeaf(root)) {
    const { spec, legend } = wordings.get(root.column)!;
    return [`${first} ${spec}`, ...legend.map((line) => ` ${line}`)];
  }
  return [first, ...(root.children.length === 0 ? [] : fieldLines(root.children, wordings, ''))];
}

function fieldLines(fields: readonly Field[], wordings: Wordings, indent: string): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at]!;
    if (isLeaf(field)) {
      const wording = wordings.get(field.column)!;
      const keys = [writeKey(field.step)];
      // Neighbours that are said in the same words share a line.
      while (wording.legend.length === 0 && isSaidAs(wording, fields[at + 1], wordings)) {
        keys.push(writeKey(fields[++at]!.step));
      }
      lines.push(`${indent}${keys.join(', ')}: ${wording.spec}`, ...wording.legend.map((line) => `${indent} ${line}`));
      continue;
    }
    const presence = field.presence && wordings.get(field.presence)!;
    lines.push(`${indent}${writeKey(field.step)}:${presence ? ` ${presence.spec}` : ''}`);
    if (presence) lines.push(...presence.legend.map((line) => `${indent} ${line}`));
    lines.push(...fieldLines(field.children, wordings, `${indent} `));
  }
  return lines;
}

function isSaidAs(wording: Wording, next: Field | undefined, wordings: Wordings): next is Leaf {
  if (!next || !isLeaf(next)) return false;
  const other = wordings.get(next.column)!;
  return other.legend.length === 0 && other.spec === wording.spec && other.spec !== ONE_OF && !other.headings;
}

/** Rows of much more than their share of the text cost too much. */
function isShort(list: RowList, odd: ReadonlySet<number>): boolean {
  const chars = (row: Json): number => print(row).length;
  const near = list.at(odd.has(0) ? 1 : 0);
  let total = 0;
  for (const row of odd) total += chars(list.at(row));
  return total <= Math.max(MAX_ODD_CHARS, odd.size * 2 * chars(near));
}

/** Whether printing as a table can pay at all: scalars of nothing in common rarely do. */
export function isWorthTrying(list: RowList): boolean {
  return list.length >= MIN_ROWS && (list.length >= 8 || list.hasContainers);
}

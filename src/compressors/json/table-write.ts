/** Writes a list as a table: a head that says each column once, and a line for what is left of each row. */
import type { Deadline } from '../../core/deadline.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import type { Column } from './column.ts';
import { type Field, type Leaf, buildField, columnsOf, isLeaf } from './fields.ts';
import type { Wording } from './forms/form.ts';
import { SPEC as ONE_OF } from './forms/letters.ts';
import { namesFor } from './names.ts';
import { BRACKETS, type Brackets } from './pattern.ts';
import { regularEntries, regularRows } from './regular.ts';
import { writeKey } from './spell.ts';
import {
  END,
  LAYOUT,
  MAX_ROWS,
  type TableHead,
  type TableKind,
  isMarked,
  rowLabel,
  rowMark,
  writeHead,
} from './table-head.ts';
import { type Json, isContainer, print, printEntry } from './tree.ts';
import { chooseWordings } from './choose.ts';

export interface TableOptions {
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
}

export const MIN_ROWS = 3;
/** Beyond this a record has too many columns to be read as a line. */
const MAX_COLUMNS = 400;

/** The table, or undefined when the list cannot be one. Whether it is shorter is for the caller to see. */
export function writeTable(list: readonly Json[], kind: TableKind, options: TableOptions): string | undefined {
  if (list.length < MIN_ROWS || list.length > MAX_ROWS) return undefined;
  const { rows, isPlain } = kind === 'entries' ? regularEntries(list) : regularRows(list);
  if (rows.length < MIN_ROWS) return undefined;
  const values = rows.map((row) => list[row]!);
  const root = kind === 'entries' ? entryField(rows, values) : buildField({ path: [], rows, values }, '');
  if (isLeaf(root) !== isPlain) return undefined;
  const columns = columnsOf(root);
  if (columns.length > MAX_COLUMNS || columns.length > rows.length * 40) return undefined;
  const names = namesFor(columns.map(({ path }) => path));
  columns.forEach((column, at) => {
    column.name = names[at]!;
  });
  options.deadline.check();
  const brackets = chooseBrackets(columns);
  const wordings = chooseWordings(columns, { brackets, tokens: options.tokens, deadline: options.deadline });
  if (!wordings) return undefined;
  const isCounted = rows.length < list.length || [...wordings.values()].some((wording) => wording.isCounted);
  const head: TableHead = { kind, count: list.length, isCounted, brackets, isPlain };
  const lines = [...headLines(root, wordings, head), ...rowLines(list, rows, columns, wordings, head)];
  return lines.includes(CONFLICT) ? undefined : [...lines, END].join('\n');
}

/** @param values pairs of a key and a value. */
function entryField(rows: readonly number[], values: readonly Json[]): Field {
  const pairs = values as readonly (readonly [Json, Json])[];
  const key = buildField({ path: ['key'], rows, values: pairs.map((pair) => pair[0]) }, 'key');
  const value = buildField({ path: ['value'], rows, values: pairs.map((pair) => pair[1]) }, 'value');
  return { step: '', kind: 'object', children: [key, value], presence: undefined };
}

/** Stands for a line that would be read as something else. */
const CONFLICT = '\n';

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

type Wordings = ReadonlyMap<Column, Wording>;

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
  return other.legend.length === 0 && other.spec === wording.spec && other.spec !== ONE_OF;
}

interface Placed {
  readonly column: Column;
  readonly wording: Wording;
  /** What stands after it in a line. */
  readonly stop: string;
}

/** Letters stand together and before what has slots; free text stands last, so that spaces part the rest. */
function place(columns: readonly Column[], wordings: Wordings): readonly Placed[] {
  const rank = ({ fit, legend }: Wording): number => {
    if (fit === 'letter') return 1;
    if (fit === 'free') return 3;
    return legend.length > 0 ? 2 : 0;
  };
  const listed = columns
    .map((column) => ({ column, wording: wordings.get(column)! }))
    .filter(({ wording }) => wording.cells)
    .sort((a, b) => rank(a.wording) - rank(b.wording));
  return listed.map(({ column, wording }, at) => {
    const next = listed[at + 1]?.wording;
    let stop = ' ';
    if (!next) stop = '';
    else if (wording.fit === 'free') stop = '|';
    else if (wording.fit === 'letter' && next.legend.length > 0) stop = '';
    return { column, wording, stop };
  });
}

function rowLines(
  list: readonly Json[],
  rows: readonly number[],
  columns: readonly Column[],
  wordings: Wordings,
  head: TableHead,
): readonly string[] {
  const placed = place(columns, wordings);
  const { open, close } = head.brackets;
  const lines: string[] = [];
  if (placed.length > 0 && !head.isPlain) {
    lines.push(LAYOUT + placed.map(({ column, stop }) => `${open}${column.name}${close}${stop}`).join(''));
  }
  const cursors = placed.map(() => 0);
  let next = 0;
  for (let row = 0; row < list.length; row++) {
    if (rows[next] !== row) {
      lines.push(rowLabel(row) + (head.kind === 'entries' ? printEntry(list[row]!) : print(list[row]!)));
      continue;
    }
    next++;
    if (placed.length === 0) continue;
    let line = isMarked(row, head) ? rowMark(row) : '';
    for (let at = 0; at < placed.length; at++) {
      const { column, wording, stop } = placed[at]!;
      const isHere = column.rows[cursors[at]!] === row;
      line += isHere ? guarded(wording.cells![cursors[at]!]!, stop) : '-';
      line += stop;
      if (isHere) cursors[at]!++;
    }
    lines.push(line.startsWith(rowLabel(row)) ? CONFLICT : line);
  }
  return lines;
}

/** Free text that holds its own stop stands in quotes. */
function guarded(cell: string, stop: string): string {
  return stop === '|' && cell.includes(stop) && !/^["[{]/.test(cell) ? JSON.stringify(cell) : cell;
}

/** Whether printing as a table can pay at all: scalars of nothing in common rarely do. */
export function isWorthTrying(list: readonly Json[]): boolean {
  return list.length >= MIN_ROWS && (list.length >= 8 || list.some(isContainer));
}

/** Writes what is left of each row of a table, line by line. */
import type { Column } from './column.ts';
import type { Wording } from './forms/form.ts';
import { HEADING } from './forms/heading.ts';
import type { RowList } from './row-list.ts';
import { LAYOUT, type TableHead, isLabel, isMarked, rowLabel, rowMark } from './table-head.ts';
import type { TreeLayout } from './tree-rows.ts';
import { print, printEntry } from './tree.ts';

export type Wordings = ReadonlyMap<Column, Wording>;

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

export interface RowOptions {
  readonly columns: readonly Column[];
  readonly wordings: Wordings;
  readonly head: TableHead;
  readonly tree: TreeLayout | undefined;
}

/**
 * The lines of the rows, each after a line break. Undefined when a line would be read as something else, and for a tree whose nodes would have nothing in their lines.
 * @param rows those of the list that are said by columns; the others stand whole.
 */
export function rowLines(
  list: RowList,
  rows: readonly number[],
  { columns, wordings, head, tree }: RowOptions,
): string | undefined {
  const placed = place(columns, wordings);
  if (tree && placed.length === 0) return undefined;
  let said = head.isPlain ? '' : layoutLine(placed, head);
  const cells = new Cells(placed);
  const headings = [...wordings.values()].find((wording) => wording.headings)?.headings;
  let next = 0;
  for (let row = 0; row < list.length; row++) {
    const indent = tree ? ' '.repeat(tree.depths[row]!) : '';
    if (rows[next] !== row) {
      const whole = head.kind === 'entries' ? printEntry(list.at(row)) : print(list.at(row));
      said += `\n${indent}${rowLabel(row)}${whole}`;
      continue;
    }
    const heading = headings?.[next];
    next++;
    if (placed.length === 0) continue;
    if (heading !== undefined) said += `\n${HEADING}${heading}`;
    const line = (isMarked(row, head) ? rowMark(row) : '') + cells.lineOf(row);
    if (isAmbiguous(line, row, tree)) return undefined;
    said += `\n${indent}${line}`;
  }
  return said;
}

function layoutLine(placed: readonly Placed[], { brackets: { open, close } }: TableHead): string {
  if (placed.length === 0) return '';
  return `\n${LAYOUT}${placed.map(({ column, stop }) => `${open}${column.name}${close}${stop}`).join('')}`;
}

function isAmbiguous(line: string, row: number, tree: TreeLayout | undefined): boolean {
  return (
    (isLabel(line, 0) && line.startsWith(rowLabel(row))) ||
    line.startsWith(HEADING) ||
    (tree !== undefined && line.startsWith(' '))
  );
}

/** Goes through the cells of all columns, row by row. */
class Cells {
  readonly #placed: readonly Placed[];
  readonly #cursors: number[];

  constructor(placed: readonly Placed[]) {
    this.#placed = placed;
    this.#cursors = placed.map(() => 0);
  }

  lineOf(row: number): string {
    let line = '';
    for (let at = 0; at < this.#placed.length; at++) {
      const { column, wording, stop } = this.#placed[at]!;
      const cursor = this.#cursors[at]!;
      const isHere = column.rows[cursor] === row;
      line += (isHere ? guarded(wording.cells![cursor]!, stop) : '-') + stop;
      if (isHere) this.#cursors[at] = cursor + 1;
    }
    return line;
  }
}

/** Free text that holds its own stop stands in quotes. */
function guarded(cell: string, stop: string): string {
  return stop === '|' && cell.includes(stop) && !/^["[{]/.test(cell) ? JSON.stringify(cell) : cell;
}

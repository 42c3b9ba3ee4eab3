/** Reads a form that is one table of plain rows straight into cells: no JSON is written only to be read again. */
import type { CellRows } from '../../core/json-compressor.ts';
import { removeAliases } from './alias.ts';
import { MARKER_START } from './embedded.ts';
import { type Cell, ABSENT } from './spell.ts';
import { END, readHead } from './table-head.ts';
import { readTableCells } from './table-read.ts';
import { Spelled } from './tree.ts';

/** Keys that an object puts elsewhere. */
const ODD_KEY = /^\d+$/;

/** Undefined where that is not what a text is, or where its rows would not come back one by one. */
export function readRows(form: string): CellRows | undefined {
  const text = removeAliases(form) ?? form;
  if (readHead(text, 0)?.head.kind !== 'rows' || !text.endsWith(`\n${END}`)) return undefined;
  try {
    const table = readTableCells(text, 0);
    if (!table || table.end !== text.length || areOdd(table.keys)) return undefined;
    const rows: (readonly string[])[] = [];
    for (const cells of table.rows) {
      const row = toRow(cells);
      if (!row) return undefined;
      rows.push(row);
    }
    return rows.length === 0 ? undefined : { keys: table.keys, rows };
  } catch {
    // Damaged, or somebody else's text that begins like a form of ours.
    return undefined;
  }
}

function areOdd(keys: readonly string[]): boolean {
  return new Set(keys).size < keys.length || keys.some((key) => ODD_KEY.test(key));
}

/** The cells as texts, up to the first that is missing; undefined when others follow, or are no texts and no numbers. */
function toRow(cells: readonly Cell[]): readonly string[] | undefined {
  let count = cells.length;
  while (count > 0 && cells[count - 1] === ABSENT) count--;
  const row: string[] = [];
  for (let at = 0; at < count; at++) {
    const cell = cells[at]!;
    if (typeof cell === 'string') {
      if (cell.length > MARKER_START.length && cell.includes(MARKER_START)) return undefined;
      row.push(cell);
    } else if (typeof cell === 'number') row.push(String(cell));
    else if (cell instanceof Spelled) row.push(String(Number(cell.text)));
    else return undefined;
  }
  return row;
}

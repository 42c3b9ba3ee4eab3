/** Each row has its own value in its line: `{}`; `"{}"` when all are text though some look like numbers. */
import type { Column } from '../column.ts';
import { isPlainFill } from '../row-line.ts';
import { ABSENT, type Cell, OPEN, isBare, isPrintable, textOf, valueOf } from '../spell.ts';
import { type ColumnForm, type Fit, type Reading, type WriteContext, type Wording, wholeValue } from './form.ts';

/** A column is free text when more than this share of its cells has spaces; else those few stand in quotes. */
const MAX_QUOTED_SHARE = 0.1;

export const listed: ColumnForm = {
  name: 'listed',
  write(column: Column, { brackets }: WriteContext): readonly Wording[] {
    if (column.distinct.includes(OPEN)) return [];
    const isQuoted = column.isText && column.hasLikeJson;
    const spec = brackets.open + brackets.close;
    const { cells, fit } = column.isNumber ? plain(column.distinctTexts) : written(column.distinct, isQuoted);
    return [
      {
        spec: isQuoted ? `"${spec}"` : spec,
        legend: [],
        cells: column.ofEach(cells),
        fit,
        isCounted: false,
        letters: undefined,
      },
    ];
  },
  read(spec, legend, { open, close }): Reading | undefined {
    if (legend.length > 0 || spec !== open + close) return undefined;
    return {
      take(line, stop) {
        const isJson = '"[{'.includes(line.next) && line.next !== '';
        return wholeValue(isJson ? line.json() : valueOf(line.until(stop)));
      },
      isGlued: false,
      letter: undefined,
      value: (_row, taken) => taken!.whole!,
    };
  },
};

interface Cells {
  readonly cells: readonly string[];
  readonly fit: Fit;
}

function plain(cells: readonly string[]): Cells {
  return { cells, fit: 'tight' };
}

function written(values: readonly Cell[], isQuoted: boolean): Cells {
  const cells = values.map((value) => (isQuoted ? writeFill(value as string) : writeCell(value)));
  const fit = fitOf(cells);
  return { cells: fit === 'tight' ? cells.map(withoutSpaces) : cells, fit };
}

export function writeFill(text: string): string {
  if (isWord(text)) return text;
  return isPlainFill(text) && isPrintable(text) ? text : JSON.stringify(text);
}

/** Letters and digits, as most fills are. */
function isWord(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
    if (!isLetter && !(code >= 0x30 && code <= 0x39)) return false;
  }
  return text !== '';
}

function writeCell(value: Cell): string {
  if (value === ABSENT) return '-';
  if (typeof value !== 'string') return textOf(value);
  return isBare(value) ? value : JSON.stringify(value);
}

/** JSON says itself where it ends, so its spaces do not count. */
export function fitOf(cells: readonly string[]): Fit {
  let spaced = 0;
  for (const cell of cells) if (hasBareSpace(cell)) spaced++;
  return spaced > cells.length * MAX_QUOTED_SHARE ? 'free' : 'tight';
}

export function withoutSpaces(cell: string): string {
  return hasBareSpace(cell) ? JSON.stringify(cell) : cell;
}

function hasBareSpace(cell: string): boolean {
  if (!cell.includes(' ')) return false;
  const first = cell.charCodeAt(0);
  return first !== 0x22 && first !== 0x5b && first !== 0x7b;
}

/**
 * A value that rows have in common with their neighbours stands once, in a line of its own above them (`: src/a.ts`), as
 * in a list of hits by file. One column of a table may be said so.
 */
import type { Column } from '../column.ts';
import { isBare, textOf } from '../spell.ts';
import { type ColumnForm, type Wording, headOnly } from './form.ts';

const SPEC = 'in the line above, after the colon';
export const HEADING = ': ';
/** Rows to a heading, on average. */
const MIN_RUN = 2;
const MIN_CHARS = 6;

export const heading: ColumnForm = {
  name: 'heading',
  /** Chosen when all other columns are: see choose.ts. */
  write: () => [],
  read(spec, legend) {
    if (spec !== SPEC || legend.length > 0) return undefined;
    return {
      take: undefined,
      isGlued: false,
      letter: undefined,
      isHeading: true,
      value(row, _taken, lookup) {
        const value = lookup.heading(row);
        if (value === undefined) throw new SyntaxError(`no heading above row ${row}`);
        return value;
      },
    };
  },
};

/** Undefined when the column's values change too often, or do not stand in each row. */
export function asHeadings(column: Column, rowCount: number): Wording | undefined {
  const { ids, distinct } = column;
  if (!column.isText || distinct.length < 2 || column.rows.length !== rowCount) return undefined;
  let runs = 0;
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] !== ids[at - 1] && ++runs * MIN_RUN > ids.length) return undefined;
  }
  const texts = distinct.map(writeHeading);
  if (texts.some((text) => text.length < MIN_CHARS)) return undefined;
  const headings = Array.from(ids, (id, at) => (id === ids[at - 1] ? undefined : texts[id]!));
  return { ...headOnly(SPEC, false), headings };
}

function writeHeading(value: Column['distinct'][number]): string {
  return typeof value === 'string' && !isBare(value) ? JSON.stringify(value) : textOf(value);
}

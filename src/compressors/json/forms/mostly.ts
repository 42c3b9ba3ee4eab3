/** One value in most rows, the others by row number: `INFO, but ERROR in rows 3 40`. Also long runs: `A, but B in rows 50-99`. */
import { exceptRows } from './exceptions.ts';
import { writeConstant } from './constant.ts';
import { type ColumnForm, headOnly } from './form.ts';

/** More exceptions than this, in runs, are no longer readable as exceptions. */
const MAX_RUNS = 24;

export const mostly: ColumnForm = {
  name: 'mostly',
  write(column, { brackets }) {
    if (column.distinct.length < 2 || column.distinct.length > MAX_RUNS) return [];
    const most = column.counts.indexOf(Math.max(...column.counts));
    let runs = 0;
    for (let at = 0; at < column.ids.length; at++) {
      if (column.ids[at] !== most && column.ids[at] !== column.ids[at - 1] && ++runs > MAX_RUNS) return [];
    }
    if (runs * 3 > column.rows.length) return [];
    const main = headOnly(writeConstant(column.distinct[most]!, brackets), false);
    return [exceptRows(main, column, (at) => column.ids[at] !== most)];
  },
  /** Exceptions are read before the forms are. */
  read: () => undefined,
};

/** Learned state for the life of this process. */
import { randomBytes } from 'node:crypto';
import { type Counts, COUNTERS, type LearnedLog, type LearnedRow } from '../core/importance.ts';
import { LEARNED_ROWS, SALT_BYTES } from './terms.ts';

export function memoryLearned(): LearnedLog {
  const rows = new Map<string, LearnedRow>();
  let salt: string | undefined;
  const add = (row: LearnedRow, isNewToo: boolean): void => {
    const key = `${row.shape} ${row.place}`;
    const known = rows.get(key);
    if (known) rows.set(key, { ...known, counts: sum(known.counts, row.counts) });
    else if (isNewToo && rows.size < LEARNED_ROWS) rows.set(key, row);
  };
  return {
    salt: () => (salt ??= randomBytes(SALT_BYTES).toString('hex')),
    add(added, known) {
      for (const row of added) add(row, true);
      for (const row of known) add(row, false);
    },
    read: () => [...rows.values()],
    replace(learned) {
      rows.clear();
      salt = learned?.salt;
      for (const row of learned?.rows ?? []) add(row, true);
    },
  };
}

function sum(a: Counts, b: Counts): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, a[name] + b[name]])) as Counts;
}

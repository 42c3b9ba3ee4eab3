/** What the learned state of every kind of stores promises. */
import { hashOf } from '../core/hash.ts';
import { type Counts, type LearnedRow, NO_COUNTS } from '../core/importance.ts';
import type { Stores } from '../core/stores.ts';
import type { StoreContractRunner } from './store-contract.ts';

function rowOf(shape: string, place: string, counts: Partial<Counts>): LearnedRow {
  const name = place === '' ? '' : hashOf(place);
  return { owner: hashOf('owner'), shape: hashOf(shape), place: name, counts: { ...NO_COUNTS, ...counts } };
}

function sorted(rows: readonly LearnedRow[]): readonly LearnedRow[] {
  return rows.toSorted((a, b) => (`${a.shape} ${a.place}` < `${b.shape} ${b.place}` ? -1 : 1));
}

export function learnedContract(open: () => Stores, { test, expect }: StoreContractRunner): void {
  const check = (name: string, body: (stores: Stores) => void): void =>
    test(name, () => {
      const stores = open();
      try {
        body(stores);
      } finally {
        stores.close();
      }
    });

  check('learned counts of the same row add up, and rows stay apart', (stores) => {
    const learned = stores.learned();
    learned.add([rowOf('a', '', { views: 1 }), rowOf('a', 'x', { fetched: 2, keptFetched: 1 })], []);
    learned.add([rowOf('a', '', { views: 2, whole: 1 }), rowOf('b', '', { views: 1 })], []);
    const all = [
      rowOf('a', '', { views: 3, whole: 1 }),
      rowOf('a', 'x', { fetched: 2, keptFetched: 1 }),
      rowOf('b', '', { views: 1 }),
    ];
    expect(sorted(stores.learned().read())).toEqual(sorted(all));
  });

  check('learned counts of known rows only are added where there is such a row', (stores) => {
    stores.learned().add([rowOf('a', '', { fetched: 1 })], []);
    stores.learned().add([], [rowOf('a', '', { views: 1 }), rowOf('b', '', { views: 1 })]);
    expect(stores.learned().read()).toEqual([rowOf('a', '', { fetched: 1, views: 1 })]);
  });

  check('the salt of learned rows is the same whenever it is asked for, until all is forgotten', (stores) => {
    const salt = stores.learned().salt()!;
    expect(/^[0-9a-f]{32}$/.test(salt)).toBe(true);
    expect(stores.learned().salt()).toBe(salt);
    stores.learned().add([rowOf('a', '', { views: 1 })], []);
    stores.learned().replace(undefined);
    expect(stores.learned().read()).toEqual([]);
    expect(stores.learned().salt() === salt).toBe(false);
  });

  check('learned state can be put in place of what there was', (stores) => {
    stores.learned().add([rowOf('a', '', { views: 1 })], []);
    const salt = 'ab'.repeat(16);
    const rows = [rowOf('b', '', { views: 7 }), rowOf('b', 'y', { used: 3 })];
    stores.learned().replace({ salt, rows });
    expect(stores.learned().salt()).toBe(salt);
    expect(sorted(stores.learned().read())).toEqual(sorted(rows));
  });
}

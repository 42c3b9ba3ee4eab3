/** The same sums, apart by what an entry says of itself. */
import type { LedgerEntry } from '../core/ledger.ts';
import { type Savings, SavingsSum } from './savings.ts';

/** Which groups an entry belongs to, and with which share of what it saved. */
type Grouping = (entry: LedgerEntry) => readonly (readonly [name: string, share: number])[];

const NO_NAME = '(none)';

export const GROUPINGS: Readonly<Record<'model' | 'project' | 'tool' | 'day', Grouping>> = {
  model: ({ model }) => [[model || NO_NAME, 1]],
  project: ({ project }) => [[project ?? NO_NAME, 1]],
  day: ({ at }) => [[new Date(at).toISOString().slice(0, 10), 1]],
  tool: byTool,
};

export type GroupingName = keyof typeof GROUPINGS;

function byTool({ saved }: LedgerEntry): readonly (readonly [string, number])[] {
  const all = saved.reduce((sum, { tokens }) => sum + tokens, 0);
  const byName = Map.groupBy(saved, ({ tool }) => tool || NO_NAME);
  return Array.from(byName, ([name, some]) => [
    name,
    all === 0 ? 0 : some.reduce((sum, { tokens }) => sum + tokens, 0) / all,
  ]);
}

export class GroupedSavings {
  readonly #grouping: Grouping;
  readonly #sums = new Map<string, SavingsSum>();

  constructor(name: GroupingName) {
    this.#grouping = GROUPINGS[name];
  }

  add(entry: LedgerEntry): void {
    for (const [name, share] of this.#grouping(entry)) {
      const sum = this.#sums.get(name) ?? new SavingsSum();
      this.#sums.set(name, sum);
      sum.add(entry, share);
    }
  }

  results(): ReadonlyMap<string, Savings> {
    return new Map(Array.from(this.#sums, ([name, sum]): [string, Savings] => [name, sum.result()]));
  }
}
